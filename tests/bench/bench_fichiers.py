"""Les grands fichiers : 100 000 lignes par format, 35 000 communes dans QGIS, les lecteurs pendant ce temps.

Une vue d'Explorer en long a 25 colonnes, en large une dizaine : les deux se mesurent, en temps de processeur.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.request import urlopen

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from barometre.contours.lecture import ContoursAbsents, load_contours
from barometre.domain.provenance import Provenance
from barometre.exports import FORMATS, build_fichier
from barometre.maps import geopackage
from barometre.ui.serving.exports_longs import get_adresse
from barometre.ui.serving.travaux import Commande
from barometre.views.donnees.explorer import COLONNES
from barometre.warehouse.repository import open_repository
from tests.bench.mesure import build_ligne, centile, get_entrepot
from tests.browser.conftest import start_server

LIGNES, COMMUNES = 100_000, 35_000
LARGE = 10
BUTS = {"csv": "≤ 1 s", "xlsx": "≤ 10 s"}
NOMBRES = (
    "valeur", "redresse", "brut", "bas", "haut", "prudence_bas", "prudence_haut", "g_etoile", "n",
)  # fmt: skip
# Le contour d'une commune chargée, au pas de la carte nationale, a une soixantaine de points.
POINTS = 60
# Une vue de 69 690 lignes de la démonstration, et ce qu'un autre lecteur demande pendant ce temps.
VUE = "niveau=commune&indicateurs=part_65_ans_et_plus&indicateurs=habitants_recenses"
# Trois séries de trente tiennent sous le débit permis par minute.
LECTURE, LECTURES, CHAUFFE = "/api/v1/valeurs?par=territoire&niveau=region", 30, 20
SECRET = "BAROMETRE_SECRET"
LUE = Provenance("Explorer", "explorer", "France", "Source", "28 novembre 2026", "v", ())


def run() -> list[dict[str, Any]]:
    """Une ligne par format et par forme, puis le GeoPackage."""
    longue = build_table(LIGNES)
    lignes = [_measure_format(nom, longue) for nom in FORMATS]
    lignes += [_measure_format(nom, longue.iloc[:, -LARGE:]) for nom in BUTS]
    return [*lignes, _measure_gpkg(), *_measure_lecteurs()]


def build_table(lignes: int) -> pd.DataFrame:
    """Une vue en long : des textes qui se répètent, un nom de lieu par ligne, des nombres arrondis."""
    tirage = np.random.default_rng(17)
    colonnes: dict[str, Any] = {}
    for rang, nom in enumerate(COLONNES):
        if nom in NOMBRES:
            nombres = tirage.normal(50, 20, lignes).round(1)
            colonnes[nom] = np.where(tirage.random(lignes) < 0.1, np.nan, nombres)
        else:
            colonnes[nom] = pd.Series(tirage.integers(0, 5 ** (rang % 4 + 1), lignes)).map(
                f"{nom} ; {{}}".format
            )
    colonnes["territoire_id"] = [f"commune-{rang:05}" for rang in range(lignes)]
    colonnes["groupe"] = [f"L'Haÿ n° {rang}" for rang in range(lignes)]
    colonnes["marque"] = np.where(np.isnan(colonnes["valeur"]), "[c]", "")
    return pd.DataFrame(colonnes)[list(COLONNES)]


def _measure(build: Callable[[], bytes]) -> tuple[float, float]:
    """Le temps de processeur, et les octets, en Mo."""
    debut = time.process_time()
    octets = len(build())
    return time.process_time() - debut, octets / 1e6


def _measure_format(nom: str, table: pd.DataFrame) -> dict[str, Any]:
    duree, taille = _measure(lambda: build_fichier(table, LUE, nom))
    titre = f"{nom}, {len(table)} × {table.shape[1]}"
    return build_ligne(titre, duree, "s", BUTS.get(nom, ""), note=f"{taille:.1f} Mo")


def _measure_gpkg() -> dict[str, Any]:
    """Les contours des communes s'ils sont chargés ; d'autant de formes d'autant de points sinon."""
    try:
        formes, origine = load_contours("commune").formes, "contours chargés"
    except ContoursAbsents:
        formes, origine = _build_formes(), "formes tirées au sort"
    ids = ("commune-" + formes["code"]).tolist()
    # Une couche : le tirage ferait de chaque ligne une vague et une taille à elle.
    une = dict.fromkeys(geopackage.PARTS, "")
    table = build_table(len(ids)).assign(
        **une, territoire_id=ids, indicateur_id="part", titre="Part", unite="%"
    )
    with mock.patch.object(geopackage, "load_contours", return_value=mock.Mock(formes=formes)):
        duree, taille = _measure(lambda: geopackage.to_gpkg(table, LUE))
    return build_ligne(f"gpkg, {len(ids)} communes", duree, "s", "≤ 10 s", note=f"{taille:.1f} Mo, {origine}")


def _build_formes() -> gpd.GeoDataFrame:
    rangs = np.arange(COMMUNES)
    angles = np.linspace(0, 2 * np.pi, POINTS)
    bords = np.stack([np.cos(angles), np.sin(angles)], axis=1) * 0.02
    centres = np.stack([rangs % 200 * 0.05 - 5, rangs // 200 * 0.05 + 42], axis=1)
    formes = [shapely.Polygon(bords + centre) for centre in centres]
    noms = {"code": [f"{r:05}" for r in rangs], "nom": [f"Commune {r}" for r in rangs]}
    return gpd.GeoDataFrame(noms, geometry=formes, crs=4326)


def _measure_lecteurs() -> list[dict[str, Any]]:
    """Ce qu'un lecteur attend sur un serveur au repos, puis pendant deux exports longs."""
    with tempfile.TemporaryDirectory() as dossier, mock.patch.dict(os.environ, {SECRET: "x" * 32}):
        entrepot = str(get_entrepot(Path(dossier)))
        with mock.patch.dict(os.environ, {"BAROMETRE_ENTREPOT": entrepot}):
            version_id = open_repository().version_id
            processus, base = start_server(entrepot, Path(dossier) / "serveur.log")
            try:
                return _compare_lectures(base, version_id)
            finally:
                processus.terminate()
                processus.wait(timeout=20)


def _compare_lectures(base: str, version_id: str) -> list[dict[str, Any]]:
    time.sleep(CHAUFFE)
    _measure_lectures(base)
    repos = _measure_lectures(base)
    liens = [
        f"{base}/{get_adresse(Commande(qui, version_id, f'{VUE}&version={version_id}', 'xlsx'))}"
        for qui in ("alice", "bob")
    ]
    debut = time.perf_counter()
    for lien in liens:
        urlopen(lien, timeout=30).close()
    pendant = _measure_lectures(base)
    while any(b"Votre fichier est pr" not in urlopen(lien, timeout=30).read() for lien in liens):
        time.sleep(0.5)
    titre, cote = "une lecture de l'API, 95e centile", f"au repos {1000 * centile(repos, 95):.0f} ms"
    return [
        build_ligne(
            f"{titre}, pendant deux exports longs", 1000 * centile(pendant, 95), "ms", "", a_cote=cote
        ),
        build_ligne("deux exports longs à la fois, du lien au fichier", time.perf_counter() - debut, "s", ""),
    ]


def _measure_lectures(base: str) -> list[float]:
    durees = []
    for _ in range(LECTURES):
        debut = time.perf_counter()
        urlopen(f"{base}{LECTURE}", timeout=30).read()
        durees.append(time.perf_counter() - debut)
        time.sleep(0.1)
    return durees
