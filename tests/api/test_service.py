"""L'API telle qu'elle est servie : derrière toutes les couches de l'application, non seule."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from barometre.assemblage import depot, memoire
from barometre.ui import serving
from tests.fakes import build_entrepot_factice

ADRESSE = "/api/v1/valeurs?par=strate"


@pytest.fixture(scope="module")
def servie(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with pytest.MonkeyPatch.context() as reglage:
        reglage.setenv("BAROMETRE_ENTREPOT", build_entrepot_factice(tmp_path_factory.mktemp("service")))
        depot.forget()
        memoire.forget()
        application = Starlette(routes=serving.build_routes(), middleware=serving.build_middleware())
        yield TestClient(application, base_url="http://localhost")
    depot.forget()
    memoire.forget()


@pytest.mark.parametrize("methode", ["GET", "HEAD"])
def test_l_etiquette_evite_de_relire(servie: TestClient, methode: str) -> None:
    """La couche du document lui ôtait `If-None-Match`, comme à une page : jamais un 304 en service."""
    etag = servie.get(ADRESSE).headers["etag"]
    reponse = servie.request(methode, ADRESSE, headers={"If-None-Match": etag})
    assert (reponse.status_code, reponse.content) == (304, b"")


def test_la_date_de_la_version_aussi(servie: TestClient) -> None:
    date = servie.get(ADRESSE).headers["last-modified"]
    assert servie.get(ADRESSE, headers={"If-Modified-Since": date}).status_code == 304


def test_une_grande_reponse_part_compressee(servie: TestClient) -> None:
    assert servie.get(ADRESSE).headers["content-encoding"] == "gzip"
    nue = servie.get(ADRESSE, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in nue.headers
    assert nue.json() == servie.get(ADRESSE).json()


@pytest.mark.parametrize(("adresse", "statut"), [("/api/v1/rien", 404), ("/api/v1/valeurs?zorglub=1", 422)])
def test_un_refus_reste_un_probleme_en_francais(servie: TestClient, adresse: str, statut: int) -> None:
    reponse = servie.get(adresse)
    assert (reponse.status_code, reponse.headers["content-type"]) == (statut, "application/problem+json")
    assert reponse.headers["x-content-type-options"] == "nosniff"
    assert reponse.json()["detail"]


def test_la_page_de_l_api_est_servie_avec_les_en_tetes_de_securite(servie: TestClient) -> None:
    reponse = servie.get("/api/v1/")
    assert "Lire les chiffres du baromètre" in reponse.text
    assert "default-src 'self'" in reponse.headers["content-security-policy"]
