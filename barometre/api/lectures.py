"""Les adresses de l'API : le catalogue, le référentiel, la participation, les valeurs."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal

import pandas as pd
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from barometre.access import Gate
from barometre.api.cles import check_cles, check_valeur
from barometre.api.modeles import build_modele
from barometre.api.reponses import build_page, to_lignes
from barometre.assemblage.explorer import load_requete
from barometre.catalogue import load_catalogue
from barometre.domain.territoire import FRANCE
from barometre.exports import build_fichier
from barometre.exports.csv import write_donnees
from barometre.views.donnees.demande import FORMES, NIVEAUX, REPARTITIONS, TERRITOIRE
from barometre.views.donnees.explorer import COLONNES, PAGE, VueExplorer
from barometre.views.lecture.address import LONGUEUR_MAXIMALE

# La page de l'API est celle de l'aperçu d'Explorer : la même adresse, les mêmes lignes.
TAILLE, TAILLE_MAXIMALE = PAGE, 1_000
PAGE_MAXIMALE = 100_000
LONGUEUR = 80  # signes d'un identifiant ou d'une recherche
Numero = Annotated[int, Query(ge=1, le=PAGE_MAXIMALE, description="Numéro de la page")]
Taille = Annotated[int, Query(ge=1, le=TAILLE_MAXIMALE, description="Lignes par page")]
Identifiant = Annotated[str, Query(max_length=LONGUEUR, description="Un identifiant ; tous sinon")]
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
COLONNES_INDICATEURS = (
    "indicateur_id", "theme_id", "titre", "definition", "unite", "decimales", "sens", "origine", "base",
    "precautions",
)  # fmt: skip
COLONNES_TERRITOIRES = ("collectivite_id", "type", "code", "nom", "region")
Valeurs = build_modele("Valeur", COLONNES, large=True)
Indicateurs = build_modele("Indicateur", COLONNES_INDICATEURS)
Questions = build_modele("Question", ("question_id", "questionnaire_id", "code", "libelle", "type", "rang"))
Territoires = build_modele("Territoire", COLONNES_TERRITOIRES)
Collectivites = build_modele("Collectivite", (
    "collectivite_id", "nom", "type", "code", "siren", "departement", "population", "libelle", "motif",
    "ancien_nom",
))  # fmt: skip
Participations = build_modele("Participation", ("vague_id", "questionnaire_id", "questionnaires"))
Sources = build_modele("Source", (
    "source_id", "titre", "producteur", "licence", "date", "adresse", "empreinte", "etat", "chargee_le",
    "lus", "charges", "recodes", "rejetes", "acceptes",
))  # fmt: skip
Versions = build_modele("Version", ("version", "creee_le", "active", "simulee"))
lectures = APIRouter(responses=ERREURS, dependencies=[Depends(check_cles)])


class RequeteValeurs(BaseModel):
    """Les clés de l'adresse d'Explorer ; leurs valeurs sont celles du catalogue et du référentiel."""

    model_config = ConfigDict(extra="forbid")
    indicateurs: list[str] = Field([], max_length=200, description="Identifiants ; ceux du thème sinon")
    theme: str = Field("", max_length=LONGUEUR, description="Un thème ; les chiffres clés de tous sinon")
    vague: str = Field("", max_length=LONGUEUR, description="La dernière sinon")
    territoire: str = Field(FRANCE, max_length=LONGUEUR, description="Le champ : france, region-84…")
    territoires: list[str] = Field([], max_length=200, description="Ceux-là seuls, de tout niveau")
    niveau: str = Field(
        "region", max_length=LONGUEUR, description="Les territoires d'une répartition par territoire",
        json_schema_extra={"enum": [*NIVEAUX]},
    )  # fmt: skip
    type: str = Field("", max_length=LONGUEUR, description="Un type de collectivité (commune, epci…)")
    strate: str = Field("", max_length=LONGUEUR, description="Une strate (commune-0-499…)")
    opsn: str = Field("", max_length=LONGUEUR, description="perimetre, adherente ou inconnue")
    chiffres: Literal["redresse", "brut"] = Field("redresse", description="Ce que porte « valeur »")
    version: str = Field("", max_length=LONGUEUR, description=VERSION)
    par: list[str] = Field([TERRITOIRE], max_length=5, description=", ".join(REPARTITIONS))
    forme: str = Field(
        "longue", max_length=LONGUEUR, description="Une ligne par chiffre, ou une colonne par indicateur",
        json_schema_extra={"enum": [*FORMES]},
    )  # fmt: skip
    nom: str = Field("", max_length=LONGUEUR_MAXIMALE, description="Le nom de la vue, pour la page seule")
    # Ces deux-là suivent le lecteur de page en page : l'adresse copiée reste la même.
    csv: str = Field("", max_length=LONGUEUR, description="L'écriture des CSV, pour la page seule")
    collectivite: str = Field("", max_length=LONGUEUR, description="Pour la page seule")
    format: Literal["json", "csv"] = Field("json", description="CSV : toutes les lignes d'un coup")
    entete: bool = Field(True, description="CSV : la provenance en tête, en lignes « # »")
    page: int = Field(1, ge=1, le=PAGE_MAXIMALE, description="Numéro de la page")
    taille: int = Field(TAILLE, ge=1, le=TAILLE_MAXIMALE, description="Lignes par page")


@lectures.get(
    "/valeurs",
    response_model=Valeurs,
    summary="Les cellules publiées, avec n, intervalle, note, et si elles se citent",
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
def read_valeurs(requete: Request, gate: Porte, choix: Annotated[RequeteValeurs, Query()]) -> Any:
    """La même adresse que la page Explorer et que la commande `exporter`."""
    vue = load_requete(gate, requete.url.query)
    if choix.format == "csv":
        return _build_csv(vue, entete=choix.entete)
    return _page(gate, vue.fichier, choix.page, choix.taille)


@lectures.get("/indicateurs", response_model=Indicateurs, summary="Les indicateurs et leur définition")
def read_indicateurs(gate: Porte, theme: Identifiant = "", page: Numero = 1, taille: Taille = TAILLE) -> Any:
    """Les fiches du catalogue."""
    check_valeur("theme", theme, [t.id for t in load_catalogue().themes])
    return _page(gate, _list_indicateurs(theme), page, taille)


@lectures.get("/questionnaires", response_model=Questions, summary="Les questions posées")
def read_questionnaires(
    gate: Porte, questionnaire: Identifiant = "", page: Numero = 1, taille: Taille = TAILLE
) -> Any:
    """Les questions, telles que posées."""
    check_valeur("questionnaire", questionnaire, list(load_catalogue().questionnaires))
    return _page(gate, gate.list_questions(questionnaire or None), page, taille)


@lectures.get("/territoires", response_model=Territoires, summary="Les régions et les départements")
def read_territoires(gate: Porte, page: Numero = 1, taille: Taille = TAILLE) -> Any:
    """Les territoires où un chiffre peut se lire."""
    lieux = gate.list_collectivites(type=["region", "departement"], cadre=False)
    return _page(gate, lieux[list(COLONNES_TERRITOIRES)], page, taille)


@lectures.get(
    "/collectivites",
    response_model=Collectivites,
    summary="Trouver une collectivité par nom, code postal, INSEE ou SIREN",
)
def read_collectivites(
    gate: Porte,
    recherche: Annotated[
        str, Query(min_length=1, max_length=LONGUEUR, description="Un nom, même approché, ou un code")
    ],
) -> Any:
    """La meilleure d'abord ; jamais qui a répondu."""
    return _page(gate, pd.DataFrame([asdict(t) for t in gate.search(recherche)]), 1, TAILLE)


