"""Le PPTX : une diapositive par figure, graphique modifiable avec barres d'erreur, n, note, commentaires."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

from lxml import etree
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_TICK_LABEL_POSITION
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.text.text import _Run
from pptx.util import Cm, Pt

from barometre.domain.formats import INSECABLE
from barometre.rapports.coulee import HAUT, HAUTEUR, LARGEUR, MARGE, Coulee, format_titre, write_texte
from barometre.rapports.figer import freeze_paquet
from barometre.rapports.images import draw_vignettes, format_mentions
from barometre.rapports.modele import (
    Document,
    Figure,
    Image,
    Liste,
    Paragraphe,
    Planche,
    Point,
    Section,
    Tableau,
    Vignette,
)

MIME = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
_TITRE_SEUL = 5  # rang de la mise en page « titre seul » du modèle de python-pptx
# Des cartes de front, et la hauteur qu'a l'une, seule, ou plusieurs, sur leurs phrases.
CARTES_DE_FRONT, _ENTRE_CARTES, _HAUT_CARTE, _HAUT_CARTES = 3, 0.8, HAUTEUR - HAUT - 1.5, 11.4
_MOITIE = LARGEUR / 2 - MARGE
_POINTS = 9  # ce qui tient sur une diapositive et se lit projeté
_ACCENT = RGBColor(0x1B, 0x4F, 0x8A)
_BLANC = RGBColor(0xFF, 0xFF, 0xFF)
_BARRE = RGBColor(0xA9, 0xC3, 0xE2)
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_C = "http://schemas.openxmlformats.org/drawingml/2006/chart"


def to_pptx(document: Document) -> bytes:
    """Le fichier entier."""
    presentation = Presentation()
    presentation.slide_width, presentation.slide_height = Cm(LARGEUR), Cm(HAUTEUR)
    presentation.core_properties.title = document.titre
    presentation.core_properties.author = "DINUM et Déclic"
    presentation.core_properties.language = "fr-FR"
    presentation.core_properties.identifier = document.adresse
    _add_ouverture(presentation, document)
    cartes = draw_vignettes(document, CARTES_DE_FRONT)
    for section in document.sections:
        _add_section(presentation, document, section, cartes)
    sortie = io.BytesIO()
    presentation.save(sortie)
    return freeze_paquet(sortie.getvalue(), document.cree_le)


def _add_ouverture(presentation: Any, document: Document) -> None:
    """Sur fond plein : le titre, l'édition, la simulation, puis d'où viennent les chiffres."""
    mentions = [f"{nom} : {texte}" for nom, texte in document.mentions]
    page = _add_page(presentation, document, document.titre)
    page.background.fill.solid()
    page.background.fill.fore_color.rgb = _ACCENT
    cadre = page.shapes.title
    cadre.top, cadre.height = Cm(3.5), Cm(4.5)
    cadre.text_frame.vertical_anchor = MSO_ANCHOR.BOTTOM
    cadre.text_frame.paragraphs[0].runs[0].font.size = Pt(36)
    haut = 8.4
    for phrase, taille in (
        (document.sous_titre, 20),
        (document.avertissement, 16),
        *((m, 14) for m in mentions),
    ):
        if phrase:
            haut += write_texte(page, phrase, haut, taille)
    for forme in page.shapes:
        for paragraphe in forme.text_frame.paragraphs:
            for morceau in paragraphe.runs:
                morceau.font.color.rgb = _BLANC
    for ecriture in page.shapes._spTree.iter(f"{{{_A}}}fld"):
        _Run(ecriture, cadre.text_frame).font.color.rgb = _BLANC


def _add_section(
    presentation: Any, document: Document, section: Section, cartes: Mapping[Vignette, Image]
) -> None:
    """Les figures, une par diapositive ; puis ce qui reste, à la suite, tant que la place suffit.

    D'un thème, la phrase à retenir va sur sa première figure, ses listes dans les commentaires ; d'une carte,
    elle va à côté : une diapositive d'une phrase ne montre rien.
    """
    phrases = [bloc.texte for bloc in section.blocs if isinstance(bloc, Paragraphe)]
    elements = [e for bloc in section.blocs if isinstance(bloc, Liste) for e in bloc.phrases]
    toutes = [bloc for bloc in section.blocs if isinstance(bloc, Figure)]
    figures = [figure for figure in toutes if _list_montres(figure)]
    images = [bloc for bloc in section.blocs if isinstance(bloc, Image)]
    retenir = phrases[0] if phrases else ""
    for rang, figure in enumerate(figures):
        details = (*phrases, *elements) if rang == 0 else ()
        _add_figure(presentation, document, figure, retenir if rang == 0 else "", details)
    for image in images:
        _add_image(presentation, document, image, section.titre, phrases)
    lots_cartes = [lot for b in section.blocs if isinstance(b, Planche) for lot in _share_cartes(b)]
    for rang, lot in enumerate(lots_cartes):
        _add_cartes(presentation, document, format_titre(section.titre, rang), lot, cartes)
    reste, lots = (
        section.blocs,
        [_share(_list_montres(f), _POINTS) for f in figures if f.titre == section.titre],
    )
    if figures or images:
        reste = tuple(bloc for bloc in reste if isinstance(bloc, Tableau))
    tues = " ; ".join(figure.titre for figure in toutes if figure not in figures)
    if tues:
        reste = (*reste, Paragraphe(f"Rien n’est publié, faute d’assez de réponses : {tues}"))
    add_page = partial(_add_page, presentation, document)
    entamees = len(images) + len(lots_cartes) + sum(map(len, lots))
    Coulee(add_page, section.titre, entamees=entamees).write(reste)


def _add_page(presentation: Any, document: Document, titre: str, notes: Sequence[str] = ()) -> Any:
    page = presentation.slides.add_slide(presentation.slide_layouts[_TITRE_SEUL])
    cadre = page.shapes.title
    cadre.left, cadre.top, cadre.width, cadre.height = Cm(MARGE), Cm(0.8), Cm(LARGEUR - 2 * MARGE), Cm(2)
    cadre.text_frame.text = titre
    cadre.text_frame.word_wrap = True
    cadre.text_frame.paragraphs[0].alignment = PP_ALIGN.LEFT
    ecriture = cadre.text_frame.paragraphs[0].runs[0].font
    ecriture.size, ecriture.bold, ecriture.color.rgb = Pt(26), True, _ACCENT
    _write_pied(page, document)
    page.notes_slide.notes_text_frame.text = "\n".join(
        (*notes, *(f"{n} : {t}" for n, t in document.mentions))
    )
    return page


def _write_pied(page: Any, document: Document) -> None:
    cadre = page.shapes.add_textbox(Cm(MARGE), Cm(HAUTEUR - 1.2), Cm(LARGEUR - 2 * MARGE), Cm(0.8))
    mentions = dict(document.mentions)
    texte = " · ".join(filter(None, (mentions["Source"], mentions["Données du"], document.avertissement)))
    cadre.text_frame.word_wrap = True
    cadre.text_frame.text = f"{texte} · "
    paragraphe = cadre.text_frame.paragraphs[0]
    paragraphe.runs[0].font.size = Pt(10)
    _add_numero(paragraphe)


def _add_numero(paragraphe: Any) -> None:
    """Le numéro de la diapositive : un champ que le logiciel calcule (ECMA-376 partie 1, §21.1.2.2.4)."""
    champ = etree.SubElement(paragraphe._p, f"{{{_A}}}fld")
    champ.set("id", "{B6F15528-21DE-4FAA-801E-634DDDAF4B2B}")
    champ.set("type", "slidenum")
    etree.SubElement(champ, f"{{{_A}}}rPr").set("sz", "1000")
    etree.SubElement(champ, f"{{{_A}}}t").text = "‹n°›"


def _add_figure(
    presentation: Any, document: Document, figure: Figure, retenir: str, details: Sequence[str]
) -> None:
    """`retenir` : la phrase du thème, en tête de sa première diapositive."""
    montres = _list_montres(figure)
    caches = [f"{p.libelle} : {p.raison}" for p in figure.points if p.valeur is None]
    for rang, lot in enumerate(_share(montres, _POINTS)):
        notes = (*details, figure.alt, *caches)
        page = _add_page(presentation, document, format_titre(figure.titre, rang), notes)
        haut = HAUT
        if retenir and rang == 0:
            haut += write_texte(page, retenir, haut, 14, gras=True)
        haut += write_texte(page, figure.phrase, haut, 11)
        _draw_graphique(page, lot, figure, haut)


def _list_montres(figure: Figure) -> list[Point]:
    return [p for p in figure.points if p.valeur is not None]


def _share(points: Sequence[Point], nombre: int) -> list[Sequence[Point]]:
    """Des lots de même taille : dix points font cinq et cinq, pas neuf et un."""
    lots = -(-len(points) // nombre)
    taille = -(-len(points) // lots)
    return [points[rang * taille : (rang + 1) * taille] for rang in range(lots)]


def _draw_graphique(page: Any, points: Sequence[Point], figure: Figure, haut: float) -> None:
    donnees = CategoryChartData(number_format="0 %")
    donnees.categories = [_describe(p) for p in points]
    donnees.add_series("Redressé", [p.valeur for p in points])
    # Trois barres ne s'étirent pas sur toute la diapositive.
    hauteur = min(HAUTEUR - haut - 1.4, 1.6 + 1.5 * len(points))
    cadre = page.shapes.add_chart(
        XL_CHART_TYPE.BAR_CLUSTERED,
        Cm(MARGE), Cm(haut), Cm(LARGEUR - 2 * MARGE), Cm(hauteur), donnees,
    )  # fmt: skip
    cadre._element.nvGraphicFramePr.cNvPr.set("descr", figure.alt)
    graphique = cadre.chart
    graphique.has_legend, graphique.has_title = False, False
    graphique.font.size = Pt(12)
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
    return f"{p.libelle} : {p.texte} ({p.n}{INSECABLE}réponses, {format_mentions(p)})"


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


def _add_image(
    presentation: Any, document: Document, image: Image, titre: str, phrases: Sequence[str]
) -> None:
    """La phrase à gauche, l'image à droite, aussi haute que la diapositive le permet."""
    page = _add_page(presentation, document, titre, (*phrases, image.titre, image.alt))
    haut, colonne = HAUTEUR - 4.4, 11.0
    large = min(haut / image.proportion, LARGEUR - 2 * MARGE - colonne - 0.5)
    _pose_image(page, image, LARGEUR - MARGE - large, large)
    bas = HAUT
    for phrase in phrases:
        bas += write_texte(page, phrase, bas, 16, large=colonne)


