"""La carte sur le papier : l'image fixe, demandée au moment d'imprimer, jamais à l'écran."""

from __future__ import annotations

import io

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.browser.conftest import Visiter

pytestmark = pytest.mark.navigateur


def test_la_carte_imprimee_est_l_image_fixe(serveur: str, visiter: Visiter) -> None:
    visite = visiter(serveur, "/carte?theme=communication")
    page = visite.page
    page.frame_locator("iframe[title*='folium']").locator("path.leaflet-interactive").first.wait_for()
    page.wait_for_timeout(1_000)
    assert not any("/images/" in adresse for adresse in visite.adresses)
    expect(page.locator("div.baro-impression img")).to_be_hidden()
    papier = page.pdf(format="A4")
    demandees = [adresse for adresse in visite.adresses if "/images/" in adresse]
    assert len(demandees) == 1
    assert b"/Subtype /Image" in papier or b"/Subtype/Image" in papier
    page.emulate_media(media="print")
    image = page.locator("div.baro-impression img")
    expect(image).to_be_visible()
    assert "Légende" in (image.get_attribute("alt") or "")
    assert image.evaluate("i => i.naturalWidth") > 500
    for cache in ("iframe[title*='folium']", ".st-key-choix-carte", ".st-key-tableaux-carte"):
        expect(page.locator(cache).first).to_be_hidden()
    # Le titre, la légende et la source restent sur la page.
    expect(page.locator(".baro-impression strong")).to_contain_text("par région")
    expect(page.locator(".baro-legende-carte")).to_be_visible()
    expect(page.get_by_text("Contours")).to_be_visible()
    assert visite.console == []


def test_deux_vagues_et_leur_changement_s_impriment_d_un_coup(serveur: str, visiter: Visiter) -> None:
    """Trois images que rien n'a demandées avant : l'impression les attend, aucune n'est blanche."""
    page = visiter(serveur, "/carte?theme=communication&en_face=2023-v1").page
    cartes = page.locator("div.baro-impression img")
    expect(cartes).to_have_count(3)
    papier = PdfReader(io.BytesIO(page.pdf(format="A4", print_background=True)))
    images = [image.image for feuille in papier.pages for image in feuille.images]
    assert len(images) == 3
    # Une image blanche n'a qu'une couleur.
    assert all(image is not None and len(set(image.convert("L").tobytes())) > 20 for image in images)


def test_le_jeton_d_un_autre_ne_se_devine_pas(serveur: str, visiter: Visiter) -> None:
    visite = visiter(serveur, "/carte?theme=communication")
    src = visite.page.locator("div.baro-impression img").get_attribute("src") or ""
    assert visite.page.request.get(f"{serveur}/{src}").status == 200
    assert visite.page.request.get(f"{serveur}/{src[:-6]}AA.png").status == 404
