"""Les réponses du serveur hors de Streamlit, sans navigateur."""

from __future__ import annotations

import gc
import re
import subprocess
import sys
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient
from streamlit import file_util

from barometre.ui import serving
from barometre.ui.serving.document import FrenchDocument, build_document
from barometre.ui.serving.headers import EN_TETES, SecurityHeaders
from barometre.ui.serving.routes import RESSOURCES, build_routes


def _en_panne() -> str:
    raise OSError("disque plein : /chemin/secret")


def _client(paquets: Path, *, panne: bool = False) -> TestClient:
    lire = _en_panne if panne else lambda: "v1"
    return TestClient(Starlette(routes=build_routes(lire, paquets)))


def test_pret_dit_la_version(tmp_path: Path) -> None:
    reponse = _client(tmp_path).get("/readyz")
    assert (reponse.status_code, reponse.json()["version"]) == (200, "v1")


def test_un_entrepot_en_panne_repond_503_sans_rien_reveler(tmp_path: Path) -> None:
    client = _client(tmp_path, panne=True)
    assert client.get("/readyz").status_code == 503
    assert "secret" not in client.get("/readyz").text
    assert client.get("/healthz").status_code == 200  # le processus, lui, est vivant


def test_seuls_les_fichiers_du_navigateur_sont_servis(tmp_path: Path) -> None:
    (tmp_path / "d3").mkdir()
    for nom in ("d3.min.js", "Makefile", "package.json"):
        (tmp_path / "d3" / nom).write_text("x", encoding="utf-8")
    client = _client(tmp_path)
    assert client.get("/vendor/d3/d3.min.js").status_code == 200
    assert client.get("/vendor/d3/Makefile").status_code == 404
    assert client.get("/vendor/d3/package.json").status_code == 404
    assert client.get("/vendor/d3/../d3/d3.min.js").status_code == 200
    assert client.get("/vendor/d3/%2e%2e/%2e%2e/etc/passwd").status_code == 404


def test_un_paquet_absent_n_empeche_pas_de_demarrer(tmp_path: Path) -> None:
    assert _client(tmp_path).get("/vendor/leaflet/leaflet.js").status_code == 404


def test_le_document_de_streamlit_devient_francais() -> None:
    """Lu dans la version installée : si Streamlit change son document, ce test le dit."""
    original = (Path(file_util.get_static_dir()) / "index.html").read_text(encoding="utf-8")
    document = build_document(original)
    assert '<html lang="fr">' in document
    assert "<title>Baromètre Collectivités &amp; Numérique</title>" in document
    assert "You need to enable JavaScript" not in document
    # Une seule police demandée d'avance, la nôtre, à l'adresse de la feuille de style : une seule demande.
    (police,) = re.findall(r'rel="preload" as="font"[^>]*href="\./(vendor/polices/[^"]+)"', document)
    assert document.count('as="font"') == 1
    style = (RESSOURCES / "style.css").read_text(encoding="utf-8")
    assert f'url("../{police}")' in style
    assert "./ressources/francais.js" in document
    # Le contenu d'un script en ligne serait refusé par notre politique.
    assert "<script>" not in document


async def _page(_: Request) -> Response:
    return HTMLResponse('<html lang="en"><title>x</title></html>', headers={"etag": "abc"})


async def _donnees(_: Request) -> Response:
    return JSONResponse({"lang": "en"})


@pytest.fixture
def client() -> TestClient:
    intergiciels = [
        Middleware(SecurityHeaders),
        Middleware(FrenchDocument, is_page=lambda chemin: chemin == "/inclusion"),
    ]
    routes = [Route("/_stcore/x", _page), Route("/donnees", _donnees), Route("/{page:path}", _page)]
    return TestClient(Starlette(routes=routes, middleware=intergiciels))


def test_le_document_est_reecrit_avec_sa_bonne_longueur(client: TestClient) -> None:
    reponse = client.get("/inclusion")
    assert reponse.status_code == 200
    assert 'lang="fr"' in reponse.text
    assert int(reponse.headers["content-length"]) == len(reponse.content)
    assert "etag" not in reponse.headers


def test_une_adresse_inconnue_recoit_le_document_et_404(client: TestClient) -> None:
    reponse = client.get("/nulle-part")
    assert reponse.status_code == 404
    assert 'lang="fr"' in reponse.text


def test_le_reste_passe_tel_quel_avec_ses_en_tetes(client: TestClient) -> None:
    assert 'lang="en"' in client.get("/_stcore/x").text
    assert client.get("/donnees").json() == {"lang": "en"}
    assert all(nom in client.get("/donnees").headers for nom in EN_TETES)


def test_ce_qui_est_pret_n_est_plus_relu_par_le_ramasse_miettes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Un passage complet arrêtait tous les lecteurs 300 à 680 ms."""
    seuils = gc.get_threshold()
    gc.unfreeze()  # la séance a déjà figé ce que la collecte a chargé
    chauffe: list[str] = []
    monkeypatch.setattr(serving.chauffe, "warm_up", lambda: chauffe.extend(["vue"] * 3))
    try:
        serving._warm_and_settle()
        assert chauffe == ["vue"] * 3
        assert gc.get_freeze_count() > 10_000
        assert gc.get_threshold() == serving.SEUILS
        assert all(neuf >= ancien for neuf, ancien in zip(serving.SEUILS, seuils, strict=True))
        assert serving.SEUILS[0] > seuils[0]
    finally:
        gc.set_threshold(*seuils)


def test_la_chauffe_laisse_aux_pages_le_composant_des_cartes() -> None:
    """Chargé hors d'une page, il ne s'inscrit nulle part : toute carte manquait, sans un mot du serveur."""
    charger = (
        "import sys; from importlib import import_module; from barometre.ui import chauffe; "
        "[import_module(m) for m in chauffe.MODULES]; print('streamlit_folium' in sys.modules)"
    )
    fait = subprocess.run([sys.executable, "-c", charger], capture_output=True, text=True, check=True)
    assert fait.stdout.strip() == "False"
