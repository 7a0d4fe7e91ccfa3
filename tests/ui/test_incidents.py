from __future__ import annotations

import logging
import re

import pytest
from streamlit.testing.v1 import AppTest

from barometre.access.journal import NON_ECRIT
from barometre.ui.blocks.messages import build_message
from barometre.ui.incidents import record_incident


def test_le_journal_garde_la_trace_et_le_numero(caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise ValueError("détail interne")
    except ValueError as erreur:
        with caplog.at_level(logging.ERROR):
            numero = record_incident(erreur)
    assert re.fullmatch(r"[0-9A-F]{6}", numero)
    assert numero in caplog.text
    assert "détail interne" in caplog.text


def _script() -> None:
    from barometre.ui.incidents import show_incident  # noqa: PLC0415 — le script d'un test est isolé

    show_incident(ValueError("détail interne"))


def test_le_lecteur_lit_une_phrase_et_un_numero_sans_trace() -> None:
    page = AppTest.from_function(_script).run()
    assert "incident" in page.error[0].value
    assert "détail interne" not in page.error[0].value


def _script_sans_journal() -> None:
    from barometre.access.journal import NON_ECRIT  # noqa: PLC0415
    from barometre.access.registre import RegistreError  # noqa: PLC0415
    from barometre.ui.incidents import show_incident  # noqa: PLC0415

    show_incident(RegistreError(NON_ECRIT))


def test_une_lecture_refusee_faute_de_journal_se_dit_en_une_phrase() -> None:
    page = AppTest.from_function(_script_sans_journal).run()
    assert [str(bloc.proto.body) for bloc in page.get("html")] == [build_message(NON_ECRIT)]
