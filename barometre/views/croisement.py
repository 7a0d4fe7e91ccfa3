"""Déclaré et mesuré : ce que l'État sait de la même chose, sur toutes les collectivités du champ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from barometre.access import AccesRefuse
from barometre.domain.indicateur import Indicateur
from barometre.domain.territoire import FRANCE
from barometre.formats import format_compte, format_date
from barometre.views.chiffres import format_chiffre
from barometre.views.ligne import Lecture
from barometre.views.selection import Selection


@dataclass(frozen=True, slots=True)
class Croisement:
    """La donnée de l'État à côté du chiffre déclaré."""

    indicateur: Indicateur
    valeur: float
    n: int
    periode: str
    source: str
    phrase: str


def build_croisement(lecture: Lecture, indicateur: Indicateur) -> Croisement | None:
    """La mesure sur le champ de la sélection ; rien si elle n'est pas chargée."""
    mesure = lecture.catalogue.indicateurs.get(indicateur.mesure_id)
    if mesure is None or mesure.origine != "mesure":
        return None
    try:
        valeurs = lecture.gate.list_valeurs(mesure.id)
    except AccesRefuse:
        # Une version plus ancienne que le catalogue ne connaît pas cette mesure : la porte la tait.
        return None
    connues = valeurs[valeurs["etat"].eq("repondu")]
    if connues.empty:
        return None
    periode = str(connues["periode"].max())
    derniere = connues[connues["periode"].eq(periode)]
    champ = derniere[derniere["collectivite_id"].isin(_list_champ(lecture, lecture.selection))]
    if champ.empty:
        return None
    moyenne = float(champ["valeur"].astype(float).mean())
    phrase = _phrase(mesure, format_chiffre(mesure, moyenne), len(champ), periode)
    return Croisement(mesure, moyenne, len(champ), periode, mesure.source_id, phrase)


def _phrase(mesure: Indicateur, texte: str, n: int, periode: str) -> str:
    return (
        f"Donnée de l’État, « {mesure.titre} » : {texte}, sur {format_compte(n, 'collectivité')} "
        f"({format_date(periode)}). Ce chiffre est mesuré, non déclaré : les deux ne comptent pas "
        "toujours la même chose."
    )


def _list_champ(lecture: Lecture, selection: Selection) -> pd.Series:
    """Les collectivités de la sélection (la couverture OPSN comprise), vague mise à part."""
    filtres: dict[str, Any] = {"type": selection.type_effectif or None, "strate": selection.strate or None}
    niveau, _, code = selection.territoire_id.partition("-")
    if niveau in ("region", "departement"):
        filtres[niveau] = code
    cadre = lecture.gate.list_collectivites(**filtres)
    if niveau == "zone":
        cadre = cadre[cadre["zone"].eq(code)]
    elif niveau not in (FRANCE, "region", "departement"):
        cadre = cadre[cadre["collectivite_id"].eq(selection.territoire_id)]
    if selection.couverture:
        cadre = cadre[cadre["couverture"].eq(selection.couverture)]
    return cadre["collectivite_id"]
