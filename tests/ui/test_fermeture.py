"""Les adresses fermées, les hôtes inventés, les cadres des autres sites."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from barometre.access.reglages import list_defauts, read_reglages
from barometre.ui.serving.fermeture import (
    ADRESSE_FERMEE,
    HOTE_REFUSE,
    REFUSEE,
    ClosedPaths,
    FrenchRefusals,
    LocalHosts,
)
from barometre.ui.serving.headers import FOLIUM, SecurityHeaders

RACINE = Path(__file__).resolve().parents[2]


async def _page(_: Request) -> Response:
    return PlainTextResponse("ouvert")


def _client(*couches: Middleware, hote: str = "localhost") -> TestClient:
    application = Starlette(routes=[Route("/{tout:path}", _page)], middleware=list(couches))
    return TestClient(application, base_url=f"http://{hote}")


@pytest.mark.parametrize(
    "chemin",
    [
        "/_stcore/metrics",
        "/_stcore/agent/openapi.json",
        "/_stcore/agent/mcp",
        "/_stcore/script-health-check",
        "/manifest.json",
        "/index.html",
        "/static/a.HTML",
    ],
)
def test_une_adresse_fermee_le_dit_en_francais(chemin: str) -> None:
    reponse = _client(Middleware(ClosedPaths)).get(chemin)
    assert (reponse.status_code, reponse.text) == (404, ADRESSE_FERMEE)


@pytest.mark.parametrize("chemin", ["/", "/inclusion", "/_stcore/health", f"{FOLIUM}index.html"])
def test_le_reste_est_ouvert(chemin: str) -> None:
    assert _client(Middleware(ClosedPaths)).get(chemin).text == "ouvert"


async def _refuse(requete: Request) -> Response:
    return PlainTextResponse("File not found", int(requete.query_params["statut"]))


@pytest.mark.parametrize(
    "chemin", ["/media/x.csv", "/component/x/a.js", "/_stcore/upload_file/s/f", "/static/x", "/favicon.png"]
)
def test_un_refus_de_streamlit_se_lit_en_francais(chemin: str) -> None:
    application = Starlette(routes=[Route("/{tout:path}", _refuse)], middleware=[Middleware(FrenchRefusals)])
    client = TestClient(application, base_url="http://localhost")
    lus = {statut: client.get(f"{chemin}?statut={statut}") for statut in (200, 403, 404, 413)}
    assert [r.status_code for r in lus.values()] == list(lus)
    assert [r.text for r in lus.values()] == ["File not found", REFUSEE, ADRESSE_FERMEE, REFUSEE]


@pytest.mark.parametrize(
    ("chemin", "statut"),
    [("/static/x", 404), ("/_stcore/upload_file/s/f", 404), (f"{FOLIUM}index", 200), ("/inclusion", 200)],
)
def test_le_document_anglais_ne_sort_pas_d_une_adresse_de_streamlit(chemin: str, statut: int) -> None:
    async def document(_: Request) -> Response:
        return HTMLResponse('<html lang="en">')

    routes = [Route("/{tout:path}", document)]
    application = Starlette(routes=routes, middleware=[Middleware(FrenchRefusals)])
    assert TestClient(application, base_url="http://localhost").get(chemin).status_code == statut


def test_aucune_page_d_un_autre_site_ne_commande_la_notre() -> None:
    """`/_stcore/host-config` donne cette liste au navigateur ; d'origine, dix sites y sont."""
    reglages = tomllib.loads((RACINE / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    assert reglages["client"]["allowedOrigins"] == []


@pytest.mark.parametrize("hote", ["localhost:8501", "127.0.0.1", "192.168.1.20:8501", "[::1]:8501"])
def test_cette_machine_repond_sous_ses_adresses(hote: str) -> None:
    assert _client(Middleware(LocalHosts)).get("/", headers={"host": hote}).text == "ouvert"


@pytest.mark.parametrize("hote", ["pirate.test", "localhost.pirate.test", "127.0.0.1.pirate.test", "[", ""])
def test_un_hote_invente_ne_recoit_rien(hote: str) -> None:
    reponse = _client(Middleware(LocalHosts)).get("/", headers={"host": hote})
    assert (reponse.status_code, reponse.text) == (400, HOTE_REFUSE)


def test_l_hote_de_l_adresse_publique_est_admis() -> None:
    client = _client(Middleware(LocalHosts, adresse="https://barometre.test"))
    assert client.get("/", headers={"host": "barometre.test"}).text == "ouvert"


def test_aucun_site_n_encadre_nos_pages_sauf_ceux_que_l_operateur_nomme() -> None:
    ferme = _client(Middleware(SecurityHeaders)).get("/").headers
    assert "frame-ancestors 'none'" in ferme["content-security-policy"]
    assert ferme["x-frame-options"] == "DENY"
    ouvert = _client(Middleware(SecurityHeaders, cadres=("https://intranet.test",))).get("/").headers
    assert "frame-ancestors https://intranet.test" in ouvert["content-security-policy"]
    assert "x-frame-options" not in ouvert


def test_notre_page_encadre_ses_cartes() -> None:
    carte = _client(Middleware(SecurityHeaders)).get(f"{FOLIUM}index.html").headers
    assert "frame-ancestors 'self'" in carte["content-security-policy"]
    assert carte["x-frame-options"] == "SAMEORIGIN"


@pytest.mark.parametrize("cadre", ["*", "http://intranet.test", "https://a.test; script-src *"])
def test_un_cadre_mal_ecrit_empeche_d_ouvrir(cadre: str) -> None:
    defauts = list_defauts(read_reglages({"BAROMETRE_CADRES": cadre}))
    assert any("BAROMETRE_CADRES" in phrase for phrase in defauts)
