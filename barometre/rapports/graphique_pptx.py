"""Un graphique de PPTX : modifiable, avec ses barres d'erreur, le chiffre, n et la note dans ses libellés."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lxml import etree
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_TICK_LABEL_POSITION
from pptx.util import Cm, Pt

from barometre.domain.formats import INSECABLE
from barometre.rapports.coulee import HAUTEUR, LARGEUR, MARGE
from barometre.rapports.images import format_mentions
from barometre.rapports.modele import Figure, Point

_BARRE = RGBColor(0xA9, 0xC3, 0xE2)
_C = "http://schemas.openxmlformats.org/drawingml/2006/chart"


def draw_graphique(
    page: Any,
    points: Sequence[Point],
    figure: Figure,
    haut: float,
    *,
    gauche: float = MARGE,
    large: float = LARGEUR - 2 * MARGE,
    corps: int = 12,
) -> None:
    """Des barres et leurs intervalles, modifiables ; l'image dite par `figure.alt`."""
    donnees = CategoryChartData(number_format="0 %")
    donnees.categories = [_describe(p) for p in points]
    donnees.add_series("Redressé", [p.valeur for p in points])
    # Trois barres ne s'étirent pas sur toute la diapositive.
    hauteur = min(HAUTEUR - haut - 1.4, 1.6 + 1.5 * len(points))
    cadre = page.shapes.add_chart(
        XL_CHART_TYPE.BAR_CLUSTERED,
        Cm(gauche), Cm(haut), Cm(large), Cm(hauteur), donnees,
    )  # fmt: skip
    cadre._element.nvGraphicFramePr.cNvPr.set("descr", figure.alt)
    graphique = cadre.chart
    graphique.has_legend, graphique.has_title = False, False
    graphique.font.size = Pt(corps)
    _set_axes(graphique)
    trace = graphique.plots[0]
    # Le chiffre est dans le libellé : posé sur une barre courte, le trait d'intervalle le barrait.
    trace.gap_width = 60
    serie = trace.series[0]
    serie.format.fill.solid()
    serie.format.fill.fore_color.rgb = _BARRE
    _add_barres_erreur(serie._element, points)


def _describe(p: Point) -> str:
    """« Un site internet : 68 % (412 réponses, note A) »."""
    return f"{p.libelle}{INSECABLE}: {p.texte.replace(' ', INSECABLE)} {format_mentions(p)}"


def _set_axes(graphique: Any) -> None:
    graphique.category_axis.reverse_order = True  # la première ligne en haut
    graphique.category_axis.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    axe = graphique.value_axis
    axe.minimum_scale, axe.maximum_scale, axe.major_unit = 0, 1, 0.25
    axe.tick_labels.number_format, axe.tick_labels.number_format_is_linked = "0 %", False
    axe.major_gridlines.format.line.color.rgb = RGBColor(0xDD, 0xE3, 0xEA)


def _add_barres_erreur(serie: Any, points: Sequence[Point]) -> None:
    """python-pptx n'en écrit pas : `c:errBars` à valeurs propres (ECMA-376 partie 1, §21.2.2.55)."""
    barres = etree.SubElement(serie, f"{{{_C}}}errBars")
    for nom, valeur in (("errBarType", "both"), ("errValType", "cust"), ("noEndCap", "0")):
        etree.SubElement(barres, f"{{{_C}}}{nom}").set("val", valeur)
    plus = [_ecart(p.haut, p.valeur) for p in points]
    moins = [_ecart(p.valeur, p.bas) for p in points]
    for nom, ecarts in (("plus", plus), ("minus", moins)):
        litteral = etree.SubElement(etree.SubElement(barres, f"{{{_C}}}{nom}"), f"{{{_C}}}numLit")
        etree.SubElement(litteral, f"{{{_C}}}ptCount").set("val", str(len(ecarts)))
        for rang, ecart in enumerate(ecarts):
            point = etree.SubElement(litteral, f"{{{_C}}}pt")
            point.set("idx", str(rang))
            etree.SubElement(point, f"{{{_C}}}v").text = f"{ecart:.6f}"
    # Le schéma veut les barres avant les catégories.
    serie.find(f"{{{_C}}}cat").addprevious(barres)


def _ecart(haut: float | None, bas: float | None) -> float:
    return 0.0 if haut is None or bas is None else max(haut - bas, 0.0)
