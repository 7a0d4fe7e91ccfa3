"""De un à deux cents lecteurs à la fois sur un seul processus, cinq secondes entre leurs gestes.

`python -m tests.bench.bench_lecteurs --lecteurs 100 --minutes 30` fait la mesure longue (mémoire bornée).
`--lecteurs` sans nombre ne mesure que l'API à côté de cent lecteurs, en paires.
`--processus 2` : deux processus derrière haproxy (`docs/repartiteurs/haproxy.cfg`), s'il est installé.
La mémoire de chaque série, toutes les deux secondes, va dans `rapports/memoire.csv`.
Tout se passe sur cette machine, pendant le temps dit, puis s'arrête ; les lecteurs et le serveur se partagent
les cœurs : le processeur que prennent les lecteurs eux-mêmes est dit à côté.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from barometre.catalogue import load_catalogue
from tests.bench.lecteur import Geste, Lecteur, Serveur, open_plusieurs, open_serveur
from tests.bench.mesure import RACINE, build_ligne, centile, get_entrepot

LECTEURS, PAUSE, MINUTES = (1, 50, 100, 150, 200), 5.0, 0.75
LECTEURS_MAXIMUM, MINUTES_MAXIMUM = 200, 60.0
# Combien de lecteurs partagent le serveur avec celui qui ne s'arrête jamais.
VOISINS = 50
# L'API à côté d'eux (CONCEPTION §7).
PAR_SECONDE, AVEC_API, PAIRES = 20, 100, 3
DELAI = 120.0  # s : au-delà, le serveur ne répond plus
REGIONS = ("11", "24", "27", "28", "32", "44", "52", "53", "75", "76", "84", "93", "94")
COMMUNES = ("33063", "35238", "2A004", "97411", "59350", "01004")


MEMOIRES = RACINE / "rapports" / "memoire.csv"
Adresse = tuple[str, str]


@dataclass
class Releve:
    """Une série : sa fin prévue, et ce qu'elle a vu."""

    fin: float
    premiers: list[Geste] = field(default_factory=list)
    gestes: list[Geste] = field(default_factory=list)
    memoires: list[float] = field(default_factory=list)
    duree: float = 0.0
    cpu_ms: float = 0.0
    cpu_lecteurs_ms: float = 0.0

    @property
    def part_lecteurs(self) -> float:
        """Le processeur que prennent les lecteurs, en parts d'un cœur."""
        return self.cpu_lecteurs_ms / (1000 * self.duree)


def list_adresses() -> list[Adresse]:
    """Où vont les lecteurs : les thèmes surtout, sous des sélections qui varient."""
    themes = [theme.id for theme in load_catalogue().themes]
    adresses = [(theme, "") for theme in themes] * 3
    adresses += [(theme, f"territoire=region-{region}") for theme in themes for region in REGIONS[:4]]
    adresses += [(theme, "type=commune&chiffres=brut") for theme in themes]
    adresses += [("fiche", f"collectivite=commune-{code}") for code in COMMUNES] * 2
    adresses += [("comparer", f"collectivite=commune-{code}&theme={themes[0]}") for code in COMMUNES]
    adresses += [("", "")] * 12 + [("carte", ""), ("chiffres_cles", ""), ("questionnaires", "")] * 5
    return adresses


async def follow(base: str, rang: int, adresses: list[Adresse], releve: Releve, vues: set[Adresse]) -> None:
    """Un lecteur : une page, une pause, une autre ; ses choix ont leur graine."""
    hasard = random.Random(rang)
    await asyncio.sleep(PAUSE * hasard.random())
    async with Lecteur(base) as lecteur:
        while time.monotonic() < releve.fin:
            adresse = hasard.choice(adresses)
            # Une adresse que personne n'a encore ouverte est comptée à part : sa vue naît.
            liste = releve.gestes if adresse in vues else releve.premiers
            vues.add(adresse)
            liste.append(await asyncio.wait_for(lecteur.demander(*adresse), DELAI))
            await asyncio.sleep(PAUSE * hasard.uniform(0.8, 1.2))


