"""La portée : au nom de qui une donnée est lue. Toute clé de cache la contient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal["public", "collectivite", "opsn", "programme", "operateur"]
ROLES: tuple[Role, ...] = ("public", "collectivite", "opsn", "programme", "operateur")


@dataclass(frozen=True, slots=True)
class Portee:
    """Les droits d'un lecteur.

    `cyber` : les réponses de cybersécurité lui sont ouvertes. `nominatif` : un responsable de
    programme a reçu le droit de lire des réponses nommées ; chaque lecture est inscrite au journal.
    """

    role: Role = "public"
    collectivite_id: str = ""
    opsn_id: str = ""
    cyber: bool = False
    simulee: bool = False
    nominatif: bool = False


PUBLIC = Portee()
