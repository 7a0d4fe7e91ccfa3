"""La carte dans un vrai navigateur : folium, toutes les communes, le clic, et aucun autre hôte."""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import Browser, Frame, Page, expect

from barometre.contours.dossier import TUILES
from tests.browser.conftest import Visite, Visiter, wait_calme

pytestmark = pytest.mark.navigateur


def _folium(page: Page) -> Frame:
    page.frame_locator("iframe[title*='folium']").locator("path.leaflet-interactive").first.wait_for()
    return next(cadre for cadre in page.frames if "streamlit_folium" in cadre.url)


def _check_muette(visite: Visite) -> None:
    assert visite.hors_du_serveur == []
    assert visite.console == []


def test_un_clic_sur_une_region_descend_a_ses_departements(serveur: str, visiter: Visiter) -> None:
    visite = visiter(serveur, "/carte")
    cadre = _folium(visite.page)
    cadre.locator("path.leaflet-interactive").first.dispatch_event("click")
    visite.page.wait_for_url(re.compile(r"territoire=region-0[12]$"))
    expect(visite.page.locator(".st-key-fil")).to_contain_text("Région Fictive")
    _check_muette(visite)


def test_changer_de_niveau_garde_la_carte_et_de_vague_garde_la_vue(serveur: str, visiter: Visiter) -> None:
    # Un niveau où rien ne se montre n'est offert qu'à qui le demande par l'adresse.
    visite = visiter(serveur, "/carte?theme=communication&niveau=departement")
    cadre, page = _folium(visite.page), visite.page
    cadre.evaluate("window.marque = 'la même'")
    avant = cadre.locator("#map_div").get_attribute("aria-label") or ""
    page.get_by_role("radio", name="Régions").click()
    expect(cadre.locator("#map_div")).not_to_have_attribute("aria-label", avant)
    assert cadre.evaluate("window.marque") == "la même"
    cadre.locator(".leaflet-control-zoom-in").click()
    page.wait_for_timeout(600)  # la fin du mouvement
    wait_calme(page)
    vue = cadre.evaluate("[map_div.getZoom(), map_div.getCenter().lat]")
    page.get_by_role("combobox", name="Vague").click()
    page.get_by_role("option").first.click()
    page.wait_for_url(re.compile("vague="))
    wait_calme(page)
    assert cadre.evaluate("[map_div.getZoom(), map_div.getCenter().lat]") == vue
    _check_muette(visite)


def test_le_meme_lien_redonne_la_meme_carte(serveur: str, visiter: Visiter) -> None:
    visite = visiter(serveur, "/carte?territoire=region-02&niveau=departement&theme=donnee")
    cadre = _folium(visite.page)
    assert cadre.locator("path.leaflet-interactive").count() == 1
    expect(visite.page.locator(".baro-legende").first).to_contain_text("Région Fictive du Sud")


def test_sans_contours_des_communes_la_carte_le_dit_et_remonte(serveur: str, visiter: Visiter) -> None:
    visite = visiter(serveur, "/carte?niveau=commune")
    expect(visite.page.get_by_text("n’ont pas été chargés")).to_be_visible()
    _folium(visite.page)
    _check_muette(visite)


def test_deux_cartes_ont_les_memes_classes(serveur: str, visiter: Visiter) -> None:
    visite = visiter(serveur, "/carte?theme=communication&en_face=2023-v1")
    visite.page.locator(".baro-legende-carte").nth(2).wait_for()
    avant, apres, changement = visite.page.locator(".baro-legende-carte ul").all_inner_texts()
    assert avant == apres
    # La troisième carte dit ce que le test démontre de l'une à l'autre.
    assert "Hausse au-delà du hasard" in changement


def test_l_image_fixe_a_un_texte_de_remplacement(serveur: str, visiter: Visiter) -> None:
    visite = visiter(serveur, "/carte?vue=image")
    image = visite.page.locator("img.baro-image-carte")
    expect(image).to_be_visible()
    assert "Légende" in (image.get_attribute("alt") or "")
    _check_muette(visite)


