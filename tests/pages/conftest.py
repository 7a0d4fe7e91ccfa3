"""Un entrepôt factice pour toute la séance, et de quoi ouvrir une page sans navigateur."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from barometre.assemblage import depot
from tests.fakes import build_entrepot_factice

RACINE = Path(__file__).resolve().parents[2]
Ouvrir = Callable[..., AppTest]
MESSAGE = re.compile(r'<p class="baro-message" role="status">(.*?)</p>', re.S)


def list_messages(page: AppTest) -> list[str]:
    """Les phrases de la page à son lecteur, désécrites du HTML ou du Markdown."""
    html = [unescape(m) for bloc in page.get("html") for m in MESSAGE.findall(str(bloc.proto.body))]
    return [*html, *(info.value for info in page.info), *(alerte.value for alerte in page.warning)]


def deplier(page: AppTest, cle: str = "selection") -> AppTest:
    """Ouvre un dépliant, comme un clic : AppTest oublie d'un affichage à l'autre ceux qu'il a ouverts."""
    page.session_state[cle] = True
    return page.run()


@pytest.fixture(scope="session")
def entrepot_factice(tmp_path_factory: pytest.TempPathFactory) -> str:
    return build_entrepot_factice(tmp_path_factory.mktemp("entrepot"))


@pytest.fixture
def ouvrir(entrepot_factice: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ouvrir]:
    """`ouvrir("inclusion", vague="2023-v1")` : la page de cette adresse, après son premier affichage."""
    monkeypatch.setenv("BAROMETRE_ENTREPOT", entrepot_factice)
    depot.forget()

    def _ouvrir(adresse: str = "", **parametres: str | list[str]) -> AppTest:
        application = AppTest.from_file(str(RACINE / "app.py"), default_timeout=60)
        for nom, valeur in parametres.items():
            application.query_params[nom] = valeur
        # AppTest ne choisit une page que par son fichier ; les neuf thèmes partagent le leur.
        application._page_hash = calc_hash(adresse) if adresse else ""
        return application.run()

    yield _ouvrir
    depot.forget()
