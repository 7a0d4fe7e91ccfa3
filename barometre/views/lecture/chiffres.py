"""Un chiffre lu à travers la porte d'accès : montré avec ses bornes, ou caché avec son état."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from barometre.domain.chiffre import Note, Raison
from barometre.domain.formats import (
    BORNES,
    COTES,
    format_intervalle,
    format_valeur,
    read_nombre,
    round_nombre,
)
from barometre.domain.indicateur import Indicateur
from barometre.domain.secret import MONTRES
from barometre.stats.prudence import Slopes, bound_prudence, find_breaking_factor

ABSENT = "absent"
# L'état d'un chiffre refusé à structure égale ; suivi, s'il y en a une, de la tranche qui manque.
STRUCTURE = "structure"
Cle = tuple[str, str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Chiffre:
    """Une cellule d'`agregat`. Cachée, elle ne porte ni valeur, ni effectif, ni note."""

    indicateur_id: str
    vague_id: str
    territoire_id: str
    type: str
    strate: str
    couverture: str
    etat: str
    n: int | None = None
    n_eff: float | None = None
    brut: float | None = None
    redresse: float | None = None
    bas: float | None = None
    haut: float | None = None
    note: Note = ""
    # Ce qui prive le chiffre de la note du dessus ; l'intervalle et la préférence à répondre qui l'éprouvent.
    raison: Raison = ""
    prudence_bas: float | None = None
    prudence_haut: float | None = None
    g_etoile: float | None = None
    pente: float | None = None
    # « au_plus » ou « au_moins » : à trois réponses de 0 ou de 100 %, un chiffre n'est que borné.
    plafond: str = ""

    @property
    def montre(self) -> bool:
        """Vrai si le lecteur a le droit de voir ce chiffre et qu'il existe."""
        return self.etat in MONTRES and self.valeur is not None

    @property
    def valeur(self) -> float | None:
        """Le chiffre qui se lit, et que l'intervalle entoure : le redressé, le brut sous trente réponses."""
        return self.brut if self.redresse is None else self.redresse

    @property
    def rang(self) -> tuple[int, float]:
        """Du plus bas au plus haut : « plus de 73 % » peut aller jusqu'à cent, et passe toute valeur."""
        return COTES.get(self.plafond, 0), self.valeur or 0.0

    @property
    def est_brut(self) -> bool:
        """Vrai quand trop peu de réponses font taire le redressé."""
        return self.montre and self.redresse is None

    @property
    def citable(self) -> bool:
        """Vrai pour les notes A et B."""
        return self.montre and self.note in ("A", "B")

    @property
    def cle(self) -> Cle:
        """L'adresse de la cellule."""
        return (
            self.indicateur_id,
            self.vague_id,
            self.territoire_id,
            self.type,
            self.strate,
            self.couverture,
        )

    def get_valeur(self, valeur: str) -> float | None:
        """Le chiffre qui se lit, ou le brut."""
        return self.valeur if valeur == "redresse" else self.brut


def read_chiffres(cadre: pd.DataFrame, *, egales: bool = False) -> list[Chiffre]:
    """Les cellules d'un cadre de la porte d'accès ; `egales` : à structure égale, pour un territoire."""
    # D'un seul bloc : demander ses trente colonnes une à une coûtait plus que tout le reste d'une vue.
    noms = list(cadre.columns)
    valeurs = cadre.to_numpy(dtype=object, na_value=np.nan).tolist()
    lignes = (dict(zip(noms, ligne, strict=True)) for ligne in valeurs)
    return [_equalise(_build_chiffre(x), x) if egales else _build_chiffre(x) for x in lignes]


def _equalise(chiffre: Chiffre, ligne: Mapping[Any, Any]) -> Chiffre:
    """Le même territoire avec les tailles du pays, ou la tranche qui l'empêche.

    La France et ses zones sont la référence ; une strate n'a qu'une taille.
    """
    if not chiffre.montre or chiffre.strate or ligne["niveau"] in ("france", "zone"):
        return chiffre
    if (egal := read_nombre(ligne["egal"])) is None:
        return Chiffre(*chiffre.cle, etat=f"{STRUCTURE}{ligne['egal_manque']}")
    egal_lu = replace(
        chiffre, redresse=egal, bas=read_nombre(ligne["egal_bas"]), haut=read_nombre(ligne["egal_haut"]),
        note=ligne["egal_note"], raison="", prudence_bas=None, prudence_haut=None, g_etoile=None,
    )  # fmt: skip
    return _add_prudence(egal_lu) if egal_lu.bas is not None and egal_lu.pente is not None else egal_lu


