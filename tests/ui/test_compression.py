"""Les fichiers de Streamlit arrivent compressés, les mêmes, et gardés par le navigateur."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from barometre.ui.serving.compression import CompressedStatic, list_files

PETIT = min((n for n in list_files() if n.endswith(".js")), key=lambda n: list_files()[n].stat().st_size)


async def _suite(_: Request) -> Response:
    return PlainTextResponse("streamlit")


@pytest.fixture
def client() -> TestClient:
    suite = [Route("/{page:path}", _suite)]
    return TestClient(Starlette(routes=suite, middleware=[Middleware(CompressedStatic)]))


def test_un_fichier_arrive_compresse_et_entier(client: TestClient) -> None:
    reponse = client.get(f"/static/{PETIT}", headers={"accept-encoding": "gzip, br"})
    assert reponse.headers["content-encoding"] == "gzip"
    assert reponse.content == list_files()[PETIT].read_bytes()
    assert reponse.headers["content-type"].startswith("text/javascript")
    assert "immutable" in reponse.headers["cache-control"]


@pytest.mark.parametrize("en_tetes", [{"accept-encoding": "identity"}, {"range": "bytes=0-3"}])
def test_qui_ne_veut_pas_de_compression_n_en_a_pas(client: TestClient, en_tetes: dict[str, str]) -> None:
    assert client.get(f"/static/{PETIT}", headers=en_tetes).text == "streamlit"


@pytest.mark.parametrize("chemin", ["/static/../index.html", "/static/js/absent.js", "/inclusion"])
def test_rien_d_autre_n_est_lu(client: TestClient, chemin: str) -> None:
    assert client.get(chemin).text == "streamlit"
