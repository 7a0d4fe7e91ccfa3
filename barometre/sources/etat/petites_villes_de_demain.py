"""Petites villes de demain (ANCT) : les communes du programme. Le nom du maire n'est jamais lu."""

from __future__ import annotations

from pathlib import Path

from barometre.sources.contexte import Contexte
from barometre.sources.douteuses import Temoins
from barometre.sources.lecture import Brut, read_csv
from barometre.sources.presence import rows_programme
from barometre.sources.resultat import Resultat

COLONNES = ("insee_com",)
TEMOINS = Temoins(("insee_dep",), "lib_com")
INDICATEUR = "petites_villes_de_demain"


def read(chemin: Path) -> Brut:
    """Le fichier tel qu'il est."""
    return read_csv(chemin, COLONNES, TEMOINS.colonnes)


def rows(brut: Brut, contexte: Contexte) -> Resultat:
    """1 pour une commune du programme, 0 pour les autres."""
    return rows_programme(brut, contexte, "insee_com", TEMOINS, INDICATEUR)
