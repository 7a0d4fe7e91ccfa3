"""Les lecteurs pendant des exports longs : deux XLSX à la fois, en paires voisines, sans eux puis avec eux.

Deux exports est le plus que le serveur mène ensemble ; chacun a 69 690 lignes de 25 colonnes, la plus grande
vue que la démonstration compose sous la limite de 100 000. La machine est partagée : sa charge se lit à côté,
et le processeur du serveur par geste. `python -m tests.bench.bench_exports --paires 3 --minutes 0.75`.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from unittest import mock

import httpx

from barometre.ui.serving.exports_longs import get_adresse
from barometre.ui.serving.travaux import PROCESSUS, Commande
from barometre.warehouse.repository import open_repository
from tests.bench.bench_fichiers import SECRET, VUE
from tests.bench.bench_lecteurs import DELAI, Releve, follow_all, open_first
from tests.bench.lecteur import TICS, Serveur, open_serveur
from tests.bench.mesure import build_ligne, centile, get_entrepot

LECTEURS, MINUTES, PAIRES = (10, 30), 0.75, 3
PRET = "Votre fichier est pr"


@dataclass
class Banc:
    """Le serveur, la version qui s'exporte, et ce que les séries ont vu."""

    serveur: Serveur
    version_id: str
    minutes: float
    vues: set[tuple[str, str]] = field(default_factory=set)
    durees: list[float] = field(default_factory=list)
    enfants: list[float] = field(default_factory=list)
    charges: list[float] = field(default_factory=list)
    demandes: int = 0

    def measure_paire(self, lecteurs: int) -> tuple[Releve, Releve]:
        """Deux séries voisines : les lecteurs seuls, puis à côté des exports."""
        sans = asyncio.run(follow_all(self.serveur, lecteurs, self.minutes, self.vues))
        avant = self._read_enfants()
        avec = asyncio.run(self._follow_beside(lecteurs))
        # Un processus arrêté ne se compte qu'une fois attendu par le serveur.
        time.sleep(2)
        self.enfants.append(self._read_enfants() - avant)
        self.charges.append(os.getloadavg()[0])
        return sans, avec

    def _read_enfants(self) -> float:
        """Le processeur, en secondes, des exports que le serveur a menés et attendus."""
        champs = (
            Path(f"/proc/{self.serveur.pids[0]}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        )
        return (int(champs[13]) + int(champs[14])) / TICS

    async def _follow_beside(self, lecteurs: int) -> Releve:
        travaux = [asyncio.create_task(self._export_sans_arret()) for _ in range(PROCESSUS)]
        try:
            return await follow_all(self.serveur, lecteurs, self.minutes, self.vues)
        finally:
            for travail in travaux:
                travail.cancel()
                with suppress(asyncio.CancelledError):
                    await travail

    async def _export_sans_arret(self) -> None:
        """Un export, puis un autre, jusqu'à ce qu'on l'arrête ; le dernier est arrêté avec lui."""
        async with httpx.AsyncClient(base_url=self.serveur.base, timeout=DELAI) as client:
            while True:
                await self._export(client)

    async def _export(self, client: httpx.AsyncClient) -> None:
        self.demandes += 1
        requete = f"{VUE}&version={self.version_id}"
        lien = f"/{get_adresse(Commande(f'banc-{self.demandes}', self.version_id, requete, 'xlsx'))}"
        debut = time.monotonic()
        try:
            while PRET not in (await client.get(lien)).raise_for_status().text:
                await asyncio.sleep(1)
            self.durees.append(time.monotonic() - debut)
        except asyncio.CancelledError:
            await client.post(f"{lien}/arreter")
            raise


def run(
    lecteurs: Sequence[int] = LECTEURS, minutes: float = MINUTES, paires: int = PAIRES
) -> list[dict[str, Any]]:
    """Deux lignes par nombre de lecteurs."""
    with tempfile.TemporaryDirectory() as dossier, mock.patch.dict(os.environ, {SECRET: "x" * 32}):
        entrepot = str(get_entrepot(Path(dossier)))
        with (
            mock.patch.dict(os.environ, {"BAROMETRE_ENTREPOT": entrepot}),
            open_serveur(entrepot, Path(dossier)) as serveur,
        ):
            serveur.wait_calme()
            banc = Banc(serveur, open_repository().version_id, minutes)
            asyncio.run(open_first(serveur, banc.vues))
            return [ligne for n in lecteurs for ligne in _measure(banc, n, paires)]


def _measure(banc: Banc, lecteurs: int, paires: int) -> list[dict[str, Any]]:
    releves = [banc.measure_paire(lecteurs) for _ in range(paires)]
    p50, p95 = ([tuple(_read(r, rang) for r in paire) for paire in releves] for rang in (50, 95))
    cpu = [
        sum(r.cpu_ms for r in cote) / sum(len(r.gestes) for r in cote) for cote in zip(*releves, strict=True)
    ]
    titre = f"un geste, {lecteurs} lecteurs, deux exports de 69 690 lignes à côté"
    dites = ", ".join(f"{avec:.0f} contre {sans:.0f}" for sans, avec in p95)
    charge = f"charge de la machine {min(banc.charges):.1f} à {max(banc.charges):.1f}"
    pris = ", ".join(f"{secondes:.0f}" for secondes in banc.enfants)
    finis = f"{len(banc.durees)} exports finis ; les exports ont pris {pris} s de processeur par série"
    processeur = f"processeur du serveur par geste {cpu[1]:.0f} contre {cpu[0]:.0f} ms"
    return [
        _build_ligne(f"{titre} : 95e centile, paire médiane", p95, f"paires : {dites} ; {charge}"),
        _build_ligne(f"{titre} : médiane, paire médiane", p50, f"{processeur} ; {finis}"),
    ]


def _read(releve: Releve, rang: int) -> float:
    return centile([geste.duree_ms for geste in releve.gestes], rang)


def _build_ligne(titre: str, paires: Sequence[tuple[float, ...]], note: str) -> dict[str, Any]:
    sans, avec = (centile(list(cote), 50) for cote in zip(*paires, strict=True))
    return build_ligne(titre, avec, "ms", "", a_cote=f"sans eux {sans:.0f} ms", note=note)


if __name__ == "__main__":
    analyseur = argparse.ArgumentParser(description=__doc__)
    analyseur.add_argument("--lecteurs", type=int, nargs="*", default=LECTEURS)
    analyseur.add_argument("--minutes", type=float, default=MINUTES)
    analyseur.add_argument("--paires", type=int, default=PAIRES)
    demande = analyseur.parse_args()
    run(demande.lecteurs, demande.minutes, demande.paires)
