"""Ce que l'on retient d'un bon fichier pour juger le suivant : ses lignes, ses territoires, ses totaux.

L'empreinte d'une bonne copie suit la copie. Avant la première, c'est le repère de la source qui sert :
l'empreinte de la publication que sa fiche décrit, relevée par `scripts/construire_reperes.py`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

REPERES = "reperes_sources.json"


@dataclass(frozen=True, slots=True)
class Empreinte:
    """Les comptes d'un fichier ; `regions`, `departements` : les collectivités dont il parle."""

    lignes: int
    rejetes: int
    regions: Mapping[str, int] = field(default_factory=dict)
    # La somme de chaque indicateur, à sa dernière période.
    totaux: Mapping[str, float] = field(default_factory=dict)
    departements: Mapping[str, int] = field(default_factory=dict)
    # Vrai si la dernière ligne finit par un saut de ligne ; inconnu d'un fichier qui n'en a pas.
    finie: bool | None = None
    # De chaque indicateur, à ses trois dernières périodes : sa corrélation de rang avec la population.
    liens: Mapping[str, float] = field(default_factory=dict)
    # Et sa somme dans huit paquets de collectivités tirés de leur identifiant, toujours les mêmes.
    paquets: Mapping[str, Sequence[float]] = field(default_factory=dict)
    # Les collectivités, ou départements, dont un zéro n'est pas su (voir `disparues`).
    incertains: Sequence[str] = ()
    # Ce que l'opérateur a accepté de cette copie : des reculs, en phrases, et les clés de ruptures.
    acceptes: Sequence[str] = ()
    admises: Sequence[str] = ()

    def to_dict(self) -> dict[str, Any]:
        """La forme gardée dans la fiche de la copie."""
        return asdict(self)


def read_empreinte(objet: Mapping[str, Any] | None) -> Empreinte | None:
    """L'empreinte d'une fiche ; None si la fiche est d'avant les gardes, ou illisible."""
    try:
        return Empreinte(**objet) if objet else None
    except TypeError:
        return None


def load_reperes(dossier: Path) -> dict[str, Empreinte]:
    """Le repère de chaque source qui en a un."""
    chemin = dossier / REPERES
    if not chemin.is_file():
        return {}
    contenu: dict[str, dict[str, Any]] = json.loads(chemin.read_text(encoding="utf-8"))
    return {source_id: Empreinte(**objet) for source_id, objet in contenu.items()}
