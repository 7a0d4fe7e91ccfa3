"""Écrire un fichier d'un seul geste : on lit l'ancien ou le nouveau, jamais une moitié.

Les lieux qui tiennent un pointeur (l'entrepôt, les contours, les copies des sources) et les commandes qui
écrivent un fichier passent par ici.
"""

from __future__ import annotations

import os
from pathlib import Path


def write_atomic(chemin: Path, octets: bytes) -> None:
    """Remplace `chemin` par `octets`, après les avoir fait écrire sur le disque.

    Le provisoire porte le nom du fichier et le numéro du processus ; une erreur l'efface et laisse l'ancien.
    """
    provisoire = get_provisoire(chemin)
    try:
        with provisoire.open("wb") as sortie:
            sortie.write(octets)
            sortie.flush()
            # Sans cela, une coupure de courant peut laisser un fichier vide sous le bon nom.
            os.fsync(sortie.fileno())
        os.replace(provisoire, chemin)
    finally:
        provisoire.unlink(missing_ok=True)


def get_provisoire(chemin: Path) -> Path:
    """Le fichier, à côté du vrai, où ce processus écrit d'abord."""
    return chemin.with_name(f".{chemin.name}-{os.getpid()}")