async def flood(base: str, adresses: list[Adresse], releve: Releve) -> None:
    """Un lecteur qui ne s'arrête jamais : ce qu'il coûte se lit aux gestes des autres."""
    async with Lecteur(base) as lecteur:
        while time.monotonic() < releve.fin:
            await asyncio.wait_for(lecteur.demander(*adresses[0]), DELAI)


async def watch(serveur: Serveur, releve: Releve) -> None:
    """La mémoire du serveur, toutes les deux secondes."""
    while time.monotonic() < releve.fin:
        releve.memoires.append(serveur.read_memoire_mo())
        await asyncio.sleep(2)


async def follow_all(
    serveur: Serveur, lecteurs: int, minutes: float, vues: set[Adresse], *, flot: bool = False
) -> Releve:
    """Tous les lecteurs, jusqu'à l'heure dite ; `flot` : l'un d'eux de plus ne s'arrête jamais."""
    adresses, debut = list_adresses(), time.monotonic()
    releve = Releve(debut + 60 * minutes)
    avant, avant_lecteurs = serveur.read_cpu_ms(), time.process_time()
    suivis = [follow(serveur.base, rang, adresses, releve, vues) for rang in range(lecteurs)]
    if flot:
        suivis.append(flood(serveur.base, adresses, releve))
    await asyncio.gather(watch(serveur, releve), *suivis)
    releve.duree = time.monotonic() - debut
    releve.cpu_ms = serveur.read_cpu_ms() - avant
    releve.cpu_lecteurs_ms = 1000 * (time.process_time() - avant_lecteurs)
    return releve


async def open_first(serveur: Serveur, vues: set[Adresse]) -> list[tuple[float, Geste]]:
    """Un lecteur seul ouvre chaque adresse, pour la première fois : le processeur et le geste de chacune."""
    mesures = []
    for adresse in dict.fromkeys(list_adresses()):
        # Une visite chacun : les chiffres bruts de l'une ne suivent pas le lecteur dans l'autre.
        async with Lecteur(serveur.base) as lecteur:
            avant = serveur.read_cpu_ms()
            geste = await lecteur.demander(*adresse)
        vues.add(adresse)
        mesures.append((serveur.read_cpu_ms() - avant, geste))
    return mesures


def run(
    lecteurs: Iterable[int] = LECTEURS, minutes: float = MINUTES, processus: int = 1
) -> list[dict[str, Any]]:
    """Les premières vues, les gestes de 1 à 200 lecteurs, ceux des voisins d'un lecteur sans pause."""
    minutes = min(minutes, MINUTES_MAXIMUM)
    vues: set[Adresse] = set()
    with tempfile.TemporaryDirectory() as dossier:
        chemin = Path(dossier)
        entrepot = str(get_entrepot(chemin))
        ouvrir = (
            open_serveur(entrepot, chemin) if processus == 1 else open_plusieurs(entrepot, chemin, processus)
        )
        with ouvrir as serveur:
            serveur.wait_calme()
            lignes = build_premieres(asyncio.run(open_first(serveur, vues)))
            for n in lecteurs:
                releve = asyncio.run(follow_all(serveur, min(n, LECTEURS_MAXIMUM), minutes, vues))
                lignes += build_lignes(releve, n, minutes, processus)
                write_memoires(releve, n, processus)
            # Une mesure longue ne l'est que pour ses lecteurs : huit séries de trente minutes non.
            court = min(minutes, MINUTES)
            if lecteurs:
                lignes += measure_flot(serveur, court, vues)
            lignes += measure_api(serveur, court, vues)
    return lignes


def list_chemins() -> list[str]:
    """Ce qu'un programme demande à l'API."""
    return [f"/api/v1/valeurs?theme={theme.id}&par=strate" for theme in load_catalogue().themes]


