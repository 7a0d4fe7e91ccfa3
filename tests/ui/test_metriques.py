"""`/metriques` : l'exploitant seul les lit, et rien n'y désigne une personne, une adresse ou un chiffre."""

from __future__ import annotations

import re

import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket

from barometre.access.reglages import Reglages, list_defauts
from barometre.ui.serving import metriques
from barometre.ui.serving.metriques import Measures, Metriques, get_famille

JETON = "0123456789abcdefghijklmnopqrstuv"
PORTEUR = {"Authorization": f"Bearer {JETON}"}


async def _page(requete: Request) -> Response:
    if "panne" in requete.url.path:
        raise RuntimeError("panne")
    if "absente" in requete.url.path:
        raise HTTPException(404)
    return PlainTextResponse("page")


async def _ecoute(page: WebSocket) -> None:
    await page.accept()
    await page.receive_text()
    await page.close()


def _client(jeton: str = JETON) -> TestClient:
    compteurs = Metriques(lambda: 1234.0)
    routes = [
        metriques.build_route(compteurs, jeton),
        WebSocketRoute("/_stcore/stream", _ecoute),
        Route("/{reste:path}", _page),
    ]
    application = Starlette(routes=routes, middleware=[Middleware(Measures, metriques=compteurs)])
    return TestClient(application, raise_server_exceptions=False)


def _read(client: TestClient) -> str:
    return client.get("/metriques", headers=PORTEUR).text


@pytest.mark.parametrize(
    "en_tetes", [{}, {"Authorization": "Bearer "}, {"Authorization": "Bearer autre"}, {"Authorization": "é"}]
)
def test_sans_le_jeton_l_adresse_n_existe_pas(en_tetes: dict[str, str]) -> None:
    reponse = _client().get("/metriques", headers={k: v.encode() for k, v in en_tetes.items()})
    assert (reponse.status_code, reponse.text) == (404, "Cette adresse n'existe pas.")


def test_sans_reglage_un_jeton_vide_n_ouvre_rien() -> None:
    assert _client("").get("/metriques", headers={"Authorization": "Bearer "}).status_code == 404


def test_chaque_demande_est_comptee_avec_son_code_et_sa_duree() -> None:
    client = _client()
    for adresse in ("/inclusion?territoire=region-53", "/api/v1/valeurs", "/absente", "/panne"):
        client.get(adresse)
    lues = _read(client)
    assert 'barometre_demandes_total{famille="page",statut="200"} 1.0' in lues
    assert 'barometre_demandes_total{famille="api",statut="200"} 1.0' in lues
    assert 'barometre_demandes_total{famille="page",statut="404"} 1.0' in lues
    assert 'barometre_demandes_total{famille="page",statut="500"} 1.0' in lues
    assert 'barometre_demande_secondes_count{famille="page"} 3.0' in lues
    assert "barometre_vues_octets 1234.0" in lues


def test_une_page_ouverte_est_un_lecteur_et_ne_l_est_plus_une_fois_fermee() -> None:
    client = _client()
    with client.websocket_connect("/_stcore/stream") as page:
        assert "barometre_lecteurs 1.0" in _read(client)
        page.send_text("fin")
        page.receive()
    assert "barometre_lecteurs 0.0" in _read(client)


def test_une_adresse_inventee_ne_cree_pas_de_compteur() -> None:
    client = _client()
    for rang in range(200):
        client.get(f"/commune-330{rang:02}/maire@exemple.fr")
    lues = _read(client)
    assert "exemple" not in lues
    assert "commune-330" not in lues  # et non « 330 » : un instant mesuré peut le contenir
    assert set(re.findall(r'famille="([^"]*)"', lues)) <= {"page"}
    assert get_famille("/api/v1/valeurs") == "api"


def test_en_production_un_jeton_faible_est_refuse() -> None:
    faible = [d for d in list_defauts(Reglages(jeton_metriques="abc")) if "METRIQUES" in d]
    assert len(faible) == 1
    assert not [d for d in list_defauts(Reglages(jeton_metriques=JETON)) if "METRIQUES" in d]
    assert JETON not in repr(Reglages(jeton_metriques=JETON))
