"""Des lignes d'une page aux blocs : ce qui se lit avec un tableau, et ce qui n'est pas redressé."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date

import pypdf
import pytest

from barometre.access import Gate
from barometre.catalogue import load_catalogue
from barometre.rapports.blocs import BRUT_SOUS_TRENTE, build_figures, build_publies
from barometre.rapports.demande import Demande
from barometre.rapports.diapo import Choix
from barometre.rapports.diapos import build_diapos
from barometre.rapports.images import format_mentions
from barometre.rapports.modele import Document, Paragraphe, Planche, Point, Section, Tableau
from barometre.rapports.pdf import to_pdf
from barometre.rapports.synthese import build_debut
from barometre.views.comprendre.theme import build_vue_theme
from barometre.views.lecture.ligne import LigneIndicateur
from barometre.views.lecture.publies import PublieACote
from barometre.views.lecture.selection import Selection

CHOIX = Choix("", "", "", "", Selection(), date(2026, 11, 28))


@pytest.fixture(scope="module")
def lignes(gate: Gate) -> list[LigneIndicateur]:
    """Des parts montrées et redressées."""
    catalogue = load_catalogue()
    vues = (build_vue_theme(gate, catalogue, theme.id, Selection()) for theme in catalogue.themes)
    toutes = [ligne for vue in vues for ligne in vue.ensemble.lignes]
    return [x for x in toutes if x.chiffre.montre and x.indicateur.est_part and not x.chiffre.est_brut]


def _silence(ligne: LigneIndicateur) -> LigneIndicateur:
    """La même, sous trente réponses : son redressé se tait."""
    return replace(ligne, chiffre=replace(ligne.chiffre, redresse=None))


def test_un_chiffre_brut_ne_passe_pas_pour_redresse(lignes: list[LigneIndicateur]) -> None:
    """À La Réunion, le graphique disait redressés des chiffres que le tableau disait bruts."""
    brute, redressee = lignes[:2]
    seules = build_figures("T", [_silence(brute)])[0]
    assert seules.points[0].texte.endswith(" brut")
    assert "autour du chiffre brut" in seules.phrase
    assert BRUT_SOUS_TRENTE in seules.phrase
    figures = build_figures("T", [redressee])
    assert not figures[0].points[0].texte.endswith(" brut")
    assert BRUT_SOUS_TRENTE not in figures[0].phrase
    assert "autour du chiffre redressé" in figures[0].phrase


def test_comment_lire_un_chiffre_publie_se_dit_avant_son_tableau(lignes: list[LigneIndicateur]) -> None:
    """Après lui, la phrase passait seule en tête de la page suivante."""
    publie = PublieACote("Un site", "26 %", "", "", "", "", "", vague="Première vague", suivi=True)
    lire, tableau = build_publies("Thème", [replace(lignes[0], publies=(publie,))])
    assert isinstance(tableau, Tableau)
    assert isinstance(lire, Paragraphe)
    assert lire.lie


def test_la_notice_des_cartes_precede_les_cartes(document: Document) -> None:
    planche = next(b for s in document.sections for b in s.blocs if isinstance(b, Planche))
    seule = replace(document, sections=(Section("Cartes", (replace(planche, lecture="À lire."),)),))
    lecteur = pypdf.PdfReader(io.BytesIO(to_pdf(seule)))
    texte = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in lecteur.pages))
    assert texte.index("À lire.") < texte.index(planche.vignettes[0].mention)


def test_deux_planches_de_meme_notice_la_disent_une_fois(document: Document) -> None:
    planche = next(b for s in document.sections for b in s.blocs if isinstance(b, Planche))
    dite = replace(planche, lecture="À lire.")
    seule, autre = replace(dite, vignettes=dite.vignettes[:1]), replace(dite, lecture="Autre lecture.")
    for blocs, fois in (((seule, dite), 1), ((seule, autre), 1), ((dite,), 1)):
        lecteur = pypdf.PdfReader(io.BytesIO(to_pdf(replace(document, sections=(Section("Cartes", blocs),)))))
        texte = " ".join(page.extract_text() for page in lecteur.pages)
        assert texte.count("À lire.") == fois
        assert texte.count("Autre lecture.") == (autre in blocs)


def test_la_parenthese_d_un_chiffre_ne_se_coupe_pas() -> None:
    point = Point("Un site", 0.68, texte="68 %", n="environ 2 205", note="A")
    assert format_mentions(point).split() == ["(environ", "2", "205", "réponses,", "note", "A)"]
    assert " " not in format_mentions(point)
    assert format_mentions(replace(point, note="")).endswith("sans\u00a0note)")


def test_un_chiffre_cle_projete_a_sa_phrase_et_un_brut_se_montre(
    gate: Gate, lignes: list[LigneIndicateur], monkeypatch: pytest.MonkeyPatch
) -> None:
    """« 48 %, Des agents formés » ne disait ni à quoi, ni de qui ; « non redressé » s'affichait en grand."""
    choisies = (lignes[0], _silence(lignes[1]))
    monkeypatch.setattr("barometre.rapports.diapos.list_cles", lambda *_: choisies)
    _, redressee, brute = build_diapos(gate, "synthese", CHOIX)
    assert redressee.phrase == lignes[0].get_phrase("redresse")
    assert "%" in brute.grand
    assert "brut, non redressé" in brute.preuve


def test_un_chiffre_indicatif_projete_dit_qu_il_ne_se_cite_pas(
    gate: Gate, lignes: list[LigneIndicateur], monkeypatch: pytest.MonkeyPatch
) -> None:
    """En corps de cent points, « note C » ne disait rien à qui ne connaît pas les lettres."""
    sure = next(ligne for ligne in lignes if ligne.chiffre.citable)
    indicative = replace(sure, chiffre=replace(sure.chiffre, note="C"))
    monkeypatch.setattr("barometre.rapports.diapos.list_cles", lambda *_: (sure, indicative))
    _, citable, autre = build_diapos(gate, "synthese", CHOIX)
    assert "à ne pas citer" not in citable.preuve
    assert "note C · indicatif, à ne pas citer" in autre.preuve


def test_les_chiffres_cles_projetes_sont_ceux_du_document(gate: Gate) -> None:
    projetes = [diapo.titre for diapo in build_diapos(gate, "synthese", CHOIX)[1:]]
    tableau = next(
        b for s in build_debut(gate, Demande()).sections for b in s.blocs if isinstance(b, Tableau)
    )
    assert projetes == [ligne[0].removesuffix("\u00a0*") for ligne in tableau.lignes]
