"""Une version préparée : ce qui changerait, sa date, la publier ou l'abandonner."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial

import streamlit as st

from barometre.access.publications import Publication
from barometre.administration.comparaison import compare_versions
from barometre.administration.operateur import REFUS, Operateur
from barometre.administration.versions import (
    forget_preparee,
    get_publication,
    list_fenetres,
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

_REFUS = "_jours_refuses"
DEPASSEE = (
    "Une autre version a été mise en service depuis que celle-ci est préparée\u202f: elle ne se publie plus. "
    "Abandonnez-la, puis préparez-la de nouveau."
)


@dataclass(frozen=True, slots=True)
class Jour:
    """Un jour que l'on donne à une version, ou que l'on ôte : ses mots, et le geste qui le note."""

    nom: str
    libelle: str
    oter: str
    geste: Callable[[str, date | None, Operateur], str]


def render_preparees() -> None:
    """Chaque version préparée, la plus récente d'abord."""
    for version_id in list_preparees():
        with st.container(border=True, key=f"preparee-{version_id}"):
            _render_preparee(version_id)


def _render_preparee(version_id: str) -> None:
    st.subheader(f"Version préparée {version_id}")
    publication, publiable = None, False
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
    _render_gestes(version_id, publication, publiable=publiable)


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


def _render_gestes(version_id: str, publication: Publication | None, *, publiable: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if publiable:
            st.button(
                "Publier", key=f"publier-{version_id}", type="primary", on_click=_publish, args=(version_id,)
            )
        st.button("Abandonner", key=f"abandonner-{version_id}", on_click=_forget, args=(version_id,))
        if publication is not None:
            _select_jour(PARUTION, version_id, publication.prevue_le)
            _select_jour(FENETRE, version_id, publication.reponses_jusqu_au)


def render_fenetres() -> None:
    """Publiée, une version garde sa fenêtre de réponse : elle se prolonge, ou se ferme, ici."""
    ouvertes = list_fenetres(get_operateur(), date.today())
    if not ouvertes:
        return
    st.header("Le droit de réponse")
    for publication in ouvertes:
        with st.container(border=True, key=f"fenetre-{publication.version_id}"):
            jour = format_date(publication.reponses_jusqu_au)
            st.html(
                f'<p class="baro-phrase">Version {texte(publication.version_id)}, publiée\u202f: les '
                f"collectivités répondent jusqu’au {texte(jour)}.</p>"
            )
            with st.container(horizontal=True, vertical_alignment="bottom"):
                _select_jour(FENETRE, publication.version_id, publication.reponses_jusqu_au)


def _select_jour(jour: Jour, version_id: str, note: date | None) -> None:
    """Le jour noté, et de quoi l'ôter : un champ de date qui en montre un ne se vide pas.

    Le jour est dans la clé, et le rang du refus : après l'un ou l'autre, le champ montre ce qui est noté.
    """
    cle = f"{jour.nom}-{version_id}-{note}-{st.session_state.get(_REFUS, 0)}"
    st.date_input(
        jour.libelle, value=note, format="DD/MM/YYYY", key=cle,
        on_change=_read_jour, args=(jour, version_id, cle),
    )  # fmt: skip
    if note is not None:
        oter = f"oter-{jour.nom}-{version_id}"
        st.button(jour.oter, key=oter, on_click=_set_jour, args=(jour, version_id, None))


def _read_jour(jour: Jour, version_id: str, cle: str) -> None:
    choisi = st.session_state.get(cle)
    _set_jour(jour, version_id, choisi if isinstance(choisi, date) else None)


def _set_jour(jour: Jour, version_id: str, choisi: date | None) -> None:
    if not run_geste(partial(jour.geste, version_id, choisi)):
        st.session_state[_REFUS] = st.session_state.get(_REFUS, 0) + 1


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


def _set_version_date(version_id: str, prevue: date | None, operateur: Operateur) -> str:
    set_date(operateur, version_id, prevue)
    return f"Parution prévue le {format_date(prevue)}." if prevue else "Aucune date n'est prévue."


def _set_version_fenetre(version_id: str, jusqu_au: date | None, operateur: Operateur) -> str:
    set_fenetre(operateur, version_id, jusqu_au)
    if jusqu_au is None:
        return "Les collectivités ne peuvent plus répondre sur cette version."
    return f"Les collectivités peuvent répondre sur leurs chiffres jusqu'au {format_date(jusqu_au)}."


PARUTION = Jour("prevue", "Paraîtra le", "Ôter la date de parution", _set_version_date)
FENETRE = Jour(
    "reponses", "Réponses des collectivités jusqu’au", "Fermer la fenêtre de réponse", _set_version_fenetre
)