def test_l_image_fixe_est_sombre_a_l_ecran_sombre_et_claire_sur_le_papier(
    serveur: str, navigateur: Browser
) -> None:
    contexte = navigateur.new_context(locale="fr-FR", color_scheme="dark")
    page = contexte.new_page()
    page.goto(f"{serveur}/carte?vue=image")
    image = page.locator("img.baro-image-carte")
    expect(image).to_be_visible(timeout=60_000)
    page.wait_for_function("() => document.querySelector('img.baro-image-carte').naturalWidth > 0")
    lire = "image => [image.currentSrc, image.src]"
    montree, papier = image.evaluate(lire)
    assert montree != papier
    assert Image.open(BytesIO(page.request.get(montree).body())).getpixel((2, 2))[2] < 60
    assert Image.open(BytesIO(page.request.get(papier).body())).getpixel((2, 2))[2] > 240
    page.emulate_media(media="print")
    page.wait_for_function("() => (i => i.currentSrc === i.src)(document.querySelector('.baro-image-carte'))")
    contexte.close()


def test_sans_webgl_l_image_fixe_prend_la_place(avec_communes: str, navigateur: Browser) -> None:
    contexte = navigateur.new_context(locale="fr-FR")
    contexte.add_init_script(
        "const lire = HTMLCanvasElement.prototype.getContext;"
        "HTMLCanvasElement.prototype.getContext = function (genre, ...autres) {"
        "  return genre.startsWith('webgl') ? null : lire.call(this, genre, ...autres); };"
    )
    page = contexte.new_page()
    page.goto(f"{avec_communes}/carte?niveau=commune")
    expect(page.locator("img.baro-image-carte")).to_be_visible(timeout=60_000)
    expect(page.locator(".baro-communes")).to_have_count(0)
    contexte.close()


def test_toutes_les_communes_se_dessinent_et_se_touchent(avec_communes: str, avec_webgl: Browser) -> None:
    contexte = avec_webgl.new_context(viewport={"width": 1200, "height": 1400}, locale="fr-FR")
    visite = Visite(contexte.new_page(), avec_communes)
    octets: list[int] = []
    visite.page.on("request", lambda demande: visite.adresses.append(demande.url))
    visite.page.on("console", lambda m: visite.console.append(m.text) if m.type == "error" else None)
    visite.page.on("response", lambda r: octets.append(r.status) if r.url.endswith(TUILES) else None)
    visite.page.goto(f"{avec_communes}/carte?niveau=commune")
    visite.page.locator(".baro-communes[data-prete=oui]").wait_for(timeout=60_000)
    assert set(octets) == {206}  # des morceaux du fichier, jamais le fichier entier
    cadre = visite.page.locator(".baro-communes canvas").bounding_box()
    assert cadre is not None
    # Le milieu exact est le coin des quatre carrés : un peu à côté.
    point = (cadre["x"] + cadre["width"] * 0.55, cadre["y"] + cadre["height"] * 0.6)
    visite.page.mouse.move(*point)
    expect(visite.page.locator(".baro-communes .bulle")).to_contain_text("Qui a répondu n’est pas public")
    visite.page.mouse.click(*point)
    visite.page.wait_for_url(re.compile(r"collectivite=commune-(01|2A)"))
    _check_muette(visite)
    contexte.close()


def test_retour_defait_un_geste_entier(avec_communes: str, visiter: Visiter) -> None:
    page = visiter(avec_communes, "/carte?theme=communication&niveau=departement").page
    _folium(page).locator("path.leaflet-interactive").first.dispatch_event("click")
    page.wait_for_url(re.compile(r"territoire=departement-(01|2A)&niveau=commune"))
    commune = page.url
    expect(page.locator(".baro-retenir")).to_contain_text("Rien n’est public à ce niveau")
    page.go_back()
    page.wait_for_url(re.compile(r"/carte\?theme=communication&niveau=departement$"))
    page.go_forward()
    page.wait_for_url(commune)
    expect(page.locator(".baro-retenir")).to_contain_text("Rien n’est public à ce niveau")
    # La fiche d'une commune, puis retour : la carte telle qu'on l'a quittée.
    _folium(page).locator("path.leaflet-interactive").first.dispatch_event("click")
    page.wait_for_url(re.compile(r"/fiche\?.*collectivite=commune-"))
    expect(page.locator("h1")).to_contain_text("Où en est")
    page.go_back()
    page.wait_for_url(re.compile(r"/carte\?.*territoire=departement-(01|2A)&niveau=commune"))
    expect(page.locator(".baro-retenir")).to_contain_text("Rien n’est public à ce niveau")
