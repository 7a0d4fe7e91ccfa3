"""Construire la démonstration, lire un fichier de l'État, exporter : de la commande au fichier fini."""

from __future__ import annotations

import os
import statistics
import tempfile
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from barometre.catalogue import DONNEES, load_catalogue
from barometre.domain.provenance import Provenance
from barometre.exports import FORMATS, build_fichier
from barometre.pipeline.construire import load_socle
from barometre.sources.contexte import Contexte
from barometre.sources.etat import arcep_ftth
from barometre.sources.territoires import Territoires
from tests.bench.mesure import build_ligne, run_commande

LIGNES = 100_000
TOURS = 3
VAGUE = "2026-v4"


def run() -> list[dict[str, Any]]:
    """Une ligne par commande, puis par export."""
    with tempfile.TemporaryDirectory() as nom:
        dossier = Path(nom)
        lignes = [_measure_construction(dossier)]
    lignes.append(_measure_etat())
    return lignes + [_measure_export(extension) for extension in ("csv", "xlsx")]


def _measure_construction(dossier: Path) -> dict[str, Any]:
    """Depuis `data/` seul, comme au premier démarrage : sans copie de données de l'État."""
    vide = {"BAROMETRE_COPIES": str(dossier / "sans-copie")}
    duree, cpu = _chronometrer(lambda: run_commande(dossier / "neuf", "construire", **vide))
    return build_ligne(
        "démonstration construite", duree, "s", "≤ 20 s", note=f"{cpu:.0f} s de processeur, deux cœurs"
    )


def _measure_etat() -> dict[str, Any]:
    """Un fichier de l'État d'une ligne par commune : lu, recodé, contrôlé, prêt à charger."""
    socle = load_socle(DONNEES, load_catalogue())
    collectivites = socle.get("dim_collectivite")
    contexte = Contexte(Territoires(collectivites, socle.get("code_ancien")), collectivites)
    codes = sorted(contexte.territoires.cog.actuels)
    entetes = ",".join(arcep_ftth.COLONNES)
    lignes = [entetes, *(f"{code},{i % 90},{i % 95},{i % 100},100,20" for i, code in enumerate(codes))]
    with tempfile.TemporaryDirectory() as nom:
        fichier = Path(nom) / "fibre.csv"
        fichier.write_text("\n".join(lignes), encoding="utf-8")
        durees = [_chronometrer(lambda: arcep_ftth.rows(arcep_ftth.read(fichier), contexte))[0]
                  for _ in range(TOURS)]  # fmt: skip
    compte = f"{len(codes)} lignes × {len(arcep_ftth.COLONNES)} colonnes"
    return build_ligne(
        "un fichier de l'État lu, recodé, contrôlé", statistics.median(durees), "s", "≤ 5 s", note=compte
    )


def _measure_export(extension: str) -> dict[str, Any]:
    table = _build_table()
    provenance = Provenance(
        titre="Mesure", nom_fichier="mesure", filtres="", source="", date="", version="", definitions=(),
        precautions=(), simulee=True,
    )  # fmt: skip
    durees = [_chronometrer(lambda: build_fichier(table, provenance, extension))[0] for _ in range(TOURS)]
    naif = [_chronometrer(lambda: _write_naif(table, extension))[0] for _ in range(TOURS)]
    but = {"csv": "≤ 1 s", "xlsx": "≤ 10 s"}[extension]
    a_cote = f"pandas sans protection : {statistics.median(naif):.2f} s"
    nom = f"export de {LIGNES:,} lignes, {FORMATS[extension].libelle}".replace(",", " ", 1)
    return build_ligne(nom, statistics.median(durees), "s", but, a_cote=a_cote)


def _build_table() -> pd.DataFrame:
    """Des lignes comme celles d'Explorer : des mots, des nombres, des absences."""
    rng = np.random.default_rng(20231122)
    parts = pd.Series(rng.random(LIGNES)).where(rng.random(LIGNES) > 0.1)
    rangs = np.arange(LIGNES)
    return pd.DataFrame(
        {
            "indicateur_id": np.char.add("indicateur_", (rangs % 250).astype(str)),
            "territoire_id": np.char.add("commune-", (rangs % 35_000).astype(str)),
            "vague_id": VAGUE,
            "redresse": parts,
            "brut": parts.round(2),
            "n": rangs % 3_000,
            "remarque": "Indicatif, à ne pas citer.",
        }
    )


def _write_naif(table: pd.DataFrame, extension: str) -> bytes:
    if extension == "csv":
        return table.to_csv(index=False).encode()
    tampon = BytesIO()
    table.to_excel(tampon, index=False, engine="openpyxl")
    return tampon.getvalue()


def _chronometrer(geste: Callable[[], Any]) -> tuple[float, float]:
    """La durée, et le processeur consommé, enfants compris, en secondes."""
    debut, avant = time.perf_counter(), os.times()
    geste()
    apres = os.times()
    return time.perf_counter() - debut, sum(apres[:4]) - sum(avant[:4])


if __name__ == "__main__":
    run()
