"""L'application de l'API : montée à côté de Streamlit, sans page de documentation venue d'ailleurs."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware

from barometre.access import Gate
from barometre.access.reglages import read_reglages
from barometre.api.debit import PAR_MINUTE, DebitBorne
from barometre.api.documentation import build_documentation
from barometre.api.etiquette import Etiquette
from barometre.api.lectures import lectures
from barometre.api.problemes import add_problemes
from barometre.api.rendues import NIVEAU_GZIP, OCTETS_COMPRESSES
from barometre.api.retraits import RETRAITS, Annonce, Retrait
from barometre.api.sans_corps import SansCorps
from barometre.domain.provenance import LICENCE, LICENCE_URL

RACINE = "/api/v1"
DESCRIPTION = (
    "Les chiffres publics du Baromètre Collectivités & Numérique. Un chiffre que le secret cache n'a que sa "
    "marque ([c]), comme un chiffre indisponible ([x]) ; [u] marque celui qui se lit sans se citer. Citez : "
    "Baromètre Collectivités & Numérique (DINUM et Déclic), vague, version. Une adresse retirée l'est douze "
    f"mois après son annonce (en-têtes Deprecation et Sunset). Au plus {PAR_MINUTE} demandes par minute."
)
# Les sites dont les pages peuvent lire l'API, séparés par des espaces ; aucun d'origine.
ORIGINES = "BAROMETRE_API_ORIGINES"


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
    api.add_middleware(Etiquette, open_gate=open_gate, racine=RACINE)
    api.add_middleware(Annonce, retraits=retraits, racine=RACINE)
    api.add_middleware(DebitBorne, par_minute=par_minute)
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
