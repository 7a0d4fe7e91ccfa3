"""Demander à la porte d'accès les cellules d'une sélection, ou d'une dimension autour d'elle."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from barometre.access import Gate
from barometre.domain.structure import EGALE
from barometre.domain.territoire import FRANCE
from barometre.views.lecture.chiffres import ABSENT, Chiffre, Cle, index_chiffres, read_chiffres
from barometre.views.lecture.selection import Selection


def read_cellules(
    gate: Gate, indicateurs: Iterable[str], selection: Selection, **dimension: Any
) -> Mapping[Cle, Chiffre]:
    """Les cellules de la sélection ; `dimension` remplace un filtre (une liste, ou None pour tout)."""
    filtres: dict[str, Any] = {
        "vague_id": selection.vague_id or None,
        "territoire_id": selection.territoire_id,
        "type": [selection.type_effectif, ""] if selection.strate else selection.type,
        "strate": selection.strate,
        "couverture": selection.couverture,
    }
    cadre = gate.list_agregats(indicateurs=list(indicateurs), **(filtres | dimension))
    return index_chiffres(read_chiffres(cadre, egales=selection.structure == EGALE))


def get_cellule(cellules: Mapping[Cle, Chiffre], indicateur_id: str, selection: Selection) -> Chiffre:
    """La cellule de cette sélection ; absente, elle le dit."""
    adresse = (
        indicateur_id,
        selection.vague_id,
        selection.territoire_id,
        selection.type_effectif,
        selection.strate,
        selection.couverture,
    )
    return cellules.get(adresse) or Chiffre(*adresse, etat=ABSENT)


def list_territoires(gate: Gate, territoire_id: str) -> dict[str, str]:
    """Les territoires juste en dessous, par nom : régions d'un pays, départements d'une région."""
    if territoire_id.startswith("region-"):
        region = territoire_id.removeprefix("region-")
        cadre = gate.list_collectivites(type="departement", region=region, cadre=False)
    elif territoire_id == FRANCE or territoire_id.startswith("zone-"):
        cadre = gate.list_collectivites(type="region", cadre=False)
        if territoire_id != FRANCE:
            cadre = cadre[cadre["zone"] == territoire_id.removeprefix("zone-")]
    else:
        return {}
    noms = dict(zip(cadre["collectivite_id"].astype(str), cadre["nom"].astype(str), strict=True))
    return dict(sorted(noms.items(), key=lambda paire: strip_accents(paire[1])))


def strip_accents(nom: str) -> str:
    """La clé de tri d'un nom : « Île-de-France » se range à I."""
    return unicodedata.normalize("NFD", nom).encode("ascii", "ignore").decode().lower()
