"""Les versions : ce qui a été fait quand, ce qui change de l'une à l'autre, laquelle est en service."""

from __future__ import annotations

import streamlit as st

from barometre.administration.comparaison import compare_versions
from barometre.administration.operateur import REFUS, Operateur
from barometre.administration.versions import activate, list_gardees
from barometre.assemblage import depot
from barometre.domain.portee import PUBLIC
from barometre.ui.blocks.administration.gestes import run_geste
from barometre.ui.blocks.messages import render_message
from barometre.ui.blocks.textes import render_tableau, texte
from barometre.warehouse.engine import EntrepotError

_VERSION = "administrer-version"


def render_versions() -> None:
    """La liste, puis la version choisie comparée à celle en service."""
    gardees = list_gardees()
    st.header("Les versions gardées")
    render_tableau(gardees, "Versions gardées")
    autres = gardees.loc[~gardees["active"].astype(bool), "version"].tolist()
    if not autres:
        render_message("Une seule version est gardée\u202f: il n’y a rien à comparer.")
        return
    st.header("Ce qui change")
    st.selectbox("Version à comparer à celle en service", autres, key=_VERSION)
    _render_changements(str(st.session_state[_VERSION]))
    st.button("Mettre cette version en service", key="activer-version", on_click=_activate, type="primary")


def _render_changements(version_id: str) -> None:
    try:
        avant = depot.build_gate(PUBLIC, depot.get_version_id())
        changements = compare_versions(avant, depot.build_gate(PUBLIC, version_id))
    except REFUS as refus:
        render_message(str(refus))
        return
    st.html(f'<p class="baro-phrase">{texte(changements.phrase)}</p>')
    if not changements.table.empty:
        render_tableau(changements.table, "Ce qui change, indicateur par indicateur")


def _activate() -> None:
    run_geste(_activate_version)


def _activate_version(operateur: Operateur) -> str:
    version_id = st.session_state.get(_VERSION)
    if not isinstance(version_id, str):
        raise EntrepotError("Choisissez d'abord une version de la liste.")
    activate(operateur, version_id)
    return f"La version {version_id} est en service ; celle d'avant reste gardée."
