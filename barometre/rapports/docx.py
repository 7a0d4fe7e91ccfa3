"""Le DOCX : vrais styles et titres, lignes d'en-tête répétées, texte de remplacement de chaque image."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

from docx import Document as NouveauDocument
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt

from barometre.rapports.figer import freeze_paquet
from barometre.rapports.images import build_image
from barometre.rapports.largeurs import compute_largeurs
from barometre.rapports.modele import Bloc, Document, Figure, Image, Liste, Paragraphe, Tableau

MIME = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_LARGEUR = 16.5  # centimètres entre les marges
ENTETES = ("Indicateur", "Redressé", "Intervalle", "Réponses", "Note")


def to_docx(document: Document) -> bytes:
    """Le fichier entier."""
    fichier = NouveauDocument()
    _set_proprietes(fichier, document)
    fichier.add_heading(document.titre, level=0)
    fichier.add_paragraph(document.sous_titre, style="Subtitle")
    if document.avertissement:
        fichier.add_paragraph(document.avertissement, style="Intense Quote")
    for section in document.sections:
        fichier.add_heading(section.titre, level=1)
        for bloc in section.blocs:
            _add_bloc(fichier, bloc, document)
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
        mentions = dict(document.mentions)
        pied = (mentions["Source"], mentions["Version"], document.avertissement)
        page.footer.paragraphs[0].text = " · ".join(filter(None, pied))


def _add_bloc(fichier: Any, bloc: Bloc, document: Document) -> None:
    if isinstance(bloc, Paragraphe):
        paragraphe = fichier.add_paragraph()
        paragraphe.add_run(bloc.texte).bold = bloc.fort or None
        paragraphe.paragraph_format.keep_with_next = bloc.lie or None
    elif isinstance(bloc, Liste):
        for element in bloc.elements:
            fichier.add_paragraph(element, style="List Bullet")
    elif isinstance(bloc, Tableau):
        _add_tableau(fichier, bloc.titre, bloc.entetes, bloc.lignes)
    elif isinstance(bloc, Figure):
        _add_image(fichier, build_image(bloc, document))
        fichier.add_paragraph(bloc.phrase)
        _add_tableau(fichier, bloc.titre, ENTETES, list_rangs(bloc))
    else:
        _add_image(fichier, bloc)


def list_rangs(figure: Figure) -> tuple[tuple[str, ...], ...]:
    """Le tableau qui double une figure ; un chiffre caché y dit pourquoi."""
    return tuple(
        (p.libelle, p.texte, p.intervalle, str(p.n), p.note_dite or p.note)
        if p.valeur is not None
        else (p.libelle, "non publié", "", "", "")
        for p in figure.points
    )


def _add_image(fichier: Any, image: Image) -> None:
    forme = fichier.add_picture(io.BytesIO(image.octets), width=Cm(_LARGEUR))
    forme._inline.docPr.set("descr", image.alt)
    fichier.add_paragraph(image.titre, style="Caption")


def _set_largeurs(tableau: Any, parts: Sequence[float]) -> None:
    """Word lit la largeur de chaque cellule ; LibreOffice, celle de la colonne."""
    tableau.autofit = False
    for colonne, part in zip(tableau.columns, parts, strict=True):
        colonne.width = Cm(_LARGEUR * part)
        for cellule in colonne.cells:
            cellule.width = colonne.width


def _add_tableau(fichier: Any, titre: str, entetes: Sequence[str], lignes: Sequence[Sequence[str]]) -> None:
    fichier.add_paragraph(titre, style="Caption").paragraph_format.keep_with_next = True
    tableau = fichier.add_table(rows=0, cols=len(entetes), style="Light Grid Accent 1")
    for ligne in (entetes, *lignes):
        cellules = tableau.add_row().cells
        for cellule, texte in zip(cellules, ligne, strict=True):
            cellule.text = texte
            for morceau in cellule.paragraphs[0].runs:
                morceau.font.size = Pt(8.5)
    _set_largeurs(tableau, compute_largeurs(entetes, lignes))
    # La première ligne est un en-tête : lue comme telle, et répétée en haut de chaque page.
    tableau.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for rang in tableau.rows:
        rang._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
