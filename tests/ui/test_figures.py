"""Une figure hors de sa page : son image, son cadre, l'aperçu de son lien ; par la porte du public."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from barometre.assemblage import depot, memoire
from barometre.ui.navigation import list_adresses
from barometre.ui.serving import apercu, figures
from barometre.ui.serving.apercu import Apercu, build_balises, write_balises
from barometre.ui.serving.document import FrenchDocument
from barometre.ui.serving.figures import FiguresSeules
from barometre.ui.serving.headers import SecurityHeaders
from tests.fakes import build_entrepot_factice

VUE = "indicateurs=site_internet&par=strate"


async def _document(_: Request) -> Response:
    return HTMLResponse('<html lang="en"><head><title>x</title></head><body>Streamlit</body></html>')


def _is_page(chemin: str) -> bool:
    return chemin.strip("/") in list_adresses()


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with pytest.MonkeyPatch.context() as reglage:
        entrepot = build_entrepot_factice(tmp_path_factory.mktemp("figures"))
        reglage.setenv("BAROMETRE_ENTREPOT", entrepot)
        depot.forget()
        memoire.forget()
        intergiciels = [
            Middleware(SecurityHeaders, cadres=("https://intranet.test",)),
            Middleware(FiguresSeules, is_page=_is_page),
            Middleware(FrenchDocument, is_page=_is_page, build_apercu=build_balises),
        ]
        routes = [*figures.build_routes(), Route("/{page:path}", _document)]
        yield TestClient(Starlette(routes=routes, middleware=intergiciels), base_url="http://barometre.test")
    depot.forget()
    memoire.forget()


def _read_balises(texte: str) -> dict[str, str]:
    paires = re.findall(r'<meta property="(og:[a-z:_]+)" content="([^"]*)" />', texte)
    return {nom: unescape(valeur) for nom, valeur in paires}


@pytest.mark.parametrize("adresse", [f"/explorer?{VUE}", "/communication"])
def test_un_robot_lit_le_titre_la_phrase_et_une_image_qui_s_ouvre(client: TestClient, adresse: str) -> None:
    balises = _read_balises(client.get(adresse).text)
    assert balises["og:title"]
    assert balises["og:description"].startswith("Réponses simulées")
    assert balises["og:url"].startswith("http://barometre.test/")
    image = client.get(balises["og:image"].removeprefix("http://barometre.test"))
    assert (image.status_code, image.content[:8]) == (200, b"\x89PNG\r\n\x1a\n")
    redite = client.get(str(image.url), headers={"If-None-Match": image.headers["etag"]})
    assert (redite.status_code, redite.content) == (304, b"")


def test_un_navigateur_n_attend_pas_l_apercu(client: TestClient) -> None:
    reponse = client.get(f"/explorer?{VUE}", headers={"Sec-Fetch-Dest": "document"})
    assert "og:" not in reponse.text
    assert reponse.headers["vary"] == "Sec-Fetch-Dest"


def test_le_texte_libre_d_une_adresse_n_est_pas_dans_l_apercu(client: TestClient) -> None:
    lue = client.get(f'/explorer?{VUE}&nom=Gagnez"><script>&embed=0&autre=Gagnez').text
    assert "Gagnez" not in lue
    assert "<script>" not in write_balises(Apercu('"><script>', '"><script>'), "https://a.test", "fiche", "")


def test_une_page_sans_figure_a_son_titre_et_le_nom_de_la_collectivite(client: TestClient) -> None:
    balises = _read_balises(client.get("/fiche?collectivite=commune-2A004").text)
    assert "Fiche" in balises["og:title"]
    assert "Œuilly" in balises["og:title"]
    assert "og:image" not in balises
    # Une messagerie ouvre cette adresse-ci : sans sa collectivité, le lien menait à une fiche vide.
    assert balises["og:url"] == "http://barometre.test/fiche?collectivite=commune-2A004"


def test_une_version_effacee_le_dit_et_son_image_s_ouvre(client: TestClient) -> None:
    """L'image d'une version disparue répondait 404 : le lien n'avait plus d'image, sans un mot."""
    balises = _read_balises(client.get(f"/explorer?{VUE}&version=20200101T000000Z-abcdef").text)
    assert "n’est plus gardée : voici celle en service" in balises["og:description"]
    assert "version=" not in balises["og:image"]
    assert client.get(balises["og:image"].removeprefix("http://barometre.test")).status_code == 200
    # Le lien reste celui que l'on a donné : la page dira aussi ce qu'il nommait.
    assert balises["og:url"].endswith("version=20200101T000000Z-abcdef")


def test_une_version_passee_le_dit(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    nommee = f"/explorer?{VUE}&version={depot.get_version_id()}"
    assert "plus celle en service" not in _read_balises(client.get(nommee).text)["og:description"]
    monkeypatch.setattr(apercu.depot, "get_version_id", lambda: "une autre, plus récente")
    balises = _read_balises(client.get(nommee).text)
    assert "plus celle en service" in balises["og:description"]
    assert "version=" in balises["og:image"]


@pytest.mark.parametrize(
    "adresse", [f"/explorer?{VUE}", "/communication?", "/carte?indicateur=site_internet"]
)
def test_le_cadre_a_la_figure_seule_et_ses_doubles(client: TestClient, adresse: str) -> None:
    reponse = client.get(f"{adresse}&embed=1")
    assert reponse.status_code == 200
    assert "Streamlit" not in reponse.text
    for attendu in ("<h1>", "Réponses simulées", "Voir le tableau", "version ", "Ouvrir dans le baromètre"):
        assert attendu in reponse.text
    assert "<script" not in reponse.text
    assert "embed" not in reponse.text  # le lien rouvre la page entière
    assert "frame-ancestors https://intranet.test" in reponse.headers["content-security-policy"]
    for image in re.findall(r'<img src="([^"]+)"', reponse.text):
        assert client.get(unescape(image)).headers["content-type"] == "image/png"


@pytest.mark.parametrize(
    ("adresse", "phrase"),
    [
        ("/fiche?embed=1", "pas de figure"),
        ("/explorer?par=strate&par=type&par=opsn&embed=1", "pas de figure"),
        ("/explorer?embed=1&version=20200101T000000Z-abcdef", "plus gardée"),
        ("/figures/fiche.png", "Not Found"),
        (f"/figures/explorer.pdf?{VUE}", "Not Found"),
        ("/figures/explorer.png?version=20200101T000000Z-abcdef", "Not Found"),
    ],
)
def test_sans_figure_une_phrase_et_404(client: TestClient, adresse: str, phrase: str) -> None:
    reponse = client.get(adresse)
    assert reponse.status_code == 404
    assert phrase in reponse.text


def test_les_signes_d_un_changement_se_lisent_sans_la_page(client: TestClient) -> None:
    """La légende des ▲ ▼ n'était que sur la page : l'image d'un lien et le cadre les laissaient muets."""
    assert "le test ne tranche pas" in client.get("/communication?embed=1").text
    svg = client.get("/figures/communication.svg").text
    assert "tranche" in svg


def test_un_robot_qui_demande_trop_d_images_attend(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "DEBIT", figures.Debit(1))
    client.get(f"/figures/explorer.png?{VUE}")
    assert client.get(f"/figures/explorer.png?{VUE}").status_code == 429


def test_l_image_svg_dit_titre_source_version_et_simulation(client: TestClient) -> None:
    svg = client.get(f"/figures/explorer.svg?{VUE}")
    assert svg.headers["content-type"].startswith("image/svg+xml")
    # matplotlib écrit en commentaire le texte de chaque tracé.
    for mot in ("Un site internet", "Baromètre Collectivités", "version ", "Réponses simulées"):
        assert mot in svg.text
