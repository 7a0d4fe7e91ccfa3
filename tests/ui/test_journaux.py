"""Les journaux en JSON : un fait par ligne, sa trace comprise, que rien d'écrit ne peut couper en deux."""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys

import pytest

from barometre.ui.serving.journaux import CHAUFFE, VARIABLE, apply_json, set_journaux


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


def test_le_bruit_de_la_chauffe_ne_se_lit_pas(monkeypatch: pytest.MonkeyPatch) -> None:
    """D'un autre fil, ou d'un autre fait, il s'écrit toujours."""
    monkeypatch.delenv(VARIABLE, raising=False)
    set_journaux()
    journal = logging.getLogger("streamlit.runtime.scriptrunner_utils.script_run_context")
    fait = journal.makeRecord(
        journal.name, logging.WARNING, "", 0, "Thread '%s': missing ScriptRunContext!", (CHAUFFE,), None
    )
    fait.threadName = CHAUFFE
    assert not journal.filter(fait)
    fait.threadName = "MainThread"
    assert journal.filter(fait)
    fait.threadName, fait.msg, fait.args = CHAUFFE, "Une vraie panne", ()
    assert journal.filter(fait)


def test_le_client_de_proconnect_se_charge_sans_un_mot() -> None:
    """Authlib annonçait à chaque démarrage un changement auquel l'exploitant ne peut rien."""
    commande = [sys.executable, "-c", "import barometre.access.oidc.client"]
    assert subprocess.run(commande, capture_output=True, text=True, check=True).stderr == ""
