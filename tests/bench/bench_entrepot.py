"""Les pages sur le serveur et les lectures de l'entrepôt, avec vingt millions de valeurs.

Un entrepôt provisoire reçoit des données de l'État inventées ; il est effacé à la fin.
"""

from __future__ import annotations

import asyncio
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from barometre.access import Gate
from barometre.assemblage.memoire import get_vue
from barometre.assemblage.theme import build_theme
from barometre.catalogue import load_catalogue
from barometre.ui.selectors import list_vagues
from barometre.views.comprendre.indicateur import build_vue_indicateur
from barometre.views.comprendre.theme import build_vue_theme
from barometre.views.lecture.selection import Selection
from barometre.warehouse.engine import build_duckdb_engine
from barometre.warehouse.repository import Repository, open_repository
from tests.bench.lecteur import Lecteur, open_serveur
from tests.bench.mesure import build_ligne, centile, get_entrepot

VALEURS = 20_000_000
TOURS, TOURS_PAGE = 7, 8
COMMUNE = "commune-33063"
PAGES = (
    ("", ""), ("inclusion", ""), ("cybersecurite", ""), ("services_en_ligne", "territoire=region-84"),
    ("chiffres_cles", ""), ("carte", ""), ("fiche", f"collectivite={COMMUNE}"), 
    ("comparer", f"collectivite={COMMUNE}"), ("questionnaires", ""), ("sources_methode", ""),
)  # fmt: skip


def run() -> list[dict[str, Any]]:
    """Les pages sur le grand entrepôt, puis les lectures sur les deux."""
    with tempfile.TemporaryDirectory() as nom:
        dossier = Path(nom)
        petit = get_entrepot(dossier)
        grand, duree = build_grand(petit, dossier / "grand")
        lignes = [build_ligne(f"{VALEURS / 1e6:.0f} millions de valeurs ajoutées", duree, "s", "")]
        lignes += [*measure_pages(grand, dossier), measure_gardee(grand)]
        return lignes + measure_lectures(petit, grand)


def build_grand(petit: Path, grand: Path) -> tuple[Path, float]:
    """Une copie de la version en service, complétée d'indicateurs mesurés sur toutes les communes."""
    grand.mkdir()
    version = (petit / "ACTIF").read_text(encoding="utf-8").strip()
    shutil.copyfile(petit / version, grand / version)
    (grand / "ACTIF").write_text(version, encoding="utf-8")
    moteur, debut = build_duckdb_engine(grand / version, lecture_seule=False), time.perf_counter()
    with moteur.begin() as connexion:
        lu = connexion.exec_driver_sql("SELECT count(*) FROM dim_collectivite").scalar_one()
        connexion.exec_driver_sql(
            "INSERT INTO fait_valeur (indicateur_id, collectivite_id, periode, valeur, etat, source_id) "
            "SELECT 'mesure_' || i, collectivite_id, '2024', random() * 100, 'repondu', 'banc' "
            f"FROM range({VALEURS // int(lu)}) AS t(i), dim_collectivite"
        )
    moteur.dispose()
    return grand, time.perf_counter() - debut


def measure_pages(entrepot: Path, dossier: Path) -> list[dict[str, Any]]:
    """Chaque page, rejouée dans une vraie session, seule sur le serveur."""
    with open_serveur(str(entrepot), dossier) as serveur:
        time.sleep(5)  # la mise en train du serveur
        premieres, durees = asyncio.run(_replay(serveur.base))
    toutes = [duree for valeurs in durees.values() for duree in valeurs]
    lignes = [
        build_ligne("une page rejouée, toutes pages : 95e centile", centile(toutes, 95), "ms", "≤ 150 ms",
                    a_cote=f"médiane {statistics.median(toutes):.0f} ms", note=f"{len(toutes)} gestes"),
    ]  # fmt: skip
    for adresse, valeurs in durees.items():
        lignes.append(
            build_ligne(f"page « {adresse or 'accueil'} » rejouée", statistics.median(valeurs), "ms",
                        "≤ 150 ms", a_cote=f"la première fois : {premieres[adresse]:.0f} ms")
        )  # fmt: skip
    return lignes


async def _replay(base: str) -> tuple[dict[str, float], dict[str, list[float]]]:
    premieres, durees = {}, {}
    async with Lecteur(base) as lecteur:
        for page, parametres in PAGES:
            premieres[page] = (await lecteur.demander(page, parametres)).duree_ms
            durees[page] = [(await lecteur.demander(page, parametres)).duree_ms for _ in range(TOURS_PAGE)]
    return premieres, durees


def measure_gardee(entrepot: Path) -> dict[str, Any]:
    """Ce que coûtent les chiffres d'une page déjà vue : les retrouver."""
    gate = Gate(open_repository(str(entrepot)))
    selection = Selection(vague_id=list(list_vagues("inclusion"))[-1])
    durees = []
    for _ in range(TOURS + 1):
        debut = time.perf_counter()
        get_vue(gate, build_theme, "inclusion", selection)
        durees.append(1000 * (time.perf_counter() - debut))
    return build_ligne("les chiffres d'une page rejouée", statistics.median(durees[1:]), "ms", "≤ 20 ms",
                       a_cote=f"la première fois, graphiques compris : {durees[0]:.0f} ms")  # fmt: skip


def measure_lectures(petit: Path, grand: Path) -> list[dict[str, Any]]:
    """Les lectures d'une page, sur les deux entrepôts en alternance."""
    depots = {nom: open_repository(str(ou)) for nom, ou in (("grand", grand), ("petit", petit))}
    lignes = []
    for titre, but, lire in _list_lectures():
        durees: dict[str, list[float]] = {nom: [] for nom in depots}
        for _ in range(TOURS):
            for nom, depot in depots.items():
                debut = time.perf_counter()
                lire(depot)
                durees[nom].append(1000 * (time.perf_counter() - debut))
        a_cote = f"sans les 20 millions : {statistics.median(durees['petit']):.0f} ms"
        lignes.append(build_ligne(titre, statistics.median(durees["grand"]), "ms", but, a_cote=a_cote))
    for depot in depots.values():
        depot.close()
    return lignes


def _list_lectures() -> list[tuple[str, str, Callable[[Repository], Any]]]:
    catalogue = load_catalogue()
    selection = Selection(vague_id=list(list_vagues("inclusion"))[-1])
    clef = next(i for i in catalogue.list_indicateurs("inclusion", origine="declare") if i.cle).id
    totaux = {"territoire_id": "france", "type": "", "strate": "", "couverture": ""}
    ids = [i.id for i in catalogue.list_indicateurs("inclusion")]
    return [
        (
            "les chiffres d'un thème, lus et masqués",
            "",
            lambda d: Gate(d).list_agregats(ids, **totaux),
        ),
        (
            "la vue d'un thème, construite entière",
            "",
            lambda d: build_vue_theme(Gate(d), catalogue, "inclusion", selection),
        ),
        (
            "la vue d'un indicateur, construite entière",
            "",
            lambda d: build_vue_indicateur(Gate(d), catalogue, clef, selection),
        ),
        ("les valeurs d'un indicateur", "", lambda d: d.list_valeurs(clef)),
        ("les valeurs d'une collectivité", "", lambda d: d.list_valeurs(None, collectivite_id=COMMUNE)),
    ]


if __name__ == "__main__":
    run()
