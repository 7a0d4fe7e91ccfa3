"""Cent lecteurs à la fois sur un seul processus, cinq secondes entre leurs gestes.

`python -m tests.bench.bench_lecteurs --minutes 30` fait la mesure longue (mémoire bornée). Tout se passe sur
cette machine, pendant le temps dit, puis s'arrête ; les lecteurs et le serveur se partagent les cœurs.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from barometre.catalogue import load_catalogue
from tests.bench.lecteur import Geste, Lecteur, Serveur, open_serveur
from tests.bench.mesure import build_ligne, centile, get_entrepot

LECTEURS, PAUSE, MINUTES = 100, 5.0, 1.5
LECTEURS_MAXIMUM, MINUTES_MAXIMUM = 200, 60.0
DELAI = 120.0  # s : au-delà, le serveur ne répond plus
REGIONS = ("11", "24", "27", "28", "32", "44", "52", "53", "75", "76", "84", "93", "94")
COMMUNES = ("33063", "35238", "2A004", "97411", "59350", "01004")


@dataclass
class Releve:
    """La série : sa fin prévue, et ce qu'elle a vu."""

    fin: float
    premiers: list[Geste]
    gestes: list[Geste] = field(default_factory=list)
    memoires: list[float] = field(default_factory=list)
    cpu_ms: float = 0.0


def list_adresses() -> list[tuple[str, str]]:
    """Où vont les lecteurs : les thèmes surtout, sous des sélections qui varient."""
    themes = [theme.id for theme in load_catalogue().themes]
    adresses = [(theme, "") for theme in themes] * 3
    adresses += [(theme, f"territoire=region-{region}") for theme in themes for region in REGIONS[:4]]
    adresses += [(theme, "type=commune&chiffres=brut") for theme in themes]
    adresses += [("fiche", f"collectivite=commune-{code}") for code in COMMUNES] * 2
    adresses += [("", "")] * 12 + [("carte", ""), ("chiffres_cles", ""), ("questionnaires", "")] * 5
    return adresses


async def follow(base: str, rang: int, adresses: list[tuple[str, str]], releve: Releve) -> None:
    """Un lecteur : une page, une pause, une autre ; ses choix ont leur graine."""
    hasard = random.Random(rang)
    await asyncio.sleep(PAUSE * hasard.random())
    async with Lecteur(base) as lecteur:
        while time.monotonic() < releve.fin:
            geste = await asyncio.wait_for(lecteur.demander(*hasard.choice(adresses)), DELAI)
            releve.gestes.append(geste)
            await asyncio.sleep(PAUSE * hasard.uniform(0.8, 1.2))


async def watch(serveur: Serveur, releve: Releve) -> None:
    """La mémoire du serveur, toutes les deux secondes."""
    while time.monotonic() < releve.fin:
        releve.memoires.append(serveur.read_memoire_mo())
        await asyncio.sleep(2)


async def open_first(base: str, adresses: list[tuple[str, str]]) -> list[Geste]:
    """Un premier lecteur ouvre chaque adresse : les vues naissent, les suivants les trouvent."""
    async with Lecteur(base) as lecteur:
        return [await lecteur.demander(*adresse) for adresse in dict.fromkeys(adresses)]


async def follow_all(serveur: Serveur, lecteurs: int, minutes: float) -> Releve:
    """Un lecteur d'abord, puis tous, jusqu'à l'heure dite."""
    adresses = list_adresses()
    premiers = await open_first(serveur.base, adresses)
    releve = Releve(time.monotonic() + 60 * minutes, premiers)
    avant = serveur.read_cpu_ms()
    suivis = [follow(serveur.base, rang, adresses, releve) for rang in range(lecteurs)]
    await asyncio.gather(watch(serveur, releve), *suivis)
    releve.cpu_ms = serveur.read_cpu_ms() - avant
    return releve


def run(lecteurs: int = LECTEURS, minutes: float = MINUTES) -> list[dict[str, Any]]:
    """Les durées des gestes, et la mémoire du début à la fin."""
    lecteurs, minutes = min(lecteurs, LECTEURS_MAXIMUM), min(minutes, MINUTES_MAXIMUM)
    with tempfile.TemporaryDirectory() as dossier:
        chemin = Path(dossier)
        with open_serveur(str(get_entrepot(chemin)), chemin) as serveur:
            releve = asyncio.run(follow_all(serveur, lecteurs, minutes))
    return build_lignes(releve, lecteurs, minutes)


def build_lignes(releve: Releve, lecteurs: int, minutes: float) -> list[dict[str, Any]]:
    """Le tableau."""
    durees = [geste.duree_ms for geste in releve.gestes]
    premieres = [geste.duree_ms for geste in releve.premiers]
    incidents = sum(geste.incident for geste in releve.premiers + releve.gestes)
    memoires, milieu = releve.memoires, len(releve.memoires) // 2
    return [
        build_ligne(f"un geste, {lecteurs} lecteurs : 95e centile", centile(durees, 95), "ms", "≤ 150 ms",
                    a_cote=f"médiane {centile(durees, 50):.0f} ms",
                    note=f"{len(durees)} gestes en {minutes:g} min, {incidents} incidents"),
        build_ligne("processeur du serveur par geste", releve.cpu_ms / len(durees), "ms", "",
                    note="dépend peu des autres programmes de la machine"),
        build_ligne("une page ouverte pour la première fois : 95e centile", centile(premieres, 95), "ms", "",
                    a_cote=f"médiane {centile(premieres, 50):.0f} ms", note=f"{len(premieres)} adresses"),
        build_ligne("mémoire du serveur, maximum", max(memoires), "Mo", "< 1 500 Mo",
                    a_cote=f"{memoires[0]:.0f} Mo au départ, {memoires[milieu]:.0f} à mi-temps, "
                           f"{memoires[-1]:.0f} à la fin"),
    ]  # fmt: skip


if __name__ == "__main__":
    analyseur = argparse.ArgumentParser(description=__doc__)
    analyseur.add_argument("--lecteurs", type=int, default=LECTEURS)
    analyseur.add_argument("--minutes", type=float, default=MINUTES)
    demande = analyseur.parse_args()
    run(demande.lecteurs, demande.minutes)
