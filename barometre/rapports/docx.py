"""Le DOCX : vrais styles et titres, lignes d'en-tête répétées, texte de remplacement de chaque image."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from docx import Document as NouveauDocument
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Pt, RGBColor
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from barometre.rapports.figer import freeze_paquet
from barometre.rapports.images import compute_large_carte, count_de_front, draw_figures, draw_vignettes
from barometre.rapports.largeurs import compute_largeurs
from barometre.rapports.modele import (
    Bloc,
    Document,
    Figure,
    Image,
    Liste,
    Paragraphe,
    Planche,
    Tableau,
    Vignette,
)

MIME = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_LARGEUR = 16.5  # centimètres entre les marges
_TABLEAU = 8.5  # points
# Rangs, en-tête compris : un tableau qui reste sur une page ; une fiche en coupe de plus courts.
_COURT, _COURT_SERRE = 10, 6
# Un tableau n'a pas d'espace sous lui : ce qui suit le porte.
_APRES_TABLEAU = Pt(8)
_POLICE, _ACCENT, _GRIS = "Arial", RGBColor(0x1B, 0x4F, 0x8A), RGBColor(0x5C, 0x66, 0x70)
_TITRES = ("Title", "Subtitle", "Intense Quote", "Heading 1", "Caption")
_STYLE_TABLEAU = "Tableau du baromètre"
# Un filet sous chaque ligne, comme en PDF et en ODT, l'en-tête en gras (ECMA-376 partie 1, §17.7.6).
_TABLEAU_XML = (
    f'<w:style {nsdecls("w")} w:type="table" w:customStyle="1" w:styleId="TableauBarometre">'
    f'<w:name w:val="{_STYLE_TABLEAU}"/><w:basedOn w:val="TableNormal"/>'
    '<w:pPr><w:spacing w:before="30" w:after="30" w:line="240" w:lineRule="auto"/></w:pPr>'
    "<w:tblPr><w:tblBorders>"
    + "".join(
        f'<w:{cote} w:val="single" w:sz="4" w:space="0" w:color="C9D1DA"/>'
        for cote in ("top", "bottom", "insideH")
    )
    + '</w:tblBorders></w:tblPr><w:tblStylePr w:type="firstRow"><w:rPr><w:b/></w:rPr><w:tcPr>'
    '<w:shd w:val="clear" w:color="auto" w:fill="EEF2F7"/></w:tcPr></w:tblStylePr></w:style>'
)
ENTETES = ("Indicateur", "Redressé", "Intervalle", "Réponses", "Note")


@dataclass(frozen=True, slots=True)
class Dessins:
    """Les images des figures et des cartes d'un document, et les rangs d'un tableau qui ne se coupe pas."""

    figures: Mapping[Figure, Image]
    cartes: Mapping[Vignette, Image]
    court: int


def build_dessins(document: Document) -> Dessins:
    """Ceux d'un document, dessinés une fois."""
    court = _COURT_SERRE if document.serre else _COURT
    return Dessins(draw_figures(document), draw_vignettes(document), court)


def to_docx(document: Document) -> bytes:
    """Le fichier entier."""
    fichier = NouveauDocument()
    _set_proprietes(fichier, document)
    _set_styles(fichier)
    if document.serre:
        _tighten(fichier)
    fichier.add_heading(document.titre, level=0)
    fichier.add_paragraph(document.sous_titre, style="Subtitle")
    if document.avertissement:
        fichier.add_paragraph(document.avertissement, style="Intense Quote")
    if not document.serre:
        _add_mentions(fichier, document)
    dessins = build_dessins(document)
    for section in document.sections:
        fichier.add_heading(section.titre, level=1)
        for rang, bloc in enumerate(section.blocs):
            # Ce qui annonce une figure ou un tableau ne reste pas seul au bas d'une page.
            _add_bloc(fichier, bloc, dessins, suivi=rang + 1 < len(section.blocs))
    if document.serre:
        _add_mentions(fichier, document)
    sortie = io.BytesIO()
    fichier.save(sortie)
    return freeze_paquet(sortie.getvalue(), document.cree_le)


def _set_proprietes(fichier: Any, document: Document) -> None:
    proprietes = fichier.core_properties
    proprietes.title, proprietes.author, proprietes.language = document.titre, "DINUM et Déclic", "fr-FR"
    proprietes.identifier = document.adresse
    normal = fichier.styles["Normal"]
    normal.font.name, normal.font.size = _POLICE, Pt(10)
    langue = OxmlElement("w:lang")
    langue.set(qn("w:val"), "fr-FR")
    normal.element.get_or_add_rPr().append(langue)
    for page in fichier.sections:
        page.left_margin = page.right_margin = Cm(2.2)
        page.page_width, page.page_height = Cm(21), Cm(29.7)
        page.footer.paragraphs[0].style.font.size = Pt(8)
        page.footer.paragraphs[0].add_run(f"{write_pied_page(document)} · ")
        _add_numero(page.footer.paragraphs[0])


