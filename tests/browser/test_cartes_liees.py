"""Deux cartes côte à côte : bouger l'une bouge l'autre, une seule fois, sans retour."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

import pytest
from playwright.sync_api import Browser, FloatRect, Frame, Page

pytestmark = pytest.mark.navigateur
# Compte ce que chaque carte dit à l'autre, dans la page et dans ses cadres. Un cadre peut garder la fenêtre
# de sa page d'attente : le programme y passe deux fois, et compterait double.
COMPTER = """
if (window.postes === undefined) {
    window.postes = [];
    const dire = BroadcastChannel.prototype.postMessage;
    BroadcastChannel.prototype.postMessage = function (m) { window.postes.push(m); dire.call(this, m); };
}
"""
Vue = tuple[float, ...]
# Leaflet arrondit un déplacement au pixel : 0,04° à l'échelle du pays.
UN_PIXEL = 0.05


def _open(navigateur: Browser, adresse: str) -> Page:
    contexte = navigateur.new_context(viewport={"width": 1400, "height": 1800}, locale="fr-FR")
    contexte.add_init_script(COMPTER)
    page = contexte.new_page()
    page.goto(adresse)
    page.wait_for_selector(".baro-pied", timeout=60_000)
    return page


def _wait_move(page: Page, lire: Callable[[], Vue], avant: Vue, ecart: float) -> None:
    """La politique de sécurité refuse `wait_for_function` : on regarde soi-même, dix secondes au plus."""
    for _ in range(100):
        if not _is_close(lire(), avant, ecart):
            return
        page.wait_for_timeout(100)
    pytest.fail("La carte touchée n'a pas bougé.")


def _wait_ensemble(
    page: Page, une: Callable[[], Vue], autre: Callable[[], Vue], ecart: float, quoi: str
) -> None:
    """Les deux cartes au repos et sur la même vue : une machine chargée n'a pas de durée à elle."""
    vues: list[tuple[Vue, Vue]] = []
    for _ in range(80):
        vues.append((une(), autre()))
        if len(set(vues[-4:])) == 1 and len(vues) > 4 and _is_close(*vues[-1], ecart):
            return
        page.wait_for_timeout(250)
    pytest.fail(f"Après « {quoi} », les deux cartes ne se rejoignent pas : {vues[-4:]}")


def _is_close(une: Vue, autre: Vue, ecart: float) -> bool:
    return all(abs(a - b) < ecart for a, b in zip(une, autre, strict=True))


def _list_feuilles(page: Page) -> list[Frame]:
    iframes = page.locator("iframe[title*='folium']")
    iframes.nth(1).wait_for(timeout=30_000)
    cadres = []
    for rang in range(2):
        cadre = iframes.nth(rang).element_handle().content_frame()  # type: ignore[union-attr]
        assert cadre is not None
        cadre.wait_for_selector("path.leaflet-interactive")
        cadres.append(cadre)
    return cadres


def _read_feuille(cadre: Frame) -> Vue:
    vue = cadre.evaluate("[map.getCenter().lat, map.getCenter().lng, map.getZoom()]")
    return tuple(float(x) for x in vue)


def _drag(page: Page, boite: FloatRect, dx: int, dy: int) -> None:
    x, y = boite["x"] + boite["width"] / 2, boite["y"] + boite["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + dx / 2, y + dy / 2, steps=5)
    page.mouse.move(x + dx, y + dy, steps=5)
    # Immobile avant de lâcher : pas d'élan.
    page.wait_for_timeout(150)
    page.mouse.up()


GESTES = ("glisser", "bouton", "clavier", "double_clic")


def test_folium_l_autre_carte_suit(serveur: str, navigateur: Browser) -> None:
    page = _open(navigateur, f"{serveur}/carte?theme=communication&en_face=2023-v1")
    cadres = _list_feuilles(page)
    # Chaque carte mène à son tour : ni l'une ni l'autre n'est la première.
    for rang, geste in enumerate(GESTES):
        mene, suit = cadres[rang % 2], cadres[1 - rang % 2]
        lire, lire_autre = partial(_read_feuille, mene), partial(_read_feuille, suit)
        _wait_ensemble(page, lire, lire_autre, UN_PIXEL, f"avant {geste}")
        avant = lire()
        _bouge_feuille(page, mene, geste)
        _wait_move(page, lire, avant, 0.2)
        _wait_ensemble(page, lire, lire_autre, UN_PIXEL, geste)
        # Un tressaillement, d'où qu'il vienne, ne renvoie pas à l'autre ce qu'elle vient de dire.
        suit.evaluate("() => { map.fire('movestart'); map._rawPanBy([0, 0]); map.fire('moveend'); }")
    # Un message par geste, jamais un écho.
    postes = [cadre.evaluate("window.postes") for cadre in cadres]
    assert [len(dits) for dits in postes] == [2, 2], postes
    page.context.close()


def _bouge_feuille(page: Page, cadre: Frame, geste: str) -> None:
    fond = cadre.locator(".leaflet-container")
    if geste == "glisser":
        boite = fond.bounding_box()
        assert boite is not None
        _drag(page, boite, 90, 60)
    elif geste == "bouton":
        cadre.locator(".leaflet-control-zoom-in").click()
    elif geste == "clavier":
        fond.focus()
        page.keyboard.press("ArrowRight")
    else:
        fond.dblclick(position={"x": 40, "y": 250})


def _list_grandes(page: Page) -> list[FloatRect]:
    """Les deux cartes MapLibre, et où elles sont à l'écran."""
    boites = page.locator(".baro-communes[data-prete=oui]")
    boites.nth(1).wait_for(timeout=60_000)
    cadres = [boites.nth(rang).bounding_box() for rang in range(2)]
    return [cadre for cadre in cadres if cadre]


def _read_grande(page: Page, rang: int) -> Vue:
    """Où MapLibre pose deux noms d'encart, même cachés : assez pour connaître son centre et son échelle."""
    noms = page.locator(".baro-communes").nth(rang).locator(".encart")
    poses = [str(noms.nth(i).evaluate("e => e.style.transform")) for i in (0, 4)]
    vue = tuple(float(x) for pose in poses for x in re.findall(r"(-?[\d.]+)px", pose))
    assert len(vue) >= 4
    return vue


def test_maplibre_l_autre_carte_suit(avec_communes: str, avec_webgl: Browser) -> None:
    page = _open(avec_webgl, f"{avec_communes}/carte?theme=communication&niveau=commune&en_face=2023-v1")
    cadres = _list_grandes(page)
    # Un double clic ouvrirait la fiche de la commune qui est dessous.
    gestes = [geste for geste in GESTES if geste != "double_clic"]
    for rang, geste in enumerate(gestes):
        mene, suit = rang % 2, 1 - rang % 2
        lire, lire_autre = partial(_read_grande, page, mene), partial(_read_grande, page, suit)
        _wait_ensemble(page, lire, lire_autre, 1, f"avant {geste}")
        avant = lire()
        _bouge_grande(page, mene, cadres[mene], geste)
        _wait_move(page, lire, avant, 5)
        _wait_ensemble(page, lire, lire_autre, 1, geste)
    postes = page.evaluate("window.postes")
    assert len(postes) == len(gestes), postes
    page.context.close()


def _bouge_grande(page: Page, rang: int, boite: FloatRect, geste: str) -> None:
    if geste == "glisser":
        _drag(page, boite, 90, 60)
    elif geste == "bouton":
        page.locator(".maplibregl-ctrl-zoom-in").nth(rang).click()
    else:
        page.locator(".baro-communes canvas").nth(rang).focus()
        page.keyboard.press("ArrowRight")
