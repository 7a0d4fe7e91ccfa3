"""L'application de l'API : montée à côté de Streamlit, sans page de documentation venue d'ailleurs."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable, Mapping

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from starlette.concurrency import run_in_threadpool
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware

from barometre.access import Gate
from barometre.access.reglages import read_reglages
from barometre.api.debit import PAR_MINUTE, Debit
from barometre.api.documentation import build_documentation
from barometre.api.lectures import lectures
from barometre.api.problemes import add_problemes, build_probleme
from barometre.api.rendues import Rendues
from barometre.api.reponses import build_en_tetes, build_etag, build_inchangee, is_connue, read_demandee
from barometre.api.retraits import RETRAITS, Retrait
from barometre.api.sans_corps import SansCorps
from barometre.assemblage.depot import VersionAbsente
from barometre.domain.provenance import LICENCE, LICENCE_URL

RACINE = "/api/v1"
DESCRIPTION = (
    "Les chiffres publics du Baromètre Collectivités & Numérique. Une cellule que le secret cache n'a que sa "
    "marque ([c] confidentiel, [u] à ne pas citer, [x] indisponible). Citez : Baromètre Collectivités & "
    "Numérique (DINUM et Déclic), vague, version. Une adresse retirée l'est douze mois après son annonce "
    f"(en-têtes Deprecation et Sunset). Au plus {PAR_MINUTE} demandes par minute."
)
# Le niveau 9, d'origine, gagne un centième de la taille et prend le double de processeur.
OCTETS_COMPRESSES, NIVEAU_GZIP = 1_000, 6
# Les sites dont les pages peuvent lire l'API, séparés par des espaces ; aucun d'origine.
ORIGINES = "BAROMETRE_API_ORIGINES"
# La liste des versions change sans que celle en service change : ni étiquette, ni réponse gardée.
SANS_VERSION = frozenset({"/openapi.json", "/", "/versions"})


def build_api(
    open_gate: Callable[[str], Gate],
    *,
    par_minute: int = PAR_MINUTE,
    retraits: Mapping[str, Retrait] = RETRAITS,
) -> FastAPI:
    """L'API entière ; `open_gate` rend la porte publique sur une version (« » : celle en service)."""
    api = FastAPI(
        title="Baromètre Collectivités & Numérique",
        version="1.0.0",
        description=DESCRIPTION,
        license_info={"name": LICENCE, "url": LICENCE_URL},
        contact=_build_contact(),
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
        redirect_slashes=False,
    )
    api.state.open_gate = open_gate
    api.include_router(lectures)
    api.add_api_route(
        "/",
        lambda: HTMLResponse(build_documentation(api.openapi(), RACINE, retraits)),
        include_in_schema=False,
        response_class=HTMLResponse,
    )
    add_problemes(api)
    api.middleware("http")(_build_etiquette(open_gate))
    api.middleware("http")(_build_annonce(retraits))
    api.middleware("http")(Debit(par_minute))
    api.add_middleware(GZipMiddleware, minimum_size=OCTETS_COMPRESSES, compresslevel=NIVEAU_GZIP)
    if origines := os.environ.get(ORIGINES, "").split():
        api.add_middleware(CORSMiddleware, allow_origins=origines, allow_methods=["GET"])
    api.add_middleware(SansCorps)
    return api


def _build_contact() -> dict[str, str]:
    """Qui tient l'API, et la page qui dit où écrire, si l'adresse du service est réglée."""
    adresse = read_reglages().adresse
    tenue = {"name": "Baromètre Collectivités & Numérique (DINUM et Déclic)"}
    return tenue | ({"url": f"{adresse}/mentions_legales"} if adresse else {})


def _build_annonce(retraits: Mapping[str, Retrait]) -> Callable[..., Awaitable[Response]]:
    async def annonce(requete: Request, suite: Callable[[Request], Awaitable[Response]]) -> Response:
        """Toute réponse d'une adresse que l'on va retirer le dit, 304 et erreurs comprises."""
        reponse = await suite(requete)
        retrait = retraits.get(requete.url.path.removeprefix(RACINE))
        if retrait is not None:
            reponse.headers.update(retrait.en_tetes)
        return reponse

    return annonce


def _build_etiquette(open_gate: Callable[[str], Gate]) -> Callable[..., Awaitable[Response]]:
    rendues = Rendues()

    async def etiquette(requete: Request, suite: Callable[[Request], Awaitable[Response]]) -> Response:
        """304 pour qui a déjà la réponse de cette version ; `ETag`, et la réponse gardée, sinon."""
        if requete.method != "GET" or requete.url.path.removeprefix(RACINE) in SANS_VERSION:
            return await suite(requete)
        demandee = read_demandee(requete)
        try:
            gate = await run_in_threadpool(open_gate, demandee)
        except VersionAbsente as absente:
            return build_probleme(404, str(absente))
        etag = build_etag(gate, requete)
        if is_connue(requete, gate, etag):
            return build_inchangee(gate, etag)

        async def rendre() -> Response:
            reponse = await suite(requete)
            if reponse.status_code == 200:
                reponse.headers.update(build_en_tetes(gate, etag))
            return reponse

        return await rendues.find(etag, rendre)

    return etiquette
