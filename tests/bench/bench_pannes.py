"""Pannes : un import ou une construction tués (`kill -9`) cinquante fois, un disque qui n'écrit plus.

Rien n'est simulé : un vrai processus, tué à un instant tiré au hasard de toute sa durée, sur la France
réduite des essais. Après chaque panne, l'entrepôt se lit, ses réponses et ses fichiers reçus sont là, et la
version en service est celle d'avant ou la neuve, entière. À la fin, on importe et on reconstruit : toutes
les tables sont celles d'une machine où rien n'est tombé.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import resource
import shutil
import signal
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import func, select

from barometre.pipeline.construire import construire
from barometre.pipeline.import_lot import importer
from barometre.warehouse.repository import open_repository
from barometre.warehouse.schema import fait_reponse
from barometre.warehouse.versions import open_entrepot
from tests.bench.mesure import build_ligne
from tests.petite_france import use_petite_france, write_petite_france
from tests.pipeline.test_rejeu import check_memes_tables, read_tables, write_vague

QUESTIONNAIRE, VAGUE = "communication", "2023-v1"
FOIS = 25
# Octets qu'un processus peut encore écrire dans un fichier : de rien à presque tout ce qu'un import écrit.
PLACES = (0, 4_096, 100_000, 1_000_000, 5_000_000)
# Sans quoi un nouveau processus relit tout le programme : 3 s de processeur par panne.
PROCESSUS = multiprocessing.get_context("forkserver")


@dataclass(slots=True)
class Terrain:
    """Un entrepôt, qui y répond, et ce que les pannes ont perdu."""

    adresse: str
    france: Path
    codes: list[str]
    perdus: list[str] = field(default_factory=list)

    def importer(self, rang: int) -> None:
        """Un import qui remplace le précédent : un fichier jamais reçu, sans quoi il ne ferait rien."""
        fichier = Path(self.adresse).with_name(f"{rang}.csv")
        write_vague(fichier, self.codes, "2023-12-01", 40 + rang)
        importer(fichier, QUESTIONNAIRE, VAGUE, adresse=self.adresse, confirme=True)

    def construire(self, _: int) -> None:
        """Une reconstruction, qui rejoue les fichiers reçus."""
        with use_petite_france(self.france):
            construire(demo=False, adresse=self.adresse)


def run() -> list[dict[str, Any]]:
    """Une ligne par panne, une pour ce qui reste à la fin."""
    PROCESSUS.set_forkserver_preload([__name__])
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    with tempfile.TemporaryDirectory() as nom:
        dossier = Path(nom)
        os.environ["BAROMETRE_COPIES"] = str(dossier / "copies")
        terrain = _build_terrain(dossier)
        temoin = shutil.copytree(terrain.adresse, dossier / "temoin")
        lignes = [
            _kill(terrain, "Import", terrain.importer),
            _kill(terrain, "Construction", terrain.construire),
            _fill_disque(terrain),
        ]
        return [*lignes, _compare(terrain, Terrain(str(temoin), terrain.france, terrain.codes))]


def _build_terrain(dossier: Path) -> Terrain:
    france = dossier / "france"
    write_petite_france(france)
    adresse = str(dossier / "entrepot")
    with use_petite_france(france):
        construire(demo=False, adresse=adresse)
    depot = open_repository(adresse)
    codes = depot.list_collectivites(type="commune", departement=["33", "69"])["code"].tolist()[:120]
    depot.close()
    terrain = Terrain(adresse, france, codes)
    terrain.importer(0)
    return terrain


def _kill(terrain: Terrain, nom: str, geste: Callable[[int], None]) -> dict[str, Any]:
    """Tue le geste `FOIS` fois, à des instants tirés entre son début et un peu après sa fin."""
    hasard, duree, achevees = random.Random(nom), 0.0, 0
    for rang in (FOIS, FOIS + 1):  # le premier attend que le programme soit chargé
        debut = time.monotonic()
        _join(_start(geste, rang))
        duree = time.monotonic() - debut
    for rang in range(FOIS):
        avant = _read_etat(terrain.adresse)
        processus = _start(geste, rang)
        processus.join(hasard.uniform(0, 1.1 * duree))
        achevees += processus.exitcode == 0
        processus.kill()
        processus.join()
        _check(terrain, f"{nom} {rang}", avant)
    return build_ligne(
        f"{nom} tué (kill -9) {FOIS} fois en {duree:.1f} s au plus", len(terrain.perdus),
        "perte", "0", note=f"{achevees} avaient fini avant",
    )  # fmt: skip


def _fill_disque(terrain: Terrain) -> dict[str, Any]:
    """Un disque qui refuse d'écrire plus loin, à cinq endroits, pendant un import et une construction."""
    refuses = 0
    for rang, place in enumerate(PLACES, FOIS + 3):
        for geste in (terrain.importer, terrain.construire):
            avant = _read_etat(terrain.adresse)
            processus = _start(_limit, place, geste, rang)
            processus.join()
            refuses += processus.exitcode != 0
            _check(terrain, f"disque plein à {place} octets", avant)
    return build_ligne(
        f"Disque plein, {2 * len(PLACES)} fois", len(terrain.perdus), "perte", "0", note=f"{refuses} refusés"
    )


def _limit(place: int, geste: Callable[[int], None], rang: int) -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (place, place))
    try:
        geste(rang)
    except Exception as erreur:
        # L'échec attendu : le code de sortie le dit, sa trace ne s'affiche pas.
        raise SystemExit(1) from erreur


def _start(geste: Callable[..., None], *mots: object) -> Any:
    processus = PROCESSUS.Process(target=geste, args=mots)
    processus.start()
    return processus


def _join(processus: Any) -> None:
    processus.join()
    if processus.exitcode:
        raise RuntimeError("Le geste échoue sans qu'on l'interrompe : rien à mesurer.")


def _read_etat(adresse: str) -> tuple[str, int, set[str]]:
    """La version en service, ses réponses, les fichiers reçus que la réserve rend entiers."""
    lieu = open_entrepot(adresse)
    depot = open_repository(adresse)
    try:
        with depot.get_engine().connect() as connexion:
            reponses = connexion.scalar(select(func.count()).select_from(fait_reponse)) or 0
        version_id = depot.get_version().version_id
    finally:
        depot.close()
    reserve = lieu.get_reserve()
    return version_id, reponses, {cle for cle in reserve.list_cles() if reserve.read(cle)}


def _check(terrain: Terrain, panne: str, avant: tuple[str, int, set[str]]) -> None:
    _, reponses, recus = _read_etat(terrain.adresse)
    if reponses != avant[1] or not recus >= avant[2]:
        terrain.perdus.append(f"{panne} : {avant[1]} réponses puis {reponses}")


def _compare(terrain: Terrain, temoin: Terrain) -> dict[str, Any]:
    """Après toutes les pannes et sans aucune, les mêmes gestes donnent les mêmes tables."""
    tables = []
    for machine in (terrain, temoin):
        machine.importer(FOIS + 2)
        machine.construire(0)
        tables.append(read_tables(machine.adresse))
    check_memes_tables(*map(_drop_instants, tables))
    restes = [f.name for f in Path(terrain.adresse).glob("chantier-*")]
    return build_ligne("Tables comparées à une machine sans panne", len(tables[0]), "tables égales", "toutes",
                       note=f"{len(restes)} chantier laissé")  # fmt: skip


def _drop_instants(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Sans l'heure où chaque lot est entré, ni le condensé du fichier gardé, qui la contient."""
    instants = ["importe_le", "empreinte_gardee"]
    return {nom: frame.drop(columns=instants, errors="ignore") for nom, frame in tables.items()}
