"""Lire les paquets de données installés par `npm ci`, et écrire des fichiers reproductibles."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path
from typing import Any

import pandas as pd

RACINE = Path(__file__).resolve().parent.parent
PAQUETS = RACINE / "node_modules"
DATA = RACINE / "data"


class PaquetAbsent(SystemExit):
    """Le paquet de données n'est pas installé."""


def read_json(paquet: str, fichier: str) -> Any:
    """Lit `data/<fichier>` d'un paquet npm ; dit quoi lancer s'il manque."""
    chemin = PAQUETS / paquet / "data" / fichier
    if not chemin.exists():
        raise PaquetAbsent(f"Paquet absent : {paquet}. Lancez « make paquets » puis recommencez.")
    return json.loads(chemin.read_text(encoding="utf-8"))


def write_csv_gz(table: pd.DataFrame, chemin: Path) -> None:
    """CSV compressé sans horodatage : deux exécutions donnent le même octet."""
    texte = table.to_csv(index=False, lineterminator="\n")
    tampon = io.BytesIO()
    with gzip.GzipFile(fileobj=tampon, mode="wb", mtime=0, filename="") as flux:
        flux.write(texte.encode("utf-8"))
    chemin.write_bytes(tampon.getvalue())
