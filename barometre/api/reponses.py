"""Ce que rend l'API : des lignes, et la version des données dont elles viennent."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC
from email.utils import format_datetime, parsedate_to_datetime
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


AUCUNE = "Aucune ligne : élargissez la demande (champ, vague, recherche)."
PAGE_PASSEE = "Cette page est après la dernière : demandez un numéro plus petit, ou plus de lignes par page."


class Page(BaseModel, Generic[Ligne]):
    """Une page de lignes ; `total` compte toutes celles de la demande."""

    version: Version
    total: int
    page: int
    taille: int
    avis: str = Field("", description="Ce qu'il faut changer quand il n'y a aucune ligne ; vide sinon")
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


def build_page(
    gate: Gate, lignes: list[dict[str, Any]], total: int, page: int, taille: int
) -> dict[str, Any]:
    """Une page de lignes, avec ce qui les situe ; une phrase s'il n'y en a aucune."""
    avis = "" if lignes else AUCUNE if total == 0 else PAGE_PASSEE
    return {
        "version": read_version(gate), "total": total, "page": page, "taille": taille, "avis": avis,
        "lignes": lignes,
    }  # fmt: skip


def to_lignes(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Les lignes d'un tableau ; une valeur absente est `null`."""
    texte = table.to_json(orient="records", force_ascii=False, date_format="iso")
    lignes: list[dict[str, Any]] = json.loads(texte)
    return lignes


def build_etag(gate: Gate, requete: Request) -> str:
    """Une étiquette par version et par adresse : rien ne change entre deux versions."""
    cle = f"{gate.version_id} {requete.url.path}?{requete.url.query}"
    return f'"{hashlib.sha256(cle.encode()).hexdigest()[:32]}"'


def build_en_tetes(gate: Gate, etag: str) -> dict[str, str]:
    """Ce qui permet de ne pas relire : l'étiquette, et la date de la version (RFC 9110, §8.8)."""
    creee_le = gate.get_version().creee_le.replace(tzinfo=UTC)
    return {
        "ETag": etag,
        "Last-Modified": format_datetime(creee_le, usegmt=True),
        "Cache-Control": "no-cache",
    }


def is_connue(requete: Request, etag: str) -> bool:
    """Vrai si l'appelant a cette étiquette : seule une réponse réussie la porte, il n'y a rien à refaire."""
    return etag in _list_etiquettes(requete)


def is_inchangee(requete: Request, gate: Gate) -> bool:
    """Vrai si ce que l'appelant a d'une réponse réussie vaut encore ; l'étiquette prime sur la date.

    À ne demander que d'une réponse réussie : sinon l'ancien fichier passerait pour celui d'une adresse mal
    écrite (RFC 9110, §13.2).
    """
    if annoncees := _list_etiquettes(requete):
        return "*" in annoncees
    return _is_depuis(requete.headers.get("if-modified-since", ""), gate)


def _list_etiquettes(requete: Request) -> list[str]:
    """Celles d'`If-None-Match` (RFC 9110, §13.1.2)."""
    annoncees = requete.headers.get("if-none-match", "")
    return [e.strip().removeprefix("W/") for e in annoncees.split(",")] if annoncees else []


def _is_depuis(date: str, gate: Gate) -> bool:
    """Vrai si la version n'est pas plus récente que cette date ; une date mal écrite s'ignore (§13.1.3)."""
    try:
        lue = parsedate_to_datetime(date)
    except ValueError:
        return False
    depuis = lue if lue.tzinfo else lue.replace(tzinfo=UTC)
    return gate.get_version().creee_le.replace(tzinfo=UTC, microsecond=0) <= depuis


def build_inchangee(gate: Gate, etag: str) -> Response:
    """304, sans corps."""
    return Response(status_code=304, headers=build_en_tetes(gate, etag))


def read_demandee(requete: Request) -> str:
    """La version que nomme l'adresse ; vide : celle en service."""
    return requete.query_params.get("version", "")