@lectures.get(
    "/participation", response_model=Participations, summary="Questionnaires remplis, par vague et par thème"
)
def read_participation(gate: Porte, page: Numero = 1, taille: Taille = TAILLE) -> Any:
    """Des comptes nationaux, sans aucun nom."""
    return _page(gate, gate.count_participations("vague_id", "questionnaire_id"), page, taille)


@lectures.get("/sources", response_model=Sources, summary="Les sources, leur date et leur licence")
def read_sources(gate: Porte, page: Numero = 1, taille: Taille = TAILLE) -> Any:
    """Ce que la version contient."""
    return _page(gate, gate.list_sources(), page, taille)


@lectures.get(
    "/versions",
    response_model=Versions,
    summary="Les versions des données gardées, que « version » peut nommer",
)
def read_versions(gate: Porte) -> Any:
    """La plus récente d'abord ; celle en service y est dite active."""
    return _page(gate, gate.list_versions(), 1, TAILLE)


def _build_csv(vue: VueExplorer, *, entete: bool) -> Response:
    """Le fichier entier ; sans en-tête, la version et la simulation restent dites par la réponse."""
    lue = vue.provenance
    octets = (
        build_fichier(vue.fichier, lue, "csv_international")
        if entete
        else write_donnees(vue.fichier, "international").encode()
    )
    return Response(
        octets,
        media_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{lue.get_nom("csv")}"',
            "Barometre-Version": lue.version,
            "Barometre-Simulee": "oui" if lue.simulee else "non",
        },
    )


def _page(gate: Gate, table: pd.DataFrame, page: int, taille: int) -> dict[str, Any]:
    """La page demandée : seules ses lignes deviennent du JSON, une vue en a jusqu'à 100 000."""
    debut = (page - 1) * taille
    return build_page(gate, to_lignes(table.iloc[debut : debut + taille]), len(table), page, taille)


def _list_indicateurs(theme: str) -> pd.DataFrame:
    fiches = load_catalogue().list_indicateurs(theme or None)
    lignes = [[i.id, *(getattr(i, champ) for champ in COLONNES_INDICATEURS[1:])] for i in fiches]
    return pd.DataFrame(lignes, columns=list(COLONNES_INDICATEURS))
