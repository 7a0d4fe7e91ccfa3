"""Un chiffre par groupe : un point, son intervalle, et la marque du brut (ou du redressé) à côté."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from barometre.charts.cadre import build_table, check_cadre, has_compares, survol
from barometre.charts.modele import (
    GRADUATIONS,
    HAUTEUR_LIGNE,
    POURCENTS,
    Graphique,
    annoter,
    axe,
    couper,
    empiler,
    gabarit,
    proteger,
)
from barometre.charts.palette import ACCENT, ACCENT_LEGER, GRIS
from barometre.charts.phrases import build_phrase
from barometre.domain.indicateur import Indicateur

_PISTE = 22  # px : la place du point sous son libellé
_ENTRE = 10
_PIED = 26
_SIGNES_RAISON = 46  # une raison occupe toute la largeur
_DOUTE = "○ et pointillé : indicatif, à ne pas citer."
LEGENDES = {
    "redresse": f"● chiffre redressé ; bande : son intervalle ; trait gris : chiffre brut ; {_DOUTE}",
    "brut": f"● chiffre brut ; bande : intervalle du chiffre redressé, en trait gris ; {_DOUTE}",
}
LEGENDE_COMPARES = (
    "▲ ▼ : au-dessus ou en dessous de l’ensemble, d’après un test à 95 % (doublé : à 99,8 %) ; "
    "= : pas d’écart démontré."
)
_BANDE = {"width": 9, "color": ACCENT_LEGER}
_BANDE_DOUTEUSE = {"width": 2, "color": GRIS, "dash": "dot"}
_POINT = {"symbol": "circle", "size": 11, "color": ACCENT}
_POINT_DOUTEUX = {"symbol": "circle-open", "size": 11, "color": GRIS, "line": {"width": 2, "color": GRIS}}
_REPERE = {"symbol": "line-ns", "size": 12, "line": {"width": 2, "color": GRIS}}
Ligne = dict[Any, Any]


def build_points(
    cadre: pd.DataFrame,
    indicateur: Indicateur,
    *,
    titre: str,
    tete: str = "Groupe",
    valeur: str = "redresse",
    complement: str = "",
) -> Graphique:
    """Une ligne par groupe, libellé au-dessus du point : rien n'est coupé à 390 px de large.

    `complement` : une phrase à dire après celle du graphique.
    """
    propre = check_cadre(cadre)
    lignes: list[Ligne] = propre.to_dict("records")
    libelles = [couper(str(ligne["groupe"])) for ligne in lignes]
    hauts, hauteur = empiler(libelles, [_place(ligne) for ligne in lignes])
    for ligne, libelle, haut in zip(lignes, libelles, hauts, strict=True):
        ligne["y"] = haut + len(libelle) * HAUTEUR_LIGNE + _PISTE / 2
    mise_en_page = gabarit(hauteur + _PIED + 8) | {
        "margin": {"l": 4, "r": 16, "t": 4, "b": _PIED + 4},
        "annotations": _annotations(lignes, libelles, hauts, valeur),
        "xaxis": _axe_valeurs(lignes, indicateur),
        # Une unité = un pixel : libellés et points ne se chevauchent à aucune largeur.
        "yaxis": axe(range=[hauteur, 0], showgrid=False, showticklabels=False),
    }
    # Un seul appel : plotly valide chaque propriété à chaque mise à jour.
    figure = go.Figure({"data": _traces(lignes, indicateur, valeur), "layout": mise_en_page})
    phrase = " ".join(filter(None, [build_phrase(propre, valeur), complement]))
    legende = f"{LEGENDES[valeur]} {LEGENDE_COMPARES}" if has_compares(propre) else LEGENDES[valeur]
    return Graphique(figure, phrase, build_table(propre, tete), f"{titre}. {phrase}", legende)


def _place(ligne: Ligne) -> int:
    """La hauteur sous le libellé : la piste du point, ou les lignes qui disent pourquoi il manque."""
    if ligne["montre"]:
        return _PISTE + _ENTRE
    return len(_couper_raison(ligne)) * HAUTEUR_LIGNE + _ENTRE


def _couper_raison(ligne: Ligne) -> list[str]:
    return couper(str(ligne["raison"]), _SIGNES_RAISON)


def _axe_valeurs(lignes: Sequence[Ligne], indicateur: Indicateur) -> dict[str, Any]:
    if indicateur.est_part:
        return axe(range=[-4, 103], tickvals=GRADUATIONS, ticktext=POURCENTS, showgrid=True)
    connues = [
        ligne[nom] for ligne in lignes for nom in ("haut", "brut", "redresse") if _est_connu(ligne[nom])
    ]
    plafond = max([*connues, 0]) * 1.08 or 1.0
    return axe(range=[-0.04 * plafond, plafond], nticks=5, showgrid=True)


def _traces(lignes: Sequence[Ligne], indicateur: Indicateur, valeur: str) -> list[dict[str, Any]]:
    echelle = 100.0 if indicateur.est_part else 1.0
    autre = "brut" if valeur == "redresse" else "redresse"
    montrees = [ligne for ligne in lignes if ligne["montre"]]
    fermes = [ligne for ligne in montrees if ligne["note"] != "C"]
    douteuses = [ligne for ligne in montrees if ligne["note"] == "C"]
    return [
        _bande(fermes, echelle, _BANDE),
        _bande(douteuses, echelle, _BANDE_DOUTEUSE),
        _marques(montrees, autre, echelle, _REPERE),
        _marques(fermes, valeur, echelle, _POINT),
        _marques(douteuses, valeur, echelle, _POINT_DOUTEUX),
    ]


def _bande(lignes: Sequence[Ligne], echelle: float, trait: dict[str, Any]) -> dict[str, Any]:
    abscisses: list[float | None] = []
    ordonnees: list[float | None] = []
    for ligne in lignes:
        if _est_connu(ligne["bas"]) and _est_connu(ligne["haut"]):
            abscisses += [ligne["bas"] * echelle, ligne["haut"] * echelle, None]
            ordonnees += [ligne["y"], ligne["y"], None]
    return {
        "type": "scatter",
        "x": abscisses,
        "y": ordonnees,
        "mode": "lines",
        "line": trait,
        "hoverinfo": "skip",
    }


def _marques(lignes: Sequence[Ligne], colonne: str, echelle: float, marque: dict[str, Any]) -> dict[str, Any]:
    connues = [ligne for ligne in lignes if _est_connu(ligne[colonne])]
    return {
        "type": "scatter",
        "x": [ligne[colonne] * echelle for ligne in connues],
        "y": [ligne["y"] for ligne in connues],
        "mode": "markers",
        "marker": marque,
        "cliponaxis": False,
        "text": [survol(ligne) for ligne in connues],
        "hovertemplate": "%{text}<extra></extra>",
    }


def _est_connu(valeur: Any) -> bool:
    return valeur is not None and not pd.isna(valeur)


def _annotations(
    lignes: Sequence[Ligne], libelles: Sequence[list[str]], hauts: Sequence[int], valeur: str
) -> list[dict[str, Any]]:
    posees: list[dict[str, Any]] = []
    for ligne, libelle, haut in zip(lignes, libelles, hauts, strict=True):
        posees.append(annoter(_paragraphe(libelle), "left", haut))
        if ligne["montre"]:
            marque = f" · {ligne['marque']}" if ligne["marque"] else ""
            texte = f"<b>{proteger(ligne[f'{valeur}_texte'])}</b> · {ligne['note']}{marque}"
            posees.append(annoter(texte, "right", haut))
        else:
            debut = haut + len(libelle) * HAUTEUR_LIGNE
            posees.append(annoter(f"<i>{_paragraphe(_couper_raison(ligne))}</i>", "left", debut))
    return posees


def _paragraphe(morceaux: Sequence[str]) -> str:
    return "<br>".join(proteger(morceau) for morceau in morceaux)
