"""Les versions : ce qui a été fait quand, ce qui change de l'une à l'autre, laquelle est en service."""

from __future__ import annotations

import streamlit as st

from barometre.administration.operateur import Operateur
from barometre.administration.versions import activate, list_gardees
from barometre.ui.blocks.administration.gestes import run_geste
from barometre.ui.blocks.administration.preparees import (
    render_changements,
    render_fenetres,
    render_preparees,
)
from barometre.ui.blocks.messages import render_message
from barometre.ui.blocks.textes import render_tableau
from barometre.warehouse.engine import EntrepotError

_VERSION = "administrer-version"


def render_versions() -> None:
    """Les préparées, les gardées, puis celle que l'on choisit, comparée à celle en service."""
    render_preparees()
    render_fenetres()
    gardees = list_gardees()
    st.header("Les versions gardées")
    render_tableau(gardees, "Versions gardées")
    autres = gardees.loc[~gardees["active"].astype(bool), "version"].tolist()
    if not autres:
        render_message("Une seule version est gardée\u202f: il n’y a rien à comparer.")
        return
    st.header("Ce qui change")
    st.selectbox("Version à comparer à celle en service", autres, key=_VERSION)
    render_changements(str(st.session_state[_VERSION]))
    st.button("Mettre cette version en service", key="activer-version", on_click=_activate, type="primary")


def _activate() -> None:
    run_geste(_activate_version)


def _activate_version(operateur: Operateur) -> str:
    version_id = st.session_state.get(_VERSION)
    if not isinstance(version_id, str):
        raise EntrepotError("Choisissez d'abord une version de la liste.")
    activate(operateur, version_id)
    return f"La version {version_id} est en service ; celle d'avant reste gardée."
