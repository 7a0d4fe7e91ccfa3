"""Les adresses de l'API : le catalogue, le référentiel, la participation, les valeurs."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal

import pandas as pd
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from barometre.access import Gate
from barometre.api.reponses import Page, build_page, to_lignes
from barometre.assemblage.explorer import load_requete
from barometre.catalogue import load_catalogue
from barometre.domain.territoire import FRANCE
from barometre.exports import build_fichier
from barometre.views.donnees.explorer import TERRITOIRE

TAILLE, TAILLE_MAXIMALE = 100, 1_000
PAGE_MAXIMALE = 100_000
LONGUEUR = 80  # signes d'un identifiant ou d'une recherche
Numero = Annotated[int, Query(ge=1, le=PAGE_MAXIMALE, description="Numéro de la page")]
Taille = Annotated[int, Query(ge=1, le=TAILLE_MAXIMALE, description="Lignes par page")]
Identifiant = Annotated[str, Query(max_length=LONGUEUR)]
VERSION = "Une version gardée (voir /versions) ; celle en service sinon"
VersionDemandee = Annotated[str, Query(max_length=LONGUEUR, description=VERSION)]
ERREURS: dict[int | str, dict[str, Any]] = {
    code: {"description": texte, "content": {"application/problem+json": {}}}
    for code, texte in (
        (404, "Version qui n'est plus gardée"),
        (422, "Demande mal formée"),
        (429, "Trop de demandes"),
        (503, "Données indisponibles"),
    )
}


def get_gate(requete: Request, version: VersionDemandee = "") -> Gate:
    """La porte publique sur la version demandée, que l'application de l'API a appris à ouvrir."""
    gate: Gate = requete.app.state.open_gate(version)
    return gate


Porte = Annotated[Gate, Depends(get_gate)]
Lignes = Page[dict[str, Any]]
lectures = APIRouter(responses=ERREURS)


class RequeteValeurs(BaseModel):
    """Les clés de l'adresse d'Explorer ; leurs valeurs sont celles du catalogue et du référentiel."""

    model_config = ConfigDict(extra="forbid")
    indicateurs: list[str] = Field([], max_length=200, description="Identifiants ; ceux du thème sinon")
    theme: str = Field("", max_length=LONGUEUR)
    vague: str = Field("", max_length=LONGUEUR, description="La dernière sinon")
    territoire: str = Field(FRANCE, max_length=LONGUEUR)
    niveau: Literal["zone", "region", "departement"] = "region"
    type: str = Field("", max_length=LONGUEUR)
    strate: str = Field("", max_length=LONGUEUR)
    opsn: str = Field("", max_length=LONGUEUR)
    chiffres: Literal["redresse", "brut"] = "redresse"
    version: str = Field("", max_length=LONGUEUR, description=VERSION)
    par: list[str] = Field([TERRITOIRE], max_length=5, description="territoire, strate, type, opsn, vague")
    format: Literal["json", "csv"] = "json"
    page: int = Field(1, ge=1, le=PAGE_MAXIMALE)
    taille: int = Field(TAILLE, ge=1, le=TAILLE_MAXIMALE)


@lectures.get(
    "/valeurs",
    summary="Les cellules publiées, avec n, intervalle, note, et si elles se citent",
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
def read_valeurs(requete: Request, gate: Porte, choix: Annotated[RequeteValeurs, Query()]) -> Lignes:
    """La même adresse que la page Explorer et que la commande `exporter`."""
    vue = load_requete(gate, requete.url.query)
    if choix.format == "csv":
        octets = build_fichier(vue.table, vue.provenance, "csv_international")
        return Response(octets, media_type="text/csv; charset=utf-8")  # type: ignore[return-value]
    return _page(gate, vue.table, choix.page, choix.taille)


@lectures.get("/indicateurs", summary="Les indicateurs et leur définition")
def read_indicateurs(
    gate: Porte, theme: Identifiant = "", page: Numero = 1, taille: Taille = TAILLE
) -> Lignes:
    """Les fiches du catalogue."""
    return _page(gate, _list_indicateurs(theme), page, taille)


@lectures.get("/questionnaires", summary="Les questions posées")
def read_questionnaires(
    gate: Porte, questionnaire: Identifiant = "", page: Numero = 1, taille: Taille = TAILLE
) -> Lignes:
    """Les questions, telles que posées."""
    return _page(gate, gate.list_questions(questionnaire or None), page, taille)


@lectures.get("/territoires", summary="Les régions et les départements")
def read_territoires(gate: Porte, page: Numero = 1, taille: Taille = TAILLE) -> Lignes:
    """Les territoires où un chiffre peut se lire."""
    lieux = gate.list_collectivites(type=["region", "departement"], cadre=False)
    return _page(gate, lieux[["collectivite_id", "type", "code", "nom", "region"]], page, taille)


@lectures.get("/collectivites", summary="Trouver une collectivité par nom, code postal, INSEE ou SIREN")
def read_collectivites(
    gate: Porte, recherche: Annotated[str, Query(min_length=1, max_length=LONGUEUR)]
) -> Lignes:
    """La meilleure d'abord ; jamais qui a répondu."""
    return _page(gate, pd.DataFrame([asdict(t) for t in gate.search(recherche)]), 1, TAILLE)


@lectures.get("/participation", summary="Questionnaires remplis, par vague et par thème")
def read_participation(gate: Porte, page: Numero = 1, taille: Taille = TAILLE) -> Lignes:
    """Des comptes nationaux, sans aucun nom."""
    return _page(gate, gate.count_participations("vague_id", "questionnaire_id"), page, taille)


@lectures.get("/sources", summary="Les sources, leur date et leur licence")
def read_sources(gate: Porte, page: Numero = 1, taille: Taille = TAILLE) -> Lignes:
    """Ce que la version contient."""
    return _page(gate, gate.list_sources(), page, taille)


@lectures.get("/versions", summary="Les versions des données gardées, que « version » peut nommer")
def read_versions(gate: Porte) -> Lignes:
    """La plus récente d'abord ; celle en service y est dite active."""
    return _page(gate, gate.list_versions(), 1, TAILLE)


def _page(gate: Gate, table: pd.DataFrame, page: int, taille: int) -> Page[dict[str, Any]]:
    return Page[dict[str, Any]].model_validate(build_page(gate, to_lignes(table), page, taille))


def _list_indicateurs(theme: str) -> pd.DataFrame:
    fiches = load_catalogue().list_indicateurs(theme or None)
    champs = (
        "id",
        "theme_id",
        "titre",
        "definition",
        "unite",
        "decimales",
        "sens",
        "origine",
        "base",
        "precautions",
    )
    return pd.DataFrame(
        [{champ: getattr(i, champ) for champ in champs} for i in fiches], columns=list(champs)
    )
