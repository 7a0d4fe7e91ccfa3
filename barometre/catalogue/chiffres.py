"""Lire les chiffres publiés par le baromètre, et ceux d'autres enquêtes : des faits, avec leur source."""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from barometre.catalogue.model import PARTICIPATION, ChiffreAutreEnquete
from barometre.catalogue.questionnaires import list_doublons
from barometre.catalogue.validation import CatalogueError
from barometre.domain.chiffre import ChiffrePublie

_COMMUNES = ("libelle", "valeur", "valeur_texte", "unite", "base", "annee", "source_url", "extrait")
COLONNES_PUBLIES = ("chiffre_id", "theme_id", "indicateur_id", "vague", *_COMMUNES)
COLONNES_AUTRES = ("chiffre_id", "enquete", "theme_id", *_COMMUNES)


def read_chiffres_publies(chemin: Path, themes: Iterable[str]) -> tuple[ChiffrePublie, ...]:
    """Les chiffres publiés par le baromètre, dans l'ordre du fichier."""
    lignes = _lire(chemin, COLONNES_PUBLIES, {*themes, PARTICIPATION})
    return tuple(
        ChiffrePublie(
            id=ligne["chiffre_id"],
            theme_id=ligne["theme_id"],
            indicateur_id=ligne["indicateur_id"],
            valeur=_nombre(ligne["valeur"]),
            vague=ligne["vague"],
            **{cle: ligne[cle] for cle in _COMMUNES if cle != "valeur"},
        )
        for ligne in lignes
    )


def read_autres_enquetes(chemin: Path, themes: Iterable[str]) -> tuple[ChiffreAutreEnquete, ...]:
    """Les chiffres d'autres enquêtes ; le thème est vide quand ils parlent de tout."""
    lignes = _lire(chemin, COLONNES_AUTRES, {*themes, ""})
    return tuple(
        ChiffreAutreEnquete(
            id=ligne["chiffre_id"],
            enquete=ligne["enquete"],
            theme_id=ligne["theme_id"],
            valeur=_nombre(ligne["valeur"]),
            **{cle: ligne[cle] for cle in _COMMUNES if cle != "valeur"},
        )
        for ligne in lignes
    )


def index_chiffres_publies(chiffres: Iterable[ChiffrePublie]) -> dict[str, list[str]]:
    """Les chiffres publiés que reproduit chaque indicateur."""
    par_indicateur: dict[str, list[str]] = defaultdict(list)
    for chiffre in chiffres:
        if chiffre.indicateur_id:
            par_indicateur[chiffre.indicateur_id].append(chiffre.id)
    return dict(par_indicateur)


def _lire(chemin: Path, colonnes: tuple[str, ...], themes: set[str]) -> list[dict[str, str]]:
    try:
        with chemin.open(encoding="utf-8", newline="") as fichier:
            lecteur = csv.DictReader(fichier)
            lignes = list(lecteur)
            entetes = set(lecteur.fieldnames or ())
    except FileNotFoundError as erreur:
        raise CatalogueError([f"data/{chemin.name} : le fichier n'existe pas."]) from erreur
    if entetes != set(colonnes):
        ecart = ", ".join(sorted(entetes ^ set(colonnes)))
        raise CatalogueError([f"data/{chemin.name} : colonnes manquantes ou inconnues : {ecart}."])
    phrases = [f"data/{chemin.name}, {phrase}" for phrase in _lignes_fausses(lignes, themes)]
    if phrases:
        raise CatalogueError(phrases)
    return lignes


def _lignes_fausses(lignes: list[dict[str, str]], themes: set[str]) -> list[str]:
    phrases = [
        f"chiffre « {id_} » en double." for id_ in list_doublons(ligne["chiffre_id"] for ligne in lignes)
    ]
    for ligne in lignes:
        id_ = ligne["chiffre_id"]
        if ligne["theme_id"] not in themes:
            phrases.append(f"{id_} : le thème « {ligne['theme_id']} » n'existe pas.")
        if bool(ligne["valeur"]) == bool(ligne["valeur_texte"]):
            phrases.append(f"{id_} : un chiffre a soit « valeur », soit « valeur_texte ».")
        if not _est_nombre(ligne["valeur"]):
            phrases.append(f"{id_} : « {ligne['valeur']} » n'est pas un nombre.")
    return phrases


def _est_nombre(texte: str) -> bool:
    return texte == "" or (texte.replace(".", "", 1).isascii() and texte.replace(".", "", 1).isdecimal())


def _nombre(texte: str) -> float | None:
    return float(texte) if texte else None
