"""Le SIREN des départements, que le référentiel embarqué n'a pas."""

from __future__ import annotations

from pathlib import Path

from barometre.sources.contexte import Contexte
from barometre.sources.lecture import Brut, read_csv
from barometre.sources.resultat import Resultat
from barometre.sources.siren import rows_siren

COLONNES = ("code", "siren_2022")


def read(chemin: Path) -> Brut:
    """Le fichier tel qu'il est."""
    return read_csv(chemin, COLONNES)


def rows(brut: Brut, contexte: Contexte) -> Resultat:
    """Le SIREN de chaque département du cadre."""
    return rows_siren(brut, contexte, "departement")
