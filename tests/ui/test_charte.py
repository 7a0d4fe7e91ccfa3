"""La charte gardée est celle que Streamlit lirait à chaque geste."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit import config
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session

from barometre.ui.serving.charte import set_charte_gardee

SECTIONS = ("theme", "theme.light", "theme.dark", "theme.light.sidebar", "theme.dark.sidebar")


def _write(section: str) -> bytes:
    """Ce que Streamlit dit de cette section au navigateur."""
    message = CustomThemeConfig()
    app_session._populate_theme_msg(message, section)
    return message.SerializeToString()


def test_la_charte_gardee_dit_la_meme_chose_et_ne_se_relit_pas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config, "get_options_for_section", config.get_options_for_section)
    avant = {section: _write(section) for section in SECTIONS}
    assert all(avant.values())
    set_charte_gardee()
    set_charte_gardee()
    lectures: list[Any] = []
    lire = config.get_config_options
    monkeypatch.setattr(config, "get_config_options", lambda *a, **k: lectures.append(1) or lire(*a, **k))
    assert {section: _write(section) for section in SECTIONS} == avant
    assert len(lectures) == len(SECTIONS)
    assert {section: _write(section) for section in SECTIONS} == avant
    assert len(lectures) == len(SECTIONS)
