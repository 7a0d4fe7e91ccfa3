"""Une figure hors de sa page : son image, et le cadre qu'un autre site en montre (`embed=1`).

Rien n'y passe par Streamlit : ni script, ni session, ni témoin ; la porte est celle du public. Qui met
ce cadre chez lui est réglé par l'opérateur (`BAROMETRE_CADRES`, aucun site d'origine).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from html import escape
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from barometre.api.debit import Debit
from barometre.assemblage import depot
from barometre.assemblage.figure_seule import (
    SEULE,
    FigureSeule,
    build_requete,
    load_figure_seule,
    load_image_seule,
)
from barometre.charts.image import FormatImage
from barometre.domain.provenance import AVERTISSEMENT_SIMULATION
from barometre.ui.blocks.textes import build_tableau, texte
from barometre.ui.serving.phrases import build_phrase
from barometre.views.lecture.address import read_query
from barometre.warehouse.engine import EntrepotError

RACINE = "/figures"
MIMES: dict[FormatImage, str] = {"png": "image/png", "svg": "image/svg+xml"}
# Une image se calcule en un quart de seconde : au-delà, un robot ralentirait les lecteurs.
PAR_MINUTE = 120
CACHE = "public, max-age=600"
SANS_FIGURE = (
    "Cette adresse n’a pas de figure à montrer seule : Explorer, la carte et les pages de thème en ont une, "
    "pour une sélection qui se dessine."
)
DEBIT = Debit(PAR_MINUTE)


async def image(requete: Request) -> Response:
    """L'image de la figure d'une adresse ; 404 si elle n'en a pas, 429 au-delà du débit."""
    return await DEBIT(requete, _answer_image)


async def _answer_image(requete: Request) -> Response:
    page, extension = requete.path_params["page"], requete.path_params["extension"]
    if extension not in MIMES:
        raise HTTPException(404)
    try:
        version_id, octets = await run_in_threadpool(_read_image, page, requete.url.query, extension)
    except EntrepotError as erreur:
        raise HTTPException(404) from erreur
    if octets is None:
        raise HTTPException(404)
    etag = _build_etag(version_id, page, requete.url.query, extension)
    en_tetes = {"Cache-Control": CACHE, "ETag": etag}
    if requete.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=en_tetes)
    return Response(octets, media_type=MIMES[extension], headers=en_tetes)


def _build_etag(version_id: str, *parties: str) -> str:
    return f'"{hashlib.sha256(chr(0).join((version_id, *parties)).encode()).hexdigest()[:32]}"'


def _read_image(page: str, requete: str, extension: FormatImage) -> tuple[str, bytes | None]:
    gate = depot.open_gate_publique(read_query(requete).get("version"))
    return gate.version_id, load_image_seule(gate, page, requete, extension)


class FiguresSeules:
    """Répond à `?embed=1` d'une page par sa figure, et laisse passer tout le reste."""

    def __init__(self, app: ASGIApp, is_page: Callable[[str], bool]) -> None:
        self.app = app
        self.is_page = is_page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Une page entière, sans Streamlit."""
        if not self._is_seule(scope):
            await self.app(scope, receive, send)
            return
        reponse = await _answer_page(Request(scope))
        await reponse(scope, receive, send)

    def _is_seule(self, scope: Scope) -> bool:
        if scope["type"] != "http" or scope["method"] != "GET" or not self.is_page(scope["path"]):
            return False
        return parse_qs(scope["query_string"].decode("latin-1")).get(SEULE) == ["1"]


async def _answer_page(requete: Request) -> Response:
    page, demande = requete.url.path.strip("/"), requete.url.query
    try:
        figure = await run_in_threadpool(_read_figure, page, demande)
    except EntrepotError as erreur:
        return build_phrase("Figure", "La figure n’est pas disponible", str(erreur), 404)
    if figure is None:
        return build_phrase("Figure", "Pas de figure ici", SANS_FIGURE, 404)
    return HTMLResponse(build_page(figure, page, build_requete(demande)), headers={"Cache-Control": CACHE})


def _read_figure(page: str, requete: str) -> FigureSeule | None:
    gate = depot.open_gate_publique(read_query(requete).get("version"))
    return load_figure_seule(gate, page, requete)


def build_page(figure: FigureSeule, page: str, requete: str) -> str:
    """Le document du cadre : la figure, sa phrase, son tableau, sa source, le lien vers la page."""
    lue = figure.provenance
    simulee = f'<p class="baro-bandeau">{texte(AVERTISSEMENT_SIMULATION)}</p>' if lue.simulee else ""
    adresse = f"/{page}?{requete}" if requete else f"/{page}"
    return (
        f'<!doctype html><html lang="fr"><head><meta charset="utf-8"><title>{texte(figure.titre)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="robots" content="noindex"><link rel="stylesheet" href="/ressources/style.css">'
        f'</head><body><main class="baro-seule"><h1>{texte(figure.titre)}</h1>{simulee}'
        f'<p class="baro-phrase">{texte(figure.phrase)}</p>{_build_dessin(figure, page, requete)}'
        f'{_build_tableau(figure)}<p class="baro-legende">{texte(replace(lue, simulee=False).pied)}. '
        f'<a href="{escape(adresse)}" target="_blank" rel="noopener">Ouvrir dans le baromètre</a></p>'
        "</main></body></html>"
    )


def _build_dessin(figure: FigureSeule, page: str, requete: str) -> str:
    if figure.html:
        return f'{figure.html}<p class="baro-legende">{texte(figure.legende)}</p>'
    if not figure.has_image:
        return ""
    source = escape(f"{RACINE}/{page}.png?{requete}")
    return f'<img src="{source}" alt="{texte(figure.alt)}">'


def _build_tableau(figure: FigureSeule) -> str:
    """Replié derrière le dessin ; sans dessin, c'est lui que l'on lit."""
    tableau = build_tableau(figure.table, figure.titre)
    if not (figure.html or figure.has_image):
        return tableau
    return f"<details><summary>Voir le tableau</summary>{tableau}</details>"


def build_routes() -> list[BaseRoute]:
    """L'adresse des images."""
    return [Route(f"{RACINE}/{{page}}.{{extension}}", image, methods=["GET"])]
