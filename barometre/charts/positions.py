"""Où se trouve une collectivité parmi ses pairs : un point et son intervalle, et sa propre marque."""

from __future__ import annotations

from typing import Any

import pandas as pd

from barometre.charts.marques import AXE_PARTS, DOUTEUX, LEGENDE_BORNES, PLEIN, Marques, Rang, build_marques
from barometre.domain.formats import format_effectif, read_nombre

LEGENDE = "● vos pairs ; bande : l’intervalle de leur chiffre ; ○ et pointillé : indicatif, à ne pas citer"
LEGENDE_SOI = " ; ◆ vous (à droite : oui, à gauche : non)"
NOMBRES = ("n", "valeur", "bas", "haut")


def build_positions(cadre: pd.DataFrame, *, titre: str, phrase: str) -> Marques:
    """Une ligne par indicateur (des parts) : colonnes de `views.comparer.build_cadre_positions`."""
    propre = _erase_hidden(cadre)
    rangs = tuple(_build_rang(ligne) for ligne in propre.to_dict("records"))
    legende = LEGENDE + (LEGENDE_SOI if propre["soi"].notna().any() else "")
    legende = f"{legende}. {LEGENDE_BORNES}" if any(rang.borne for rang in rangs) else f"{legende}."
    html = build_marques(rangs, AXE_PARTS, titre)
    return Marques(html, phrase, _build_table(propre), f"{titre}. {phrase}", legende, rangs)


def _erase_hidden(cadre: pd.DataFrame) -> pd.DataFrame:
    """Seconde barrière après celle de la portée : rien de caché n'atteint un graphique."""
    propre = cadre.reset_index(drop=True).copy()
    for colonne in (*NOMBRES, "soi"):
        propre[colonne] = propre[colonne].astype("float64")
    cachees = ~propre["montre"].astype(bool)
    propre.loc[cachees, list(NOMBRES)] = float("nan")
    propre.loc[cachees, ["texte", "intervalle", "note"]] = ""
    return propre


def _build_rang(ligne: dict[Any, Any]) -> Rang:
    vous = f"vous : {ligne['soi_texte']}" if ligne["soi_texte"] else ""
    soi = read_nombre(ligne["soi"])
    if not ligne["montre"]:
        return Rang(str(ligne["groupe"]), suite=vous, soi=soi, raison=str(ligne["raison"]))
    return Rang(
        str(ligne["groupe"]),
        valeur=str(ligne["texte"]),
        effectif=format_effectif(ligne["n"], "réponse"),
        suite=vous,
        point=read_nombre(ligne["valeur"]),
        bas=read_nombre(ligne["bas"]),
        haut=read_nombre(ligne["haut"]),
        soi=soi,
        trait=DOUTEUX if ligne["note"] == "C" else PLEIN,
        borne=str(ligne.get("plafond") or ""),
        survol=f"Vos pairs : {ligne['texte']}, {ligne['intervalle']} (n = {int(ligne['n'])})",
    )


def _build_table(cadre: pd.DataFrame) -> pd.DataFrame:
    """Le double lisible du graphique."""
    return pd.DataFrame(
        {
            "indicateur": cadre["groupe"],
            "pairs_lu": cadre["texte"],
            "intervalle": cadre["intervalle"],
            "n": cadre["n"].astype("Int64"),
            "note": cadre["note"],
            "soi_lu": cadre["soi_texte"],
            "remarque": cadre["raison"],
        }
    )
