"""Les noms des outre-mer, à toutes les tailles d'une carte : ni sur la côte, ni l'un sur l'autre."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route

from barometre.contours.lecture import load_contours
from barometre.maps import build_carte
from barometre.maps.classes import build_classes
from tests.browser.conftest import RACINE
from tests.maps.donnees import build_cadre, build_indicateur, render_page

pytestmark = pytest.mark.navigateur
ADRESSE = "http://essai.invalid/component/streamlit_folium.st_folium/"
PAQUETS = {
    "leaflet": RACINE / "node_modules/leaflet/dist",
    "polices/source-sans-3": RACINE / "node_modules/@fontsource-variable/source-sans-3/files",
}
# Seule, en face d'une autre ou en troisième, sur un grand écran, une tablette, un téléphone.
TAILLES = ((950, 620), (640, 460), (470, 460), (392, 340), (358, 374), (320, 340), (306, 340), (300, 340))
# Les noms qui se touchent, ou sous lesquels une forme est dessinée : des points pris sur chaque mot.
FAUTES = """() => {
  const noms = [...document.querySelectorAll(".encart-nom")]
    .map(e => ({ mot: e.textContent, b: e.getBoundingClientRect() }));
  const touche = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  const dedans = ({ b }) => b.left >= 0 && b.top >= 0 && b.right <= innerWidth && b.bottom <= innerHeight;
  const surForme = ({ b }) => [.25, .5, .75].some(y => [...Array(21).keys()].some(x =>
    document.elementsFromPoint(b.left + b.width * x / 20, b.top + b.height * y)
      .some(e => e.matches("path.leaflet-interactive"))));
  return [
    ...noms.filter(n => !dedans(n)).map(n => `${n.mot} sort`),
    ...noms.filter(surForme).map(n => `${n.mot} sur une forme`),
    ...noms.flatMap((n, i) => noms.slice(i + 1).filter(a => touche(n.b, a.b))
      .map(a => `${n.mot} / ${a.mot}`)),
  ];
}"""


def _render(niveau: str) -> str:
    """La page que sert streamlit-folium, sur les vrais contours du pays."""
    contours = load_contours(niveau)
    lignes = [
        {"code": c, "region": r, "valeur": 0.4, "territoire_id": f"{niveau}-{c}"}
        for c, r in zip(contours.formes["code"], contours.formes["region"], strict=True)
    ]
    indicateur = build_indicateur()
    classes = build_classes([0.4], indicateur)
    page = render_page(build_carte(build_cadre(lignes), indicateur, contours, titre="Carte", classes=classes))
    carte = re.search(r"var (map_\w+) = L\.map", page)
    assert carte is not None
    return page.replace("map_div", carte[1])


def _serve(route: Route, page: str) -> None:
    chemin = route.request.url.split("/vendor/", 1)
    if len(chemin) == 1:
        route.fulfill(body=page, content_type="text/html; charset=utf-8")
        return
    for prefixe, dossier in PAQUETS.items():
        if chemin[1].startswith(prefixe):
            route.fulfill(path=dossier / Path(chemin[1]).name)


@pytest.mark.parametrize("niveau", ["region", "departement"])
def test_un_nom_d_outre_mer_ne_touche_ni_la_cote_ni_un_autre(navigateur: Browser, niveau: str) -> None:
    page = navigateur.new_page(viewport={"width": 950, "height": 620})
    corps = _render(niveau)
    page.route("**/*", lambda route: _serve(route, corps))
    page.goto(ADRESSE)
    page.locator("path.leaflet-interactive").first.wait_for()
    trouvees = {}
    for largeur, hauteur in TAILLES:
        page.set_viewport_size({"width": largeur, "height": hauteur})
        page.wait_for_timeout(200)  # la carte suit son cadre
        assert page.locator(".encart-nom").count() >= 5
        trouvees[largeur] = page.evaluate(FAUTES)
    page.close()
    assert trouvees == {largeur: [] for largeur, _ in TAILLES}
