"""De l'accueil à la fiche : trois gestes, au clavier, sur un téléphone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visiter

pytestmark = pytest.mark.navigateur


def test_trois_gestes_au_clavier_de_l_accueil_a_la_fiche(serveur: str, visiter: Visiter) -> None:
    visite = visiter(serveur, "/", largeur=390)
    page = visite.page
    # 1. aller au champ et écrire ; 2. valider ; 3. ouvrir le résultat.
    page.get_by_role("textbox", name="Trouver ma collectivité").focus()
    page.keyboard.type("oeuilly l essai")
    page.keyboard.press("Enter")
    resultat = page.get_by_role("link", name="Œuilly-l’Essai")
    expect(resultat).to_be_visible()
    for _ in range(6):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement?.textContent?.includes('Œuilly')"):
            break
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Où en est Œuilly-l’Essai")
    assert "collectivite=commune-2A004" in page.url
    assert visite.hors_du_serveur == []


def test_la_liste_des_collectivites_ne_quitte_pas_le_serveur(serveur: str, visiter: Visiter) -> None:
    page = visiter(serveur, "/?recherche=oeuilly").page
    expect(page.get_by_role("link", name="Œuilly-l’Essai")).to_be_visible()
    assert "Essai-sur-Mer" not in page.content()


@pytest.mark.parametrize("adresse", ["fiche", "comparer"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_rien_ne_deborde_sur_un_telephone(serveur: str, visiter: Visiter, adresse: str, theme: str) -> None:
    visite = visiter(serveur, f"/{adresse}?collectivite=commune-01001", largeur=390, theme=theme)
    page = visite.page
    page.wait_for_load_state("networkidle")
    debord = page.evaluate(
        "Math.max(document.documentElement.scrollWidth - innerWidth,"
        "...[...document.querySelectorAll('.stMain')].map(e => e.scrollWidth - e.clientWidth))"
    )
    assert debord <= 0
    assert visite.console == []


def test_imprimer_ouvre_l_impression_et_garde_toute_la_fiche(serveur: str, visiter: Visiter) -> None:
    page = visiter(serveur, "/fiche?collectivite=commune-01001").page
    page.evaluate("window.print = () => { window.imprimee = true }")
    page.get_by_role("button", name="Imprimer").click()
    assert page.evaluate("window.imprimee")
    page.emulate_media(media="print")
    expect(page.locator(".stSidebar")).to_be_hidden()
    expect(page.get_by_role("button", name="Imprimer")).to_be_hidden()
    # La page entière se déroule : rien n'est coupé à la hauteur de l'écran.
    hauteur, vue = page.evaluate(
        "[document.documentElement.scrollHeight, document.querySelector('.stMain').scrollHeight]"
    )
    assert hauteur >= vue
    # Une feuille recto verso ; ni dépliant, ni champ, ni titre sans suite.
    papier = page.pdf(format="A4", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", papier)) <= 2
    assert [e for e in page.locator(".baro-ecran, .stExpander").all() if e.is_visible()] == []
    expect(page.locator("#emporter-cette-page")).to_be_hidden()
    expect(page.get_by_role("textbox", name="Trouver ma collectivité")).to_be_hidden()


# Un tableau y dépliait « Puis-je citer ? » dans une colonne étroite : trente feuilles de chiffres clés.
@pytest.mark.parametrize(
    ("adresse", "feuilles"), [("", 3), ("inclusion", 2), ("sources_methode", 3), ("chiffres_cles", 5)]
)
def test_une_page_sur_le_papier(serveur: str, visiter: Visiter, adresse: str, feuilles: int) -> None:
    page = visiter(serveur, f"/{adresse}").page
    expect(page.locator(".baro-pied")).to_be_visible()
    page.emulate_media(media="print")
    papier = page.pdf(format="A4", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", papier)) <= feuilles
    # Ni bouton (une tête de colonne en est un, et se lit), ni champ, ni titre de chiffres à télécharger.
    assert [e for e in page.locator("main :is(button:not(.baro-tri), input)").all() if e.is_visible()] == []
    expect(page.locator("#emporter-ces-chiffres")).to_be_hidden()
    if adresse in ("inclusion", "sources_methode"):
        expect(page.locator(".baro-papier")).to_contain_text("Vue imprimée")
    elif not adresse:
        expect(page.get_by_role("link", name="Cybersécurité").last).to_be_visible()


def test_l_adresse_seule_rouvre_la_comparaison(serveur: str, visiter: Visiter) -> None:
    page = visiter(serveur, "/comparer?collectivite=01001&theme=communication&pairs=semblables").page
    expect(page.locator("h1")).to_have_text(re.compile("Saint-Essai"))
    expect(page.get_by_text("Les plus semblables", exact=True)).to_be_visible()
