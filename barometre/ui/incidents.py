"""Une erreur imprévue : le lecteur lit une phrase et un numéro, le journal garde la trace entière."""

from __future__ import annotations

import logging
import secrets

import streamlit as st

journal = logging.getLogger(__name__)


def record_incident(erreur: BaseException) -> str:
    """Écrit l'erreur et sa trace au journal ; rend le numéro que le lecteur pourra citer."""
    numero = secrets.token_hex(3).upper()
    journal.error("Incident %s", numero, exc_info=erreur)
    return numero


def show_incident(erreur: Exception) -> bool:
    """Remplace la trace que Streamlit montrerait ; True dit que c'est fait."""
    numero = record_incident(erreur)
    st.error(
        f"Cette page n’a pas pu être affichée. L’incident **{numero}** est enregistré\u202f: "
        "vous pouvez citer ce numéro. Recharger la page ou revenir à l’accueil suffit souvent."
    )
    return True
