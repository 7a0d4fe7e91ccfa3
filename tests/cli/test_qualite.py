"""Le rapport de qualité des commandes : court à l'écran, entier en JSON, muet sans réponses."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from barometre.cli import qualite

COLONNES = ["vague_id", "questionnaire_id", "cle", "objet", "valeur", "phrase"]


class _Depot:
    def __init__(self, *lignes: tuple[Any, ...]) -> None:
        self._lignes = pd.DataFrame(list(lignes), columns=COLONNES)

    def list_qualite(self, vague_id: Any = None, questionnaire_id: Any = None) -> pd.DataFrame:
        return self._lignes

    def close(self) -> None:
        """Rien à fermer."""


@pytest.fixture
def depot(monkeypatch: pytest.MonkeyPatch) -> _Depot:
    lieu = ("2023-v1", "inclusion")
    rempli = _Depot(
        (*lieu, "repondants", "", 120.0, "120 collectivités ont répondu."),
        (*lieu, "taux", "", 0.04, "Taux."),
        (*lieu, "n_eff", "", 97.4, "Effectif efficace : un calcul, rarement entier."),
        (*lieu, "methode", "raking", None, "Redressement par raking."),
    )
    monkeypatch.setattr(qualite, "open_repository", lambda: rempli)
    return rempli


def test_une_ligne_par_questionnaire(depot: _Depot, capsys: pytest.CaptureFixture[str]) -> None:
    qualite.print_qualite()
    ecran = capsys.readouterr().out
    assert "Qualité du redressement" in ecran
    assert "raking" in ecran
    assert " 95 " in ecran  # à cinq près, comme les réponses
    assert "4,0\u202f%" in ecran


def test_le_json_porte_tous_les_faits(depot: _Depot) -> None:
    faits = qualite.list_qualite()
    assert [f["cle"] for f in faits] == ["repondants", "taux", "n_eff", "methode"]
    assert set(faits[0]) == {"vague", "questionnaire", "cle", "objet", "valeur", "phrase"}


def test_sans_reponses_rien_n_est_imprime(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(qualite, "open_repository", _Depot)
    qualite.print_qualite()
    assert capsys.readouterr().out == ""
