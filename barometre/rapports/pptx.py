"""Le PPTX : une diapositive par figure, graphique modifiable avec barres d'erreur, n, note, commentaires."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from lxml import etree
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LABEL_POSITION, XL_TICK_LABEL_POSITION
from pptx.util import Cm, Pt

from barometre.rapports.figer import freeze_paquet
from barometre.rapports.largeurs import compute_largeurs
from barometre.rapports.modele import Document, Figure, Image, Liste, Paragraphe, Point, Section, Tableau

MIME = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
_LARGEUR, _HAUTEUR, _MARGE = 33.87, 19.05, 1.5  # centimètres, 16/9
_TITRE_SEUL = 5  # rang de la mise en page « titre seul » du modèle de python-pptx
_POINTS, _LIGNES, _PHRASES = 9, 9, 5  # ce qui tient sur une diapositive et se lit projeté
# Une phrase qui tient en deux lignes au-dessus d’un tableau.
_AU_DESSUS = 260
_ACCENT = RGBColor(0x1B, 0x4F, 0x8A)
_BARRE = RGBColor(0xA9, 0xC3, 0xE2)
_ENCRE = RGBColor(0x14, 0x20, 0x2E)
_C = "http://schemas.openxmlformats.org/drawingml/2006/chart"


def to_pptx(document: Document) -> bytes:
    """Le fichier entier."""
    presentation = Presentation()
    presentation.slide_width, presentation.slide_height = Cm(_LARGEUR), Cm(_HAUTEUR)
    presentation.core_properties.title = document.titre
    presentation.core_properties.author = "DINUM et Déclic"
    presentation.core_properties.language = "fr-FR"
    presentation.core_properties.identifier = document.adresse
    _add_ouverture(presentation, document)
    for section in document.sections:
        _add_section(presentation, document, section)
    sortie = io.BytesIO()
    presentation.save(sortie)
    return freeze_paquet(sortie.getvalue(), document.cree_le)


def _add_ouverture(presentation: Any, document: Document) -> None:
    mentions = [f"{nom} : {texte}" for nom, texte in document.mentions]
    phrases = [document.sous_titre, *filter(None, [document.avertissement]), *mentions]
    _write_phrases(_add_page(presentation, document, document.titre), phrases, taille=16)


def _add_section(presentation: Any, document: Document, section: Section) -> None:
    """Les phrases d'abord, puis une diapositive par figure, tableau ou image.

    Le détail d'un thème (ses listes) passe dans les commentaires : la diapositive se lit de loin.
    """
    phrases = [bloc.texte for bloc in section.blocs if isinstance(bloc, Paragraphe)]
    elements = [e for bloc in section.blocs if isinstance(bloc, Liste) for e in bloc.elements]
    details: list[str] = []
    if any(isinstance(bloc, Figure) for bloc in section.blocs):
        details = elements
    else:
        phrases += elements
    if _is_courte(phrases, section):
        for bloc in section.blocs:
            if isinstance(bloc, Tableau):
                _add_tableau(presentation, document, replace(bloc, titre=section.titre), " ".join(phrases))
        return
    for rang in range(0, len(phrases), _PHRASES):
        lot = phrases[rang : rang + _PHRASES]
        _write_phrases(_add_page(presentation, document, section.titre, (*lot, *details)), lot, taille=15)
    for bloc in section.blocs:
        if isinstance(bloc, Figure):
            _add_figure(presentation, document, bloc)
        elif isinstance(bloc, Tableau):
            _add_tableau(presentation, document, bloc)
        elif isinstance(bloc, Image):
            _add_image(presentation, document, bloc)


def _is_courte(phrases: Sequence[str], section: Section) -> bool:
    """Un tableau et une phrase : au-dessus de lui, elle ne laisse pas une diapositive presque vide."""
    autres = [bloc for bloc in section.blocs if not isinstance(bloc, Paragraphe)]
    return len(autres) == 1 and isinstance(autres[0], Tableau) and sum(map(len, phrases)) <= _AU_DESSUS


def _add_page(presentation: Any, document: Document, titre: str, notes: Sequence[str] = ()) -> Any:
    page = presentation.slides.add_slide(presentation.slide_layouts[_TITRE_SEUL])
    cadre = page.shapes.title
    cadre.left, cadre.top, cadre.width, cadre.height = Cm(_MARGE), Cm(0.8), Cm(_LARGEUR - 2 * _MARGE), Cm(2)
    cadre.text_frame.text = titre
    cadre.text_frame.word_wrap = True
    ecriture = cadre.text_frame.paragraphs[0].runs[0].font
    ecriture.size, ecriture.bold, ecriture.color.rgb = Pt(26), True, _ACCENT
    _write_pied(page, document)
    page.notes_slide.notes_text_frame.text = "\n".join(
        (*notes, *(f"{n} : {t}" for n, t in document.mentions))
    )
    return page


def _write_pied(page: Any, document: Document) -> None:
    cadre = page.shapes.add_textbox(Cm(_MARGE), Cm(_HAUTEUR - 1.2), Cm(_LARGEUR - 2 * _MARGE), Cm(0.8))
    mentions = dict(document.mentions)
    texte = " · ".join(filter(None, (mentions["Source"], mentions["Données du"], document.avertissement)))
    cadre.text_frame.text = texte
    cadre.text_frame.paragraphs[0].runs[0].font.size = Pt(10)


def _write_phrases(page: Any, phrases: Sequence[str], *, taille: int) -> None:
    cadre = page.shapes.add_textbox(
        Cm(_MARGE), Cm(3.4), Cm(_LARGEUR - 2 * _MARGE), Cm(_HAUTEUR - 5)
    ).text_frame
    cadre.word_wrap = True
    for rang, phrase in enumerate(phrases):
        paragraphe = cadre.paragraphs[0] if rang == 0 else cadre.add_paragraph()
        paragraphe.text, paragraphe.space_after = phrase, Pt(10)
        paragraphe.runs[0].font.size = Pt(taille if len(phrase) < 420 else taille - 3)


def _add_figure(presentation: Any, document: Document, figure: Figure) -> None:
    montres = [p for p in figure.points if p.valeur is not None]
    caches = [f"{p.libelle} : {p.raison}" for p in figure.points if p.valeur is None]
    for rang in range(0, len(montres), _POINTS):
        lot = montres[rang : rang + _POINTS]
        suite = f" ({rang // _POINTS + 1})" if len(montres) > _POINTS else ""
        page = _add_page(presentation, document, f"{figure.titre}{suite}", (figure.alt, *caches))
        _write_legende(page, figure.phrase)
        _draw_graphique(page, lot, figure)


def _write_legende(page: Any, phrase: str) -> None:
    cadre = page.shapes.add_textbox(Cm(_MARGE), Cm(2.7), Cm(_LARGEUR - 2 * _MARGE), Cm(1)).text_frame
    cadre.text, cadre.word_wrap = phrase, True
    cadre.paragraphs[0].runs[0].font.size = Pt(12)


def _draw_graphique(page: Any, points: Sequence[Point], figure: Figure) -> None:
    donnees = CategoryChartData(number_format="0 %")
    donnees.categories = [f"{p.libelle} (n = {p.n}, note {p.note})" for p in points]
    donnees.add_series("Redressé", [p.valeur for p in points])
    cadre = page.shapes.add_chart(
        XL_CHART_TYPE.BAR_CLUSTERED,
        Cm(_MARGE), Cm(3.8), Cm(_LARGEUR - 2 * _MARGE), Cm(_HAUTEUR - 5.3), donnees,
    )  # fmt: skip
    cadre._element.nvGraphicFramePr.cNvPr.set("descr", figure.alt)
    graphique = cadre.chart
    graphique.has_legend, graphique.has_title = False, False
    graphique.font.size = Pt(12)
    _set_axes(graphique)
    trace = graphique.plots[0]
    trace.gap_width, trace.has_data_labels = 60, True
    trace.data_labels.number_format, trace.data_labels.number_format_is_linked = "0 %", False
    trace.data_labels.position = XL_LABEL_POSITION.INSIDE_BASE
    # Foncée sur une barre pâle : d'une barre plus courte qu'elle, l'étiquette se lit encore.
    trace.data_labels.font.color.rgb = _ENCRE
    serie = trace.series[0]
    serie.format.fill.solid()
    serie.format.fill.fore_color.rgb = _BARRE
    _add_barres_erreur(serie._element, points)


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


def _add_tableau(presentation: Any, document: Document, tableau: Tableau, phrase: str = "") -> None:
    for rang in range(0, len(tableau.lignes), _LIGNES):
        lot = tableau.lignes[rang : rang + _LIGNES]
        suite = f" ({rang // _LIGNES + 1})" if len(tableau.lignes) > _LIGNES else ""
        page = _add_page(presentation, document, f"{tableau.titre}{suite}")
        if phrase:
            _write_legende(page, phrase)
        _write_tableau(page, tableau, lot, haut=4.2 if phrase else 3.2)


def _write_tableau(page: Any, tableau: Tableau, lignes: Sequence[Sequence[str]], *, haut: float) -> None:
    large = _LARGEUR - 2 * _MARGE
    cadre = page.shapes.add_table(
        len(lignes) + 1, len(tableau.entetes), Cm(_MARGE), Cm(haut), Cm(large), Cm(10)
    )
    cadre._element.nvGraphicFramePr.cNvPr.set("descr", f"Tableau : {tableau.titre}")
    parts = compute_largeurs(tableau.entetes, tableau.lignes)
    for part, colonne in zip(parts, cadre.table.columns, strict=True):
        colonne.width = Cm(large * part)
    for rang, ligne in enumerate((tableau.entetes, *lignes)):
        for place, texte in enumerate(ligne):
            cellule = cadre.table.cell(rang, place)
            cellule.text = texte
            for morceau in cellule.text_frame.paragraphs[0].runs:
                morceau.font.size = Pt(12)


def _add_image(presentation: Any, document: Document, image: Image) -> None:
    page = _add_page(presentation, document, image.titre, (image.alt,))
    haut = _HAUTEUR - 5
    large = haut / image.proportion
    photo = page.shapes.add_picture(
        io.BytesIO(image.octets), Cm((_LARGEUR - large) / 2), Cm(3.2), Cm(large), Cm(haut)
    )
    photo._element.nvPicPr.cNvPr.set("descr", image.alt)
