"""La charte gardée est celle que Streamlit composerait à chaque geste."""

from __future__ import annotations

from typing import Any

import pytest
from streamlit import config
from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session

from barometre.ui.serving.charte import set_charte_gardee

SECTIONS = (
    "theme",
    "theme.light",
    "theme.dark",
    "theme.sidebar",
    "theme.light.sidebar",
    "theme.dark.sidebar",
)


def _write() -> bytes:
    """Ce que Streamlit dit de la charte au navigateur, section par section, dans un seul message."""
    message = CustomThemeConfig()
    app_session._populate_theme_msg(message)
    for section in SECTIONS[1:]:
        place = message
        for nom in section.split(".")[1:]:
            place = getattr(place, nom)
        app_session._populate_theme_msg(place, section)
    return message.SerializeToString()


def test_la_charte_gardee_dit_la_meme_chose_et_ne_se_relit_pas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app_session, "_populate_theme_msg", app_session._populate_theme_msg)
    avant = _write()
    assert avant
    set_charte_gardee()
    set_charte_gardee()
    lectures: list[Any] = []
    lire = config.get_options_for_section
    monkeypatch.setattr(config, "get_options_for_section", lambda *a: lectures.append(1) or lire(*a))
    assert _write() == avant
    assert len(lectures) == len(SECTIONS)
    assert _write() == avant
    assert len(lectures) == len(SECTIONS)
