"""Les chiffres exacts d'une vue d'Explorer : ni seuil, ni bruit. Un droit nommé, jamais une page.

Un chiffre exact d'une petite cellule dit ce qu'une collectivité a répondu : il se calcule donc des réponses
mêmes, par une lecture que la porte refuse à qui n'a pas le droit nominatif, et inscrit avant de rendre.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pandas as pd

from barometre.access import Gate
from barometre.domain.provenance import Provenance
from barometre.domain.secret import get_seuil
from barometre.domain.territoire import FRANCE
from barometre.views.donnees.explorer import VueExplorer
from barometre.views.lecture.tableau import build_tableau
from barometre.views.piloter.participation import read_cadre

COLONNES = (
    "indicateur_id", "titre", "groupe", "vague_id", "territoire_id", "type", "strate", "couverture",
    "n_exact", "oui_exact", "brut_exact", "remarque",
)  # fmt: skip
# Les niveaux dont le cadre dit qui est dedans.
NIVEAUX = ("region", "departement")


def build_exacts(gate: Gate, vue: VueExplorer) -> tuple[pd.DataFrame, Provenance]:
    """Une ligne par cellule déclarée de la vue, celles que le secret cache comprises.

    `brut_exact` : part des « oui », de 0 à 100, ou moyenne d'une grandeur. `AccesRefuse` sans le droit.
    """
    titre = f"{vue.provenance.titre} : chiffres exacts, à ne pas diffuser"
    provenance = replace(vue.provenance, titre=titre, nom_fichier=f"{vue.provenance.nom_fichier}_exacts")
    return build_tableau(_list_lignes(gate, vue), COLONNES), provenance


def _list_lignes(gate: Gate, vue: VueExplorer) -> Iterator[tuple[Any, ...]]:
    parts = {i.id: i.est_part for i in vue.indicateurs}
    seuils = {i.id: get_seuil(i.sensibilite == "cyber") for i in vue.indicateurs}
    cadre = read_cadre(gate)
    declarees = vue.table[vue.table["origine"].eq("declare")]
    for (indicateur_id, vague_id), cellules in declarees.groupby(["indicateur_id", "vague_id"], sort=False):
        valeurs = gate.list_exactes(str(indicateur_id), str(vague_id))
        repondues = valeurs[valeurs["etat"].eq("repondu")].set_index("collectivite_id")["valeur"]
        reponses = cadre.join(repondues.rename("valeur"), how="inner")
        for cellule in cellules.to_dict("records"):
            dedans = _select(reponses, cellule)
            if dedans is not None:
                ligne = cellule | _count(dedans["valeur"], est_part=parts[str(indicateur_id)])
                ligne["remarque"] = _describe_doute(ligne["n_exact"], seuils[str(indicateur_id)])
                yield tuple(ligne[nom] for nom in COLONNES)


def _describe_doute(n: int, seuil: int) -> str:
    """Sans note ni intervalle, une petite cellule aurait l'air la plus sûre : elle dit le contraire."""
    return f"Moins de {seuil} réponses : ni publiable, ni à citer." if n < seuil else ""


def _select(reponses: pd.DataFrame, cellule: dict[Any, Any]) -> pd.DataFrame | None:
    """Les réponses d'une cellule ; None si le cadre ne dit pas qui est dans ce territoire."""
    filtres = {nom: cellule[nom] for nom in ("type", "strate", "couverture") if cellule[nom]}
    territoire_id = str(cellule["territoire_id"])
    if territoire_id != FRANCE:
        niveau = territoire_id.partition("-")[0]
        if niveau not in NIVEAUX:
            return None
        filtres[niveau] = territoire_id
    garde = pd.Series(data=True, index=reponses.index)
    for nom, valeur in filtres.items():
        garde &= reponses[nom].eq(valeur).fillna(value=False)
    return reponses[garde]


def _count(valeurs: pd.Series, *, est_part: bool) -> dict[str, Any]:
    n = len(valeurs)
    moyenne = float(valeurs.mean()) if n else None
    return {
        "n_exact": n,
        "oui_exact": int(valeurs.sum()) if est_part else None,
        "brut_exact": None if moyenne is None else 100 * moyenne if est_part else moyenne,
    }
