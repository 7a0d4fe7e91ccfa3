"""« Voir comme… » : la démonstration prête une vue au visiteur, marquée comme simulée.

Elle n'est offerte, et ne vaut (`porte.get_portee`), que si la version en service est simulée : avec de
vraies réponses, les droits viennent du registre et de personne d'autre.
"""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from barometre.assemblage.collectivite import load_resolution
from barometre.domain.noms import build_cle_tri, format_complement
from barometre.domain.portee import PUBLIC, Portee
from barometre.domain.version import Version
from barometre.ui import porte, state
from barometre.ui.blocks.textes import texte

ROLES: dict[str, str] = {
    "public": "Un visiteur",
    "collectivite": "L’élu·e d’une collectivité",
    "opsn": "Un agent d’OPSN",
    "programme": "Un responsable de programme",
}
_ROLE, _OPSN = "voir_comme_role", "voir_comme_opsn"
_CLE = "voir_comme"
SANS_COLLECTIVITE = (
    "Cherchez d’abord une collectivité, sur l’accueil ou sur la fiche : vous en serez l’élu·e."
)


def restore_vue(version: Version | None) -> None:
    """Recharger la page ouvre une visite neuve : l'adresse redit la vue prêtée (démonstration)."""
    demandee = state.read_adresse().get(_CLE)
    if version is None or not version.simulee or demandee == state.name_vue_simulee():
        return
    if not demandee:
        _lend(state.get_vue_simulee())
        return
    vue = _read_vue(demandee)
    # Une mauvaise valeur est dite, comme celle de toute clé de l'adresse.
    state.read_adresse({_CLE: () if vue == PUBLIC else (demandee,)})
    _lend(vue)


def _read_vue(demandee: str) -> Portee:
    """La vue que nomme l'adresse ; le public si elle n'en nomme aucune que la démonstration prête."""
    if demandee == "programme":
        return Portee("programme", simulee=True)
    if demandee in _list_opsn():
        return Portee("opsn", opsn_id=demandee, simulee=True)
    if porte.get_gate().get_collectivite(demandee) is not None:
        return Portee("collectivite", collectivite_id=demandee, simulee=True)
    return PUBLIC


def _lend(portee: Portee) -> None:
    """Prête une vue, et l'écrit dans l'adresse."""
    state.set_vue_simulee(portee)
    state.write_valeur(_CLE, state.name_vue_simulee(), "")


def render_voir_comme(version: Version | None) -> None:
    """Le choix du rôle, dans le menu."""
    if version is None or not version.simulee:
        return
    portee = state.get_vue_simulee()
    with st.sidebar:
        state.set_widget(_ROLE, portee.role)
        st.selectbox(
            "Voir comme… (démonstration)",
            list(ROLES),
            format_func=lambda role: ROLES.get(role, role),
            key=_ROLE,
            on_change=_change_role,
        )
        if portee.role == "opsn":
            _render_opsn(portee)


def _render_opsn(portee: Portee) -> None:
    noms = _list_opsn()
    state.set_widget(_OPSN, portee.opsn_id if portee.opsn_id in noms else next(iter(noms), ""))
    st.selectbox(
        "Son OPSN",
        list(noms),
        format_func=lambda opsn_id: noms.get(opsn_id, opsn_id),
        key=_OPSN,
        on_change=_change_opsn,
    )


def _list_opsn() -> dict[str, str]:
    """Les OPSN dont on connaît un périmètre ou une adhérente."""
    gate = porte.get_gate()
    lies = set(gate.list_liens_opsn()["opsn_id"])
    lignes = gate.list_opsn().sort_values("nom", key=lambda noms: noms.map(build_cle_tri))
    return {str(i): str(nom) for i, nom in zip(lignes["opsn_id"], lignes["nom"], strict=True) if i in lies}


def _change_role() -> None:
    # La valeur vient du navigateur : elle est comparée aux rôles offerts.
    role = str(st.session_state.get(_ROLE))
    if role == "collectivite":
        become_elu(st.query_params.get("collectivite", ""))
    elif role == "opsn" and (noms := _list_opsn()):
        _lend(Portee("opsn", opsn_id=_choose_opsn(noms), simulee=True))
    elif role == "programme":
        _lend(Portee("programme", simulee=True))
    else:
        _lend(PUBLIC)


def _choose_opsn(noms: Mapping[str, str]) -> str:
    """L'OPSN de la collectivité affichée, s'il y en a un ; sinon le premier."""
    collectivite = load_resolution(porte.get_gate(), st.query_params.get("collectivite", "")).collectivite
    if collectivite is not None:
        cibles = [collectivite.id, f"departement-{collectivite.departement}"]
        siens = porte.get_gate().list_liens_opsn(cibles)["opsn_id"]
        return next((str(i) for i in siens if i in noms), next(iter(noms)))
    return next(iter(noms))


def _change_opsn() -> None:
    choisi = str(st.session_state.get(_OPSN))
    if choisi in _list_opsn():
        _lend(Portee("opsn", opsn_id=choisi, simulee=True))


def become_elu(demande: str) -> None:
    """Prend la vue de l'élu·e d'une collectivité, en démonstration seulement."""
    collectivite = load_resolution(porte.get_gate(), demande).collectivite
    if collectivite is None or not porte.get_version().simulee:
        state.keep_message(SANS_COLLECTIVITE)
        _lend(PUBLIC)
        return
    _lend(Portee("collectivite", collectivite_id=collectivite.id, simulee=True))


def become_public() -> None:
    """Revient à la vue d'un visiteur."""
    _lend(PUBLIC)


def render_bandeau_role() -> None:
    """Sous quelle vue simulée la page est montrée, et comment en sortir."""
    portee = porte.get_portee()
    if not portee.simulee:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="bandeau-role"):
        st.html(
            f'<p class="baro-role" role="note"><strong>Vue simulée.</strong> {texte(_describe(portee))}</p>'
        )
        st.button("Revenir à la vue publique", key="quitter_role", on_click=become_public)


def describe_vue_simulee() -> str:
    """La vue prêtée, en une phrase ; vide pour qui lit avec ses propres droits."""
    portee = porte.get_portee()
    return f"Vue simulée. {_describe(portee)}" if portee.simulee else ""


def _describe(portee: Portee) -> str:
    gate = porte.get_gate()
    if portee.role == "collectivite":
        collectivite = gate.get_collectivite(portee.collectivite_id)
        type_, nom = (collectivite.type, collectivite.nom) if collectivite else ("", portee.collectivite_id)
        return (
            f"Ce que voit l’élu·e {format_complement(type_, nom)} : ses réponses simulées "
            "et les chiffres publics."
        )
    if portee.role == "opsn":
        nom = _list_opsn().get(portee.opsn_id, portee.opsn_id)
        return (
            f"Ce que voit un agent d’OPSN ({nom}) : les réponses simulées de son périmètre, "
            "sauf cybersécurité."
        )
    return "Ce que voit un responsable de programme : les chiffres de tous, et qui a répondu."
