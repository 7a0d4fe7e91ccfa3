"""Les fichiers de Streamlit arrivent compressés, les mêmes, et gardés par le navigateur."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient
from streamlit.file_util import get_static_dir

from barometre.ui.serving import compression
from barometre.ui.serving.compression import CompressedStatic, list_files
from barometre.ui.serving.routes import POLICE, build_routes

PETIT = min(
    (a for a in list_files() if a.startswith("/static/") and a.endswith(".js")),
    key=lambda a: list_files()[a].stat().st_size,
)


async def _suite(_: Request) -> Response:
    return PlainTextResponse("streamlit")


@pytest.fixture
def client() -> TestClient:
    suite = [Route("/{page:path}", _suite)]
    return TestClient(Starlette(routes=suite, middleware=[Middleware(CompressedStatic)]))


def test_un_fichier_arrive_compresse_et_entier(client: TestClient) -> None:
    reponse = client.get(PETIT, headers={"accept-encoding": "gzip, br"})
    assert reponse.headers["content-encoding"] == "gzip"
    assert reponse.content == list_files()[PETIT].read_bytes()
    assert reponse.headers["content-type"].startswith("text/javascript")
    assert "immutable" in reponse.headers["cache-control"]


@pytest.mark.parametrize("en_tetes", [{"accept-encoding": "identity"}, {"range": "bytes=0-3"}])
def test_qui_ne_veut_pas_de_compression_n_en_a_pas(client: TestClient, en_tetes: dict[str, str]) -> None:
    assert client.get(PETIT, headers=en_tetes).text == "streamlit"


@pytest.mark.parametrize("chemin", ["/static/../index.html", "/static/js/absent.js", "/inclusion"])
def test_rien_d_autre_n_est_lu(client: TestClient, chemin: str) -> None:
    assert client.get(chemin).text == "streamlit"


def test_le_moteur_de_la_carte_arrive_compresse_et_garde_un_jour(client: TestClient) -> None:
    adresse = "/vendor/maplibre-gl/maplibre-gl.mjs"
    reponse = client.get(adresse, headers={"accept-encoding": "gzip"})
    assert reponse.headers["content-encoding"] == "gzip"
    assert reponse.content == list_files()[adresse].read_bytes()
    assert reponse.headers["content-type"].startswith(
        "text/javascript"
    )  # un module ne se lit que sous ce type
    assert "immutable" not in reponse.headers["cache-control"]


SA_POLICE = next(Path(get_static_dir()).glob("static/media/SourceSansVF-Upright.*.woff2"))


def test_la_police_de_streamlit_est_la_notre(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    """Il la demande avant d'avoir lu la charte : 170 Ko que nul texte n'emploie ensuite."""
    routes = [*build_routes(lambda: "v1"), Route("/{page:path}", _suite)]
    servie = TestClient(Starlette(routes=routes, middleware=[Middleware(CompressedStatic)]))
    adresse = f"/static/media/{SA_POLICE.name}"
    reponse = servie.get(adresse)
    assert reponse.headers["content-type"] == "font/woff2"
    assert reponse.content == servie.get(f"/vendor/{POLICE}").content
    assert len(reponse.content) < SA_POLICE.stat().st_size / 4
    # Une autre police de Streamlit reste la sienne ; sans la nôtre, celle-ci aussi.
    assert client.get("/static/media/MaterialSymbols-Rounded.nEdyypZU.woff2").text == "streamlit"
    monkeypatch.setattr(compression, "NODE_MODULES", Path("nulle-part"))
    assert client.get(adresse).text == "streamlit"
