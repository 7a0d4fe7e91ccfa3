"""Un chiffre par groupe : un point, son intervalle, et la marque du brut (ou du redressé) à côté."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from barometre.charts.cadre import build_table, check_cadre, survol
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


def build_points(
    cadre: pd.DataFrame,
    indicateur: Indicateur,
    *,
    titre: str,
    tete: str = "Groupe",
    valeur: str = "redresse",
) -> Graphique:
    """Une ligne par groupe, libellé au-dessus du point : rien n'est coupé à 390 px de large."""
    propre = check_cadre(cadre)
    echelle = 100.0 if indicateur.est_part else 1.0
    lignes = [couper(str(groupe)) for groupe in propre["groupe"]]
    hauts, hauteur = empiler(lignes, [_place(ligne) for ligne in propre.to_dict("records")])
    figure = go.Figure()
    centres = [
        haut + len(ligne) * HAUTEUR_LIGNE + _PISTE / 2 for haut, ligne in zip(hauts, lignes, strict=True)
    ]
    for trace in _traces(propre, centres, echelle, valeur):
        figure.add_trace(trace)
    figure.update_layout(
        **gabarit(hauteur + _PIED + 8),
        annotations=_annotations(propre, lignes, hauts, valeur),
        xaxis=_axe_valeurs(propre, indicateur, echelle),
        # Une unité = un pixel : libellés et points ne se chevauchent à aucune largeur.
        yaxis=axe(range=[hauteur, 0], showgrid=False, showticklabels=False),
    )
    figure.update_layout(margin={"l": 4, "r": 16, "t": 4, "b": _PIED + 4})
    phrase = build_phrase(propre, valeur)
    return Graphique(figure, phrase, build_table(propre, tete), f"{titre}. {phrase}", LEGENDES[valeur])


def _place(ligne: dict[Any, Any]) -> int:
    """La hauteur sous le libellé : la piste du point, ou les lignes qui disent pourquoi il manque."""
    if ligne["montre"]:
        return _PISTE + _ENTRE
    return len(_lignes_raison(ligne)) * HAUTEUR_LIGNE + _ENTRE


def _lignes_raison(ligne: dict[Any, Any]) -> list[str]:
    return couper(str(ligne["raison"]), _SIGNES_RAISON)


def _axe_valeurs(cadre: pd.DataFrame, indicateur: Indicateur, echelle: float) -> dict[str, Any]:
    if indicateur.est_part:
        return axe(range=[-4, 103], tickvals=GRADUATIONS, ticktext=POURCENTS, showgrid=True)
    bornes = cadre[["haut", "brut", "redresse"]].astype(float).max().max()
    plafond = 1.0 if pd.isna(bornes) or bornes <= 0 else float(bornes) * 1.08
    return axe(range=[-0.015 * plafond, plafond * echelle], nticks=5, showgrid=True)


def _traces(cadre: pd.DataFrame, centres: list[float], echelle: float, valeur: str) -> list[go.Scatter]:
    autre = "brut" if valeur == "redresse" else "redresse"
    doute = cadre["note"].eq("C")
    ferme = cadre["montre"].astype(bool) & ~doute
    ordonnees = pd.Series(centres, index=cadre.index, dtype=float)
    return [
        _bande(cadre[ferme], ordonnees, echelle, {"width": 9, "color": ACCENT_LEGER}),
        _bande(cadre[doute], ordonnees, echelle, {"width": 2, "color": GRIS, "dash": "dot"}),
        _marques(cadre[cadre["montre"].astype(bool)], autre, ordonnees, echelle, _TRAIT),
        _marques(cadre[ferme], valeur, ordonnees, echelle, {"symbol": "circle", "size": 11, "color": ACCENT}),
        _marques(cadre[doute], valeur, ordonnees, echelle, _CREUX),
    ]


_TRAIT = {"symbol": "line-ns", "size": 12, "line": {"width": 2, "color": GRIS}}
_CREUX = {"symbol": "circle-open", "size": 11, "color": GRIS, "line": {"width": 2, "color": GRIS}}


def _bande(cadre: pd.DataFrame, ordonnees: pd.Series, echelle: float, trait: dict[str, Any]) -> go.Scatter:
    abscisses: list[float | None] = []
    hauteurs: list[float | None] = []
    for rang, bas, haut in zip(cadre.index, cadre["bas"], cadre["haut"], strict=True):
        if pd.notna(bas) and pd.notna(haut):
            abscisses += [bas * echelle, haut * echelle, None]
            hauteurs += [ordonnees[rang], ordonnees[rang], None]
    return go.Scatter(x=abscisses, y=hauteurs, mode="lines", line=trait, hoverinfo="skip")


def _marques(
    cadre: pd.DataFrame, colonne: str, ordonnees: pd.Series, echelle: float, marque: dict[str, Any]
) -> go.Scatter:
    connues = cadre[cadre[colonne].notna()]
    return go.Scatter(
        x=[float(v) * echelle for v in connues[colonne]],
        y=[float(ordonnees[rang]) for rang in connues.index],
        mode="markers",
        marker=marque,
        cliponaxis=False,
        text=[survol(ligne) for ligne in connues.to_dict("records")],
        hovertemplate="%{text}<extra></extra>",
    )


def _annotations(
    cadre: pd.DataFrame, lignes: list[list[str]], hauts: list[int], valeur: str
) -> list[dict[str, Any]]:
    posees: list[dict[str, Any]] = []
    for rang, ligne in enumerate(cadre.to_dict("records")):
        libelle = "<br>".join(proteger(morceau) for morceau in lignes[rang])
        posees.append(annoter(libelle, "left", hauts[rang]))
        if ligne["montre"]:
            texte = f"<b>{ligne[f'{valeur}_texte']}</b> · {ligne['note']}"
            posees.append(annoter(texte, "right", hauts[rang]))
        else:
            raison = "<br>".join(proteger(morceau) for morceau in _lignes_raison(ligne))
            debut = hauts[rang] + len(lignes[rang]) * HAUTEUR_LIGNE
            posees.append(annoter(f"<i>{raison}</i>", "left", debut))
    return posees


def build_phrase(cadre: pd.DataFrame, valeur: str) -> str:
    """Du plus bas au plus haut des groupes citables, et ce qui n'est pas montré."""
    citables = cadre[cadre["note"].isin(["A", "B"]) & cadre[valeur].notna()]
    return " ".join(filter(None, [_phrase_etendue(citables, valeur), _phrase_caches(cadre)]))


def _phrase_etendue(citables: pd.DataFrame, valeur: str) -> str:
    if citables.empty:
        return "Aucun groupe n’a assez de réponses pour être cité."
    ranges = citables.sort_values(valeur, kind="stable")
    bas, haut = ranges.iloc[0], ranges.iloc[-1]
    mot = "redressé" if valeur == "redresse" else "brut"
    if bas[f"{valeur}_texte"] == haut[f"{valeur}_texte"]:
        qui = bas["groupe"] if len(citables) == 1 else "tous les groupes que l’on peut citer"
        return f"{bas[f'{valeur}_texte']} ({qui}), en chiffre {mot}."
    return (
        f"De {bas[f'{valeur}_texte']} ({bas['groupe']}) à {haut[f'{valeur}_texte']} ({haut['groupe']}), "
        f"en chiffre {mot}."
    )


def _phrase_caches(cadre: pd.DataFrame) -> str:
    caches = int((~cadre["montre"].astype(bool)).sum())
    if not caches:
        return ""
    return "Un groupe n’est pas montré." if caches == 1 else f"{caches} groupes ne sont pas montrés."