def open_api(serveur: Serveur) -> list[float]:
    """Le processeur de chaque réponse de l'API, faite pour la première fois ; comme les pages, à part."""
    mesures = []
    with httpx.Client(base_url=serveur.base, timeout=DELAI) as client:
        for chemin in list_chemins():
            avant = serveur.read_cpu_ms()
            client.get(chemin).raise_for_status()
            mesures.append(serveur.read_cpu_ms() - avant)
    return mesures


async def call_api(base: str, fin: float, statuts: list[int]) -> None:
    """Vingt demandes par seconde, d'autant d'adresses : le débit d'une seule ne les arrête pas."""
    chemins = list_chemins()

    async def call(client: httpx.AsyncClient, rang: int) -> None:
        qui = {"X-Forwarded-For": f"198.51.100.{rang % PAR_SECONDE + 1}"}
        statuts.append((await client.get(chemins[rang % len(chemins)], headers=qui)).status_code)

    async with httpx.AsyncClient(base_url=base, timeout=DELAI) as client, asyncio.TaskGroup() as demandes:
        rang = 0
        while time.monotonic() < fin:
            demandes.create_task(call(client, rang))
            rang += 1
            await asyncio.sleep(1 / PAR_SECONDE)


async def follow_beside_api(
    serveur: Serveur, lecteurs: int, minutes: float, vues: set[Adresse], statuts: list[int]
) -> Releve:
    """Les lecteurs, pendant que l'API répond."""
    fin = time.monotonic() + 60 * minutes
    releve, _ = await asyncio.gather(
        follow_all(serveur, lecteurs, minutes, vues), call_api(serveur.base, fin, statuts)
    )
    return releve


def measure_api(
    serveur: Serveur, minutes: float, vues: set[Adresse], lecteurs: int = AVEC_API, paires: int = PAIRES
) -> list[dict[str, Any]]:
    """Cent lecteurs sans, puis avec vingt demandes à l'API chaque seconde, en paires l'une après l'autre.

    La machine est partagée : une paire est faite de voisines, et le processeur du serveur se lit à côté.
    """
    statuts: list[int] = []
    premieres = open_api(serveur)
    releves = [
        (
            asyncio.run(follow_all(serveur, lecteurs, minutes, vues)),
            asyncio.run(follow_beside_api(serveur, lecteurs, minutes, vues, statuts)),
        )
        for _ in range(paires)
    ]
    sans, avec = zip(*(map(_read_p95, paire) for paire in releves), strict=True)
    seul, ensemble = (sum(_read_cpu_geste(paire[rang]) for paire in releves) / paires for rang in (0, 1))
    ajoute = sum(
        ensemble_.cpu_ms / ensemble_.duree - seul_.cpu_ms / seul_.duree for seul_, ensemble_ in releves
    )
    titre = f"{lecteurs} lecteurs, API à {PAR_SECONDE} demandes/s"
    note = f"{statuts.count(200)} réponses de l'API sur {len(statuts)} demandes ; {paires} paires"
    dites = ", ".join(f"{a:.0f} contre {s:.0f}" for s, a in zip(sans, avec, strict=True))
    return [
        build_ligne("une réponse de l'API, la première fois : processeur", centile(premieres, 50), "ms", "",
                    a_cote=f"la pire {max(premieres):.0f} ms", note="les valeurs d'un thème par taille"),
        build_ligne(f"un geste, {titre} : 95e centile des lecteurs, paire médiane", centile(avec, 50), "ms",
                    "≤ 100 ms", a_cote=f"sans l'API {centile(sans, 50):.0f} ms", note=f"{note} : {dites}"),
        build_ligne(f"processeur du serveur par seconde que l'API ajoute, {titre}", ajoute / paires, "ms", "",
                    a_cote=f"par geste {ensemble:.0f} ms, API comprise ; {seul:.0f} sans elle", note=note),
    ]  # fmt: skip


def _read_p95(releve: Releve) -> float:
    return centile([geste.duree_ms for geste in releve.gestes], 95)


def _read_cpu_geste(releve: Releve) -> float:
    return releve.cpu_ms / len(releve.gestes + releve.premiers)


