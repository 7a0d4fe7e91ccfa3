"""La fiche en document : les chiffres de la page, et les réponses d'une collectivité avec son seul droit."""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pypdf
import pytest

from barometre.access import Gate
from barometre.assemblage import depot
from barometre.assemblage.collectivite import load_fiche
from barometre.catalogue import load_catalogue
from barometre.domain.portee import Portee
from barometre.rapports.fiche import (
    PAIRS_TUS,
    _build_mesures,
    _build_situation,
    _describe_pairs,
    _list_noms,
    _list_reserves,
    build_document_fiche,
)
from barometre.rapports.formats_document import FORMATS_DOCUMENT
from barometre.rapports.modele import Document, Paragraphe, Tableau
from barometre.views.collectivite.distribution import Distribution
from barometre.views.collectivite.soi import Mesure, Score
from barometre.views.lecture.place import PLACES, Verdict

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
    # Aucun pair n'a de chiffre dans cet entrepôt : une phrase le dit, et non une ligne par thème.
    assert all(t.distribution.moyenne is None for t in vue.themes)
    assert "Pratiques suivies, par thème" not in _list_tableaux(document)
    assert _list_mots(document).count("trop peu répondu") == 1
    assert document.sections[0].blocs[0].texte == vue.a_retenir  # type: ignore[union-attr]
    obligations = _list_tableaux(document).get("Obligations")
    assert [o.etat_dit for o in vue.obligations] == [ligne[1] for ligne in obligations.lignes if obligations]  # type: ignore[union-attr]


def test_les_themes_sans_pairs_se_disent_une_fois(gate: Gate, collectivite_id: str) -> None:
    """« Trop peu de réponses chez vos pairs » se répétait à chaque thème, neuf fois pour la Bretagne."""
    vue = load_fiche(gate, collectivite_id, JOUR)
    assert vue is not None
    premier, *tus = vue.themes
    connu = replace(premier, distribution=Distribution(8, 4.2))
    _, tableau, fin = _build_situation(replace(vue, themes=(connu, *tus)))
    assert isinstance(tableau, Tableau)
    assert isinstance(fin, Paragraphe)
    assert [ligne[:2] for ligne in tableau.lignes] == [(premier.theme.titre, "4,2 sur 8")]
    assert fin.texte.startswith(PAIRS_TUS)
    assert [t.theme.titre for t in tus if t.theme.titre[1:] not in fin.texte] == []


def test_un_theme_ou_l_on_a_repondu_garde_sa_ligne(gate: Gate, collectivite_id: str) -> None:
    vue = load_fiche(gate, collectivite_id, JOUR)
    assert vue is not None
    premier, *tus = vue.themes
    repondu = replace(premier, score=Score("6 pratiques sur 8", 6, 8, 8, montre=True))
    _, tableau, _ = _build_situation(replace(vue, themes=(repondu, *tus)))
    assert isinstance(tableau, Tableau)
    assert tableau.lignes[0][:3] == (premier.theme.titre, f"{PAIRS_TUS}.", "6 sur 8")


def test_un_visiteur_n_emporte_aucune_reponse(gate: Gate, collectivite_id: str) -> None:
    public = build_document_fiche(gate, collectivite_id, JOUR)
    elu = build_document_fiche(
        Gate(gate._repository, Portee("collectivite", collectivite_id=collectivite_id, simulee=True)),
        collectivite_id,
        JOUR,
    )
    assert public is not None
    assert elu is not None
    assert not [t for t in _list_tableaux(public).values() if "Vous" in t.entetes]
    assert "vous avez répondu" not in _list_mots(public)
    assert "Si elle a répondu, et quoi, n’est pas public" in _list_mots(public)
    assert "n’est pas public" not in _list_mots(elu)
    assert "Réponses" not in dict(public.mentions)


def test_un_document_qui_porte_des_reponses_dit_qu_elles_ne_sont_pas_publiques(
    gate: Gate, collectivite_id: str
) -> None:
    vue = load_fiche(gate, collectivite_id, JOUR)
    assert vue is not None
    for lisible, repondu in itertools.product((False, True), repeat=2):
        themes = tuple(replace(theme, has_repondu=repondu) for theme in vue.themes)
        lue = replace(vue, themes=themes, soi=replace(vue.soi, refus="" if lisible else "non"))
        assert [nom for nom, _ in _list_reserves(lue)] == ["Réponses"] * (lisible and repondu)


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
    (accompagnement,) = [p for p in phrases if re.match(r"Accompagnement\W+[a-z]", p)]
    # « Accompagnement : dans le périmètre d'un OPSN : Gironde Numérique. »
    assert not re.search(r"'|:.*:", accompagnement)
    noms = ("Communes de 100 000 habitants et plus", "", "EPCI", "Communes de 100 000 habitants et plus")
    assert _list_noms(noms) == "communes de 100 000 habitants et plus et EPCI"


def test_une_region_ne_dit_pas_deux_fois_son_nom(gate: Gate) -> None:
    region = gate.list_collectivites(type="region", cadre=False).iloc[0]
    document = build_document_fiche(gate, str(region["collectivite_id"]), JOUR)
    assert document is not None
    assert str(region["nom"]) not in document.sous_titre


def test_l_adresse_d_une_fiche_n_est_que_sur_celle_que_le_public_refait(
    gate: Gate, collectivite_id: str
) -> None:
    elu = Gate(gate._repository, Portee("collectivite", collectivite_id=collectivite_id, simulee=True))
    publique, sienne = (build_document_fiche(g, collectivite_id, JOUR) for g in (gate, elu))
    assert publique is not None
    assert sienne is not None
    assert publique.adresse.startswith(f"fiche?collectivite={collectivite_id}&version={gate.version_id}")
    assert sienne.adresse == ""


def test_de_trop_peu_de_pairs_le_nombre_ne_se_dit_pas(gate: Gate, collectivite_id: str) -> None:
    vue = load_fiche(gate, collectivite_id, JOUR)
    assert vue is not None
    pairs = replace(vue.themes[0].pairs, n_repondants=40, echelon="Bretagne")
    assert _describe_pairs(replace(pairs, suffisant=False)) == ""
    assert _describe_pairs(replace(pairs, suffisant=True)) == "Bretagne, environ 40"


def test_une_donnee_de_l_etat_que_la_page_cache_n_est_pas_dans_le_document(
    gate: Gate, collectivite_id: str
) -> None:
    """« Trop ancien », « trop partiel » : sa valeur ne s'écrit pas."""
    vue = load_fiche(gate, collectivite_id, JOUR)
    assert vue is not None
    indicateur = load_catalogue().list_indicateurs(origine="mesure")[0]
    lues = tuple(Mesure(indicateur, 1.0, place, "2020", Verdict(place)) for place in PLACES)
    (tableau,) = _build_mesures(replace(vue, soi=replace(vue.soi, mesures=lues)))
    assert isinstance(tableau, Tableau)
    assert [ligne[1] for ligne in tableau.lignes] == ["en_tete", "en_petit"]
