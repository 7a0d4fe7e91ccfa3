"""La police d'icônes que l'installation réduit : un nom qu'elle n'aurait plus se lirait en lettres."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from barometre.ui.serving import compression
from barometre.ui.serving.compression import CompressedStatic
from barometre.ui.serving.routes import build_routes
from scripts.reduire_icones import DOSSIER, POLICE, find_statique, list_dessins

RACINE = Path(__file__).resolve().parents[2]
STATIQUE = find_statique()
ENTIERE = next(STATIQUE.glob(POLICE))
REDUITE = DOSSIER / ENTIERE.name


ECRIT = re.compile(r":material/(\w+):")


@cache
def _list_dessins(police: Path) -> set[str]:
    return set(list_dessins(TTFont(police, lazy=True)))


def test_ce_que_les_scripts_de_streamlit_et_nos_pages_nomment_garde_son_dessin() -> None:
    """La seule forme qu'une page peut écrire ; la réduction garde aussi d'autres mots."""
    fichiers = [*STATIQUE.glob("js/*.js"), RACINE / "app.py", *(RACINE / "pages").rglob("*.py")]
    fichiers += (RACINE / "barometre").rglob("*.py")
    ecrits = {nom for f in fichiers for nom in ECRIT.findall(f.read_text(encoding="utf-8"))}
    ecrits &= _list_dessins(ENTIERE)
    assert len(ecrits) > 30
    assert ecrits <= _list_dessins(REDUITE)


def test_elle_ne_garde_rien_d_autre_et_pese_le_cinquieme() -> None:
    gardes, entiers = _list_dessins(REDUITE), _list_dessins(ENTIERE)
    assert gardes < entiers
    assert len(gardes) < len(entiers) / 5
    assert REDUITE.stat().st_size < ENTIERE.stat().st_size / 5


def test_la_reduite_repond_a_la_place_de_l_entiere_de_meme_nom(monkeypatch: pytest.MonkeyPatch) -> None:
    async def suite(_: Request) -> Response:
        return PlainTextResponse("streamlit")

    routes = [*build_routes(lambda: "v1"), Route("/{page:path}", suite)]
    servie = TestClient(Starlette(routes=routes, middleware=[Middleware(CompressedStatic)]))
    adresse = f"/static/media/{ENTIERE.name}"
    assert servie.get(adresse).content == REDUITE.read_bytes()
    # Une autre version de Streamlit l'écrit sous une autre empreinte : la sienne, entière, répond.
    assert servie.get("/static/media/MaterialSymbols-Rounded.autre.woff2").text == "streamlit"
    monkeypatch.setattr(compression, "NODE_MODULES", Path("nulle-part"))
    assert servie.get(adresse).text == "streamlit"
