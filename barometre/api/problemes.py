"""Les erreurs de l'API : « problem+json » (RFC 9457), une phrase en français qui dit quoi changer."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from barometre.assemblage.depot import VersionAbsente
from barometre.views.donnees.demande import ExplorationRefusee
from barometre.views.lecture.address import explain_inconnues
from barometre.warehouse.engine import EntrepotError

MIME = "application/problem+json"
TITRES = {
    404: "Adresse inconnue",
    405: "Méthode non permise",
    422: "Demande mal formée",
    429: "Trop de demandes",
    503: "Données indisponibles",
}
_PHRASES = {
    404: "Rien à cette adresse : la liste des adresses est dans /api/v1/openapi.json.",
    405: "Cette API ne fait que lire : employez GET.",
}


def build_probleme(code: int, phrase: str, entetes: dict[str, str] | None = None) -> JSONResponse:
    """La réponse d'une erreur."""
    contenu = {"type": "about:blank", "title": TITRES.get(code, "Erreur"), "status": code, "detail": phrase}
    return JSONResponse(contenu, code, headers=entetes, media_type=MIME)


def add_problemes(api: FastAPI) -> None:
    """Chaque erreur a sa phrase ; aucune n'a de trace."""
    api.add_exception_handler(RequestValidationError, _refuse_validation)
    api.add_exception_handler(HTTPException, _refuse_http)
    api.add_exception_handler(ExplorationRefusee, _refuse_demande)
    api.add_exception_handler(VersionAbsente, _refuse_version)
    api.add_exception_handler(EntrepotError, _refuse_entrepot)


async def _refuse_validation(_: Request, erreur: Any) -> JSONResponse:
    fautes = erreur.errors()
    inconnues = sorted({str(e["loc"][-1]) for e in fautes if e["type"] == "extra_forbidden"})
    if inconnues:
        return build_probleme(
            422, f"{explain_inconnues(inconnues)} : celles de cette adresse sont dans /api/v1/."
        )
    lieux = sorted({str(e["loc"][-1]) for e in fautes})
    return build_probleme(422, f"Valeur hors de ce qui est permis pour : {', '.join(lieux)}.")


async def _refuse_http(_: Request, erreur: Any) -> JSONResponse:
    phrase = _PHRASES.get(erreur.status_code, str(erreur.detail))
    return build_probleme(erreur.status_code, phrase, dict(erreur.headers or {}))


async def _refuse_demande(_: Request, erreur: Exception) -> JSONResponse:
    return build_probleme(422, str(erreur))


async def _refuse_version(_: Request, erreur: Exception) -> JSONResponse:
    return build_probleme(404, str(erreur))


async def _refuse_entrepot(_: Request, __: Exception) -> JSONResponse:
    return build_probleme(503, "L'entrepôt n'est pas lisible : réessayez dans quelques minutes.")