def measure_flot(serveur: Serveur, minutes: float, vues: set[Adresse]) -> list[dict[str, Any]]:
    """Cinquante lecteurs, sans puis avec un de plus qui ne s'arrête jamais."""
    seuls, ensemble = (
        centile([g.duree_ms for g in releve.gestes], 95)
        for releve in (
            asyncio.run(follow_all(serveur, VOISINS, minutes, vues, flot=flot)) for flot in (False, True)
        )
    )
    mesure = f"un geste, {VOISINS} lecteurs, un autre sans pause : 95e centile des {VOISINS}"
    return [build_ligne(mesure, ensemble, "ms", "≤ 2 × sans lui", a_cote=f"sans lui {seuls:.0f} ms")]


def build_premieres(mesures: list[tuple[float, Geste]]) -> list[dict[str, Any]]:
    """Ce que coûte une page que personne n'a ouverte."""
    cpu, durees = [c for c, _ in mesures], [g.duree_ms for _, g in mesures]
    note = f"{len(mesures)} adresses, un lecteur seul ; durée médiane {centile(durees, 50):.0f} ms"
    mesure = "une page ouverte pour la première fois : processeur, 95e centile"
    mediane = f"médiane {centile(cpu, 50):.0f} ms"
    return [build_ligne(mesure, centile(cpu, 95), "ms", "≤ 120 ms", a_cote=mediane, note=note)]


def write_memoires(releve: Releve, lecteurs: int, processus: int) -> None:
    """La courbe de la mémoire d'une série, à la suite des autres : lecteurs, processus, seconde, Mo."""
    MEMOIRES.parent.mkdir(exist_ok=True)
    if not MEMOIRES.exists():
        MEMOIRES.write_text("lecteurs,processus,seconde,memoire_mo\n", encoding="utf-8")
    with MEMOIRES.open("a", encoding="utf-8") as sortie:
        sortie.writelines(
            f"{lecteurs},{processus},{2 * i},{mo:.0f}\n" for i, mo in enumerate(releve.memoires)
        )


def build_lignes(releve: Releve, lecteurs: int, minutes: float, processus: int = 1) -> list[dict[str, Any]]:
    """Le tableau d'une série."""
    tous = releve.premiers + releve.gestes
    durees, premieres = [g.duree_ms for g in tous], [g.duree_ms for g in releve.premiers]
    messages = sum(g.messages for g in tous) / len(tous)
    octets = sum(g.octets for g in tous) / len(tous) / 1000
    incidents, memoires = sum(geste.incident for geste in tous), releve.memoires
    but = {100: "≤ 60 ms", 200: "≤ 100 ms"}.get(lecteurs, "")
    suite = f" ; premières vues {max(premieres):.0f} ms au plus" if premieres else ""
    note = (
        f"{len(tous)} gestes en {minutes:g} min, {incidents} incidents ; {messages:.0f} messages, "
        f"{octets:.0f} ko ; les lecteurs prennent {releve.part_lecteurs:.0%} d'un cœur"
    )
    cpu, ou = releve.cpu_ms / len(tous), f", {processus} processus" if processus > 1 else ""
    return [
        build_ligne(f"un geste, {lecteurs} lecteurs{ou} : 95e centile", centile(durees, 95), "ms", but,
                    a_cote=f"médiane {centile(durees, 50):.0f} ms{suite}", note=note),
        build_ligne(f"processeur du serveur par geste, {lecteurs} lecteurs{ou}", cpu, "ms", "",
                    a_cote=f"mémoire {max(memoires):.0f} Mo au plus, {memoires[0]:.0f} au départ",
                    note="dépend peu des autres programmes de la machine"),
    ]  # fmt: skip


if __name__ == "__main__":
    analyseur = argparse.ArgumentParser(description=__doc__)
    analyseur.add_argument("--lecteurs", type=int, nargs="*", default=LECTEURS)
    analyseur.add_argument("--minutes", type=float, default=MINUTES)
    analyseur.add_argument("--processus", type=int, choices=(1, 2), default=1)
    demande = analyseur.parse_args()
    run(demande.lecteurs, demande.minutes, demande.processus)
