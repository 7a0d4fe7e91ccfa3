"""Les blocs de la page Alertes."""

from __future__ import annotations

from functools import partial
from itertools import groupby

import pandas as pd
import streamlit as st

from barometre.assemblage.piloter import load_vue_alertes
from barometre.domain.formats import format_nombre, format_part
from barometre.domain.jour import get_jour
from barometre.ui import navigation, porte
from barometre.ui.blocks.depliants import render_depliant
from barometre.ui.blocks.telechargements import render_telechargements
from barometre.ui.blocks.textes import render_tableau, texte
from barometre.views.piloter.alertes import VueAlertes


def select_vue() -> VueAlertes:
    """Les alertes du jour."""
    return load_vue_alertes(porte.get_gate(), get_jour())


def render_a_retenir(vue: VueAlertes) -> None:
    """La phrase à retenir."""
    st.html(f'<p class="baro-retenir"><strong>À retenir.</strong> {texte(vue.a_retenir)}</p>')


def render_alertes(vue: VueAlertes) -> None:
    """Règle par règle : les faits, depuis quand, quoi faire."""
    for regle, alertes in groupby(vue.alertes, key=lambda a: a.regle):
        st.header(regle.titre)
        faits = "".join(
            f'<li>{texte(a.fait)} <span class="baro-legende">{texte(a.depuis)}</span></li>' for a in alertes
        )
        st.html(f"<ul>{faits}</ul><p><strong>Que faire.</strong> {texte(regle.action)}</p>")
        cles = {"vue": regle.vue} if regle.vue else None
        page = navigation.get_page(regle.page)
        st.page_link(page, label=f"Voir la page {page.title}", query_params=cles)
    if vue.alertes:
        render_telechargements(vue.table, vue.provenance, cle="alertes")


def render_regles(vue: VueAlertes) -> None:
    """Les règles elles-mêmes : ce que chacune demande de prouver."""
    render_depliant("Les règles, leurs seuils et leurs preuves", partial(_render_regles, vue), cle="regles")


def _render_regles(vue: VueAlertes) -> None:
    lignes = [
        (r.titre, f"{format_nombre(r.seuil, 2)} ({r.unite})", r.preuve, format_part(r.fausses_alertes))
        for r in vue.regles
    ]
    colonnes = ["regle_lue", "seuil", "preuve", "fausses_alertes"]
    render_tableau(pd.DataFrame(lignes, columns=colonnes), "Les règles d’alerte")
