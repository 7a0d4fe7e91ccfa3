"""Les journaux en JSON : un fait par ligne, sa trace comprise, que rien d'écrit ne peut couper en deux."""

from __future__ import annotations

import io
import json
import logging

import pytest

from barometre.ui.serving.journaux import VARIABLE, apply_json, set_journaux


def _build_journal() -> tuple[logging.Logger, io.StringIO]:
    ecrit = io.StringIO()
    journal = logging.Logger("barometre.essai")  # hors de l'arbre : les autres essais gardent leurs sorties
    journal.addHandler(logging.StreamHandler(ecrit))
    return journal, ecrit


def test_un_fait_est_une_ligne_et_un_objet() -> None:
    journal, ecrit = _build_journal()
    apply_json([journal])
    journal.warning("Fichier « %s » refusé", 'a\nFAUX {"niveau": "INFO"}')
    try:
        raise ValueError("panne")
    except ValueError:
        journal.exception("Incident %s", "A1B2C3")
    refus, incident = [json.loads(ligne) for ligne in ecrit.getvalue().splitlines()]
    assert (refus["niveau"], refus["source"]) == ("WARNING", "barometre.essai")
    assert refus["message"].startswith("Fichier « a\nFAUX")
    assert refus["instant"].endswith("+00:00")
    assert "trace" not in refus
    assert incident["message"] == "Incident A1B2C3"
    assert "ValueError: panne" in incident["trace"]


def test_sans_le_reglage_rien_ne_change(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    avant = [sortie.formatter for sortie in logging.getLogger().handlers]
    set_journaux()
    assert [sortie.formatter for sortie in logging.getLogger().handlers] == avant
