"""Préparer par la page : ce que l'opérateur accorde, et lui seul, est accordé."""

from __future__ import annotations

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from barometre.administration.compte_rendu import CompteRendu, write_pour_la_page
from barometre.administration.imports import Depot
from barometre.ingest.entetes import PROPOSER
from barometre.pipeline.tardives import RETENUES
from barometre.ui.blocks.administration import deposer


def _open(monkeypatch: pytest.MonkeyPatch, a_confirmer: tuple[str, ...]) -> tuple[AppTest, list[bool]]:
    """Le bouton seul, et ce qu'il demande quand on le presse."""
    demandes: list[bool] = []
    monkeypatch.setattr(deposer, "get_operateur", lambda: None)
    monkeypatch.setattr(deposer, "prepare_version", lambda _, depot, __: demandes.append(depot.confirme))
    lu = CompteRendu("", (), pd.DataFrame(), False, a_confirmer)

    def render() -> None:
        deposer._render_preparer(Depot([("v.csv", b"")]), lu)

    return AppTest.from_function(_appeler, kwargs={"render": render}).run(), demandes


def _appeler(render: object) -> None:
    render()  # type: ignore[operator]


def test_sans_rien_a_accorder_rien_ne_l_est(monkeypatch: pytest.MonkeyPatch) -> None:
    """Moins de dix tardives attendent : la page les chargeait, et deux versions disaient qui a répondu."""
    page, demandes = _open(monkeypatch, ())
    page.button(key="preparer-version").click().run()
    assert demandes == [False]


def test_ce_qui_efface_attend_un_accord(monkeypatch: pytest.MonkeyPatch) -> None:
    page, demandes = _open(monkeypatch, ("12 réponses disparaîtraient.",))
    assert page.button(key="preparer-version").disabled
    page.checkbox(key="deposer-confirmer").check().run()
    page.button(key="preparer-version").click().run()
    assert demandes == [True]


@pytest.mark.parametrize("phrase", [PROPOSER, RETENUES, "Données avec --complement, elles attendent."])
def test_la_page_ne_renvoie_pas_a_une_option_de_commande(phrase: str) -> None:
    assert "--" in phrase
    assert "--" not in write_pour_la_page(phrase)