def _set_styles(fichier: Any) -> None:
    """Le bleu pâle et les deux polices du modèle de python-docx : 4,1 de contraste, et il en faut 4,5."""
    for nom in _TITRES:
        style = fichier.styles[nom]
        style.font.color.rgb = _ACCENT
        polices = style.element.get_or_add_rPr().get_or_add_rFonts()
        polices.attrib.clear()
        style.font.name = _POLICE
    fichier.styles.element.append(parse_xml(_TABLEAU_XML))


def _tighten(fichier: Any) -> None:
    """Une fiche tient sur les deux faces d'une feuille : moins de blanc, et des marges plus petites."""
    # L'espace par défaut, que le style des tableaux remplace ; dans « Normal », il écarterait leurs lignes.
    espace = fichier.styles.element.find(f".//{qn('w:pPrDefault')}//{qn('w:spacing')}")
    espace.set(qn("w:after"), "80")
    espace.set(qn("w:line"), "240")
    fichier.styles["Heading 1"].paragraph_format.space_before = Pt(10)
    fichier.styles["Title"].font.size = Pt(20)
    for nom in ("Title", "Subtitle", "Intense Quote"):
        blancs = fichier.styles[nom].paragraph_format
        blancs.space_before, blancs.space_after = Pt(0), Pt(4)
    for page in fichier.sections:
        page.top_margin, page.bottom_margin, page.footer_distance = Cm(1.5), Cm(1.6), Cm(0.7)


def write_mentions(document: Document) -> str:
    """D'où viennent les chiffres, en un paragraphe : à la ligne, elles prenaient une page à elles seules."""
    return " · ".join(f"{nom} : {texte}" for nom, texte in document.mentions)


def _add_mentions(fichier: Any, document: Document) -> None:
    ecriture = fichier.add_paragraph().add_run(write_mentions(document)).font
    ecriture.size, ecriture.color.rgb = Pt(8), _GRIS


def write_pied_page(document: Document) -> str:
    """La source, la version, la simulation : sur chaque page, qui se photocopie seule."""
    mentions = dict(document.mentions)
    pied = (mentions["Source"], mentions["Version"], document.avertissement)
    return " · ".join(filter(None, pied))


def _add_numero(paragraphe: Any) -> None:
    """Le numéro de la page : un champ que Word calcule (ECMA-376 partie 1, §17.16.5.44)."""
    champ = OxmlElement("w:fldSimple")
    champ.set(qn("w:instr"), "PAGE")
    paragraphe._p.append(champ)


def _add_bloc(fichier: Any, bloc: Bloc, dessins: Dessins, *, suivi: bool) -> None:
    if isinstance(bloc, Paragraphe):
        paragraphe = fichier.add_paragraph()
        paragraphe.add_run(bloc.texte).bold = bloc.fort or None
        paragraphe.paragraph_format.keep_with_next = bloc.lie or suivi or None
        paragraphe.paragraph_format.space_before = _APRES_TABLEAU
    elif isinstance(bloc, Liste):
        _add_liste(fichier, bloc)
    elif isinstance(bloc, Tableau):
        _add_tableau(fichier, bloc, dessins.court)
    elif isinstance(bloc, Figure):
        _add_image(fichier, dessins.figures[bloc], suivie=True)
        fichier.add_paragraph(bloc.phrase).paragraph_format.keep_with_next = True
        _add_tableau(fichier, Tableau(bloc.titre, ENTETES, list_rangs(bloc)), dessins.court)
    elif isinstance(bloc, Planche):
        _add_planche(fichier, bloc, dessins.cartes)
    else:
        _add_image(fichier, bloc)


def _add_planche(fichier: Any, planche: Planche, images: Mapping[Vignette, Image]) -> None:
    """Des cartes de front, chacune avec son texte de remplacement ; puis leurs phrases."""
    front = count_de_front(planche)
    large = compute_large_carte(front) / 10
    for debut in range(0, len(planche.vignettes), front):
        paragraphe = fichier.add_paragraph()
        paragraphe.paragraph_format.space_before = _APRES_TABLEAU
        for rang, vignette in enumerate(planche.vignettes[debut : debut + front]):
            if rang:
                paragraphe.add_run(" ")
            forme = paragraphe.add_run().add_picture(io.BytesIO(images[vignette].octets), width=Cm(large))
            _describe_image(forme, images[vignette])
    # Ce qui se lit une fois pour toutes reste sous la dernière rangée.
    paragraphe.paragraph_format.keep_with_next = True
    if planche.lecture:
        fichier.add_paragraph(planche.lecture)
    _add_liste(fichier, planche.phrases)


