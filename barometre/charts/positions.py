"""Où se trouve une collectivité parmi ses pairs : un point et son intervalle, et sa propre marque."""

from __future__ import annotations

import pandas as pd

from barometre.charts.marques import AXE_PARTS, DOUTEUX, LEGENDE_BORNES, PLEIN, Marques, Rang, build_marques
from barometre.domain.cadre import LignePosition, Positions, mask_cachees
from barometre.domain.formats import format_effectif

LEGENDE = "● vos pairs ; bande : l’intervalle de leur chiffre ; ○ et pointillé : indicatif, à ne pas citer"
LEGENDE_SOI = " ; ◆ vous (à droite : oui, à gauche : non)"


def build_positions(cadre: Positions, *, titre: str, phrase: str) -> Marques:
    """Une ligne par indicateur (des parts)."""
    propre = mask_cachees(cadre)
    rangs = tuple(_build_rang(ligne) for ligne in propre)
    legende = LEGENDE + (LEGENDE_SOI if any(ligne.soi is not None for ligne in propre) else "")
    legende = f"{legende}. {LEGENDE_BORNES}" if any(rang.borne for rang in rangs) else f"{legende}."
    html = build_marques(rangs, AXE_PARTS, titre)
    return Marques(html, phrase, _build_table(propre), f"{titre}. {phrase}", legende, rangs)


def _build_rang(ligne: LignePosition) -> Rang:
    vous = f"vous : {ligne.soi_texte}" if ligne.soi_texte else ""
    if not ligne.montre:
        return Rang(ligne.groupe, suite=vous, soi=ligne.soi, raison=ligne.raison)
    return Rang(
        ligne.groupe,
        valeur=ligne.texte,
        effectif=format_effectif(ligne.n, "réponse"),
        suite=vous,
        point=ligne.valeur,
        bas=ligne.bas,
        haut=ligne.haut,
        soi=ligne.soi,
        trait=DOUTEUX if ligne.note == "C" else PLEIN,
        borne=ligne.plafond,
        survol=f"Vos pairs : {ligne.texte}, {ligne.intervalle} (n = {ligne.n})",
    )


def _build_table(cadre: Positions) -> pd.DataFrame:
    """Le double lisible du graphique."""
    return pd.DataFrame(
        {
            "indicateur": [x.groupe for x in cadre],
            "pairs_lu": [x.texte for x in cadre],
            "intervalle": [x.intervalle for x in cadre],
            "n": pd.array([x.n for x in cadre], dtype="Int64"),
            "note": [x.note for x in cadre],
            "soi_lu": [x.soi_texte for x in cadre],
            "remarque": [x.raison for x in cadre],
        }
    )
