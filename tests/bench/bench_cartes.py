"""Les cartes dans un vrai navigateur : ouvrir et voir (navigateur neuf, fichiers gardés), réagir, changer.

Les 34 875 communes sont dessinées de trois façons sur les mêmes formes et les mêmes valeurs : notre
composant (dans l'application), folium et plotly (dans une page nue servie en local : à leur avantage).
« À voir » part de l'adresse tapée et finit quand la carte est dessinée : l'application entière est comprise.
"""

from __future__ import annotations

import http.server
import json
import os
import shutil
import socketserver
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from zlib import crc32

import folium
import pandas as pd
import plotly.graph_objects as go
from playwright.sync_api import Page, sync_playwright

from barometre.contours.lecture import Contours, ContoursAbsents, load_contours
from barometre.maps.feuille import Feuille
from tests.browser.conftest import CHROMIUM, OPTIONS, RACINE, start_server

VISITES = 3
# folium y passe des dizaines de secondes : une visite suffit à le situer.
VISITES_RIVAUX = 1
DELAI = 120_000
# Des formes posées ne se voient pas encore : une image prise de la page attend qu'elles soient peintes.
COIN = {"x": 0, "y": 0, "width": 40, "height": 40}
COULEURS = ("#d6e6f4", "#abd0e6", "#6aaed6", "#3787c0", "#105ba4")
# Ce qui dit qu'un rival est dessiné, et la bulle qui répond à la souris.
RIVAUX = {
    "folium": ("path.leaflet-interactive", ".leaflet-tooltip"),
    "plotly": (".plotly-fini", ".hoverlayer .hovertext"),
}
CADRE = "iframe[title*='folium']"
PRETES = {
    "folium": "path.leaflet-interactive",
    "communes": ".baro-communes[data-prete=oui]",
}
GIRONDE = "/carte?niveau=commune&territoire=departement-33"
# Nom, adresse, façon de dessiner, but de CONCEPTION §7.
PAGES = (
    ("101 départements, folium", "/carte?niveau=departement", "folium", "≤ 1 s ; réagir ≤ 0,3 s"),
    ("communes d’un département, folium", GIRONDE, "folium", "≤ 1,5 s ; réagir ≤ 0,3 s"),
    ("toutes les communes, notre composant", "/carte?niveau=commune", "communes", "≤ 2,5 s ; réagir ≤ 0,3 s"),
)  # fmt: skip
# Le bouton touché dans la carte ouverte sur les régions, et la carte qui doit suivre.
CHANGEMENTS = (("Départements", "folium"), ("Communes", "communes"))
NEUF, GARDE = "à voir, navigateur neuf (s)", "à voir, fichiers gardés (s)"


def run() -> list[dict[str, Any]]:
    """Une ligne par carte ; celles des communes seulement si leurs contours sont chargés."""
    try:
        communes: Contours | None = load_contours("commune")
    except ContoursAbsents:
        communes = None
    with tempfile.TemporaryDirectory() as dossier, sync_playwright() as outil:
        navigateur = outil.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        lignes = _measure_pages(navigateur, Path(dossier), communes is not None)
        if communes is not None:
            lignes += _measure_rivaux(navigateur, Path(dossier), communes)
        navigateur.close()
    return lignes


def _measure_pages(navigateur: Any, dossier: Path, avec_communes: bool) -> list[dict[str, Any]]:
    entrepot = os.environ.get("BAROMETRE_ENTREPOT", str(RACINE / "entrepot"))
    processus, base = start_server(entrepot, dossier / "serveur.log")
    try:
        pages = PAGES if avec_communes else PAGES[:1]
        lignes = [_measure_page(navigateur, base, page) for page in pages]
        changements = CHANGEMENTS if avec_communes else CHANGEMENTS[:1]
        return lignes + [_measure_changement(navigateur, base, *c) for c in changements]
    finally:
        processus.terminate()
        processus.wait(timeout=20)


