"""Récupérer une source par la page : la commande dans son processus, et rien d'inventé n'y passe."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest

from barometre.access import Gate
from barometre.administration import sources
from barometre.administration.operateur import Operateur
from barometre.administration.sources import build_table_sources, fetch_source, list_recuperables
from barometre.warehouse.engine import EntrepotError
from barometre.warehouse.repository import open_repository
from tests.fakes import build_entrepot_factice

SOURCE = next(iter(list_recuperables()))
BILAN = {"id": SOURCE, "titre": "Une source", "etat": "chargee", "lignes": 12}


class _Commande:
    """Une commande qui écrit ce qu'on lui dit, et finit au second regard."""

    def __init__(self, sortie: str, erreurs: str = "") -> None:
        self.sortie, self.erreurs, self.regards = sortie, erreurs, 0
        self.mots: list[str] = []

    def __call__(self, mots: list[str], *, stdout: Any, stderr: Any) -> _Commande:
        self.mots = mots
        stdout.write(self.sortie.encode())
        stdout.flush()
        stderr.write(self.erreurs.encode())
        return self

    def poll(self) -> int | None:
        self.regards += 1
        return 0 if self.regards > 1 else None


def _fetch(operateur: Operateur, monkeypatch: pytest.MonkeyPatch, commande: _Commande, source: str) -> str:
    monkeypatch.setattr(subprocess, "Popen", commande)
    monkeypatch.setattr(sources, "RELECTURE", 0)
    return fetch_source(operateur, source, lambda *_: None)


def test_la_phrase_dit_ce_qui_est_charge(operateur: Operateur, monkeypatch: pytest.MonkeyPatch) -> None:
    commande = _Commande(json.dumps([BILAN]))
    phrase = _fetch(operateur, monkeypatch, commande, SOURCE)
    assert "chargée, 12\u00a0lignes chargées" in phrase
    assert commande.mots[3:6] == ["sources", "recuperer", SOURCE]
    fait = operateur.registre.list_journal(1).iloc[0]
    assert (fait["action"], fait["objet"]) == ("recuperer_source", SOURCE)


def test_un_refus_de_la_commande_se_lit(operateur: Operateur, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(EntrepotError, match="déjà en cours"):
        _fetch(operateur, monkeypatch, _Commande("", "Une construction est déjà en cours.\n"), SOURCE)


@pytest.mark.parametrize("source", ["", "--confirmer", "inconnue; rm -rf /"], ids=["vide", "option", "ordre"])
def test_une_source_forgee_ne_lance_rien(
    operateur: Operateur, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    commande = _Commande("[]")
    with pytest.raises(EntrepotError, match="pas de celles"):
        _fetch(operateur, monkeypatch, commande, source)
    assert commande.mots == []


def test_une_source_que_la_version_n_a_pas_est_absente(tmp_path_factory: pytest.TempPathFactory) -> None:
    gate = Gate(open_repository(build_entrepot_factice(tmp_path_factory.mktemp("sources"), simulee=False)))
    table = build_table_sources(gate)
    assert set(list_recuperables().values()) <= set(table["source"])
    assert "absente" in set(table["etat_source"])
    datees = table[table["date"] != ""]
    assert datees["age"].str.contains("ans?$|mois$|un an$").all()
    assert not datees["date"].str.contains("-").any()
