"""La fiche en document : les chiffres de la page, et les réponses d'une collectivité avec son seul droit."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import date

import pypdf
import pytest

from barometre.access import Gate
from barometre.assemblage import depot
from barometre.assemblage.collectivite import load_fiche
from barometre.domain.portee import Portee
from barometre.rapports.fiche import _list_noms, build_document_fiche
from barometre.rapports.formats_document import FORMATS_DOCUMENT
from barometre.rapports.modele import Document, Paragraphe, Tableau

JOUR = date(2026, 11, 28)
COMMUNE = "commune-01004"


def _list_tableaux(document: Document) -> dict[str, Tableau]:
    return {b.titre: b for s in document.sections for b in s.blocs if isinstance(b, Tableau)}


def _list_mots(document: Document) -> str:
    return repr(document.sections)


@pytest.fixture(autouse=True)
def servi(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Les vues publiques se lisent de l'entrepôt en service : ici, le factice."""
    monkeypatch.setenv("BAROMETRE_ENTREPOT", gate._repository.entrepot.adresse)
    depot.forget()
    yield
    depot.forget()


@pytest.fixture(scope="module")
def collectivite_id(gate: Gate) -> str:
    cadre = gate.list_collectivites()
    return str(cadre[cadre["type"].eq("commune")]["collectivite_id"].iloc[0])


def test_les_pairs_sont_ceux_de_la_page(gate: Gate, collectivite_id: str) -> None:
    document = build_document_fiche(gate, collectivite_id, JOUR)
    vue = load_fiche(gate, collectivite_id, JOUR)
    assert document is not None
    assert vue is not None
    tableau = _list_tableaux(document)["Pratiques suivies, par thème"]
    assert [ligne[0] for ligne in tableau.lignes] == [t.theme.titre for t in vue.themes]
    assert document.sections[0].blocs[0].texte == vue.a_retenir  # type: ignore[union-attr]
    obligations = _list_tableaux(document).get("Obligations")
    assert [o.etat for o in vue.obligations] == [ligne[1] for ligne in obligations.lignes if obligations]  # type: ignore[union-attr]


def test_un_visiteur_n_emporte_aucune_reponse(gate: Gate, collectivite_id: str) -> None:
    public = build_document_fiche(gate, collectivite_id, JOUR)
    elu = build_document_fiche(
        Gate(gate._repository, Portee("collectivite", collectivite_id=collectivite_id, simulee=True)),
        collectivite_id,
        JOUR,
    )
    assert public is not None
    assert elu is not None
    assert "Vous" not in _list_tableaux(public)["Pratiques suivies, par thème"].entetes
    assert "vous avez répondu" not in _list_mots(public)
    assert "Si elle a répondu, et quoi, n’est pas public" in _list_mots(public)
    assert "n’est pas public" not in _list_mots(elu)


def test_une_collectivite_inconnue_n_a_pas_de_fiche(gate: Gate) -> None:
    assert build_document_fiche(gate, "commune-99999", JOUR) is None


def test_le_pdf_tient_sur_une_feuille_et_porte_la_mention(gate: Gate, collectivite_id: str) -> None:
    document = build_document_fiche(gate, collectivite_id, JOUR)
    assert document is not None
    lecteur = pypdf.PdfReader(io.BytesIO(FORMATS_DOCUMENT["pdf"].write(document)))
    assert len(lecteur.pages) <= 2
    texte = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in lecteur.pages))
    assert "Réponses simulées" in texte
    assert "Fiche du : 28 novembre 2026" in texte


def test_apres_deux_points_rien_ne_prend_la_majuscule(gate: Gate, collectivite_id: str) -> None:
    """« Vos pairs : Communes de… », « Leurs réponses : Deuxième édition », « Accompagnement : Dans… »."""
    document = build_document_fiche(gate, collectivite_id, JOUR)
    assert document is not None
    phrases = [b.texte for s in document.sections for b in s.blocs if isinstance(b, Paragraphe)]
    assert [p for p in phrases if re.match("Accompagnement : [a-z]", p)]
    noms = ("Communes de 100 000 habitants et plus", "", "EPCI", "Communes de 100 000 habitants et plus")
    assert _list_noms(noms) == "communes de 100 000 habitants et plus et EPCI"


def test_une_region_ne_dit_pas_deux_fois_son_nom(gate: Gate) -> None:
    region = gate.list_collectivites(type="region", cadre=False).iloc[0]
    document = build_document_fiche(gate, str(region["collectivite_id"]), JOUR)
    assert document is not None
    assert str(region["nom"]) not in document.sous_titre