def _measure_page(navigateur: Any, base: str, demande: tuple[str, str, str, str]) -> dict[str, Any]:
    """La première visite chauffe le serveur ; les suivantes ont un navigateur neuf, puis le même."""
    nom, chemin, genre, but = demande
    mesures: dict[str, list[float]] = {NEUF: [], GARDE: [], "à réagir (s)": [], "reçu à neuf (Mo)": []}
    for visite in range(VISITES + 1):
        contexte = navigateur.new_context(viewport={"width": 1280, "height": 1400})
        page = contexte.new_page()
        recus = _count_bytes(page)
        neuf = _open(page, base + chemin, genre)
        octets = sum(recus) / 1e6
        garde = _open(page, base + chemin, genre)
        if visite:
            prises = (neuf, garde, _measure_survol(page, genre), octets)
            for liste, prise in zip(mesures.values(), prises, strict=True):
                liste.append(prise)
        contexte.close()
    return _ligne(nom, mesures, but)


def _open(page: Page, adresse: str, genre: str) -> float:
    debut = time.perf_counter()
    page.goto(adresse, wait_until="commit")
    _wait(page, genre)
    page.screenshot(clip=COIN)
    return time.perf_counter() - debut


def _measure_changement(navigateur: Any, base: str, bouton: str, genre: str) -> dict[str, Any]:
    """Dans la page déjà ouverte sur les régions : du bouton touché à la nouvelle carte dessinée."""
    durees = []
    for visite in range(VISITES + 1):
        contexte = navigateur.new_context(viewport={"width": 1280, "height": 1400})
        page = contexte.new_page()
        _open(page, base + "/carte", "folium")
        # Le temps d'un échange, l'ancienne carte et la nouvelle sont toutes deux dans la page.
        formes = page.frame_locator(CADRE).last.locator(PRETES["folium"])
        avant = formes.count()
        debut = time.perf_counter()
        page.get_by_role("radio", name=bouton).or_(page.get_by_role("button", name=bouton)).first.click()
        if genre == "folium":
            formes.nth(avant).wait_for(timeout=DELAI)
        else:
            _wait(page, genre)
        if visite:
            durees.append(time.perf_counter() - debut)
        contexte.close()
    return _ligne(f"des régions aux {bouton.lower()}, page ouverte", {GARDE: durees}, "")


def _wait(page: Page, genre: str) -> None:
    if genre == "folium":
        page.frame_locator(CADRE).locator(PRETES[genre]).first.wait_for(timeout=DELAI)
    else:
        page.locator(PRETES[genre]).wait_for(timeout=DELAI)


def _measure_survol(page: Page, genre: str) -> float:
    """Du mouvement de la souris à la bulle."""
    zone = page.locator(CADRE if genre == "folium" else ".baro-communes")
    boite = zone.bounding_box()
    assert boite is not None
    cadre = page.frame_locator(CADRE) if genre == "folium" else page
    debut = time.perf_counter()
    page.mouse.move(boite["x"] + boite["width"] * 0.52, boite["y"] + boite["height"] * 0.5)
    bulle = ".leaflet-tooltip.bulle" if genre == "folium" else ".bulle:not([hidden])"
    cadre.locator(bulle).first.wait_for(timeout=10_000)
    return time.perf_counter() - debut


def _count_bytes(page: Page) -> list[int]:
    recus: list[int] = []
    page.on("requestfinished", lambda r: recus.append(r.sizes()["responseBodySize"]))
    page.on("websocket", lambda w: w.on("framereceived", lambda t: recus.append(len(t))))
    return recus


def _ligne(nom: str, mesures: dict[str, list[float]], but: str) -> dict[str, Any]:
    medianes = {titre: round(statistics.median(prises), 2) for titre, prises in mesures.items()}
    ligne = {"carte": nom, **medianes, "but": but}
    # La mesure est longue : chaque ligne se lit dès qu'elle est connue.
    print("  ", ligne, flush=True)
    return ligne


