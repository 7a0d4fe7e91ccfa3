"""Les collectivités et les territoires où on les compte."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

TypeCollectivite = Literal["commune", "epci", "ept", "departement", "region"]
Zone = Literal["metropole", "outre_mer"]
# Le fait le plus précis que l'on connaisse. « inconnue » ne veut pas dire « non couverte ».
Couverture = Literal["adherente", "perimetre", "inconnue"]

TYPES: tuple[TypeCollectivite, ...] = ("commune", "epci", "ept", "departement", "region")
COUVERTURES: tuple[Couverture, ...] = ("adherente", "perimetre", "inconnue")
FRANCE = "france"
# Les populations municipales du référentiel (data/sources.yml) : leur année, et celle de la seule Mayotte.
ANNEE_POPULATIONS, ANNEE_POPULATIONS_MAYOTTE = "2023", "2017"
_MAYOTTE = ("06", "region-06")

LIBELLES_TYPES: dict[str, str] = {
    "commune": "Communes",
    "epci": "Intercommunalités (EPCI)",
    "ept": "Établissements publics territoriaux",
    "departement": "Départements",
    "region": "Régions",
}
LIBELLES_COUVERTURES: dict[str, str] = {
    "adherente": "Adhérente d'un OPSN",
    "perimetre": "Dans le périmètre d'un OPSN",
    "inconnue": "Couverture OPSN inconnue",
}


@dataclass(frozen=True, slots=True)
class Collectivite:
    """Une collectivité ou un territoire administratif, au COG en vigueur.

    `porteur_id` désigne la collectivité qui exerce les compétences d'un territoire qui n'en est pas
    une (le département de Paris est porté par la commune de Paris) ; vide pour une collectivité.
    """

    id: str
    type: TypeCollectivite
    code: str
    nom: str
    siren: str | None = None
    population: int | None = None
    strate: str | None = None
    departement: str | None = None
    region: str | None = None
    epci: str | None = None
    ept: str | None = None
    zone: Zone | None = None
    couverture: Couverture = "inconnue"
    densite: str | None = None
    codes_postaux: tuple[str, ...] = ()
    porteur_id: str | None = None

    @property
    def annee_population(self) -> str:
        """L'année de `population` : un recensement d'une autre année se lit à côté."""
        mahoraise = {self.region, self.id} & set(_MAYOTTE)
        return ANNEE_POPULATIONS_MAYOTTE if mahoraise else ANNEE_POPULATIONS


def collectivite_id(type_: str, code: str) -> str:
    """`commune`, `33063` → `commune-33063`. Le code reste un texte."""
    return f"{type_}-{code}"
