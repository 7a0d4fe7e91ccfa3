"""Ce que seul un navigateur montre d'une présentation : le clavier, la place dans l'adresse, le papier."""

from __future__ import annotations

from tests.browser.conftest import Visiter


def test_le_clavier_mene_la_presentation(visiter: Visiter, serveur: str) -> None:
    page = visiter(serveur, "/fonds", largeur=1024).page
    page.set_viewport_size({"width": 1024, "height": 768})
    page.get_by_role("button", name="Présenter").click()
    page.wait_for_selector(".baro-en-cours")
    total = page.locator(".baro-diapo").count()
    assert not page.locator(".stSidebar").is_visible()
    page.keyboard.press("ArrowRight")
    page.wait_for_selector('.baro-en-cours[data-rang="2"]')
    assert "presentation=2" in page.url
    page.keyboard.press("End")
    assert f"presentation={total}" in page.url
    page.keyboard.press("Space")  # la dernière n'a pas de suite
    assert page.locator(".baro-diapo:visible").count() == 1
    page.keyboard.press("Home")
    page.reload()
    page.wait_for_selector('.baro-en-cours[data-rang="1"]')
    # Rien ne déborde d'un projecteur de 1024 × 768.
    assert page.evaluate("document.documentElement.scrollWidth") <= 1024
    page.emulate_media(media="print")
    assert page.locator(".baro-diapo:visible").count() == total
    page.emulate_media(media="screen")
    page.keyboard.press("Escape")
    page.wait_for_selector(".baro-diapos", state="detached")
    assert "presentation" not in page.url