def _measure_rivaux(navigateur: Any, dossier: Path, communes: Contours) -> list[dict[str, Any]]:
    """folium et plotly sur les mêmes 34 875 formes, simplifiées comme pour la carte nationale."""
    formes = communes.select()
    shutil.copytree(RACINE / "node_modules" / "leaflet" / "dist", dossier / "leaflet")
    pages: dict[str, Callable[[Any, Path], None]] = {"folium": _write_folium, "plotly": _write_plotly}
    for nom, write in pages.items():
        write(formes, dossier / f"{nom}.html")
    with _serve(dossier) as base:
        return [_measure_rival(navigateur, base, nom, *reperes) for nom, reperes in RIVAUX.items()]


def _classer(codes: pd.Series) -> pd.Series:
    """Cinq classes, les mêmes pour les deux."""
    return codes.map(lambda code: crc32(code[:2].encode()) % len(COULEURS))


def _write_folium(formes: Any, fichier: Path) -> None:
    carte = Feuille(location=(46.6, 2.4), zoom_start=5, tiles=None, preferCanvas=False)
    carte.default_js = [("leaflet", "leaflet/leaflet.js")]
    carte.default_css = [("leaflet_css", "leaflet/leaflet.css")]
    # Comme la nôtre : une couleur par classe, une bulle par commune.
    folium.GeoJson(
        formes[["code", "geometry"]].assign(classe=_classer(formes["code"])).to_json(),
        style_function=lambda forme: {
            "fillColor": COULEURS[forme["properties"]["classe"]],
            "fillOpacity": 1,
            "weight": 0,
        },
        tooltip=folium.GeoJsonTooltip(["code"]),
    ).add_to(carte)
    carte.save(str(fichier))


def _write_plotly(formes: Any, fichier: Path) -> None:
    contours = json.loads(formes.set_index("code")[["geometry"]].to_json())
    couche = go.Choroplethmap(geojson=contours, locations=formes["code"], z=_classer(formes["code"]))
    figure = go.Figure(
        couche, layout={"map": {"style": "white-bg", "center": {"lat": 46.6, "lon": 2.4}, "zoom": 4}}
    )
    # La figure est rendue avant sa carte : celle-ci dit elle-même quand tout est dessiné.
    marque = """const carte = document.querySelector('.js-plotly-plot')._fullLayout.map._subplot.map;
        const finir = () => document.body.insertAdjacentHTML('beforeend', '<p class=plotly-fini>fini</p>');
        if (carte.loaded()) { finir(); } else { carte.once('idle', finir); }"""
    figure.write_html(fichier, include_plotlyjs=True, post_script=marque)


@contextmanager
def _serve(dossier: Path) -> Iterator[str]:
    class Muet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: Any) -> None:
            """Le tableau seul parle."""

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), partial(Muet, directory=str(dossier))) as serveur:
        threading.Thread(target=serveur.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{serveur.server_address[1]}"
        serveur.shutdown()


def _measure_rival(navigateur: Any, base: str, nom: str, attente: str, bulle: str) -> dict[str, Any]:
    mesures: dict[str, list[float]] = {NEUF: [], "à réagir (s)": [], "reçu à neuf (Mo)": []}
    for _ in range(VISITES_RIVAUX):
        contexte = navigateur.new_context(viewport={"width": 1280, "height": 1400})
        page = contexte.new_page()
        recus = _count_bytes(page)
        debut = time.perf_counter()
        page.goto(f"{base}/{nom}.html", timeout=DELAI)
        page.locator(attente).first.wait_for(timeout=DELAI, state="attached")
        page.screenshot(clip=COIN)
        mesures[NEUF].append(time.perf_counter() - debut)
        mesures["reçu à neuf (Mo)"].append(sum(recus) / 1e6)
        debut = time.perf_counter()
        page.mouse.move(655, 700)
        page.mouse.move(660, 702)
        page.locator(bulle).first.wait_for(timeout=DELAI)
        mesures["à réagir (s)"].append(time.perf_counter() - debut)
        contexte.close()
    return _ligne(f"toutes les communes, {nom} (page nue)", mesures, "comparaison")


if __name__ == "__main__":
    run()
