"""Rien de privé ne passe par Streamlit : un lecteur n'y télécharge que ce que tout visiteur y télécharge."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import streamlit as st

from barometre.assemblage import depot, memoire
from barometre.domain.portee import PUBLIC, Portee
from barometre.ui.blocks import depliants, fiche
from tests.fakes import build_entrepot_factice
from tests.secret.surfaces import COMMUNE
from tests.visite import open_page

ELU = Portee("collectivite", COMMUNE, simulee=True)
PROGRAMME = Portee("programme", nominatif=True, cyber=True, simulee=True)
# Les pages dont un fichier dit plus à qui a un droit : sa clé, le lecteur, sa sélection.
PAGES: dict[str, tuple[str, Portee, dict[str, str]]] = {
    "fiche": ("telecharger-fiche", ELU, {"collectivite": COMMUNE}),
    "comparer": (
        "telecharger-comparer",
        ELU,
        {"collectivite": COMMUNE, "theme": "communication", "avec": "commune-2A001"},
    ),
    "explorer": ("telecharger-exacts", PROGRAMME, {"theme": "communication"}),
    "participation": ("telecharger-a-relancer", PROGRAMME, {"theme": "communication"}),
}


@pytest.fixture(scope="module")
def entrepot(tmp_path_factory: pytest.TempPathFactory) -> str:
    return build_entrepot_factice(tmp_path_factory.mktemp("secret"))


@pytest.fixture
def offerts(entrepot: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """Ce que la page confie à Streamlit, par clé ; les dépliants sont ouverts."""
    vus: dict[str, Any] = {}

    def noter(_: str, *, data: Any, key: str, **options: Any) -> None:
        vus[key] = data() if callable(data) else data

    def ouvrir(_: str, render: Callable[[], None], *, cle: str) -> None:
        render()

    monkeypatch.setenv("BAROMETRE_ENTREPOT", entrepot)
    monkeypatch.setattr(st, "download_button", noter)
    for bloc in (depliants, fiche):
        monkeypatch.setattr(bloc, "render_depliant", ouvrir)
    depot.forget()
    memoire.forget()
    yield vus
    depot.forget()
    memoire.forget()


def _visit(page: str, portee: Portee, selection: dict[str, str]) -> str:
    visite = open_page(page, selection, portee)
    assert not visite.exception
    return "".join(str(bloc.proto) for bloc in visite.get("html"))


@pytest.mark.parametrize("page", list(PAGES))
def test_streamlit_ne_sert_que_ce_que_lit_un_visiteur(page: str, offerts: dict[str, Any]) -> None:
    privee, portee, selection = PAGES[page]
    _visit(page, PUBLIC, selection)
    publics = dict(offerts)
    offerts.clear()
    rendu = _visit(page, portee, selection)
    assert {cle: offerts[cle] for cle in offerts} == {cle: publics[cle] for cle in offerts}
    # Un élu a les siens par nos liens ; le programme dit d'abord pourquoi il les emporte.
    assert ("fichiers/" in rendu) == (portee is ELU)
    assert not [cle for cle in offerts if cle.startswith(privee)]
