"""Les pages dans un vrai navigateur, à froid (rien en réserve) puis à chaud (les fichiers gardés).

« Lisible » : le titre, ou la phrase à retenir d'un thème. « Complète » : le serveur a fini et tous les
graphiques sont dessinés. Le processeur est celui du fil principal du navigateur : il dépend peu de la charge
de la machine.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.bench.lecteur import open_serveur
from tests.bench.mesure import build_ligne, get_entrepot
from tests.browser.conftest import CHROMIUM, OPTIONS

VISITES = 3
DELAI = 60_000
# Adresse, et ce qui doit être là pour que la page serve.
PAGES = (
    ("/", "h1"),
    ("/inclusion", ".baro-retenir"),
    ("/cybersecurite", ".baro-retenir"),
    ("/chiffres_cles", "h1"),
    ("/fiche?collectivite=commune-33063", "h1"),
)
FINI = '.stApp[data-test-script-state="notRunning"]'
DESSINES = (
    """() => [...document.querySelectorAll('.stPlotlyChart')].every(g => g.querySelector('.main-svg'))"""
)
BUTS = {"à froid": "≤ 1,2 s", "à chaud": "≤ 0,5 s"}
Visite = tuple[float, float, float]


def run() -> list[dict[str, Any]]:
    """Deux lignes par page."""
    with tempfile.TemporaryDirectory() as nom, sync_playwright() as outil:
        dossier = Path(nom)
        navigateur = outil.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        with open_serveur(str(get_entrepot(dossier)), dossier) as serveur:
            serveur.wait_calme()
            lignes = [ligne for page in PAGES for ligne in _measure_page(navigateur, serveur.base, *page)]
        navigateur.close()
    return lignes


def _measure_page(navigateur: Browser, base: str, adresse: str, repere: str) -> list[dict[str, Any]]:
    visites: dict[str, list[Visite]] = {"à froid": [], "à chaud": []}
    for _ in range(VISITES):
        contexte = navigateur.new_context(viewport={"width": 1280, "height": 900})
        page = contexte.new_page()
        for mesures in visites.values():
            mesures.append(_visit(contexte, page, base + adresse, repere))
        contexte.close()
    lignes = []
    for etat, mesures in visites.items():
        lisible, complete, cpu = (statistics.median(m) for m in zip(*mesures, strict=True))
        lignes.append(
            build_ligne(f"{adresse} {etat} : lisible", lisible, "s", BUTS[etat],
                        a_cote=f"complète : {complete:.2f} s", note=f"processeur du navigateur : {cpu:.2f} s")
        )  # fmt: skip
    return lignes


def _visit(contexte: BrowserContext, page: Page, adresse: str, repere: str) -> Visite:
    suivi = contexte.new_cdp_session(page)
    suivi.send("Performance.enable", {"timeDomain": "threadTicks"})
    debut = time.perf_counter()
    page.goto(adresse, wait_until="commit")
    page.locator(repere).first.wait_for(timeout=DELAI)
    lisible = time.perf_counter() - debut
    page.locator(".baro-pied").wait_for(timeout=DELAI)
    page.locator(FINI).wait_for(state="attached", timeout=DELAI)
    page.wait_for_function(DESSINES, timeout=DELAI)
    complete = time.perf_counter() - debut
    mesures = {m["name"]: m["value"] for m in suivi.send("Performance.getMetrics")["metrics"]}
    suivi.detach()
    return lisible, complete, float(mesures["TaskDuration"])


if __name__ == "__main__":
    run()
