"""La hauteur des pages que l'on lit en deux minutes, sur la démonstration, à 1 440 et à 390 px de large.

La page en service, dans un vrai navigateur ; `stMain` est ce qui défile. Une fiche se mesure aussi vue comme
son élu·e : ses réponses y sont.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from barometre.catalogue import load_catalogue
from tests.bench.lecteur import open_serveur
from tests.bench.mesure import build_ligne, get_entrepot
from tests.browser.conftest import CHROMIUM, OPTIONS

DELAI = 60_000
LARGEURS = (1440, 390)
THEME, FICHE = (2_000, 3_200), (3_000, 5_000)
# Une ville, une petite commune, une intercommunalité.
COLLECTIVITES = ("commune-33063", "commune-02578", "epci-200000172")
FINI = '.stApp[data-test-script-state="notRunning"]'
MESURE = "document.querySelector('.stMain').scrollHeight"


def run() -> list[dict[str, Any]]:
    """Une ligne par page et par largeur."""
    with tempfile.TemporaryDirectory() as nom, sync_playwright() as outil:
        dossier = Path(nom)
        navigateur = outil.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        with open_serveur(str(get_entrepot(dossier)), dossier) as serveur:
            serveur.wait_calme()
            lignes = [
                ligne for rang in range(len(LARGEURS)) for ligne in _measure(navigateur, serveur.base, rang)
            ]
        navigateur.close()
    return lignes


def _measure(navigateur: Browser, base: str, rang: int) -> list[dict[str, Any]]:
    page = navigateur.new_page(viewport={"width": LARGEURS[rang], "height": 900})
    lignes = [_measure_page(page, base, f"/{theme.id}", THEME[rang]) for theme in load_catalogue().themes]
    for collectivite in COLLECTIVITES:
        adresse = f"/fiche?collectivite={collectivite}"
        lignes.append(_measure_page(page, base, adresse, FICHE[rang]))
        page.get_by_role("button", name="Voir comme son élu·e").click()
        page.get_by_text("Vue simulée").first.wait_for(timeout=DELAI)
        lignes.append(_read(page, f"{adresse}, vue comme son élu·e", FICHE[rang]))
    page.close()
    return lignes


def _measure_page(page: Page, base: str, adresse: str, but: int) -> dict[str, Any]:
    page.goto(base + adresse)
    return _read(page, adresse, but)


def _read(page: Page, mesure: str, but: int) -> dict[str, Any]:
    page.locator(".baro-pied").wait_for(timeout=DELAI)
    page.locator(FINI).wait_for(state="attached", timeout=DELAI)
    page.wait_for_load_state("networkidle")
    hauteur = float(page.evaluate(MESURE))
    largeur = page.viewport_size["width"] if page.viewport_size else 0
    note = f"{hauteur:.0f} px exactement{'' if hauteur <= but else ' : trop haute'}"
    return build_ligne(f"{mesure}, {largeur} px", hauteur, "px", f"≤ {but} px", note=note)
