"""Les erreurs de l'API : « problem+json » (RFC 9457), une phrase en français qui dit quoi changer."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from barometre.api.cles import CleRefusee, explain_faute
from barometre.assemblage.depot import VersionAbsente
from barometre.views.donnees.demande import ExplorationRefusee
from barometre.warehouse.engine import EntrepotError

MIME = "application/problem+json"
TITRES = {
    404: "Adresse inconnue",
    405: "Méthode non permise",
    422: "Demande mal formée",
    429: "Trop de demandes",
    500: "Panne",
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


def build_indisponible(erreur: EntrepotError) -> JSONResponse:
    """Une version qui n'est plus gardée ne reviendra pas ; un entrepôt qui ne se lit pas, si."""
    if isinstance(erreur, VersionAbsente):
        return build_probleme(404, str(erreur))
    return build_probleme(503, "L'entrepôt n'est pas lisible : réessayez dans quelques minutes.")


def add_problemes(api: FastAPI) -> None:
    """Chaque erreur a sa phrase ; aucune n'a de trace."""
    api.add_exception_handler(RequestValidationError, _refuse_validation)
    api.add_exception_handler(HTTPException, _refuse_http)
    api.add_exception_handler(CleRefusee, _refuse_demande)
    api.add_exception_handler(ExplorationRefusee, _refuse_demande)
    api.add_exception_handler(EntrepotError, _refuse_entrepot)
    api.add_exception_handler(Exception, _refuse_panne)


async def _refuse_validation(_: Request, erreur: Any) -> JSONResponse:
    return build_probleme(422, " ".join(dict.fromkeys(map(explain_faute, erreur.errors()))))


async def _refuse_http(requete: Request, erreur: Any) -> JSONResponse:
    phrase = _PHRASES.get(erreur.status_code, str(erreur.detail))
    if erreur.status_code == 404 and (proche := _find_chemin(requete)):
        phrase = f"Rien à cette adresse : vouliez-vous {proche} ?"
    return build_probleme(erreur.status_code, phrase, dict(erreur.headers or {}))


async def _refuse_demande(_: Request, erreur: Exception) -> JSONResponse:
    return build_probleme(422, str(erreur))


async def _refuse_entrepot(_: Request, erreur: Any) -> JSONResponse:
    return build_indisponible(erreur)


async def _refuse_panne(_: Request, __: Exception) -> JSONResponse:
    """Une panne que rien n'attendait : la trace va au journal technique (Starlette la relance), pas ici."""
    phrase = (
        "Cette demande n'a pas pu aboutir, par notre faute : réessayez, ou écrivez-nous avec son adresse."
    )
    return build_probleme(500, phrase)


def _find_chemin(requete: Request) -> str:
    """L'adresse la plus proche de celle demandée, une majuscule ou un « / » de trop compris ; vide sinon."""
    racine, demande = requete.scope.get("root_path", ""), requete.url.path
    chemins = requete.app.openapi()["paths"]
    proches = get_close_matches(demande.removeprefix(racine).rstrip("/").lower(), chemins, 1, 0.8)
    return f"{racine}{proches[0]}" if proches else ""
