"""Une figure plotly (points, courbes, moustaches) dessinée dans une image fixe, sans navigateur.

Seul ce que nos figures emploient se lit : `scatter`, axes gradués, annotations. Autre chose est une erreur,
non un trait de moins.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator
from matplotlib.transforms import Bbox

from barometre.charts.image_rangs import GRILLE
from barometre.charts.modele import Graphique
from barometre.charts.palette import ACCENT, GRIS
from barometre.domain.formats import format_nombre

POINTS_PAR_POUCE = 90  # une hauteur de plotly, en pixels, devient des pouces
_GAUCHE, _LARGEUR, _HAUT, _BAS = 0.1, 0.86, 0.12, 0.48  # parts de la largeur, puis pouces
_TRAITS = {"solid": "-", "dash": (0, (5, 3)), "dot": (0, (1, 2)), "dashdot": (0, (5, 2, 1, 2))}
_SYMBOLES = {"circle": "o", "diamond": "D", "triangle-down": "v", "triangle-up": "^"}  # et les mêmes, creux
# Où poser le nom d'un point, du plus lisible au moins : décalage en points, alignements.
_PLACES = ((6, 0, "left", "center"), (-6, 0, "right", "center"), (0, 7, "center", "bottom"),
           (0, -7, "center", "top"), (5, 6, "left", "bottom"), (-5, -6, "right", "top"))  # fmt: skip
SANS_PLACE = "Les noms qui en recouvriraient d’autres ne sont pas écrits : le tableau les a tous."
Trace = Mapping[str, Any]


class TraceInconnue(ValueError):
    """Cette sorte de figure n'a pas encore d'image."""


def measure_hauteur(graphique: Graphique) -> float:
    """La hauteur du dessin, en pouces."""
    hauteur = _read(graphique)["layout"].get("height", 320)
    return float(hauteur) / POINTS_PAR_POUCE + _BAS


def draw_traces(figure: Figure, graphique: Graphique, bas: float, hauteur: float) -> None:
    """Les courbes, les points, leurs noms, les axes et les mots posés sur la figure."""
    contenu = _read(graphique)
    mise, pouces = contenu["layout"], figure.get_figheight()
    axes: Any = figure.add_axes((_GAUCHE, bas + _BAS / pouces, _LARGEUR, hauteur - (_BAS + _HAUT) / pouces))
    dates = mise["xaxis"].get("type") == "date"
    for trace in contenu["data"]:
        _draw_trace(axes, trace, dates=dates)
    _prepare_axe(axes.xaxis, axes.set_xlim, mise["xaxis"], dates=dates)
    _prepare_axe(axes.yaxis, axes.set_ylim, mise["yaxis"])
    if mise["yaxis"].get("rangemode") == "tozero":
        axes.set_ylim(bottom=0)
    for bord in axes.spines.values():
        bord.set_visible(False)
    axes.tick_params(length=0, labelsize=7.5, labelcolor=GRIS)
    axes.set_axisbelow(True)
    for mot in mise.get("annotations") or ():
        _write_mot(axes, mot)
    if mise.get("showlegend"):
        axes.legend(fontsize=7.5, frameon=False, loc="upper left")
    _write_noms(axes, contenu["data"])


def _read(graphique: Graphique) -> dict[str, Any]:
    return graphique.get_ecrite().to_dict()


def _draw_trace(axes: Any, trace: Trace, *, dates: bool) -> None:
    if trace.get("type", "scatter") != "scatter":
        raise TraceInconnue(str(trace["type"]))
    x, y = _to_x(trace["x"], dates=dates), np.asarray(trace["y"], dtype=float)
    mode, trait = trace.get("mode", ""), trace.get("line") or {}
    if "lines" in mode:
        style: Any = _TRAITS[trait.get("dash") or "solid"]
        nom = strip_balises(trace.get("name") or "") or None
        axes.plot(x, y, color=trait.get("color", GRIS), lw=trait.get("width", 1.5), ls=style, label=nom)
    moustaches = trace.get("error_y") or {}
    if moustaches.get("array"):
        ecarts = [moustaches["arrayminus"], moustaches["array"]]
        axes.errorbar(x, y, yerr=ecarts, fmt="none", ecolor=moustaches.get("color", ACCENT), capsize=4)
    if "markers" in mode:
        _draw_points(axes, x, y, trace["marker"])


def _draw_points(axes: Any, x: np.ndarray, y: np.ndarray, marque: Trace) -> None:
    couleurs, symboles = (_extend(marque[nom], len(x)) for nom in ("color", "symbol"))
    taille = float(marque.get("size", 8)) * 0.6
    for abscisse, ordonnee, couleur, symbole in zip(x, y, couleurs, symboles, strict=True):
        fond = "white" if symbole.endswith("-open") else couleur
        axes.plot(
            abscisse,
            ordonnee,
            _SYMBOLES[symbole.removesuffix("-open")],
            ms=taille,
            mfc=fond,
            mec=couleur,
            clip_on=False,
            zorder=3,
        )


def _extend(valeur: Any, nombre: int) -> list[str]:
    return [valeur] * nombre if isinstance(valeur, str) else list(valeur)


def _to_x(valeurs: Any, *, dates: bool) -> np.ndarray:
    return np.asarray(valeurs, dtype="datetime64[D]") if dates else np.asarray(valeurs, dtype=float)


def _prepare_axe(axe: Any, set_bornes: Any, dit: Mapping[str, Any], *, dates: bool = False) -> None:
    """Les bornes et les graduations de la figure ; à défaut, des nombres ronds écrits en français."""
    if dit.get("range") is not None:
        set_bornes(*dit["range"])
    if dit.get("tickvals") is not None:
        axe.set_ticks(_to_x(dit["tickvals"], dates=dates), [strip_balises(t) for t in dit["ticktext"]])
    else:
        axe.set_major_locator(MaxNLocator(int(dit.get("nticks") or 6)))
        axe.set_major_formatter(FuncFormatter(_format_graduation))
    titre = (dit.get("title") or {}).get("text")
    if titre:
        axe.set_label_text(strip_balises(titre), fontsize=8)
    if dit.get("showgrid", True):
        axe.grid(visible=True, color=GRILLE, linewidth=0.6)


def _format_graduation(valeur: float, _: int) -> str:
    return format_nombre(valeur, 0 if float(valeur).is_integer() else 1)


def _write_mot(axes: Any, mot: Mapping[str, Any]) -> None:
    """Un texte posé à une place de la figure, décalé en pixels."""
    repere = axes.get_xaxis_transform() if mot.get("yref") == "paper" else axes.transData
    axes.annotate(
        strip_balises(mot["text"]),
        (mot["x"], mot["y"]),
        xycoords=repere,
        xytext=(0.75 * (mot.get("xshift") or 0), 0.75 * (mot.get("yshift") or 0)),
        textcoords="offset points",
        ha=mot.get("xanchor") or "center",
        va="center",
        fontweight="bold" if "<b>" in mot["text"] else "normal",
        style="italic" if "<i>" in mot["text"] else "normal",
    )


def _write_noms(axes: Any, traces: Any) -> None:
    """Le nom de chaque point là où il ne recouvre rien ; ce qui n'a pas eu de place se dit."""
    nommes = [
        (float(x), float(y), strip_balises(nom))
        for trace in traces
        if "markers" in trace.get("mode", "") and trace.get("text") is not None
        for x, y, nom in zip(trace["x"], trace["y"], trace["text"], strict=True)
    ]
    dessin = axes.figure.canvas.get_renderer()
    prises = [_find_boite(axes, x, y) for x, y, _ in nommes]
    oublies = [nom for x, y, nom in nommes if nom and not _place_nom(axes, dessin, (x, y), nom, prises)]
    if oublies:
        axes.text(
            1, 1, SANS_PLACE, transform=axes.transAxes, ha="right", va="bottom", fontsize=6.5, color=GRIS
        )


def _find_boite(axes: Any, x: float, y: float) -> Bbox:
    centre = axes.transData.transform((x, y))
    return Bbox([centre - 5, centre + 5])


def _place_nom(axes: Any, dessin: Any, point: tuple[float, float], nom: str, prises: list[Any]) -> bool:
    for dx, dy, ha, va in _PLACES:
        ecrit = axes.annotate(
            nom, point, xytext=(dx, dy), textcoords="offset points", ha=ha, va=va, fontsize=6.5
        )
        boite = ecrit.get_window_extent(dessin)
        dedans = axes.get_window_extent(dessin)
        if dedans.x0 <= boite.x0 and boite.x1 <= dedans.x1 and not any(boite.overlaps(p) for p in prises):
            prises.append(boite)
            return True
        ecrit.remove()
    return False


def strip_balises(texte: str) -> str:
    """Le texte d'une étiquette plotly : « <br> » passe à la ligne, le reste des balises s'efface."""
    return html.unescape(re.sub(r"<[^>]+>", "", texte.replace("<br>", "\n")))
