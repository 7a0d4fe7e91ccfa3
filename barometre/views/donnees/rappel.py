"""Le rappel d'un chiffre : les fichiers du journal dont un chiffre a été révisé, ou se cache, depuis.

Le journal ne garde ni réponse ni chiffre : il dit quelle vue est sortie, à quelle version. Les chiffres
publics de cette vue se relisent donc aux deux versions. Un fichier public n'est pas inscrit : son adresse,
qui nomme la version, dit elle-même ce qui a changé quand on la rouvre.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import pandas as pd

from barometre.access import Gate, Registre
from barometre.access.recherche_journal import Recherche
from barometre.catalogue.model import Catalogue
from barometre.domain.formats import format_compte
from barometre.views.donnees.revisions import Etendue, Revisions, count_revisions, read_etendue_mots
from barometre.views.lecture.tableau import build_tableau

COLONNES = ("numero", "instant", "compte", "objet", "version", "devenir", "chiffres_touches")
EFFACEE = "version effacée : ses chiffres ne se comparent plus"
# Ce fichier-là n'a pas de chiffre du baromètre.
SANS_CHIFFRE = ("journal",)
_VERSION = re.compile(r"(?:^|\s)version=(\S+)")
Ouvrir = Callable[[str], Gate | None]


def build_table_rappel(
    registre: Registre, catalogue: Catalogue, apres: Gate, open_version: Ouvrir, indicateur_id: str = ""
) -> pd.DataFrame:
    """Les fichiers à rappeler, le plus récent d'abord ; `open_version` rend `None` d'une version effacée.

    `indicateur_id` : ceux-là seuls dont ce chiffre a changé, et ceux d'une version effacée qui le portaient.
    """

    @cache
    def count(version_id: str, etendue: Etendue) -> Revisions | None:
        avant = open_version(version_id)
        return None if avant is None else count_revisions(avant, apres, etendue)

    lignes = []
    for fait in registre.list_journal(None, Recherche(action="exporter")).to_dict("records"):
        version_id, etendue = _read_export(fait, catalogue)
        if version_id in ("", apres.version_id) or not _carries(etendue, indicateur_id):
            continue
        lues = count(version_id, etendue)
        if lues is None or _is_touched(lues, indicateur_id):
            lignes.append(_describe(fait, version_id, lues, catalogue))
    return build_tableau(lignes, COLONNES)


def explain_rappel(table: pd.DataFrame) -> str:
    """Le tableau en une phrase."""
    if table.empty:
        return "Aucun fichier inscrit au journal ne porte un chiffre qui a changé depuis."
    fichiers = format_compte(
        len(table), "fichier inscrit au journal porte", "fichiers inscrits au journal portent"
    )
    return f"{fichiers} un chiffre révisé ou caché depuis (France, régions), ou qui ne se compare plus."


def _read_export(fait: Mapping[Any, Any], catalogue: Catalogue) -> tuple[str, Etendue]:
    """La version et l'étendue d'un fichier inscrit ; version vide : il n'y a rien à rappeler."""
    recette, *mots = str(fait["objet"]).split()
    lue = _VERSION.search(str(fait["detail"]))
    return ("" if recette in SANS_CHIFFRE or lue is None else lue[1]), read_etendue_mots(mots, catalogue)


def _carries(etendue: Etendue, indicateur_id: str) -> bool:
    """Sans indicateur nommé, un fichier (une fiche, un suivi) les porte tous."""
    return not indicateur_id or not etendue.indicateurs or indicateur_id in etendue.indicateurs


def _is_touched(lues: Revisions, indicateur_id: str) -> bool:
    return indicateur_id in lues.indicateurs if indicateur_id else not lues.is_vide


def _describe(
    fait: Mapping[Any, Any], version_id: str, lues: Revisions | None, catalogue: Catalogue
) -> tuple[object, ...]:
    instant = f"{fait['instant']:%Y-%m-%d %H:%M:%S}"
    touches = () if lues is None else lues.indicateurs
    titres = (catalogue.indicateurs[i].titre if i in catalogue.indicateurs else i for i in touches)
    devenir = EFFACEE if lues is None else lues.phrase
    return fait["journal_id"], instant, fait["compte"], fait["objet"], version_id, devenir, " ; ".join(titres)
