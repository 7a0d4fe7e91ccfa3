"""La page d'un thème : la réponse en une phrase, la sélection repliée, puis l'une de ses quatre vues."""

from __future__ import annotations

from functools import partial

import streamlit as st

from barometre.assemblage.theme import ThemeAffiche
from barometre.domain.formats import format_compte
from barometre.ui import selectors
from barometre.ui.blocks import carte_et_doubles as carte
from barometre.ui.blocks import etat, qualite
from barometre.ui.blocks.depliants import render_depliant
from barometre.ui.blocks.messages import render_message, render_vue_imprimee
from barometre.ui.blocks.questionnaire import render_questionnaire
from barometre.ui.blocks.telechargements import render_telechargements
from barometre.ui.blocks.textes import build_lien_page, texte
from barometre.ui.blocks.theme_essentiel import render_essentiel
from barometre.ui.blocks.theme_repartitions import render_repartitions, select_indicateur
from barometre.views.comprendre.dimensions import DIMENSIONS
from barometre.views.comprendre.theme import VueTheme
from barometre.views.lecture.selection import build_adresse

VUES = {
    "essentiel": "Essentiel",
    "repartitions": "Répartitions",
    "territoires": "Territoires",
    "donnees": "Données et méthode",
}
_SELECTION, _OUVERTE = "selection", "_selection_ouverte"


def render_a_retenir(affiche: ThemeAffiche) -> None:
    """Ce que l'adresse demandait et que la page change, puis la phrase à retenir."""
    for message in affiche.vue.messages:
        render_message(message)
    st.html(f'<p class="baro-retenir"><strong>À retenir.</strong> {texte(affiche.vue.a_retenir)}</p>')


def render_selection(affiche: ThemeAffiche) -> None:
    """Une ligne, que l'on déplie pour la modifier : ses sept choix ne partent qu'à qui l'ouvre."""
    contexte = affiche.vue.contexte
    libelle = f"Sélection\u202f: {contexte.champ}\u202f; {contexte.vague}. **Modifier**"
    # Le titre dit le choix : à chaque choix, Streamlit y voit un autre bloc, et le refermerait.
    theme_id = affiche.vue.theme.id
    st.session_state[_SELECTION] = st.session_state.get(_OUVERTE) == theme_id
    boite = st.expander(libelle, key=_SELECTION, on_change=_record_ouverte, args=(theme_id,))
    if boite.open:
        with boite:
            selectors.render_theme_cell(theme_id)


def _record_ouverte(theme_id: str) -> None:
    """La sélection reste ouverte sur le thème où on l'a ouverte."""
    st.session_state[_OUVERTE] = theme_id if st.session_state[_SELECTION] else ""


def render_vue(affiche: ThemeAffiche) -> None:
    """La vue choisie (clé `vue` de l'adresse) ; une sélection vide n'a qu'un écran."""
    if affiche.vue.est_vide:
        _render_vide(affiche.vue)
        return
    selectors.redirect("vue", DIMENSIONS, "repartition", "repartitions")
    choisie = selectors.select_segment("vue", "Vue", VUES, defaut="essentiel", cache=True)
    contexte = affiche.vue.contexte
    render_vue_imprimee(VUES, choisie, f"{contexte.champ}\u202f; {contexte.vague}.")
    rendus = {
        "essentiel": render_essentiel,
        "repartitions": render_repartitions,
        "territoires": _render_territoires,
        "donnees": _render_donnees,
    }
    rendus[choisie](affiche)


def _render_vide(vue: VueTheme) -> None:
    """Rien à dessiner : les vues plus larges qui publient quelque chose."""
    liens = "".join(
        f"<li>{build_lien_page(f'?{build_adresse(large.selection)}', large.champ)}"
        f"\u202f: {format_compte(n, 'indicateur publié', 'indicateurs publiés')}</li>"
        for large, n in vue.plus_larges
    )
    pourquoi = f'<p class="baro-phrase">{texte(vue.lignes[0].citation.explication)}</p>' if vue.lignes else ""
    larges = (
        f'<p class="baro-phrase">Plus large\u202f:</p><ul class="baro-liste">{liens}</ul>' if liens else ""
    )
    st.html(f"<div>{pourquoi}{larges}</div>")


def _render_territoires(affiche: ThemeAffiche) -> None:
    select_indicateur(affiche.vue)
    carte.render_carte_theme(affiche.vue)


def _render_donnees(affiche: ThemeAffiche) -> None:
    vue = affiche.vue
    qualite.render_qualite_theme(vue.theme.id, vue.selection.vague_id)
    etat.render_mesures(vue)
    etat.render_accord(vue)
    _render_questions(vue)
    st.header("Emporter ces chiffres")
    render_telechargements(
        lambda: vue.table, vue.provenance, cle="theme", formats=("csv", "xlsx", "ods", "parquet", "zip")
    )


def _render_questions(vue: VueTheme) -> None:
    """Le questionnaire tel qu'il est posé."""
    if vue.questionnaire is not None:
        questionnaire = partial(render_questionnaire, vue.questionnaire)
        cle = f"questionnaire-{vue.theme.id}"
        render_depliant("Le questionnaire, tel qu’il est posé", questionnaire, cle=cle)
