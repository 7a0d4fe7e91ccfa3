"""La portée : au nom de qui une donnée est lue. Toute clé de cache la contient."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Role = Literal["public", "collectivite", "opsn", "programme", "operateur"]
ROLES: tuple[Role, ...] = ("public", "collectivite", "opsn", "programme", "operateur")
NOMS: Mapping[str, str] = {
    "public": "Public",
    "collectivite": "Collectivité",
    "opsn": "OPSN",
    "programme": "Programme",
    "operateur": "Opérateur du baromètre",
}


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
# Qui administre, par la page ou par une commande de la machine.
OPERATEUR = Portee("operateur")