def _add_prudence(chiffre: Chiffre) -> Chiffre:
    """Prudence et g* du chiffre standardisé : sur son intervalle, avec la pente du territoire."""
    lus = [np.array(v, dtype=float) for v in (chiffre.redresse, chiffre.bas, chiffre.haut, chiffre.pente)]
    p, bas, haut, pente = lus
    pentes = Slopes(pente, pente)
    prudence_bas, prudence_haut = bound_prudence(bas, haut, pentes)
    g_etoile = read_nombre(find_breaking_factor(p, bas, haut, pentes))
    return replace(
        chiffre, prudence_bas=float(prudence_bas), prudence_haut=float(prudence_haut), g_etoile=g_etoile
    )


def index_chiffres(chiffres: Iterable[Chiffre]) -> Mapping[Cle, Chiffre]:
    """Les cellules par adresse."""
    return {chiffre.cle: chiffre for chiffre in chiffres}


def _bound_bas(valeur: float | None) -> float | None:
    """Une moyenne d'agents ou d'euros n'a pas de sens sous zéro : chiffre et intervalle s'y arrêtent.

    Le bruit du secret peut l'y mener ; « −0,1 agent » se lisait.
    """
    return None if valeur is None else max(valeur, 0.0)


def _build_chiffre(ligne: Mapping[str, Any]) -> Chiffre:
    etat, strate = ligne["etat"], ligne["strate"]
    adresse = (
        ligne["indicateur_id"],
        ligne["vague_id"],
        ligne["territoire_id"],
        # Une strate impose son type : la cellule est la même, que le type y soit écrit ou non.
        ligne["type"] or strate.partition("-")[0],
        strate,
        ligne["couverture"],
    )
    if etat not in MONTRES or read_nombre(ligne["brut"]) is None:
        # Même si la porte laissait passer un nombre, une cellule cachée n'en garde aucun.
        return Chiffre(*adresse, etat=ABSENT if etat in MONTRES else etat)
    return Chiffre(
        *adresse,
        etat=etat,
        n=int(ligne["n"]),
        note=ligne["note"],
        raison=ligne.get("raison", ""),
        prudence_bas=read_nombre(ligne.get("prudence_bas")),
        prudence_haut=read_nombre(ligne.get("prudence_haut")),
        g_etoile=read_nombre(ligne.get("g_etoile")),
        pente=read_nombre(ligne.get("pente")),
        n_eff=read_nombre(ligne["n_eff"]),
        brut=_bound_bas(read_nombre(ligne["brut"])),
        redresse=_bound_bas(read_nombre(ligne["redresse"])),
        bas=_bound_bas(read_nombre(ligne["bas"])),
        haut=read_nombre(ligne["haut"]),
        plafond=ligne.get("plafond", ""),
    )


def format_cellule(indicateur: Indicateur, chiffre: Chiffre, valeur: str) -> str:
    """Le redressé ou le brut d'une cellule : « 24 % », « moins de 5 % »."""
    return f"{BORNES.get(chiffre.plafond, '')}{format_chiffre(indicateur, chiffre.get_valeur(valeur))}"


def format_chiffre(indicateur: Indicateur, valeur: float | None) -> str:
    """Une valeur de cet indicateur, avec son unité et ses décimales."""
    unite = inflect_unite(indicateur.unite, valeur, indicateur.decimales)
    return format_valeur(valeur, unite, indicateur.decimales, est_part=indicateur.est_part)


def inflect_unite(unite: str, valeur: float | None, decimales: int = 0) -> str:
    """En français le pluriel commence à deux, tel qu'il se lit : « 1,3 démarche », « 2,0 heures »."""
    singulier = valeur is not None and abs(round_nombre(valeur, decimales)) < 2 and len(unite) > 2
    return unite.removesuffix("s") if singulier else unite


def format_bornes(indicateur: Indicateur, chiffre: Chiffre) -> str:
    """« entre 21 et 28 % », ou rien si l'intervalle n'est pas connu.

    « Plus de 88 % » est la part des réponses reçues, l'intervalle celui de toutes les collectivités : il
    commence plus bas, et le dit.
    """
    bornes = format_bornes_seules(indicateur, chiffre)
    return f"{bornes} pour l’ensemble" if bornes and chiffre.plafond else bornes


def format_bornes_seules(indicateur: Indicateur, chiffre: Chiffre) -> str:
    """Le même sans dire de qui : dans une colonne étroite, sous une phrase qui le dit."""
    if chiffre.bas is None or chiffre.haut is None:
        return ""
    unite = inflect_unite(indicateur.unite, chiffre.haut, indicateur.decimales)
    return format_intervalle(
        chiffre.bas, chiffre.haut, unite, indicateur.decimales, est_part=indicateur.est_part
    )
