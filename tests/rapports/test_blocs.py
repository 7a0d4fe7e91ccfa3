"""Des lignes d'une page aux blocs : ce qui se lit avec un tableau, et ce qui n'est pas redressé."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from datetime import date
from typing import Any

import pypdf
import pytest

from barometre.access import Gate
from barometre.catalogue import load_catalogue
from barometre.domain.chiffre import Note
from barometre.domain.formats import INSECABLE
from barometre.rapports.blocs import (
    BRUT_SOUS_TRENTE,
    build_figures,
    build_publies,
    build_tableau_chiffres,
)
from barometre.rapports.demande import Demande
from barometre.rapports.diapo import Choix
from barometre.rapports.diapos import build_diapos
from barometre.rapports.images import format_mentions
from barometre.rapports.modele import Document, Paragraphe, Planche, Point, Section, Tableau
from barometre.rapports.pdf import to_pdf
from barometre.rapports.synthese import build_debut
from barometre.views.comprendre.theme import build_vue_theme
from barometre.views.lecture.citation import BORNE_REPONDANTES
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


def _join(ligne: LigneIndicateur, **autres: Any) -> LigneIndicateur:
    """Une autre ligne de la même figure, de même base sauf demande contraire."""
    indicateur = replace(ligne.indicateur, id="autre", titre="Un autre", **autres)
    return replace(ligne, indicateur=indicateur)


def _note(ligne: LigneIndicateur, note: Note, *, simulee: bool = True) -> LigneIndicateur:
    contexte = replace(ligne.contexte, simulee=simulee)
    return replace(ligne, chiffre=replace(ligne.chiffre, note=note), contexte=contexte)


def test_un_chiffre_cache_n_a_dans_sa_figure_que_sa_raison(lignes: list[LigneIndicateur]) -> None:
    montre, cache = lignes[0], _join(lignes[0])
    cache = replace(cache, chiffre=replace(cache.chiffre, etat="primary", brut=None, redresse=None))
    (figure,) = build_figures("T", [montre, cache])
    assert figure.points[1] == Point("Un autre", raison=cache.citation.explication)
    assert figure.points[1].raison
    assert f"1{INSECABLE}chiffre non publié." in figure.phrase
    assert "non publié" not in build_figures("T", [montre])[0].phrase


def test_la_base_d_une_figure_se_dit_quand_elle_est_celle_de_tous(lignes: list[LigneIndicateur]) -> None:
    """Celle du premier point, dite pour tous, en ferait la part des collectivités qui ont un site."""
    ligne = lignes[0]
    base = f"Base : {ligne.indicateur.base[0].lower()}"
    assert build_figures("T", [ligne, _join(ligne)])[0].phrase.startswith(base)
    etroite = _join(ligne, base="Collectivités ayant un site internet", sous_condition=True)
    melees = build_figures("T", [ligne, etroite])[0].phrase
    assert "Base : " not in melees
    assert melees.startswith("* parmi les seules collectivités ayant un site internet. ")


def test_une_figure_ou_un_seul_chiffre_est_brut_dit_son_intervalle_redresse(
    lignes: list[LigneIndicateur],
) -> None:
    melee = build_figures("T", [lignes[0], _silence(_join(lignes[0]))])[0]
    assert "autour du chiffre redressé" in melee.phrase
    assert BRUT_SOUS_TRENTE in melee.phrase


def test_une_figure_previent_des_qu_un_de_ses_chiffres_ne_se_cite_pas(lignes: list[LigneIndicateur]) -> None:
    for notes, dit in ((("A", "B"), False), (("A", "C"), True), (("C", "C"), True)):
        paire = [_note(ligne, note) for ligne, note in zip((lignes[0], _join(lignes[0])), notes, strict=True)]
        assert ("Note C : indicatif, à ne pas citer." in build_figures("T", paire)[0].phrase) == dit


@pytest.mark.parametrize(("simulee", "entete"), [(True, "Se citerait"), (False, "Se cite")])
def test_un_chiffre_simule_ne_se_cite_pas_il_se_citerait(
    lignes: list[LigneIndicateur], simulee: bool, entete: str
) -> None:
    *_, tableau = build_tableau_chiffres("T", [_note(lignes[0], "A", simulee=simulee)])
    assert isinstance(tableau, Tableau)
    assert tableau.entetes[-1] == entete


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


def test_une_figure_dit_de_qui_est_une_borne(lignes: list[LigneIndicateur]) -> None:
    """Son trait commence plus bas que « plus de 88 % » : il vaut pour l'ensemble."""
    bornee = replace(lignes[0], chiffre=replace(lignes[0].chiffre, plafond="au_moins"))
    figure = build_figures("T", [bornee])[0]
    assert BORNE_REPONDANTES in figure.phrase
    # Redit à chaque ligne, « pour l'ensemble » prenait la place des noms.
    assert "ensemble" not in figure.points[0].intervalle
    assert BORNE_REPONDANTES not in build_figures("T", [lignes[0]])[0].phrase
