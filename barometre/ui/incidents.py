"""Une erreur pendant l'affichage : le lecteur lit une phrase, le journal garde la trace de l'imprévu."""

from __future__ import annotations

import logging
import secrets

import streamlit as st

from barometre.access import AccesRefuse
from barometre.access.registre import RegistreError
from barometre.ui.blocks.messages import render_message
from barometre.warehouse.engine import EntrepotError

# Leur message est déjà une phrase pour le lecteur : un refus, un journal qui ne s'écrit pas, une panne.
DITES = (AccesRefuse, RegistreError, EntrepotError)

journal = logging.getLogger(__name__)


def record_incident(erreur: BaseException) -> str:
    """Écrit l'erreur et sa trace au journal ; rend le numéro que le lecteur pourra citer."""
    numero = secrets.token_hex(3).upper()
    journal.error("Incident %s", numero, exc_info=erreur)
    return numero


def show_incident(erreur: Exception) -> bool:
    """Remplace la trace que Streamlit montrerait ; True dit que c'est fait."""
    if isinstance(erreur, DITES):
        journal.warning("Affichage refusé : %s", type(erreur).__name__)
        render_message(str(erreur))
        return True
    numero = record_incident(erreur)
    st.error(
        f"Cette page n’a pas pu être affichée. L’incident **{numero}** est enregistré\u202f: "
        "vous pouvez citer ce numéro. Recharger la page ou revenir à l’accueil suffit souvent."
    )
    return True
