"""Ce que rend l'API : des lignes, et la version des données dont elles viennent."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Generic, TypeVar

import pandas as pd
from fastapi import Request, Response
from pydantic import BaseModel, Field

from barometre.access import Gate
from barometre.domain.provenance import AVERTISSEMENT_SIMULATION, LICENCE

Ligne = TypeVar("Ligne")


class Version(BaseModel):
    """La version des données, dite dans chaque réponse."""

    version: str = Field(description="Identifiant de la version en service")
    creee_le: str = Field(description="Date de construction, AAAA-MM-JJ")
    simulee: bool
    avertissement: str = Field(description="Vide si les réponses sont réelles")
    licence: str = LICENCE


class Page(BaseModel, Generic[Ligne]):
    """Une page de lignes ; `total` compte toutes celles de la demande."""

    version: Version
    total: int
    page: int
    taille: int
    lignes: list[Ligne]


def read_version(gate: Gate) -> Version:
    """La version que lit cette porte."""
    lue = gate.get_version()
    return Version(
        version=lue.version_id,
        creee_le=lue.creee_le.date().isoformat(),
        simulee=lue.simulee,
        avertissement=AVERTISSEMENT_SIMULATION if lue.simulee else "",
    )


def build_page(gate: Gate, lignes: list[dict[str, Any]], page: int, taille: int) -> dict[str, Any]:
    """La page demandée, en valeurs que JSON connaît."""
    debut = (page - 1) * taille
    return {
        "version": read_version(gate),
        "total": len(lignes),
        "page": page,
        "taille": taille,
        "lignes": lignes[debut : debut + taille],
    }


def to_lignes(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Les lignes d'un tableau ; une valeur absente est `null`."""
    texte = table.to_json(orient="records", force_ascii=False, date_format="iso")
    lignes: list[dict[str, Any]] = json.loads(texte)
    return lignes


def build_etag(gate: Gate, requete: Request) -> str:
    """Une étiquette par version et par adresse : rien ne change entre deux versions."""
    cle = f"{gate.version_id} {requete.url.path}?{requete.url.query}"
    return f'"{hashlib.sha256(cle.encode()).hexdigest()[:32]}"'


def is_connue(requete: Request, etag: str) -> bool:
    """Vrai si l'appelant a déjà cette réponse (RFC 9110, §13.1.2)."""
    connues = [e.strip().removeprefix("W/") for e in requete.headers.get("if-none-match", "").split(",")]
    return etag in connues or "*" in connues


def build_inchangee(etag: str) -> Response:
    """304, sans corps."""
    return Response(status_code=304, headers={"ETag": etag})
