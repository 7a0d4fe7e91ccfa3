"""Les formats d'un document, et comment chacun s'écrit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from barometre.rapports.docx import MIME as MIME_DOCX
from barometre.rapports.docx import to_docx
from barometre.rapports.modele import Document
from barometre.rapports.odt import MIME as MIME_ODT
from barometre.rapports.odt import to_odt
from barometre.rapports.pdf import to_pdf
from barometre.rapports.pptx import MIME as MIME_PPTX
from barometre.rapports.pptx import to_pptx


@dataclass(frozen=True, slots=True)
class FormatDocument:
    """Un format : son nom pour le lecteur, son type MIME, son écriture."""

    libelle: str
    mime: str
    write: Callable[[Document], bytes]


FORMATS_DOCUMENT: dict[str, FormatDocument] = {
    "pdf": FormatDocument("PDF", "application/pdf", to_pdf),
    "pptx": FormatDocument("PowerPoint", MIME_PPTX, to_pptx),
    "docx": FormatDocument("Word", MIME_DOCX, to_docx),
    "odt": FormatDocument("ODT", MIME_ODT, to_odt),
}


def get_nom(document: Document, extension: str) -> str:
    """Le nom du fichier ; il dit lui-même que les réponses sont simulées."""
    marque = "_reponses-simulees" if document.avertissement else ""
    return f"{document.nom_fichier}{marque}.{extension}"
