"""Toute page listée s'ouvre : pas d'erreur, un seul titre, du français."""

from __future__ import annotations

import re

import pytest
from streamlit.testing.v1 import AppTest

from barometre.ui.navigation import list_pages
from tests.pages.conftest import RACINE, Ouvrir, list_messages

ANGLAIS = re.compile(
    r"\b(the|and|with|your|please|loading|error|download|select|choose|none|nan|true|false)\b", re.IGNORECASE
)
ADRESSES = [page.adresse for page in list_pages()]


def _textes(page: AppTest) -> list[str]:
    blocs = [*page.title, *page.header, *page.subheader, *page.markdown, *page.info, *page.warning]
    champs = [*page.selectbox, *page.text_input, *page.radio]
    html = [bloc.proto.body for bloc in page.get("html")]
    return [b.value for b in blocs] + [c.label for c in champs] + [re.sub(r"<[^>]*>", " ", h) for h in html]


@pytest.mark.parametrize("adresse", ADRESSES)
def test_la_page_s_ouvre_en_francais_avec_un_seul_titre(ouvrir: Ouvrir, adresse: str) -> None:
    page = ouvrir(adresse)
    assert not page.exception, page.exception
    assert not page.error
    assert len(page.title) == 1
    mots = {mot for texte in _textes(page) for mot in ANGLAIS.findall(texte)}
    # Un nom de publication ou d'outil peut rester anglais ; la liste est vide tant qu'aucun n'apparaît.
    assert mots == set()


def test_chaque_script_est_liste_et_chaque_page_listee_existe() -> None:
    scripts = {str(f.relative_to(RACINE / "pages")) for f in (RACINE / "pages").rglob("*.py")}
    assert {page.script for page in list_pages()} == scripts


def test_un_script_directement_sous_pages_serait_ouvert_sans_le_cadre() -> None:
    assert list((RACINE / "pages").glob("*.py")) == []


@pytest.mark.parametrize("adresse", ADRESSES)
def test_le_bandeau_de_demonstration_est_sur_chaque_page(ouvrir: Ouvrir, adresse: str) -> None:
    assert any("Réponses simulées" in texte for texte in _textes(ouvrir(adresse)))


def test_sans_entrepot_la_page_dit_pourquoi_et_quoi_faire(
    ouvrir: Ouvrir, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setenv("BAROMETRE_ENTREPOT", str(tmp_path_factory.mktemp("vide")))
    page = ouvrir("inclusion")
    assert not page.exception
    assert any("construire" in message for message in list_messages(page))
    assert ouvrir("accessibilite").title[0].value.startswith("Cette application est-elle accessible")


def test_un_theme_a_le_titre_de_sa_question(ouvrir: Ouvrir) -> None:
    assert "cyberattaque" in ouvrir("cybersecurite").title[0].value
    assert "où elles vont" in ouvrir("strategie").title[0].value
