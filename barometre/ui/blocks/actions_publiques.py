"""Les blocs de la page Actions publiques."""

from __future__ import annotations

import streamlit as st

from barometre.assemblage.piloter import draw_beneficiaires, load_association, load_programmes_vue
from barometre.ui import porte, selectors
from barometre.ui.blocks.avant_apres import render_avant_apres, select_theme
from barometre.ui.blocks.depliants import render_tableau_replie
from barometre.ui.blocks.graphiques import render_graphique
from barometre.ui.blocks.messages import render_message
from barometre.ui.blocks.telechargements import render_telechargements
from barometre.ui.blocks.textes import lien, render_tableau, texte
from barometre.views.piloter.associations import PRECAUTION
from barometre.views.piloter.programmes import Beneficiaires, VueProgrammes

SIMULEES = (
    "Les réponses de cette démonstration sont simulées sans regarder les programmes\u202f: un écart n’y "
    "dit rien de réel."
)

COLONNES_PROJETS = (
    "beneficiaire", "projet", "montant", "administration", "resultat", "etape_suivante",
)  # fmt: skip


def select_vue() -> VueProgrammes:
    """Le territoire, puis ses programmes et ses projets."""
    territoire = selectors.select_one("territoire", "Territoire", porte.list_territoires())
    return load_programmes_vue(porte.get_gate(), territoire)


def render_a_retenir(vue: VueProgrammes) -> None:
    """La phrase à retenir."""
    st.html(f'<p class="baro-retenir"><strong>À retenir.</strong> {texte(vue.a_retenir)}</p>')


def render_programmes(vue: VueProgrammes) -> None:
    """Les programmes, puis l'un d'eux de près."""
    st.header("Qui bénéficie des programmes de l’État\u202f?")
    render_tableau(vue.table.drop(columns=["beneficiaires"]), f"Communes bénéficiaires : {vue.champ}")
    render_telechargements(vue.table, vue.provenance, cle="programmes")
    st.header("Un programme de près")
    options = {b.programme.id: b.programme.titre for b in vue.programmes}
    choisi = selectors.select_one("programme", "Programme", options, defaut=next(iter(options)))
    beneficiaires = vue.get_programme(choisi)
    _render_beneficiaires(beneficiaires, vue)
    theme = _render_association(beneficiaires)
    st.subheader("Ont-elles changé plus que des communes comparables\u202f?")
    render_avant_apres(beneficiaires.programme.id, beneficiaires.programme.titre, theme, dates=False)


def _render_beneficiaires(beneficiaires: Beneficiaires, vue: VueProgrammes) -> None:
    programme = beneficiaires.programme
    st.html(
        f'<p class="baro-phrase">{texte(programme.description)} {lien("Le programme", programme.url)}.</p>'
    )
    if beneficiaires.source is None:
        render_message(beneficiaires.phrase)
        return
    st.html(
        f'<p class="baro-legende">{texte(beneficiaires.phrase)} Source\u202f: '
        f"{texte(beneficiaires.source.titre)} ({texte(beneficiaires.source.licence)}).</p>"
    )
    graphique = draw_beneficiaires(beneficiaires)
    if graphique is not None:
        st.subheader("Où sont les communes bénéficiaires\u202f?")
        render_graphique(graphique, vue.provenance, cle=f"lieux-{programme.id}", titre=programme.titre)
        render_tableau_replie(
            lambda: beneficiaires.table,
            f"{programme.titre} : {vue.champ}",
            vue.provenance,
            cle=f"programme-{programme.id}",
            libelle="Voir les communes et les habitants, territoire par territoire",
        )


def _render_association(beneficiaires: Beneficiaires) -> str:
    """L'écart d'une vague ; rend le thème choisi."""
    st.subheader("Font-elles autrement que des communes comparables\u202f?")
    theme = select_theme()
    affichee = load_association(porte.get_gate(), beneficiaires.programme.id, theme)
    st.html(f'<p class="baro-phrase"><strong>{texte(PRECAUTION)}</strong></p>')
    if affichee.vue.simulee:
        st.html(f'<p class="baro-legende">{texte(SIMULEES)}</p>')
    if affichee.graphique is None:
        render_message(affichee.vue.phrase)
        return theme
    st.html(f'<p class="baro-legende">{texte(affichee.vue.vague)}, France entière.</p>')
    cle = f"ecarts-{beneficiaires.programme.id}-{theme}"
    titre = f"{beneficiaires.programme.titre} : bénéficiaires et comparables"
    render_graphique(affichee.graphique, affichee.vue.provenance, cle=cle, titre=titre)
    return theme


def render_projets(vue: VueProgrammes) -> None:
    """Les projets connus un par un."""
    st.header("Les projets soutenus, un par un")
    if not vue.actions:
        st.info("Aucun projet connu sur ce territoire.")
        return
    st.html(f'<p class="baro-phrase">{texte(vue.phrase_actions)}</p>')
    render_tableau(vue.table_actions[list(COLONNES_PROJETS)], f"France Relance, ITN7 : {vue.champ}")
    sources = dict.fromkeys((a.source, a.source_url) for a in vue.actions)
    for source, url in sources:
        bilan = f" {lien('Un bilan du programme', url)}." if url else ""
        st.html(f'<p class="baro-legende">Source\u202f: {texte(source)}.{bilan}</p>')
    render_telechargements(vue.table_actions, vue.provenance, cle="projets")
