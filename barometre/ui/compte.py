"""Se connecter, savoir qui l'on est et ce que l'on peut lire, se déconnecter : dans le menu."""

from __future__ import annotations

from urllib.parse import quote, urlencode

import streamlit as st

from barometre.access.comptes import Demande
from barometre.access.lecteur import Lecteur
from barometre.access.registre import get_registre
from barometre.access.reglages import read_reglages
from barometre.domain.portee import NOMS, PUBLIC, Portee
from barometre.ui import porte, state, visiteur
from barometre.ui.blocks.messages import render_message
from barometre.ui.blocks.textes import texte

_CHOIX, _ARRIVEE = "lire_comme", "_page_d_arrivee"
ROLES = {role: nom for role, nom in NOMS.items() if role != PUBLIC.role}
DEMANDES = {
    "en_attente": "Votre demande d’accès n° {n} est déposée : un opérateur y répondra. "
    "D’ici là, vous lisez les pages publiques.",
    "refusee": "Votre demande d’accès n° {n} a été refusée : {motif}",
    "accordee": "Votre droit n’est plus en cours : écrivez à l’équipe du baromètre.",
}

# Pourquoi il faut demander de nouveau, avant de dire où en est la demande.
ECHU = "Votre droit n° {n} a pris fin. "
AILLEURS = "Votre droit n° {n} a été donné pour un autre établissement que celui de cette connexion. "


def render_compte(adresse: str) -> None:
    """Le compte du lecteur ; rien si la connexion n'est pas installée."""
    if not read_reglages().has_connexion:
        return
    lecteur = visiteur.get_lecteur()
    if lecteur.phrase:
        state.add_message(lecteur.phrase)
    with st.sidebar, st.container(key="compte"):
        if not lecteur.compte:
            _render_lien("S’identifier avec ProConnect", adresse)
            return
        st.html(
            f'<p class="baro-compte">Vous êtes connecté·e<br><strong>{texte(lecteur.courriel)}</strong></p>'
        )
        if lecteur.a_renforcer:
            _render_lien("Confirmer avec un second facteur", adresse, renforcer="1")
        _render_droits(lecteur, adresse)
        st.html('<a class="baro-lien-compte" href="/deconnexion" target="_self">Se déconnecter</a>')


def _render_lien(libelle: str, adresse: str, **options: str) -> None:
    """Le lien garde la page et sa sélection : on y revient après la connexion."""
    selection = urlencode([(nom, v) for nom in st.query_params for v in st.query_params.get_all(nom)])
    retour = f"/{adresse}?{selection}" if selection else f"/{adresse}"
    suite = urlencode({"retour": retour} | options, quote_via=quote)
    st.html(
        f'<a class="baro-lien-compte" href="/connexion?{texte(suite)}" target="_self">{texte(libelle)}</a>'
    )


def _render_droits(lecteur: Lecteur, adresse: str) -> None:
    if not lecteur.droits:
        demande = get_registre().comptes.get_demande(lecteur.compte)
        if demande is not None:
            render_message(_describe_demande(demande))
            # Le bas du menu ne se voit pas d'abord : la page où l'on arrive le dit aussi.
            if st.session_state.setdefault(_ARRIVEE, adresse) == adresse:
                state.add_message(_describe_demande(demande))
        return
    noms = {droit: _describe(portee) for droit, portee in lecteur.droits.items()}
    if len(noms) == 1:
        render_message(noms[lecteur.droit])
        return
    state.set_widget(_CHOIX, lecteur.droit)
    st.selectbox(
        "Lire comme", list(noms), format_func=lambda d: noms.get(d, ""), key=_CHOIX, on_change=_choose
    )


def _describe_demande(demande: Demande) -> str:
    pourquoi = AILLEURS.format(n=demande.ailleurs) if demande.ailleurs else ""
    if demande.echu:
        pourquoi += ECHU.format(n=demande.echu)
    return pourquoi + DEMANDES[demande.etat].format(n=demande.demande_id, motif=demande.motif)


def _choose() -> None:
    choisi = st.session_state.get(_CHOIX)
    visiteur.choose_droit(choisi if isinstance(choisi, int) else 0)


def _describe(portee: Portee) -> str:
    """« Collectivité : Bordeaux » ; un nom inconnu de la version laisse son identifiant."""
    gate = porte.get_gate()
    nom = ""
    if portee.collectivite_id:
        collectivite = gate.get_collectivite(portee.collectivite_id)
        nom = collectivite.nom if collectivite else portee.collectivite_id
    if portee.opsn_id:
        opsn = gate.list_opsn().set_index("opsn_id")["nom"]
        nom = str(opsn.get(portee.opsn_id, portee.opsn_id))
    return f"{ROLES[portee.role]}\u202f: {nom}" if nom else ROLES[portee.role]
