"""Le DOCX : vrais styles et titres, lignes d'en-tête répétées, texte de remplacement de chaque image."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from docx import Document as NouveauDocument
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from barometre.rapports.figer import freeze_paquet
from barometre.rapports.images import draw_figures, draw_vignettes
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
# Un tableau n'a pas d'espace sous lui : ce qui suit le porte.
_APRES_TABLEAU = Pt(8)
PAR_RANGEE = 2  # cartes de front
_ENTRE_CARTES, _SEULE = 0.4, 8.5  # centimètres
ENTETES = ("Indicateur", "Redressé", "Intervalle", "Réponses", "Note")


@dataclass(frozen=True, slots=True)
class Dessins:
    """Les images des figures et des cartes d'un document."""

    figures: Mapping[Figure, Image]
    cartes: Mapping[Vignette, Image]


def to_docx(document: Document) -> bytes:
    """Le fichier entier."""
    fichier = NouveauDocument()
    _set_proprietes(fichier, document)
    fichier.add_heading(document.titre, level=0)
    fichier.add_paragraph(document.sous_titre, style="Subtitle")
    if document.avertissement:
        fichier.add_paragraph(document.avertissement, style="Intense Quote")
    dessins = Dessins(draw_figures(document), draw_vignettes(document, PAR_RANGEE))
    for section in document.sections:
        fichier.add_heading(section.titre, level=1)
        for rang, bloc in enumerate(section.blocs):
            # Ce qui annonce une figure ou un tableau ne reste pas seul au bas d'une page.
            _add_bloc(fichier, bloc, dessins, suivi=rang + 1 < len(section.blocs))
    for nom, texte in document.mentions:
        fichier.add_paragraph(f"{nom} : {texte}")
    sortie = io.BytesIO()
    fichier.save(sortie)
    return freeze_paquet(sortie.getvalue(), document.cree_le)


def _set_proprietes(fichier: Any, document: Document) -> None:
    proprietes = fichier.core_properties
    proprietes.title, proprietes.author, proprietes.language = document.titre, "DINUM et Déclic", "fr-FR"
    proprietes.identifier = document.adresse
    normal = fichier.styles["Normal"]
    normal.font.name, normal.font.size = "Arial", Pt(10)
    langue = OxmlElement("w:lang")
    langue.set(qn("w:val"), "fr-FR")
    normal.element.get_or_add_rPr().append(langue)
    for page in fichier.sections:
        page.left_margin = page.right_margin = Cm(2.2)
        page.page_width, page.page_height = Cm(21), Cm(29.7)
        page.footer.paragraphs[0].style.font.size = Pt(8)
        page.footer.paragraphs[0].add_run(f"{write_pied_page(document)} · ")
        _add_numero(page.footer.paragraphs[0])


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
        _add_tableau(fichier, bloc.titre, bloc.entetes, bloc.lignes)
    elif isinstance(bloc, Figure):
        _add_image(fichier, dessins.figures[bloc], suivie=True)
        fichier.add_paragraph(bloc.phrase).paragraph_format.keep_with_next = True
        _add_tableau(fichier, bloc.titre, ENTETES, list_rangs(bloc))
    elif isinstance(bloc, Planche):
        _add_planche(fichier, bloc, dessins.cartes)
    else:
        _add_image(fichier, bloc)


def _add_planche(fichier: Any, planche: Planche, images: Mapping[Vignette, Image]) -> None:
    """Deux cartes de front, chacune avec son texte de remplacement ; puis leurs phrases."""
    for debut in range(0, len(planche.vignettes), PAR_RANGEE):
        paragraphe = fichier.add_paragraph()
        paragraphe.paragraph_format.space_before = _APRES_TABLEAU
        for rang, vignette in enumerate(planche.vignettes[debut : debut + PAR_RANGEE]):
            if rang:
                paragraphe.add_run(" ")
            large = compute_large_carte(planche)
            forme = paragraphe.add_run().add_picture(io.BytesIO(images[vignette].octets), width=Cm(large))
            _describe_image(forme, images[vignette])
    _add_liste(fichier, planche.phrases)


def compute_large_carte(planche: Planche) -> float:
    """En centimètres : la moitié de la page ; un peu plus pour une carte seule."""
    return _SEULE if len(planche.vignettes) == 1 else (_LARGEUR - _ENTRE_CARTES) / PAR_RANGEE


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


def _write_cellule(tc: Any, texte: str, largeur: Any, page: Any) -> None:
    """L'élément lui-même : `table.cell` relit toute la grille à chaque case, quadratique."""
    tc.width = largeur
    morceau = Run(tc.p_lst[0].add_r(), page)
    morceau.text, morceau.font.size = texte, Pt(_TABLEAU)


def _add_tableau(fichier: Any, titre: str, entetes: Sequence[str], lignes: Sequence[Sequence[str]]) -> None:
    legende = fichier.add_paragraph(titre, style="Caption").paragraph_format
    legende.keep_with_next, legende.space_before = True, _APRES_TABLEAU
    tableau = fichier.add_table(rows=1 + len(lignes), cols=len(entetes), style="Light Grid Accent 1")
    parts = compute_largeurs(entetes, lignes, taille=_TABLEAU, place=_LARGEUR, gras=True)
    largeurs = [Cm(_LARGEUR * part) for part in parts]
    # Word lit la largeur de chaque cellule ; LibreOffice, celle de la colonne.
    tableau.autofit = False
    for colonne, largeur in zip(tableau.columns, largeurs, strict=True):
        colonne.width = largeur
    for rang, ligne in zip(tableau._tbl.tr_lst, (entetes, *lignes), strict=True):
        for tc, texte, largeur in zip(rang.tc_lst, ligne, largeurs, strict=True):
            _write_cellule(tc, texte, largeur, tableau)
    for rang in tableau.rows[0]._tr.tc_lst:
        rang.p_lst[0].get_or_add_pPr().get_or_add_keepNext()
    # La première ligne est un en-tête : lue comme telle, et répétée en haut de chaque page.
    tableau.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for rang in tableau.rows:
        rang._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
