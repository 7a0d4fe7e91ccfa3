"""Interpréter les cellules d'une question, toutes lignes à la fois (une fois par valeur distincte)."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from barometre.domain.enquete import ETATS_REPONSE, Question
from barometre.domain.formats import format_au_plus
from barometre.ingest.ecritures import find_rang, keep_coches
from barometre.ingest.labels import clean_label, compact_label
from barometre.ingest.numbers import FormatNombre, build_format, check_unite, read_nombre
from barometre.ingest.personal import mask_personal
from barometre.ingest.vocabulary import load_vocabulary

# Rangs dans ETATS_REPONSE : un tableau d'entiers se compare plus vite que des textes.
REPONDU, NE_SAIT_PAS, NON_CONCERNE, SANS_REPONSE = range(len(ETATS_REPONSE))
HORS_LISTE = "Cette réponse n'est pas dans la liste des réponses possibles."
MAX_TEXTE = 10_000
COUPURES = re.compile(r"\s*[;|\n]\s*")

Colonne = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cellule:
    """Ce que dit une cellule ; un motif non vide met sa ligne en quarantaine."""

    etat: int
    valeur: float = np.nan
    texte: str = ""
    motif: str = ""


@dataclass(slots=True)
class Reponses:
    """Les réponses à une question. `valeurs` : rang de l'option, nombre, ou une case par option."""

    question: Question
    etats: NDArray[np.int8]
    valeurs: NDArray[np.float64]
    textes: NDArray[np.object_]
    options: tuple[str, ...] = ()
    # (rang de ligne, rang de colonne, motif)
    rejets: list[tuple[int, int, str]] = field(default_factory=list)


def read_column(
    colonne: Colonne, lire: Callable[[str], Cellule], rang: int
) -> tuple[NDArray[np.int8], NDArray[np.float64], NDArray[np.object_], list[tuple[int, int, str]]]:
    """Lit chaque valeur distincte une seule fois, puis la reporte sur toutes ses lignes."""
    codes, uniques = pd.factorize(np.asarray(colonne, dtype=object))
    cellules = [lire(str(u)) for u in uniques]
    etats = np.array([c.etat for c in cellules], dtype=np.int8)[codes]
    valeurs = np.array([c.valeur for c in cellules], dtype=np.float64)[codes]
    textes = np.array([c.texte for c in cellules], dtype=object)[codes]
    mauvais = np.array([bool(c.motif) for c in cellules])[codes]
    rejets = [(int(i), rang, cellules[codes[i]].motif) for i in np.flatnonzero(mauvais)]
    return etats, valeurs, textes, rejets


def read_etat(question: Question, cle: str) -> Cellule | None:
    """Vide, « Sans objet » ou « Je ne sais pas » ; rien si la cellule porte une réponse."""
    mots = load_vocabulary()
    if not cle or cle in mots.vide:
        return Cellule(SANS_REPONSE)
    if cle in mots.non_concerne:
        return Cellule(NON_CONCERNE)
    if question.ne_sait_pas and (cle in mots.ne_sait_pas or cle == clean_label(question.code_nsp)):
        return Cellule(NE_SAIT_PAS)
    return None


def build_reader(
    question: Question, valeurs: dict[str, str], colonne: Colonne = ()
) -> Callable[[str], Cellule]:
    """Le lecteur d'une cellule de cette question ; toute sa `colonne` dit le format d'un nombre."""
    if question.type == "nombre":
        formate = build_format(dict.fromkeys(colonne), question.unite)
        return lambda texte: _read_nombre(question, formate, texte)
    if question.type == "texte":
        return lambda texte: _read_texte(question, texte)
    rangs = build_option_keys(question, valeurs, is_rang=is_numerotee(colonne))
    return lambda texte: _read_unique(question, rangs, texte)


def is_numerotee(colonne: Colonne) -> bool:
    """Vrai si la colonne numérote ses réponses (1, 2, 3…) : « 1 » n'y veut pas dire « Oui »."""
    return any(v.isdecimal() and v not in {"0", "1"} for v in set(colonne))


def build_option_keys(
    question: Question, valeurs: dict[str, str], *, is_rang: bool = False
) -> dict[str, int]:
    """Toutes les façons d'écrire une option → son rang : code, identifiant, libellé, valeurs déclarées.

    `is_rang` : les nombres de la colonne sont des numéros, que seules des valeurs déclarées expliquent.
    """
    mots = load_vocabulary()
    cles: dict[str, int] = {}
    for rang, option in enumerate(question.options):
        for cle in (option.code, option.libelle, option.id):
            cles.setdefault(clean_label(cle), rang)
        if serree := compact_label(option.libelle):
            cles.setdefault(serree, rang)
        cles.update({cle: rang for cle, cible in valeurs.items() if cible == option.id})
    for rang, option in enumerate(question.options):
        numeros = {"0", "1"} if is_rang else set()
        alias = {
            "oui": mots.coche - {"x"} - numeros,
            "non": mots.non_coche - numeros,
            "autre": mots.autre_valeur,
        }
        for cle in alias.get(option.id, frozenset()):
            cles.setdefault(cle, rang)
    return cles


def _read_unique(question: Question, rangs: dict[str, int], texte: str) -> Cellule:
    texte = keep_coches(texte)
    cle = clean_label(texte)
    if texte and (rang := find_rang(rangs, cle)) is not None:
        return Cellule(REPONDU, rang)
    if etat := read_etat(question, cle or texte):
        return etat
    parties = [clean_label(p) for p in COUPURES.split(texte) if p]
    if len(parties) > 1 and all(p in rangs for p in parties):
        return Cellule(SANS_REPONSE, motif="Plusieurs réponses pour une question à choix unique.")
    return Cellule(SANS_REPONSE, motif=HORS_LISTE)


def _read_nombre(question: Question, formate: FormatNombre, texte: str) -> Cellule:
    if etat := read_etat(question, clean_label(texte) or texte):
        return etat
    nombre, motif = read_nombre(texte, formate)
    motif = motif or check_unite(texte, question.unite)
    if nombre is None or motif or (motif := _motif_bornes(question, nombre)):
        return Cellule(SANS_REPONSE, motif=motif)
    return Cellule(REPONDU, nombre)


def _motif_bornes(question: Question, nombre: float) -> str:
    bas = -math.inf if question.minimum is None else question.minimum
    haut = math.inf if question.maximum is None else question.maximum
    if bas <= nombre <= haut:
        return ""
    if math.isinf(bas) or math.isinf(haut):
        borne = "inférieur à" if nombre < bas else "supérieur à"
        return f"Ce nombre est {borne} {format_au_plus(bas if nombre < bas else haut)}."
    return f"Ce nombre est hors des bornes ({format_au_plus(bas)} à {format_au_plus(haut)})."


def _read_texte(question: Question, texte: str) -> Cellule:
    if etat := read_etat(question, (clean_label(texte) or texte) if len(texte) < 40 else texte):
        return etat
    if len(texte) > MAX_TEXTE:
        return Cellule(SANS_REPONSE, motif=f"Ce texte dépasse {format_au_plus(MAX_TEXTE)} caractères.")
    return Cellule(REPONDU, texte=mask_personal(texte))
