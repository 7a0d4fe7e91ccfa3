"""Des noms faits pour sortir de leur place restent du texte, dans un vrai navigateur."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import fakes
from tests.browser.conftest import run_serveur
from tests.maps.donnees import write_contours

pytestmark = pytest.mark.navigateur
PIEGE = (
    "${alert(1)}`'\"</script><script>alert(2)</script><!--\u2028🎉<img src=x onerror=alert(3)>"
    "{{7*7}}{% raw %} $x$ *a*"
)


@pytest.fixture(scope="module")
def pieges(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Un serveur où régions, départements et communes portent tous le même nom piégé."""
    dossier = tmp_path_factory.mktemp("pieges")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fakes, "REGIONS", dict.fromkeys(fakes.REGIONS, f"R{PIEGE}"))
        departements = {id_: (f"D{PIEGE}", region) for id_, (_, region) in fakes.DEPARTEMENTS.items()}
        patch.setattr(fakes, "DEPARTEMENTS", departements)
        communes = tuple((code, f"C{PIEGE}", *suite) for code, _, *suite in fakes.COMMUNES)
        patch.setattr(fakes, "COMMUNES", communes)
        entrepot = fakes.build_entrepot_factice(dossier / "entrepot")
        write_contours(dossier / "contours", noms={code: f"C{PIEGE}" for code, *_ in communes})
    with run_serveur(entrepot, dossier, dossier / "contours") as base:
        yield base


def _open(navigateur: Browser, adresse: str) -> tuple[Page, list[str]]:
    page = navigateur.new_context(viewport={"width": 1200, "height": 1500}, locale="fr-FR").new_page()
    alertes: list[str] = []
    page.on("dialog", lambda dialogue: (alertes.append(dialogue.message), dialogue.dismiss()))
    page.on("pageerror", lambda erreur: alertes.append(str(erreur)))
    page.goto(adresse)
    page.wait_for_selector(".baro-pied", timeout=60_000)
    return page, alertes


def test_folium_et_le_chemin_ecrivent_le_nom(pieges: str, navigateur: Browser) -> None:
    page, alertes = _open(navigateur, f"{pieges}/carte?territoire=region-01&niveau=departement")
    cadre = page.frame_locator("iframe[title*='folium']")
    cadre.locator("path.leaflet-interactive").first.hover()
    # La carte peut se poser une seconde fois sous le pointeur, à tout instant : la bulle d'avant s'efface en
    # fondu à côté de la nouvelle. Toutes disent le nom, tel quel.
    noms = cadre.locator(".leaflet-tooltip.bulle strong")
    expect(noms.last).to_be_visible()
    assert set(noms.evaluate_all("bulles => bulles.map(e => e.textContent)")) == {f"D{PIEGE}"}
    assert page.locator(".st-key-fil strong").evaluate("e => e.textContent") == f"R{PIEGE}"
    page.locator("summary", has_text="Voir le tableau de la carte").click()
    page.locator("canvas").first.wait_for()
    assert alertes == []
    page.context.close()


def test_un_departement_dans_le_chemin_reste_du_texte(pieges: str, navigateur: Browser) -> None:
    page, alertes = _open(navigateur, f"{pieges}/carte?territoire=departement-01&niveau=commune")
    bouton = page.locator(".st-key-fil button").nth(1)
    expect(bouton).to_contain_text("$x$ *a*")
    expect(bouton).to_contain_text("<img src=x onerror=alert(3)>")
    assert alertes == []
    page.context.close()


def test_maplibre_ecrit_le_nom_des_tuiles(pieges: str, avec_webgl: Browser) -> None:
    page, alertes = _open(avec_webgl, f"{pieges}/carte?niveau=commune")
    page.locator(".baro-communes[data-prete=oui]").wait_for(timeout=60_000)
    boite = page.locator(".baro-communes canvas").bounding_box()
    assert boite is not None
    page.mouse.move(boite["x"] + boite["width"] * 0.55, boite["y"] + boite["height"] * 0.6)
    nom = page.locator(".baro-communes .bulle .nom")
    nom.wait_for()
    assert nom.evaluate("e => e.textContent") == f"C{PIEGE}"
    assert alertes == []
    page.context.close()
