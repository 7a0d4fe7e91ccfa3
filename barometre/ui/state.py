"""L'état d'une visite : l'adresse (qui se partage) et la portée (qui ne se partage pas)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from urllib.parse import urlsplit

import streamlit as st

from barometre.access.reglages import read_reglages
from barometre.domain.portee import PUBLIC, Portee
from barometre.views.lecture.address import (
    CLES,
    LONGUEUR_MAXIMALE,
    Admises,
    Adresse,
    Valeur,
    build_query,
    read_address,
)

_PORTEE = "_portee"
_VISITE = "_visite"
_SUIVIES = "_cles_suivies"
_PAGE = "_page_precedente"
_POSEES = "_valeurs_posees"
# Le nom qu'il donne à sa vue, le rôle que la démonstration lui prête.
_SIENNES = frozenset({"nom", "voir_comme"})
_MESSAGES = "_messages"
_GARDES = "_messages_du_geste"


def get_vue_simulee() -> Portee:
    """La vue que prête la démonstration ; `porte.get_portee` décide si elle vaut."""
    portee: Portee = st.session_state.get(_PORTEE, PUBLIC)
    return portee if portee.simulee else PUBLIC


def set_vue_simulee(portee: Portee) -> None:
    """Prête une vue au visiteur ; une portée non simulée n'est jamais gardée ici."""
    st.session_state[_PORTEE] = portee if portee.simulee else PUBLIC


def name_vue_simulee() -> str:
    """La vue prêtée, telle que l'adresse la redit : un rôle, un OPSN, une collectivité ; vide : le public."""
    portee = get_vue_simulee()
    return {"opsn": portee.opsn_id, "collectivite": portee.collectivite_id, "programme": "programme"}.get(
        portee.role, ""
    )


def read_adresse(
    admises: Mapping[str, Admises] | None = None, defauts: Mapping[str, Valeur] | None = None
) -> Adresse:
    """L'adresse de la page en cours ; ce qui n'est pas compris s'ajoute aux messages."""
    parametres = {nom: st.query_params.get_all(nom) for nom in st.query_params}
    adresse = read_address(parametres, admises, defauts)
    for message in adresse.messages:
        add_message(message)
    return adresse


def get_version_demandee() -> str:
    """La version que nomme l'adresse ; vide : celle en service."""
    # Lue cent fois par page, presque toujours absente : `get` lèverait chaque fois une erreur, et l'écrirait.
    demandees = st.query_params.get_all("version")
    return demandees[-1][:LONGUEUR_MAXIMALE] if demandees else ""


def get_page() -> str:
    """L'adresse courte de la page en cours (« cybersecurite ») ; vide : l'accueil."""
    return str(st.session_state.get(_PAGE, ""))


def get_visite() -> str:
    """Un nom tiré au sort pour cette visite : les exports longs de deux lecteurs ne se mêlent pas."""
    visite: str = st.session_state.setdefault(_VISITE, secrets.token_urlsafe(9))
    return visite


def get_service() -> str:
    """L'adresse publique réglée par l'opérateur ; sinon celle où la page est ouverte ; vide dans un essai."""
    url = st.context.url
    ouverte = urlsplit(url) if isinstance(url, str) else urlsplit("")
    return read_reglages().adresse or (f"{ouverte.scheme}://{ouverte.netloc}" if ouverte.netloc else "")


def build_adresse(version_id: str) -> str:
    """L'adresse entière qui rouvre la page, sans ce qui est au seul lecteur ; version vide : en service."""
    page = get_page()
    lues = read_adresse().valeurs
    dites = {nom: lues[nom] for nom in st.query_params if nom in lues and nom not in _SIENNES}
    requete = build_query(dites | {"version": version_id})
    return f"{get_service()}/{page}{f'?{requete}' if requete else ''}"


def write_valeur(nom: str, valeur: Valeur, defaut: Valeur) -> None:
    """Écrit une clé dans l'adresse ; une valeur par défaut n'y figure pas."""
    if valeur == defaut:
        st.query_params.pop(nom, None)
        st.session_state.get(_SUIVIES, {}).pop(nom, None)
        return
    st.query_params[nom] = valeur if isinstance(valeur, str) else list(valeur) or ""


def set_widget(cle: str, valeur: object) -> None:
    """Donne sa valeur à un sélecteur, seulement si elle n'est pas déjà la sienne sur cette page.

    Reposée à chaque affichage, elle repartirait chaque fois vers le navigateur, et y remplacerait ce que le
    lecteur choisit ou tape pendant que la page se refait.
    """
    posees: dict[str, str] = st.session_state.setdefault(_POSEES, {})
    # D'une page à l'autre, Streamlit voit un autre sélecteur sous le même nom : il faut lui redire sa valeur.
    ailleurs = posees.get(cle) != get_page()
    if ailleurs or cle not in st.session_state or st.session_state[cle] != valeur:
        st.session_state[cle] = valeur
    posees[cle] = get_page()


def restore_suivies(page: str) -> None:
    """D'une page à l'autre, garde les clés qui suivent le lecteur (sa collectivité, brut ou redressé)."""
    souvenir: dict[str, str] = st.session_state.setdefault(_SUIVIES, {})
    change_de_page = st.session_state.get(_PAGE, page) != page
    for nom in (cle.nom for cle in CLES.values() if cle.suivie):
        if nom in st.query_params:
            souvenir[nom] = st.query_params[nom]
        elif change_de_page and nom in souvenir:
            st.query_params[nom] = souvenir[nom]
        else:
            souvenir.pop(nom, None)
    st.session_state[_PAGE] = page


def reset_messages() -> None:
    """À chaque affichage, la liste repart de zéro, sauf ce qu'un geste vient de dire."""
    st.session_state[_MESSAGES] = st.session_state.pop(_GARDES, [])


def keep_message(message: str) -> None:
    """Une phrase dite par un geste, à montrer au prochain affichage."""
    st.session_state[_GARDES] = [message]


def add_message(message: str) -> None:
    """Une courte phrase à montrer en haut de la page, une seule fois."""
    messages: list[str] = st.session_state.setdefault(_MESSAGES, [])
    if message not in messages:
        messages.append(message)


def list_messages() -> list[str]:
    """Les phrases de cet affichage."""
    return list(st.session_state.get(_MESSAGES, []))