def _share_cartes(planche: Planche) -> list[Sequence[Vignette]]:
    """Trois par diapositive, ou des lots de même taille : dix font trois, trois, deux et deux."""
    total = len(planche.vignettes)
    lots = -(-total // CARTES_DE_FRONT)
    bornes = [rang * total // lots for rang in range(lots + 1)]
    return [planche.vignettes[debut:fin] for debut, fin in pairwise(bornes)]


def _add_cartes(
    presentation: Any,
    document: Document,
    titre: str,
    lot: Sequence[Vignette],
    cartes: Mapping[Vignette, Image],
) -> None:
    """Des cartes de front, chacune sur sa phrase ; ce que dit leur légende, dans les commentaires."""
    page = _add_page(presentation, document, titre, [f"{v.titre}. {v.phrase} {v.alt}" for v in lot])
    if len(lot) == 1:
        _pose_image(page, cartes[lot[0]], MARGE, min(_HAUT_CARTE / cartes[lot[0]].proportion, _MOITIE))
        write_texte(page, lot[0].phrase, HAUT, 16, large=LARGEUR / 2 - MARGE - 0.5, gauche=LARGEUR / 2 + 0.5)
        return
    large = (LARGEUR - 2 * MARGE - (CARTES_DE_FRONT - 1) * _ENTRE_CARTES) / CARTES_DE_FRONT
    large = min(large, _HAUT_CARTES / max(cartes[vignette].proportion for vignette in lot))
    pas = (LARGEUR - 2 * MARGE + _ENTRE_CARTES) / CARTES_DE_FRONT
    bas = HAUT + 0.1 + max(cartes[vignette].proportion for vignette in lot) * large
    for rang, vignette in enumerate(lot):
        gauche = MARGE + rang * pas
        _pose_image(page, cartes[vignette], gauche, large)
        write_texte(page, vignette.phrase, bas, 11, large=pas - _ENTRE_CARTES, gauche=gauche)


def _pose_image(page: Any, image: Image, gauche: float, large: float) -> None:
    photo = page.shapes.add_picture(
        io.BytesIO(image.octets), Cm(gauche), Cm(HAUT), Cm(large), Cm(large * image.proportion)
    )
    photo._element.nvPicPr.cNvPr.set("descr", image.alt)
