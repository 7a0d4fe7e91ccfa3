"""Où les contours chargés sont rangés : un dossier par chargement, et un pointeur vers celui en service."""

from __future__ import annotations

import os
from pathlib import Path

RACINE = Path(__file__).resolve().parents[2]
VARIABLE = "BAROMETRE_CONTOURS"
TUILES, CODES, MANIFESTE, ACTIF = "communes.pmtiles", "codes.txt", "manifeste.json", "ACTIF"
FICHIERS = {
    "commune": "communes.parquet",
    "epci": "epci.parquet",
    "departement": "departements.parquet",
    "region": "regions.parquet",
}


def get_dossier() -> Path:
    """Où les contours chargés sont rangés."""
    return Path(os.environ.get(VARIABLE) or RACINE / "contours")


def get_dossier_actif() -> Path | None:
    """Les contours en service, ou None s'ils n'ont pas été chargés."""
    dossier = get_dossier()
    nom = read_actif(dossier)
    actif = dossier / nom
    return actif if nom and "/" not in nom and (actif / MANIFESTE).is_file() else None


def read_actif(dossier: Path) -> str:
    """Le nom que porte le pointeur ; vide s'il n'y en a pas."""
    try:
        return (dossier / ACTIF).read_text(encoding="utf-8").strip()
    except OSError:
        return ""
