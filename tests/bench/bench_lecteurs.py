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
# Les premiers gestes construisent les vues : ils sont comptés à part.
MISE_EN_TRAIN = 0.25
REGIONS = ("11", "24", "27", "28", "32", "44", "52", "53", "75", "76", "84", "93", "94")
COMMUNES = ("33063", "35238", "2A004", "97411", "59350", "01004")


@dataclass
class Releve:
    """La série : son début, sa fin prévue, et ce qu'elle a vu."""

    debut: float
    fin: float
    gestes: list[tuple[float, Geste]] = field(default_factory=list)
    memoires: list[tuple[float, float]] = field(default_factory=list)


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
            quand = time.monotonic() - releve.debut
            geste = await asyncio.wait_for(lecteur.demander(*hasard.choice(adresses)), 120)
            releve.gestes.append((quand, geste))
            await asyncio.sleep(PAUSE * hasard.uniform(0.8, 1.2))


async def watch(serveur: Serveur, releve: Releve) -> None:
    """La mémoire du serveur, toutes les deux secondes."""
    while time.monotonic() < releve.fin:
        releve.memoires.append((time.monotonic() - releve.debut, serveur.read_memoire_mo()))
        await asyncio.sleep(2)


async def follow_all(serveur: Serveur, lecteurs: int, minutes: float) -> Releve:
    """Tous les lecteurs, jusqu'à l'heure dite."""
    debut, adresses = time.monotonic(), list_adresses()
    releve = Releve(debut, debut + 60 * minutes)
    suivis = [follow(serveur.base, rang, adresses, releve) for rang in range(lecteurs)]
    await asyncio.gather(watch(serveur, releve), *suivis)
    return releve


def run(lecteurs: int = LECTEURS, minutes: float = MINUTES) -> list[dict[str, Any]]:
    """Les durées des gestes une fois la série en train, et la mémoire du début à la fin."""
    lecteurs, minutes = min(lecteurs, LECTEURS_MAXIMUM), min(minutes, MINUTES_MAXIMUM)
    with tempfile.TemporaryDirectory() as dossier:
        chemin = Path(dossier)
        with open_serveur(str(get_entrepot(chemin)), chemin) as serveur:
            avant = serveur.read_memoire_mo()
            cpu = serveur.read_cpu_ms()
            releve = asyncio.run(follow_all(serveur, lecteurs, minutes))
            cpu = serveur.read_cpu_ms() - cpu
    return build_lignes(releve, lecteurs, minutes, avant, cpu)


def build_lignes(
    releve: Releve, lecteurs: int, minutes: float, avant: float, cpu: float
) -> list[dict[str, Any]]:
    """Le tableau."""
    seuil = 60 * minutes * MISE_EN_TRAIN
    chauds = [geste.duree_ms for quand, geste in releve.gestes if quand >= seuil]
    froids = [geste.duree_ms for quand, geste in releve.gestes if quand < seuil]
    incidents = sum(geste.incident for _, geste in releve.gestes)
    note = f"{len(chauds)} gestes en {minutes:g} min, {incidents} incidents"
    memoires = [mo for _, mo in releve.memoires]
    milieu = memoires[len(memoires) // 2]
    return [
        build_ligne(f"un geste, {lecteurs} lecteurs : 95e centile", centile(chauds, 95), "ms", "≤ 150 ms",
                    a_cote=f"médiane {centile(chauds, 50):.0f} ms", note=note),
        build_ligne("les premiers gestes, vues à construire : 95e centile", centile(froids, 95), "ms", ""),
        build_ligne("processeur du serveur par geste", cpu / len(releve.gestes), "ms", "",
                    note="ne dépend pas des autres programmes de la machine"),
        build_ligne("mémoire du serveur, maximum", max(memoires), "Mo", "< 1 500 Mo",
                    a_cote=f"{avant:.0f} Mo au départ, {milieu:.0f} à mi-temps, {memoires[-1]:.0f} à la fin"),
    ]  # fmt: skip


if __name__ == "__main__":
    analyseur = argparse.ArgumentParser(description=__doc__)
    analyseur.add_argument("--lecteurs", type=int, default=LECTEURS)
    analyseur.add_argument("--minutes", type=float, default=MINUTES)
    demande = analyseur.parse_args()
    run(demande.lecteurs, demande.minutes)
