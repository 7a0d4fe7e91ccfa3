"""Le questionnaire en document : chaque question, et les lignes d'un tableau, lues d'ailleurs."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from datetime import date
from itertools import pairwise

import pypdf

from barometre.catalogue import load_catalogue
from barometre.domain.enquete import Groupe, Option, Question, Questionnaire, Tableau
from barometre.rapports.docx import to_docx
from barometre.rapports.modele import Liste, Paragraphe
from barometre.rapports.pdf import to_pdf
from barometre.rapports.questionnaire import build_document_questionnaire

JOUR = date(2026, 11, 28)
OPTIONS = (Option("bon", "Bon", "1"), Option("mauvais", "Mauvais", "2"))
TABLEAU = Questionnaire(
    "essai", "Titre", "Introduction.", False,
    tuple(
        Question(f"essai_q{n}", "essai", f"Q01_SQ{n}", f"État [{lieu}]", "choix_unique", OPTIONS, groupe="g1")
        for n, lieu in enumerate(("mairie", "école"))
    ),
    (Groupe("g1", "Les locaux", "Ceux de la commune."),), (Tableau("Q01", "État"),),
)  # fmt: skip


def test_le_pdf_porte_toutes_les_questions() -> None:
    questionnaire = load_catalogue().questionnaires["communication"]
    pages = pypdf.PdfReader(io.BytesIO(to_pdf(build_document_questionnaire(questionnaire, JOUR)))).pages
    texte = " ".join(" ".join(page.extract_text() for page in pages).split())
    for question in questionnaire.questions:
        assert f"{question.code}." in texte
    assert "28 novembre 2026" in texte
    assert "Je ne sais pas" in texte


def test_un_tableau_est_un_tableau_sous_son_groupe() -> None:
    octets = to_docx(build_document_questionnaire(TABLEAU, JOUR))
    xml = zipfile.ZipFile(io.BytesIO(octets)).read("word/document.xml").decode()
    assert [mot in xml for mot in ("Les locaux", "Q01. État", "mairie", "école", "Mauvais")] == [True] * 5
    assert "État [mairie]" not in xml
    assert xml.count("<w:tr>") == 3


def test_une_question_reste_avec_ses_reponses_et_ne_se_repete_pas() -> None:
    """Un titre était seul au bas d'une page ; « Plusieurs réponses possibles » se disait deux fois."""
    document = build_document_questionnaire(load_catalogue().questionnaires["cybersecurite"], JOUR)
    blocs = [bloc for section in document.sections for bloc in section.blocs]
    for bloc, suivant in pairwise(blocs):
        assert not (isinstance(bloc, Paragraphe) and bloc.fort) or bloc.lie
        assert not (isinstance(suivant, Liste) and isinstance(bloc, Paragraphe)) or bloc.lie
    textes = [bloc.texte for bloc in blocs if isinstance(bloc, Paragraphe)]
    assert any(texte.startswith("Plusieurs réponses possibles") for texte in textes)
    assert all(un != autre for un, autre in pairwise(textes))
    xml = zipfile.ZipFile(io.BytesIO(to_docx(document))).read("word/document.xml").decode()
    assert xml.count("<w:keepNext/>") >= sum(isinstance(b, Paragraphe) and b.lie for b in blocs)
    titres = [ligne for page in pypdf.PdfReader(io.BytesIO(to_pdf(document))).pages
              for ligne in page.extract_text().splitlines()[-3:]]  # fmt: skip
    assert not [ligne for ligne in titres if re.match(r"Q\d\d\. ", ligne)]


def test_une_question_retiree_n_est_plus_dans_le_document() -> None:
    posee, retiree = (
        replace(question, code=code) for question, code in zip(TABLEAU.questions, ("Q07", "Q08"), strict=True)
    )
    document = build_document_questionnaire(
        replace(TABLEAU, questions=(posee, replace(retiree, retiree="2026-v4"))), JOUR
    )
    textes = [b.texte for section in document.sections for b in section.blocs if isinstance(b, Paragraphe)]
    assert any(posee.code in texte for texte in textes)
    assert not any(retiree.code in texte for texte in textes)
