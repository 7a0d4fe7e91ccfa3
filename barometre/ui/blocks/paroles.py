"""Ce qui se dit à la collectivité se dit d'elle à qui la lit du dehors : « vos pairs », « ses pairs »."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from barometre.ui import porte
from barometre.views.lecture.personne import apply_tiers


@dataclass(frozen=True, slots=True)
class Ecrit:
    """Du HTML déjà écrit et gardé : `st.html` l'envoie tel quel, sans en relire les marges ligne à ligne."""

    html: str

    def _repr_html_(self) -> str:
        return self.html


def apply_lecteur(phrase: str) -> str:
    """La phrase, ou du HTML, à la personne qui convient au lecteur."""
    return apply_tiers(phrase) if porte.is_tiers() else phrase


def render_html(html: str) -> None:
    """Un bloc de la page d'une collectivité."""
    st.html(Ecrit(apply_lecteur(html)))


def render_titre(titre: str) -> None:
    """Le titre d'une section de la page d'une collectivité."""
    st.header(apply_lecteur(titre))
