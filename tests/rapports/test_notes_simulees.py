"""Aucun document d'une version simulée ne porte une note seule : elle dit ce qu'elle vaudrait."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date
from xml.etree import ElementTree

import pypdf
import pytest

from barometre.access import Gate
from barometre.assemblage import depot, images
from barometre.charts import build_points
from barometre.domain.notes import LETTRES_SIMULEES
from barometre.domain.provenance import AVERTISSEMENT_SIMULATION, Provenance
from barometre.rapports.fiche import build_document_fiche
from barometre.rapports.formats_document import FORMATS_DOCUMENT
from barometre.rapports.images import write_pied
from barometre.rapports.modele import Document, Figure, Tableau
from tests.charts.cadres import cadre, ligne
from tests.views.fausse_porte import build_indicateur

NUE = re.compile(r"\bnote [AB]\b(?!, serait)|[(·] ?[AB]\b(?!, serait)")


def test_chaque_lettre_du_document_a_ses_mots_a_cote(synthese: Document) -> None:
    blocs = [b for section in synthese.sections for b in section.blocs]
    figures = [b for b in blocs if isinstance(b, Figure)]
    assert figures
    assert all(LETTRES_SIMULEES in figure.phrase for figure in figures)
    tableaux = [b for b in blocs if isinstance(b, Tableau) and "Note" in b.entetes]
    assert any(rang[-2] == "A" for b in tableaux for rang in b.lignes)
    assert {b.entetes[-1] for b in tableaux} == {"Se citerait"}


@pytest.mark.parametrize("extension", ["docx", "odt", "pptx"])
def test_aucune_note_nue_dans_le_fichier(write_synthese: Callable[[str], bytes], extension: str) -> None:
    with zipfile.ZipFile(io.BytesIO(write_synthese(extension))) as paquet:
        pages = [nom for nom in paquet.namelist() if nom.endswith(".xml") and "media" not in nom]
        dits = {nom: " ".join(ElementTree.fromstring(paquet.read(nom)).itertext()) for nom in pages}
        slides = [nom for nom in pages if re.search(r"slides/slide\d+\.xml$", nom)]
        liens = {nom: paquet.read(nom).decode() for nom in slides}
    nues = {nom: NUE.findall(dit) for nom, dit in dits.items() if "charts/" not in nom}
    assert {nom: vues for nom, vues in nues.items() if vues} == {}
    # L'étiquette d'un graphique n'a que la lettre : la phrase de sa diapositive porte les mots.
    tracees = [nom for nom, xml in liens.items() if "<c:chart " in xml]
    assert bool(tracees) == (extension == "pptx")
    assert [nom for nom in tracees if LETTRES_SIMULEES not in dits[nom]] == []


# Dans un PDF, toute lettre seule : ses mots la suivent, ou la case « Se citerait » d'à côté.
LETTRE_NUE = re.compile(
    r"(?<![\w’'])[AB](?![\w’'])(?!,\s+serait|\s+(?:oui|avec\s+sa)\b|\s+(?:et|ou)\s+B\b| : serait)"
)


def _write_fiche(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> bytes:
    monkeypatch.setenv("BAROMETRE_ENTREPOT", gate._repository.entrepot.adresse)
    depot.forget()
    document = build_document_fiche(gate, "commune-01001", date(2026, 11, 28))
    depot.forget()
    return FORMATS_DOCUMENT["pdf"].write(document)


@pytest.mark.parametrize("genre", ["synthese", "fiche"])
def test_aucune_lettre_nue_dans_le_pdf(
    gate: Gate, write_synthese: Callable[[str], bytes], genre: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    octets = write_synthese("pdf") if genre == "synthese" else _write_fiche(gate, monkeypatch)
    pages = pypdf.PdfReader(io.BytesIO(octets)).pages
    dit = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))
    nues = [dit[max(f.start() - 40, 0) : f.end() + 30] for f in LETTRE_NUE.finditer(dit)]
    assert nues == []
    assert genre == "fiche" or "A, serait à citer" in dit


def test_une_image_qui_part_seule_porte_les_mots(synthese: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    pieds: list[str] = []

    def _draw(*_: object, pied: str, **__: object) -> bytes:
        pieds.append(pied)
        return b""

    monkeypatch.setattr(images, "build_image", _draw)
    simulee = Provenance("t", "n", "f", "s", "d", "v", (), simulee=True)
    points = build_points(cadre(ligne("Petites")), build_indicateur(), titre="T", simulee=True)
    images.build_image_dessin(points, "t", simulee, "png")
    assert [AVERTISSEMENT_SIMULATION in pied for pied in pieds] == [True]
    # Là où des lettres se lisent : la légende de ce graphique, le pied d'une figure de document.
    assert all(LETTRES_SIMULEES in dit for dit in (points.legende, write_pied(synthese)))
