"""Les lignes « libellé, marques, valeur » d'un graphique en HTML, dessinées dans une image fixe."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from textwrap import fill
from typing import Any

from matplotlib.figure import Figure

from barometre.charts.marques import DOUTEUX, RAISONS_REPETEES, Axe, Marques, Rang
from barometre.charts.palette import ACCENT, GRIS

# Les teintes transparentes de la palette, posées sur du blanc : matplotlib ne lit pas « rgba(…) ».
GRILLE, ACCENT_LEGER = "#dadde1", "#b6cfea"
SOI = "#1d2733"
# Une borne : la pointe est du côté de la valeur.
_POINTES = {"au_plus": "<", "au_moins": ">"}
# Sous des mots posés sur la piste : la grille s'y efface.
_FOND = {"facecolor": "white", "edgecolor": "none", "pad": 1.5}
_RANG, _LIGNE, _ECHELLE = 0.32, 0.14, 0.3  # pouces
_GAUCHE, _PISTE = 0.42, 0.28  # parts de la largeur : où commence la piste, et sa longueur
_SIGNES_NOM, _SIGNES_MOTS, _SIGNES_RAISON, _SIGNES_SEULE = 50, 34, 78, 118


@dataclass(frozen=True, slots=True)
class _Ligne:
    """Un rang et ses textes repliés ; sans rang, des noms réunis sous la même raison."""

    nom: str
    mots: str
    rang: Rang | None = None

    @property
    def hauteur(self) -> float:
        lignes = self.nom.count("\n") + 1
        if self.rang is not None:
            lignes = max(lignes, self.mots.count("\n") + 1)
        return _RANG + _LIGNE * (lignes - 1)


def measure_hauteur(marques: Marques) -> float:
    """La hauteur du dessin, en pouces."""
    return sum(ligne.hauteur for ligne in _list_lignes(marques.rangs)) + _measure_echelle(marques.axe)


def _measure_echelle(axe: Axe) -> float:
    return _ECHELLE if axe.graduations else 0.0


def draw_rangs(figure: Figure, marques: Marques, bas: float, hauteur: float) -> None:
    """Une ligne par rang, dans l'ordre de la page ; l'échelle au-dessus."""
    lignes = list(_list_lignes(marques.rangs))
    total = sum(ligne.hauteur for ligne in lignes)
    part = total / (total + _measure_echelle(marques.axe)) if total else 0
    axes: Any = figure.add_axes((_GAUCHE, bas, _PISTE, hauteur * part))
    _prepare_axes(axes, marques.axe, total)
    place = 0.0
    for ligne in lignes:
        _draw_ligne(axes, ligne, marques.axe, place + ligne.hauteur / 2)
        place += ligne.hauteur


def _list_lignes(rangs: Sequence[Rang]) -> Iterator[_Ligne]:
    """Comme à l'écran : la même raison, quatre fois de suite ou plus, se lit une fois avec ses noms."""
    for raison, suite in groupby(rangs, key=lambda r: r.raison if r.est_nu else None):
        reunis = list(suite)
        if raison is None or len(reunis) < RAISONS_REPETEES:
            yield from (_Ligne(fill(r.libelle, _SIGNES_NOM), _write_mots(r), r) for r in reunis)
        else:
            noms = " ; ".join(r.libelle for r in reunis)
            yield _Ligne(fill(f"{noms} : {raison}", _SIGNES_SEULE), "")


def _write_mots(rang: Rang) -> str:
    """À droite de la piste ; une raison seule prend aussi sa place."""
    morceaux = filter(None, (rang.valeur, rang.effectif, rang.suite, rang.changement, rang.raison))
    # Insécable après le point : la ligne se coupe avant lui, non après.
    return fill(" ·\u00a0".join(morceaux), _SIGNES_MOTS if rang.a_piste else _SIGNES_RAISON)


def _prepare_axes(axes: Any, axe: Axe, total: float) -> None:
    axes.set_xlim(axe.bas, axe.haut)
    axes.set_ylim(total, 0)
    axes.set_yticks([])
    valeurs, mots = [v for v, _ in axe.graduations], [texte for _, texte in axe.graduations]
    axes.set_xticks(valeurs, mots, fontsize=7, color=GRIS)
    axes.tick_params(length=0, top=False, bottom=False, labeltop=True, labelbottom=False)
    axes.grid(axis="x", color=GRILLE, linewidth=0.6)
    axes.set_axisbelow(True)
    if axe.zero:
        axes.axvline(0, color=GRIS, linewidth=1)
    for bord in axes.spines.values():
        bord.set_visible(False)


def _draw_ligne(axes: Any, ligne: _Ligne, axe: Axe, y: float) -> None:
    if ligne.rang is None:
        repere = axes.get_yaxis_transform()
        axes.text(-1.43, y, ligne.nom, transform=repere, va="center", style="italic", bbox=_FOND)
        return
    ecarte: Any = {"textcoords": "offset points", "va": "center", "annotation_clip": False}
    axes.annotate(ligne.nom, (axe.bas, y), xytext=(-8, 0), ha="right", **ecarte)
    if not ligne.rang.a_piste:
        style = "italic" if ligne.rang.raison else "normal"
        axes.annotate(ligne.mots, (axe.bas, y), xytext=(2, 0), style=style, bbox=_FOND, **ecarte)
        return
    axes.annotate(ligne.mots, (axe.haut, y), xytext=(10, 0), **ecarte)
    _draw_marques(axes, ligne.rang, axe, y)


def _draw_marques(axes: Any, rang: Rang, axe: Axe, y: float) -> None:
    """Ce que dessine la page : barre, intervalle, repère, point, et sa propre marque."""
    douteux = rang.trait == DOUTEUX
    if rang.barre is not None:
        axes.barh(y, _bound(rang.barre, axe) - axe.bas, 0.14, left=axe.bas, color=ACCENT)
    if rang.bas is not None and rang.haut is not None:
        bornes = [_bound(rang.bas, axe), _bound(rang.haut, axe)]
        trait: dict[str, Any] = (
            {"color": GRIS, "linewidth": 1.6, "linestyle": (0, (2, 1.5))}
            if douteux
            else {"color": ACCENT_LEGER, "linewidth": 5}
        )
        axes.plot(bornes, [y, y], solid_capstyle="butt", **trait)
    if rang.repere is not None:
        axes.plot([_bound(rang.repere, axe)] * 2, [y - 0.1, y + 0.1], color=GRIS, linewidth=1.8)
    if rang.point is not None:
        fond = "white" if douteux else ACCENT
        forme = _POINTES.get(rang.borne, "o")
        axes.plot(_bound(rang.point, axe), y, forme, ms=6, mfc=fond, mec=ACCENT, clip_on=False)
    if rang.soi is not None:
        axes.plot(_bound(rang.soi, axe), y, "D", ms=6, mfc=SOI, mec="white", clip_on=False)


def _bound(valeur: float, axe: Axe) -> float:
    """Au-delà d'un bout de la piste, ce bout : comme à l'écran."""
    return min(max(valeur, axe.bas), axe.haut)
