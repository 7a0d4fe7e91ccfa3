"""Les pages d'un PDF : le sommaire dit la vraie, et rien n'y reste seul au bas."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace

import pypdf
import pytest

from barometre.rapports.modele import Document, Paragraphe, Section, Tableau
from barometre.rapports.pdf import to_pdf


def _read(octets: bytes) -> tuple[pypdf.PdfReader, list[str]]:
    lecteur = pypdf.PdfReader(io.BytesIO(octets))
    return lecteur, [re.sub(r"\s+", " ", page.extract_text()) for page in lecteur.pages]


def test_le_sommaire_dit_la_vraie_page(synthese: Document, write_synthese: Callable[[str], bytes]) -> None:
    lecteur, pages = _read(write_synthese("pdf"))
    assert len(pages) > 3
    dites = pages[0].partition("Sommaire")[2]
    vraies = {str(e.title): lecteur.get_destination_page_number(e) for e in lecteur.outline}  # type: ignore[arg-type,union-attr]
    assert list(vraies) == [section.titre for section in synthese.sections]
    for titre, page in vraies.items():
        assert re.search(rf"{re.escape(titre)}[ .]+{(page or 0) + 1}\b", dites), titre


def test_un_document_court_n_a_pas_de_sommaire(document: Document) -> None:
    assert "Sommaire" not in _read(to_pdf(document))[1][0]


@pytest.mark.parametrize("groupe", [False, True])
def test_un_tableau_ne_commence_pas_par_une_seule_ligne_au_bas_d_une_page(
    document: Document, groupe: bool
) -> None:
    """« Chiffres clés » laissait son en-tête et une ligne, puis le nom d'un thème seul, au bas d'une page."""
    lignes = tuple((f"Rang {n}", "4 sur 8") for n in range(11))
    noms = tuple(f"Groupe {n // 3}" for n in range(11)) if groupe else ()
    sections = tuple(
        Section(
            f"Section {rang}",
            (
                *(Paragraphe("Une phrase."),) * (1 + rang * 5 % 7),
                Tableau(f"Titre {rang}.", ("A", "B"), lignes, noms),
            ),
        )
        for rang in range(14)
    )
    # Elle décale les suivantes : sans la place exigée, deux y commenceraient par deux lignes.
    debut = Section("Début", (Paragraphe("Une phrase."),))
    _, pages = _read(to_pdf(replace(document, sections=(debut, *sections))))
    assert len(pages) > 3
    bouts = [bout for page in pages for bout in re.split(r"Titre \d+\.", page)[1:]]
    assert len(bouts) == len(sections)
    assert min(len(re.findall(r"Rang \d", bout.partition("Section")[0])) for bout in bouts) >= 3
    assert not re.search(r"Groupe \d(?! Rang)", " ".join(pages))
