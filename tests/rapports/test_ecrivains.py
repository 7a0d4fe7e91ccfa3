"""Chaque fichier s'ouvre avec une bibliothèque qui ne l'a pas écrit et porte les chiffres du document."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pdfua
import pypdf
import pytest
from python_calamine import CalamineWorkbook

from barometre.rapports.formats_document import FORMATS_DOCUMENT, get_nom
from barometre.rapports.largeurs import compute_largeurs
from barometre.rapports.modele import Document, Paragraphe, Section, Tableau

_C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"


def _open(document: Document, extension: str) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(FORMATS_DOCUMENT[extension].write(document)))


def _texte(xml: bytes) -> str:
    return " ".join(ElementTree.fromstring(xml).itertext())


@pytest.mark.parametrize("extension", FORMATS_DOCUMENT)
def test_deux_ecritures_donnent_les_memes_octets(document: Document, extension: str) -> None:
    write = FORMATS_DOCUMENT[extension].write
    assert write(document) == write(document)


def test_le_nom_du_fichier_dit_la_simulation(document: Document) -> None:
    assert get_nom(document, "pdf") == "synthese_essai_reponses-simulees.pdf"


def test_pdf_porte_les_chiffres_et_rien_n_y_devient_du_code(document: Document) -> None:
    lecteur = pypdf.PdfReader(io.BytesIO(FORMATS_DOCUMENT["pdf"].write(document)))
    texte = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in lecteur.pages))
    for attendu in (
        "68 %",
        "entre 65 et 71 %",
        "412",
        "Non publiable",
        "#panic()",
        "Un $x$",
        "Réponses simulées",
    ):
        assert attendu in texte


def test_pdf_est_balise_et_accessible(document: Document, tmp_path: Path) -> None:
    octets = FORMATS_DOCUMENT["pdf"].write(document)
    racine = pypdf.PdfReader(io.BytesIO(octets)).trailer["/Root"]
    assert racine["/MarkInfo"]["/Marked"]
    assert str(racine["/Lang"]).startswith("fr")
    metadonnees = racine["/Metadata"].get_data()
    assert b"<pdfuaid:part>1" in metadonnees
    assert b"<pdfaid:part>2" in metadonnees
    (tmp_path / "essai.pdf").write_bytes(octets)
    rapport = pdfua.validate(str(tmp_path / "essai.pdf"))
    assert [f for f in rapport.findings if f.severity is pdfua.Severity.ERROR] == []


def test_pptx_a_un_graphique_modifiable_avec_ses_barres_d_erreur(document: Document) -> None:
    paquet = _open(document, "pptx")
    graphique = next(n for n in paquet.namelist() if re.fullmatch(r"ppt/charts/chart\d+\.xml", n))
    arbre = ElementTree.fromstring(paquet.read(graphique))
    for sens, attendus in (("plus", [0.03, 0.07]), ("minus", [0.03, 0.06])):
        ecarts = [float(v.text or "") for v in arbre.findall(f".//{_C}errBars/{_C}{sens}//{_C}v")]
        assert ecarts == pytest.approx(attendus)
    classeur = next(n for n in paquet.namelist() if n.endswith(".xlsx"))
    lignes = (
        CalamineWorkbook.from_filelike(io.BytesIO(paquet.read(classeur))).get_sheet_by_index(0).to_python()
    )
    assert lignes[1:] == [
        ["Un site internet : 68 % (412\u00a0réponses, note A)", 0.68],
        ["Une charte : 24 % (environ 90\u00a0réponses, note C)", 0.24],
    ]


def test_une_phrase_et_son_tableau_partagent_une_diapositive(document: Document) -> None:
    tableau = Tableau("Pratiques", ("Thème", "Vous"), (("Inclusion", "4 sur 8"),))
    courte = replace(document, sections=(Section("Vos pairs", (Paragraphe("Une phrase."), tableau)),))
    paquet = _open(courte, "pptx")
    pages = [n for n in paquet.namelist() if re.fullmatch(r"ppt/slides/slide\d+.xml", n)]
    assert len(pages) == 2
    assert {"Vos pairs", "Une phrase.", "4 sur 8"} <= set(
        ElementTree.fromstring(paquet.read(pages[1])).itertext()
    )


def test_une_colonne_de_textes_courts_garde_ses_bords() -> None:
    """« 4 sur 8 » sous « Vous » passait à la ligne."""
    theme, soi = compute_largeurs(
        ("Thème", "Vous"), (("Une démarche numérique de trente signes", "4 sur 8"),)
    )
    assert soi / theme == pytest.approx(11 / 32)


def test_pptx_a_textes_de_remplacement_et_commentaires(document: Document) -> None:
    paquet = _open(document, "pptx")
    pages = b"".join(paquet.read(n) for n in paquet.namelist() if n.startswith("ppt/slides/slide"))
    assert b'descr="Un site : 68 %."' in pages
    assert b'descr="Carte de France."' in pages
    notes = " ".join(
        _texte(paquet.read(n)) for n in paquet.namelist() if n.startswith("ppt/notesSlides/notes")
    )
    assert "Un secret : Non publiable" in notes


def test_docx_a_titres_entetes_et_textes_de_remplacement(document: Document) -> None:
    xml = _open(document, "docx").read("word/document.xml")
    assert xml.count(b'w:pStyle w:val="Heading1"') == len(document.sections)
    assert xml.count(b"<w:tblHeader/>") == 2
    assert b'descr="Carte de France."' in xml
    assert {"68 %", "entre 65 et 71 %", "412", "non publié"} <= set(ElementTree.fromstring(xml).itertext())


def test_odt_a_titres_entetes_et_textes_de_remplacement(document: Document) -> None:
    paquet = _open(document, "odt")
    assert paquet.namelist()[0] == "mimetype"
    xml = paquet.read("content.xml")
    assert xml.count(b"<text:h ") == len(document.sections)
    assert xml.count(b"<table:table-header-rows>") == 2
    assert b"<svg:desc>Carte de France.</svg:desc>" in xml
    assert {"68 %", "entre 65 et 71 %", "412", "non publié"} <= set(ElementTree.fromstring(xml).itertext())


def test_odt_ses_cases_ont_un_style_que_writer_lit(document: Document) -> None:
    """D'un style hors du contenu, Writer ne garde ni filet ni marge : deux colonnes se touchaient."""
    contenu = _open(document, "odt").read("content.xml").decode()
    declares = contenu.partition("</office:automatic-styles>")[0]
    poses = set(re.findall(r'<table:table-cell table:style-name="(\w+)"', contenu))
    assert poses
    assert [nom for nom in poses if f'style:name="{nom}" style:family="table-cell"' not in declares] == []
