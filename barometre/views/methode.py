"""Les sources et les strates, en tableaux de lecture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from barometre.access import Gate
from barometre.catalogue.model import Catalogue
from barometre.domain.territoire import LIBELLES_TYPES
from barometre.formats import format_date, format_nombre

ETATS_SOURCES = {
    "embarquee": "fournie avec l’application",
    "chargee": "chargée",
    "gardee": "dernière bonne copie gardée",
    "absente": "pas encore chargée",
}


@dataclass(frozen=True, slots=True)
class SourceLue:
    """Une source, en mots."""

    titre: str
    producteur: str
    licence: str
    date: str
    etat: str
    lignes: str
    adresse: str


@dataclass(frozen=True, slots=True)
class VueMethode:
    """Ce que la page Sources et méthode lit dans la version."""

    sources: tuple[SourceLue, ...]
    strates: tuple[tuple[str, str, int], ...]
    version: dict[str, Any]


def build_vue_methode(gate: Gate, catalogue: Catalogue) -> VueMethode:
    """Les sources chargées, et les strates avec le nombre de collectivités de chacune."""
    return VueMethode(
        sources=tuple(_build_source(ligne) for ligne in gate.list_sources().to_dict("records")),
        strates=_build_strates(gate, catalogue),
        version=gate.get_version(),
    )


def _build_strates(gate: Gate, catalogue: Catalogue) -> tuple[tuple[str, str, int], ...]:
    effectifs = gate.list_collectivites()["strate"].value_counts()
    return tuple(
        (LIBELLES_TYPES[strate.type], strate.libelle, int(effectifs.get(strate.id, 0)))
        for strate in catalogue.strates
    )


def _build_source(ligne: dict[Any, Any]) -> SourceLue:
    charges, rejetes = ligne.get("charges"), ligne.get("rejetes")
    lignes = "" if charges is None or pd.isna(charges) else format_nombre(int(charges))
    if lignes and rejetes is not None and not pd.isna(rejetes) and int(rejetes):
        lignes = f"{lignes} (et {format_nombre(int(rejetes))} écartées)"
    return SourceLue(
        titre=str(ligne["titre"]),
        producteur=str(ligne["producteur"]),
        licence=str(ligne["licence"]),
        date=format_date(str(ligne["date"])) if ligne["date"] else "",
        etat=ETATS_SOURCES.get(str(ligne["etat"]), str(ligne["etat"])),
        lignes=lignes,
        adresse=str(ligne["adresse"]),
    )
