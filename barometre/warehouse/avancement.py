"""Où en est la récupération des données de l'État, derrière l'application : un fichier que la page relit.

Celui qui récupère est un autre processus : il écrit, l'application lit. Le serveur nomme le fichier dans
l'environnement ; sans ce nom, il n'y a pas de récupération à dire.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from barometre.fichiers import write_atomic

VARIABLE_AVANCEMENT = "BAROMETRE_AVANCEMENT"
Etat = Literal["en_cours", "finie", "arretee"]


@dataclass(frozen=True, slots=True)
class Avancement:
    """L'étape en cours et son rang, ou la phrase de la fin."""

    etat: Etat
    phrase: str
    rang: int = 0
    nombre: int = 0

    @property
    def part(self) -> float:
        """De 0 à 1."""
        return min(self.rang / self.nombre, 1.0) if self.nombre else 0.0


def write_avancement(fichier: Path, avancement: Avancement) -> None:
    """Remplace ce que l'on savait."""
    fichier.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(fichier, json.dumps(asdict(avancement), ensure_ascii=False).encode())


def read_avancement(fichier: str = "") -> Avancement | None:
    """Ce que dit ce fichier, ou celui que nomme l'environnement ; None s'il manque ou ne se lit pas."""
    nom = fichier or os.environ.get(VARIABLE_AVANCEMENT)
    if not nom:
        return None
    try:
        return Avancement(**json.loads(Path(nom).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
