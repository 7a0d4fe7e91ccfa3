"""Une version préparée : ce qui changerait, sa date, la publier ou l'abandonner."""

from __future__ import annotations

from datetime import date
from functools import partial

import streamlit as st

from barometre.administration.comparaison import compare_versions
from barometre.administration.operateur import REFUS, Operateur
from barometre.administration.versions import (
    forget_preparee,
    get_publication,
    list_preparees,
    publish,
    set_date,
    set_fenetre,
)
from barometre.assemblage import depot
from barometre.domain.formats import format_date
from barometre.domain.portee import PUBLIC
from barometre.ui.blocks.administration.gestes import get_operateur, run_geste
from barometre.ui.blocks.messages import render_message
from barometre.ui.blocks.textes import render_tableau, texte

_FENETRE = "reponses-"
DEPASSEE = (
    "Une autre version a été mise en service depuis que celle-ci est préparée\u202f: elle ne se publie plus. "
    "Abandonnez-la, puis préparez-la de nouveau."
)


def render_preparees() -> None:
    """Chaque version préparée, la plus récente d'abord."""
    for version_id in list_preparees():
        with st.container(border=True, key=f"preparee-{version_id}"):
            _render_preparee(version_id)


def _render_preparee(version_id: str) -> None:
    st.subheader(f"Version préparée {version_id}")
    publiable = False
    try:
        publication = get_publication(get_operateur(), version_id)
    except REFUS as refus:
        render_message(str(refus))
    else:
        publiable = publication.base_id == depot.get_version_id()
        prevue = f", prévue le {format_date(publication.prevue_le)}" if publication.prevue_le else ""
        reponses = _describe_fenetre(publication.reponses_jusqu_au)
        st.html(
            f'<p class="baro-phrase">{texte(publication.objet)}{texte(prevue)}{texte(reponses)}. '
            f"Le public lit encore la version {texte(depot.get_version_id())}.</p>"
        )
        if not publiable:
            render_message(DEPASSEE)
    render_changements(version_id)
    _render_gestes(version_id, publiable=publiable)


def _describe_fenetre(jusqu_au: date | None) -> str:
    return f" ; les collectivités répondent jusqu'au {format_date(jusqu_au)}" if jusqu_au else ""


def render_changements(version_id: str) -> None:
    """Ce que le public lirait de nouveau, par rapport à la version en service."""
    try:
        avant = depot.build_gate(PUBLIC, depot.get_version_id())
        changements = compare_versions(avant, depot.build_gate(PUBLIC, version_id))
    except REFUS as refus:
        render_message(str(refus))
        return
    st.html(f'<p class="baro-phrase">{texte(changements.phrase)}</p>')
    if not changements.table.empty:
        render_tableau(changements.table, "Ce qui change, indicateur par indicateur")


def _render_gestes(version_id: str, *, publiable: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if publiable:
            st.button(
                "Publier", key=f"publier-{version_id}", type="primary", on_click=_publish, args=(version_id,)
            )
        st.button("Abandonner", key=f"abandonner-{version_id}", on_click=_forget, args=(version_id,))
        st.date_input(
            "Paraîtra le", value=None, format="DD/MM/YYYY", key=f"prevue-{version_id}",
            on_change=_set_date, args=(version_id,),
        )  # fmt: skip
        st.date_input(
            "Réponses des collectivités jusqu’au", value=None, format="DD/MM/YYYY",
            key=f"{_FENETRE}{version_id}", on_change=_set_fenetre, args=(version_id,),
        )  # fmt: skip


def _publish(version_id: str) -> None:
    run_geste(partial(_publish_version, version_id))


def _publish_version(version_id: str, operateur: Operateur) -> str:
    publish(operateur, version_id)
    return f"La version {version_id} est en service. Pour revenir en arrière : vue Versions."


def _forget(version_id: str) -> None:
    run_geste(partial(_forget_version, version_id))


def _forget_version(version_id: str, operateur: Operateur) -> str:
    forget_preparee(operateur, version_id)
    return "La version préparée est abandonnée ; les fichiers reçus restent dans la réserve."


def _set_date(version_id: str) -> None:
    choisie = st.session_state.get(f"prevue-{version_id}")
    run_geste(partial(_set_version_date, version_id, choisie if isinstance(choisie, date) else None))


def _set_version_date(version_id: str, prevue: date | None, operateur: Operateur) -> str:
    set_date(operateur, version_id, prevue)
    return f"Parution prévue le {format_date(prevue)}." if prevue else "Aucune date n'est prévue."


def _set_fenetre(version_id: str) -> None:
    choisie = st.session_state.get(f"{_FENETRE}{version_id}")
    run_geste(partial(_set_version_fenetre, version_id, choisie if isinstance(choisie, date) else None))


def _set_version_fenetre(version_id: str, jusqu_au: date | None, operateur: Operateur) -> str:
    set_fenetre(operateur, version_id, jusqu_au)
    if jusqu_au is None:
        return "Les collectivités ne peuvent plus répondre sur cette version."
    return f"Les collectivités peuvent répondre sur leurs chiffres jusqu'au {format_date(jusqu_au)}."
