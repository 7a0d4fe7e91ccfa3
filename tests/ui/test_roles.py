"""« Voir comme… » sur de vraies réponses : ni offert, ni obtenu par l'adresse ou par un état forgé."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from barometre.assemblage import depot, memoire
from barometre.domain.portee import Portee
from tests.fakes import build_entrepot_factice
from tests.secret.surfaces import COMMUNE
from tests.visite import open_page

PRETEES = {
    "programme": Portee("programme", simulee=True),
    COMMUNE: Portee("collectivite", collectivite_id=COMMUNE, simulee=True),
}


@pytest.fixture(scope="module", params=[False, True], ids=["vraies", "simulées"])
def simulee(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[bool]:
    dossier = tmp_path_factory.mktemp("roles")
    with pytest.MonkeyPatch.context() as reglages:
        reglages.setenv("BAROMETRE_ENTREPOT", build_entrepot_factice(dossier, simulee=request.param))
        reglages.setenv("BAROMETRE_REGISTRE", f"sqlite:///{dossier}/registre.db")
        depot.forget()
        memoire.forget()
        yield request.param
    depot.forget()
    memoire.forget()


def _list_textes(page: AppTest) -> list[str]:
    assert not page.exception
    return [str(bloc.proto.body) for genre in ("html", "markdown") for bloc in page.get(genre)]


@pytest.mark.parametrize("demandee", PRETEES)
@pytest.mark.parametrize("adresse", ["fiche", "participation"])
def test_une_vue_pretee_n_ajoute_rien_a_de_vraies_reponses(
    simulee: bool, adresse: str, demandee: str
) -> None:
    """L'adresse la demande et la visite la porte déjà : la page est celle du public, mot pour mot."""
    lieu = {"collectivite": COMMUNE}
    publique = open_page(adresse, lieu)
    forgee = open_page(adresse, {**lieu, "voir_comme": demandee}, portee=PRETEES[demandee])
    # Le témoin : sur la démonstration, les mêmes gestes changent la page.
    assert (_list_textes(forgee) == _list_textes(publique)) != simulee
    offerts = [choix.label for page in (publique, forgee) for choix in page.selectbox]
    assert any("Voir comme" in libelle for libelle in offerts) == simulee
