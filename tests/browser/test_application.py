"""Ce qu'un vrai navigateur voit, et que rien d'autre ne peut prouver."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visiter, wait_calme
from tests.secret.surfaces import ADRESSES as HORS_DES_PAGES
from tests.secret.surfaces import API, PAGES

CONTRASTES = Path(__file__).with_name("contrastes.js")
DEBORD = (
    "Math.max(document.documentElement.scrollWidth - innerWidth,"
    "...[...document.querySelectorAll('.stMain')].map(e => e.scrollWidth - e.clientWidth))"
)
# Chaque icône de Streamlit : son nom, la largeur de ce qui se lit, le corps de sa police.
ICONES = """[...document.querySelectorAll('[data-testid="stIconMaterial"]')].map((icone) => {
  const dessin = document.createRange();
  dessin.selectNodeContents(icone);
  const corps = parseFloat(getComputedStyle(icone).fontSize);
  return [icone.textContent, dessin.getBoundingClientRect().width, corps];
})"""
# Ce que Streamlit et le dépôt servent hors de la matrice.
VERSEES = ("/ressources/francais.js", "/_stcore/health", "/_stcore/metrics", "/inconnue")
CLAIR, SOMBRE = "rgb(255, 255, 255)", "rgb(16, 22, 29)"
pytestmark = pytest.mark.navigateur
# Les pages dont la mise en forme diffère : les neuf thèmes ont le même script.
DIFFERENTES = ["", "cybersecurite", "chiffres_cles", "questionnaires", "sources_methode", "accessibilite"]


@pytest.mark.parametrize("commande", ["servir", "streamlit"])
def test_un_lien_profond_ouvert_le_premier_montre_sa_page(
    serveur_neuf: Callable[..., str], visiter: Visiter, commande: str
) -> None:
    visite = visiter(serveur_neuf(commande=commande), "/cybersecurite")
    expect(visite.page.locator("h1")).to_have_text(re.compile("cyberattaque"))
    expect(visite.page.locator(".baro-bandeau")).to_be_visible()
    assert visite.page.title().startswith("Cybersécurité")
    assert visite.console == []


@pytest.mark.parametrize("adresse", DIFFERENTES)
def test_sur_un_telephone_rien_ne_deborde(serveur: str, visiter: Visiter, adresse: str) -> None:
    page = visiter(serveur, f"/{adresse}", largeur=390).page
    # La page ouverte suit l'appareil qui s'assombrit : une seule visite montre les deux apparences.
    for theme, fond in (("light", CLAIR), ("dark", SOMBRE)):
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        expect(page.locator(".stApp")).to_have_css("background-color", fond)
        page.wait_for_load_state("networkidle")
        assert page.evaluate(DEBORD) <= 0, theme


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_les_textes_ont_le_contraste_aa(serveur: str, visiter: Visiter, theme: str) -> None:
    page = visiter(serveur, "/inclusion", theme=theme).page
    faibles = page.evaluate(CONTRASTES.read_text(encoding="utf-8"))
    assert faibles == []


def test_l_apparence_sombre_suit_l_appareil(serveur: str, visiter: Visiter) -> None:
    page = visiter(serveur, "/", theme="dark").page
    fond = page.evaluate("getComputedStyle(document.querySelector('.stApp')).backgroundColor")
    assert fond == "rgb(16, 22, 29)"


def test_la_police_est_la_notre(serveur: str, visiter: Visiter) -> None:
    page = visiter(serveur, "/").page
    assert page.evaluate("document.fonts.check('16px \"Source Sans 3\"')")
    chargees = page.evaluate("[...document.fonts].filter(f => f.status === 'loaded').map(f => f.family)")
    assert any("Source Sans 3" in famille for famille in chargees)
    # Une icône de la police réduite est un dessin, large d'un carré : un nom oublié s'étalerait, en lettres.
    icones = page.evaluate(ICONES)
    assert len(icones) > 3
    assert [nom for nom, largeur, corps in icones if largeur > 1.1 * corps] == []


def test_un_choix_s_ecrit_dans_l_adresse_et_le_retour_le_defait(serveur: str, visiter: Visiter) -> None:
    page = visiter(serveur, "/inclusion").page
    page.locator(".stExpander", has_text="Modifier").locator("summary").click()
    expect(page.get_by_text("Bruts", exact=True)).to_be_visible()
    wait_calme(page)
    page.get_by_text("Bruts", exact=True).click()
    page.wait_for_url(re.compile("chiffres=brut"))
    page.wait_for_selector("text=en chiffre brut")
    page.go_back()
    page.wait_for_selector("text=en chiffre redressé")
    assert "chiffres" not in page.url


def test_un_lien_ecrit_mene_a_une_page_sans_rouvrir_l_application(serveur: str, visiter: Visiter) -> None:
    page = visiter(serveur, "/?voir_comme=programme").page
    page.evaluate("window.rouverte = false")
    page.locator(".stMain").get_by_role("link", name="Cybersécurité", exact=True).click()
    page.wait_for_url("**/cybersecurite?voir_comme=programme")
    expect(page.locator("h1")).to_contain_text("cyberattaque")
    wait_calme(page)
    page.locator(".baro-pied").get_by_role("link", name="Accessibilité").click()
    page.wait_for_url("**/accessibilite?voir_comme=programme")
    expect(page).to_have_title(re.compile("Accessibilité"))
    wait_calme(page)
    page.go_back()
    expect(page.locator("h1")).to_contain_text("cyberattaque")
    assert page.evaluate("window.rouverte") is False


def test_la_recherche_se_fait_au_clavier_seul(serveur: str, visiter: Visiter) -> None:
    page = visiter(serveur, "/").page
    champ = page.get_by_role("textbox", name="Trouver ma collectivité")
    champ.focus()
    page.keyboard.type("oeuilly l essai")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Œuilly")).to_be_visible()
    assert "recherche=" in page.url


def test_les_mots_de_streamlit_sont_en_francais(serveur: str, visiter: Visiter) -> None:
    page = visiter(serveur, "/inclusion").page
    page.get_by_role("button", name="Menu principal").click()
    expect(page.get_by_text("À propos")).to_be_visible()
    expect(page.get_by_text("Sombre")).to_be_visible()
    expect(page.get_by_text("Made with")).to_have_count(0)
    page.keyboard.press("Escape")
    libelles = page.evaluate(
        "[...document.querySelectorAll('[aria-label],[title],[placeholder]')].flatMap(e =>"
        "['aria-label','title','placeholder'].map(a => e.getAttribute(a)).filter(Boolean))"
    )
    anglais = [mot for mot in libelles if re.search(r"\b(Close|Open|Choose|Main|Sidebar|Select|Help)\b", mot)]
    assert anglais == []


def test_copier_le_lien_copie_l_adresse_entiere(serveur: str, visiter: Visiter) -> None:
    page = visiter(serveur, "/inclusion?opsn=perimetre").page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copier le lien").click()
    expect(page.get_by_role("button", name="Lien copié")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == f"{serveur}/inclusion?opsn=perimetre"


def test_un_fichier_se_telecharge_et_son_nom_dit_qu_il_est_simule(serveur: str, visiter: Visiter) -> None:
    page = visiter(serveur, "/inclusion?vue=donnees").page
    with page.expect_download() as attente:
        page.get_by_role("button", name="Télécharger en CSV").last.click()
    assert attente.value.suggested_filename.endswith("_reponses-simulees.csv")


@pytest.mark.parametrize("chemin", [*PAGES, *HORS_DES_PAGES, *(f"/api/v1{a}" for a in API), *VERSEES])
def test_les_en_tetes_de_securite_sont_sur_toute_reponse(serveur: str, chemin: str) -> None:
    """Toute adresse de la matrice du secret, ses refus compris (404, 422)."""
    adresse = f"{serveur}/{re.sub(r'[{].*?[}]', 'x', chemin).lstrip('/')}"
    try:
        reponse = urlopen(adresse)
    except HTTPError as refus:
        reponse = refus
    assert reponse.status < 500
    en_tetes = reponse.headers
    assert "script-src 'self'" in en_tetes["Content-Security-Policy"]
    assert "unsafe-eval" not in en_tetes["Content-Security-Policy"]
    assert en_tetes["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'none'" in en_tetes["Content-Security-Policy"]


def test_le_document_est_francais_meme_compresse(serveur: str) -> None:
    demande = Request(f"{serveur}/inclusion", headers={"Accept-Encoding": "gzip", "If-None-Match": '"x"'})
    document = urlopen(demande).read().decode()
    assert '<html lang="fr">' in document
    assert "JavaScript pour s’afficher" in document
    assert "Streamlit</title>" not in document


def test_une_adresse_inconnue_repond_404(serveur: str) -> None:
    with pytest.raises(HTTPError) as erreur:
        urlopen(f"{serveur}/nexistepas")
    assert erreur.value.code == 404


def test_pret_repond_200_avec_un_entrepot(serveur: str) -> None:
    assert urlopen(f"{serveur}/readyz").status == 200


def test_un_tableau_replie_arrive_quand_on_l_ouvre(serveur: str, visiter: Visiter) -> None:
    visite = visiter(serveur, "/obligations")
    depliant = visite.page.locator(".stExpander", has_text="Voir le tableau").first
    depliant.wait_for()
    assert depliant.locator("table").count() == 0
    depliant.locator("summary").click()
    expect(depliant.locator("table").first).to_be_visible()
    expect(depliant.get_by_role("button", name="Télécharger en CSV")).to_be_visible()
    assert visite.console == []