def _add_liste(fichier: Any, liste: Liste) -> None:
    for rang, element in enumerate(liste.elements):
        paragraphe = fichier.add_paragraph(style="List Bullet")
        if liste.debuts:
            paragraphe.add_run(f"{liste.debuts[rang]}. ").bold = True
        paragraphe.add_run(element)


def list_rangs(figure: Figure) -> tuple[tuple[str, ...], ...]:
    """Le tableau qui double une figure ; un chiffre caché y dit pourquoi."""
    return tuple(
        (p.libelle, p.texte, p.intervalle, p.n, p.note_dite or p.note)
        if p.valeur is not None
        else (p.libelle, "non publié", "", "", "")
        for p in figure.points
    )


def _add_image(fichier: Any, image: Image, *, suivie: bool = False) -> None:
    """Son titre est dans le dessin ; `suivie` : sur la page du tableau qui la double."""
    forme = fichier.add_picture(io.BytesIO(image.octets), width=Cm(_LARGEUR))
    _describe_image(forme, image)
    paragraphe = Paragraph(forme._inline.getparent().getparent().getparent(), fichier)
    paragraphe.paragraph_format.keep_with_next = suivie or None
    paragraphe.paragraph_format.space_before = _APRES_TABLEAU


def _describe_image(forme: Any, image: Image) -> None:
    forme._inline.docPr.set("descr", image.alt)
    for cote in ("distT", "distB", "distL", "distR"):
        # Non dite, Writer la croit de trois millimètres : l'image sortait de la marge.
        forme._inline.set(cote, "0")


def _write_cellule(tc: Any, texte: str, largeur: Any, page: Any, *, gras: bool = False) -> None:
    """L'élément lui-même : `table.cell` relit toute la grille à chaque case, quadratique."""
    tc.width = largeur
    morceau = Run(tc.p_lst[0].add_r(), page)
    morceau.text, morceau.font.size, morceau.font.bold = texte, Pt(_TABLEAU), gras or None


def _write_groupe(rang: Any, texte: str, page: Any) -> None:
    """Une seule case, en gras, sur toute la largeur."""
    premiere, *autres = rang.tc_lst
    for tc in autres:
        rang.remove(tc)
    _write_cellule(premiere, texte, Cm(_LARGEUR), page, gras=True)
    premiere.grid_span = 1 + len(autres)


def _retient(place: int, rangs: Sequence[Sequence[str]], court: int) -> bool:
    """Si ce rang reste sur la page du suivant : un tableau court ne se coupe pas, ni un long à une ligne."""
    dernier = len(rangs) - 1
    if place == dernier:
        return False
    return len(rangs) <= court or place in (0, 1, dernier - 1) or len(rangs[place]) == 1


def _add_tableau(fichier: Any, dit: Tableau, court: int) -> None:
    entetes, rangs = dit.entetes, (dit.entetes, *dit.rangs)
    legende = fichier.add_paragraph(dit.titre, style="Caption").paragraph_format
    legende.keep_with_next, legende.space_before = True, _APRES_TABLEAU
    tableau = fichier.add_table(rows=len(rangs), cols=len(entetes), style=_STYLE_TABLEAU)
    parts = compute_largeurs(entetes, dit.lignes, taille=_TABLEAU, place=_LARGEUR)
    largeurs = [Cm(_LARGEUR * part) for part in parts]
    # Word lit la largeur de chaque cellule ; LibreOffice, celle de la colonne.
    tableau.autofit = False
    for colonne, largeur in zip(tableau.columns, largeurs, strict=True):
        colonne.width = largeur
    for rang, ligne in zip(tableau._tbl.tr_lst, rangs, strict=True):
        if len(ligne) == 1 < len(entetes):
            _write_groupe(rang, ligne[0], tableau)
            continue
        for tc, texte, largeur in zip(rang.tc_lst, ligne, largeurs, strict=True):
            _write_cellule(tc, texte, largeur, tableau)
    for place, rang in enumerate(tableau._tbl.tr_lst):
        if _retient(place, rangs, court):
            for tc in rang.tc_lst:
                tc.p_lst[0].get_or_add_pPr().get_or_add_keepNext()
    # La première ligne est un en-tête : lue comme telle, et répétée en haut de chaque page.
    tableau.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for rang in tableau.rows:
        rang._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
