"""Le visiteur de cette page : la personne connectée, ou personne ; relue au registre à chaque affichage."""

from __future__ import annotations

from time import monotonic

import streamlit as st

from barometre.access.lecteur import Lecteur, read_lecteur
from barometre.access.registre import get_registre

# Préfixe `__Host-` : le navigateur ne l'accepte qu'en https, pour ce seul hôte, et l'envoie sur tout chemin.
COOKIE = "__Host-barometre"
_LECTEUR, _DROIT = "_lecteur", "_droit"
# Un affichage demande le lecteur des dizaines de fois : il est relu au début, puis au plus une seconde après
# (un dépliant et un geste rejouent la page sans passer par son début).
FRAICHEUR = 1.0
PERSONNE = Lecteur()


def reread() -> None:
    """Au début de chaque affichage : un droit retiré à l'instant ne sert plus."""
    st.session_state.pop(_LECTEUR, None)


def get_lecteur() -> Lecteur:
    """La personne connectée et sa portée ; PERSONNE sans cookie."""
    jeton = st.context.cookies.get(COOKIE, "")
    # Sans navigateur (AppTest), Streamlit rend autre chose qu'un texte : personne n'est connecté.
    if not jeton or not isinstance(jeton, str):
        return PERSONNE
    lu, garde = st.session_state.get(_LECTEUR, (0.0, PERSONNE))
    if monotonic() - lu >= FRAICHEUR:
        garde = read_lecteur(get_registre, jeton, st.session_state.get(_DROIT, 0))
        st.session_state[_LECTEUR] = (monotonic(), garde)
    lecteur: Lecteur = garde
    return lecteur


def choose_droit(droit: int) -> None:
    """Prend un autre de ses droits ; `read_lecteur` vérifie qu'il est à elle."""
    st.session_state[_DROIT] = droit
    reread()
