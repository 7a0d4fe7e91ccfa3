"""Les blocs de la page OPSN."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import partial

import streamlit as st

from barometre.assemblage.carte_gardee import Dessin, load_cartes
from barometre.assemblage.opsn import OpsnAffiches, load_opsn, load_pratiques_region
from barometre.catalogue import load_catalogue
from barometre.domain.formats import format_nombre, format_ponctuation
from barometre.domain.structure import EGALE
from barometre.ui import navigation, porte, selectors
from barometre.ui.blocks import carte_et_doubles as carte
from barometre.ui.blocks.depliants import render_tableau_replie
from barometre.ui.blocks.graphiques import render_graphique
from barometre.ui.blocks.messages import render_message
from barometre.ui.blocks.telechargements import render_telechargements
from barometre.ui.blocks.textes import render_tableau, texte
from barometre.ui.serving.recettes import Recette
from barometre.views.carte.pseudo_indicateurs import OPSN
from barometre.views.carte.vue_carte import ChoixCarte
from barometre.views.lecture.selection import Selection
from barometre.views.piloter.perimetre import describe_suivi, get_titre, list_suivi, name_suivi

# Un agent lit d'abord le haut de sa liste, avec le reste de la page ; le fichier l'a tout entière.
LIGNES_MONTREES = 8
STRUCTURES = {EGALE: "À structure égale", "": "Celles de chaque groupe"}
AIDE_STRUCTURE = (
    "À structure égale\u202f: l’écart que la taille et la région n’expliquent pas, avec un intervalle et un "
    "test. Sinon, l’écart simple, sans l’un ni l’autre."
)


def select_opsn() -> OpsnAffiches:
    """Le thème sur lequel comparer couvertes et non connues, et si les tailles se tiennent égales."""
    themes = {t.id: t.titre for t in load_catalogue().themes}
    with selectors.open_rangee("opsn"):
        theme = selectors.select_one("theme", "Comparer sur le thème", themes, defaut=next(iter(themes)))
        structure = selectors.select_one(
            "structure", "Tailles et régions", STRUCTURES, defaut=EGALE, aide=AIDE_STRUCTURE
        )
    return load_opsn(porte.get_gate(), theme, structure)


def render_a_retenir(affiches: OpsnAffiches) -> None:
    """La phrase à retenir."""
    st.html(f'<p class="baro-retenir"><strong>À retenir.</strong> {texte(affiches.vue.a_retenir)}</p>')


def render_perimetre(affiches: OpsnAffiches) -> None:
    """Le périmètre de l'agent, à qui accompagner d'abord ; rien pour un autre lecteur."""
    gate = porte.get_gate()
    titre = get_titre(gate, load_catalogue())
    if not titre:
        return
    st.header(format_ponctuation(f"Votre périmètre : {titre}"))
    suivi = list_suivi(gate, load_catalogue(), date.today())
    if suivi.empty:
        render_message(describe_suivi(suivi))
        return
    st.html(f'<p class="baro-phrase">{texte(describe_suivi(suivi))}</p>')
    premieres = suivi.head(LIGNES_MONTREES).drop(columns="collectivite_id")
    suite = f", les {len(premieres)} premières sur {format_nombre(len(suivi))}"
    render_tableau(premieres, f"À accompagner d’abord{suite if len(premieres) < len(suivi) else ''}")
    liste = partial(list_suivi, gate, load_catalogue(), date.today())
    render_telechargements(liste, name_suivi(affiches.vue.provenance), cle="suivi", prive=Recette("suivi"))


def render_pratiques(affiches: OpsnAffiches) -> None:
    """Pour l'agent, les pratiques de la région de son périmètre face aux autres ; rien pour un autre."""
    gate = porte.get_gate()
    if gate.portee.role != "opsn":
        return
    affichee = load_pratiques_region(gate, affiches.theme_id)
    st.header("Et les pratiques autour de vous\u202f?")
    if affichee.graphique is None:
        render_message(affichee.vue.phrase)
        return
    st.html(f'<p class="baro-legende">{texte(affiches.vue.phrase_vague)}</p>')
    provenance = replace(
        affiches.vue.provenance,
        titre=f"{affichee.vue.region} face aux autres",
        nom_fichier="barometre_opsn_region",
    )
    render_graphique(affichee.graphique, provenance, cle="opsn-region", titre=affichee.vue.region)


def render_ecarts(affiches: OpsnAffiches) -> None:
    """Couvertes et non connues, pratique par pratique."""
    st.header("Là où il y a un OPSN, les pratiques diffèrent-elles\u202f?")
    if affiches.ecarts is None:
        render_message(" ".join(filter(None, (affiches.vue.phrase_ecarts, affiches.vue.phrase_vague))))
        return
    st.html(f'<p class="baro-legende">{texte(affiches.vue.phrase_vague)}</p>')
    render_graphique(
        affiches.ecarts, affiches.vue.provenance, cle="opsn-ecarts", titre="Couvertes et non connues"
    )
    if affiches.vue.phrase_sans_ecart:
        st.html(f'<p class="baro-legende">{texte(affiches.vue.phrase_sans_ecart)}</p>')


def render_liste(affiches: OpsnAffiches) -> None:
    """Tous les OPSN, avec leur périmètre."""
    st.header("Qui couvre quoi\u202f?")
    vue = affiches.vue
    for phrase in filter(None, (vue.phrase_sans_membre, vue.phrase_confondus)):
        render_message(phrase)
    _render_carte(affiches.theme_id)
    render_tableau_replie(
        lambda: vue.table, "Les OPSN", vue.provenance, cle="opsn", libelle="Voir la liste des OPSN"
    )


def _render_carte(theme_id: str) -> None:
    """Les départements dans le périmètre d'un OPSN, ou de plusieurs ; la grande carte descend plus bas."""
    choix = (ChoixCarte(OPSN, theme_id, "departement", Selection()),)
    affichee = load_cartes(porte.get_gate(), choix, Dessin())[0]
    carte.render_messages(affichee.messages)
    st.html(f'<p class="baro-phrase">{texte(affichee.carte.phrase)}</p>')
    carte.render_image(choix, Dessin(), 0, affichee.carte)
    carte.render_legende(affichee.carte.legende)
    carte.render_source(affichee.carte)
    carte.render_tableau_carte(affichee, cle="carte-opsn")
    st.page_link(
        navigation.get_page("carte"),
        label="Explorer la carte\u202f: descendre à la commune",
        query_params={"indicateur": OPSN, "niveau": "departement"},
    )
