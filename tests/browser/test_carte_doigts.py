"""Au doigt, sur un téléphone : un seul fait défiler la page, deux déplacent et agrandissent la carte."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Frame, Page, expect

pytestmark = pytest.mark.navigateur
Point = tuple[float, float]
PAS = 12
DEFILEMENT = "document.querySelector('.stMain').scrollTop"


TELEPHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture
def telephone(navigateur: Browser) -> Iterator[Page]:
    contexte = navigateur.new_context(**TELEPHONE, locale="fr-FR")
    yield contexte.new_page()
    contexte.close()


def _slide(page: Page, depart: list[Point], arrivee: list[Point]) -> None:
    """Pose un ou deux doigts, les mène ailleurs, les lève : les gestes mêmes que reçoit le navigateur."""
    client = page.context.new_cdp_session(page)

    def send(genre: str, points: list[Point]) -> None:
        doigts = [{"x": x, "y": y, "id": rang} for rang, (x, y) in enumerate(points)]
        client.send("Input.dispatchTouchEvent", {"type": genre, "touchPoints": doigts})
        page.wait_for_timeout(30)

    send("touchStart", depart)
    for pas in range(1, PAS + 1):
        part = pas / PAS
        send("touchMove", [
            (x + (xx - x) * part, y + (yy - y) * part)
            for (x, y), (xx, yy) in zip(depart, arrivee, strict=True)
        ])  # fmt: skip
    send("touchEnd", [])
    page.wait_for_timeout(600)  # la fin du mouvement


def _open(page: Page, adresse: str) -> Point:
    """La carte au milieu de l'écran, et son centre."""
    page.goto(adresse)
    page.wait_for_selector(".baro-pied", timeout=60_000)
    iframe = page.locator("iframe[title*='folium']")
    page.frame_locator("iframe[title*='folium']").locator("path.leaflet-interactive").first.wait_for()
    iframe.evaluate("e => e.scrollIntoView({ block: 'center' })")
    page.wait_for_timeout(700)  # le cadrage de départ a deux temps
    boite = iframe.bounding_box()
    assert boite is not None
    return boite["x"] + boite["width"] / 2, boite["y"] + boite["height"] / 2


def _get_feuille(page: Page) -> Frame:
    return next(cadre for cadre in page.frames if "streamlit_folium" in cadre.url)


def _read_vue(page: Page) -> Any:
    return _get_feuille(page).evaluate("[map.getZoom(), map.getCenter().lat, map.getCenter().lng]")


def _read_ecart(page: Page, centre: list[float]) -> float:
    """De combien de pixels l'ancien centre n'est plus au milieu."""
    ecart = "c => map.latLngToContainerPoint(c).distanceTo(map.getSize().divideBy(2))"
    return float(_get_feuille(page).evaluate(ecart, centre))


def test_un_doigt_fait_defiler_la_page_deux_menent_la_carte(serveur: str, telephone: Page) -> None:
    x, y = _open(telephone, f"{serveur}/carte?theme=communication")
    expect(telephone.locator(".baro-tactile").first).to_be_visible()
    (zoom, *centre), hauteur = _read_vue(telephone), telephone.evaluate(DEFILEMENT)
    # Écartés : elle s'agrandit.
    _slide(telephone, [(x - 20, y), (x + 20, y)], [(x - 80, y), (x + 80, y)])
    agrandi, *centre = _read_vue(telephone)
    assert agrandi > zoom + 0.5
    # Ensemble vers le haut : elle se déplace, et la page reste où elle est.
    _slide(telephone, [(x - 30, y + 60), (x + 30, y + 60)], [(x - 30, y - 30), (x + 30, y - 30)])
    assert _read_ecart(telephone, centre) > 40
    assert telephone.evaluate(DEFILEMENT) == hauteur
    # Un seul : la page défile, la carte ne bouge pas.
    vue = _read_vue(telephone)
    _slide(telephone, [(x, y + 60)], [(x, y - 90)])
    assert telephone.evaluate(DEFILEMENT) > hauteur + 50
    assert _read_vue(telephone) == vue


# Où sont, dans leur carte, les noms posés sur des lieux : ils bougent si elle bouge.
NOMS = """() => {
  const fond = document.querySelector(".baro-communes .fond").getBoundingClientRect();
  return [...document.querySelectorAll(".baro-communes .encart")].map((nom) => {
    const boite = nom.getBoundingClientRect();
    return [Math.round(boite.x - fond.x), Math.round(boite.y - fond.y)];
  });
}"""


def test_toutes_les_communes_suivent_les_memes_gestes(avec_communes: str, avec_webgl: Browser) -> None:
    """L'autre moteur, MapLibre : les gestes de la carte des départements, avec les mêmes doigts."""
    contexte = avec_webgl.new_context(**TELEPHONE, locale="fr-FR")
    page = contexte.new_page()
    page.goto(f"{avec_communes}/carte?niveau=commune")
    page.locator(".baro-communes[data-prete=oui]").wait_for(timeout=60_000)
    page.wait_for_selector(".baro-pied", timeout=60_000)
    page.locator(".baro-communes").evaluate("e => e.scrollIntoView({ block: 'center' })")
    page.wait_for_timeout(700)
    boite = page.locator(".baro-communes canvas").bounding_box()
    assert boite is not None
    x, y = boite["x"] + boite["width"] / 2, boite["y"] + boite["height"] / 2
    noms, hauteur = page.evaluate(NOMS), page.evaluate(DEFILEMENT)
    assert noms
    # Deux, ensemble vers le haut : la carte se déplace, la page reste.
    _slide(page, [(x - 30, y + 60), (x + 30, y + 60)], [(x - 30, y - 30), (x + 30, y - 30)])
    deplaces = page.evaluate(NOMS)
    assert deplaces[0][1] < noms[0][1] - 40
    assert page.evaluate(DEFILEMENT) == hauteur
    # Un seul : la page défile, la carte ne bouge pas.
    _slide(page, [(x, y + 60)], [(x, y - 90)])
    assert page.evaluate(DEFILEMENT) > hauteur + 50
    assert page.evaluate(NOMS) == deplaces
    contexte.close()
