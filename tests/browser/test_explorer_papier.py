"""L'aperçu d'Explorer : entier sur le papier, ce que l'écran fait défiler compris ; à l'écran, sans blanc."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visiter

pytestmark = pytest.mark.navigateur
# Ce que le papier ne montrerait pas de l'aperçu : un tableau plus haut que sa boîte, ou plus large.
COUPE = "e => [e.scrollHeight > e.clientHeight + 1, e.scrollWidth > e.clientWidth + 1]"


def test_l_apercu_s_imprime_entier(serveur: str, visiter: Visiter) -> None:
    page = visiter(serveur, "/explorer?theme=communication&par=strate").page
    apercu = page.locator(".st-key-apercu")
    expect(apercu.locator("tbody tr").nth(10)).to_be_attached()
    expect(page.get_by_role("button", name="Télécharger en CSV")).to_be_visible()
    assert apercu.evaluate(COUPE)[0]  # à l'écran, il défile
    page.set_viewport_size({"width": 1000, "height": 900})  # une feuille, à peu près
    page.emulate_media(media="print")
    assert apercu.evaluate(COUPE) == [False, False]


def test_l_apercu_court_ne_laisse_pas_de_blanc(serveur: str, visiter: Visiter) -> None:
    """Sa hauteur d'écran, fixe, laissait un blanc sous quatre lignes."""
    page = visiter(serveur, "/explorer?indicateurs=site_internet&par=vague").page
    apercu = page.locator(".st-key-apercu")
    expect(apercu.locator("tbody tr").first).to_be_attached()
    boite = "e => e.parentElement.getBoundingClientRect().height - e.querySelector('table').offsetHeight"
    assert apercu.evaluate(boite) < 20
