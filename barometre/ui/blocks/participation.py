"""Les blocs de la page Participation."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import cast

import streamlit as st

from barometre.assemblage.participation import ParticipationAffichee, load_participation, load_relance
from barometre.catalogue import load_catalogue
from barometre.domain.formats import format_compte, format_nombre
from barometre.ui import porte, selectors
from barometre.ui.blocks.graphiques import render_graphique
from barometre.ui.blocks.messages import render_message
from barometre.ui.blocks.qualite import CONSEQUENCE
from barometre.ui.blocks.telechargements import render_telechargements
from barometre.ui.blocks.textes import render_tableau, texte
from barometre.ui.serving.recettes import Recette
from barometre.views.piloter.buts import BUTS
from barometre.views.piloter.participation import (
    AXES,
    PRECAUTION,
    Axe,
    VueParticipation,
    describe_fidelite,
    describe_periode,
    describe_plumes,
)
from barometre.views.piloter.relance import BUDGETS, VueRelance, list_a_relancer, list_cibles, name_liste

RELANCE = (
    "Choisissez un indicateur ou tout le thème, et un nombre de réponses à aller chercher ou un but\u202f: "
    "la page dit où elles apporteraient le plus (méthode\u202f: allocation de Neyman), au lieu de les "
    "attendre là où l’on répond déjà. Le calcul part des comptes publics\u202f: un compte qui ne se publie "
    "pas y est remplacé par ce que laisse attendre le taux des collectivités de même taille."
)
LIGNES_MONTREES = 15


def select_participation() -> ParticipationAffichee:
    """Le questionnaire, la vague et la répartition."""
    themes = {t.id: t.titre for t in load_catalogue().themes}
    with selectors.open_rangee("participation"):
        theme = selectors.select_one(
            "theme", "Questionnaire", themes, defaut=next(iter(themes)), efface=("vague", "indicateur")
        )
        vagues = selectors.list_vagues(theme)
        vague = selectors.select_one("vague", "Vague", vagues, defaut=next(reversed(vagues), ""))
        axe = selectors.select_one("axe", "Répartir par", AXES)
    if phrase := describe_periode(load_catalogue(), vague, date.today()):
        st.html(f'<p class="baro-legende">{texte(phrase)}</p>')
    return load_participation(porte.get_gate(), theme, vague, cast("Axe", axe))


def read_participation() -> tuple[str, str, Axe, str, str]:
    """Le questionnaire, la vague, l'axe, la cible et la demande que l'adresse choisit, sans sélecteur."""
    theme = selectors.read_theme()
    vagues, cibles = selectors.list_vagues(theme), list_cibles(load_catalogue(), theme)
    vague = selectors.read_one("vague", vagues, defaut=next(reversed(vagues), ""))
    axe = cast("Axe", selectors.read_one("axe", AXES))
    cible = selectors.read_one("indicateur", cibles, defaut=next(iter(cibles)))
    return theme, vague, axe, cible, selectors.read_one("relance", _list_demandes())


def _list_demandes() -> dict[str, str]:
    choix = {str(n): f"{format_nombre(n)} réponses de plus" for n in BUDGETS}
    return choix | {id_: but.titre for id_, but in BUTS.items()}


def render_a_retenir(vue: VueParticipation) -> None:
    """La phrase à retenir."""
    st.html(f'<p class="baro-retenir"><strong>À retenir.</strong> {texte(vue.a_retenir)}</p>')


def render_groupes(affichee: ParticipationAffichee) -> None:
    """Chaque groupe : sa part dans le pays, sa part parmi les répondantes."""
    vue = affichee.vue
    par_epci = vue.axe == "epci"
    st.header("Où répond-on\u202f?" if par_epci else "Les répondantes ressemblent-elles au pays\u202f?")
    if affichee.groupes is None:
        render_message(vue.phrase_ecart)
    else:
        render_graphique(affichee.groupes, vue.provenance, cle=f"participation-{vue.axe}", titre=vue.theme)
    st.html(f'<p class="baro-legende">{texte(PRECAUTION)}</p>')


def render_cumul(affichee: ParticipationAffichee) -> None:
    """Les réponses jour après jour, vague après vague."""
    if affichee.cumul is None:
        return
    st.header("Au fil des jours et des vagues")
    render_graphique(affichee.cumul, affichee.vue.provenance, cle="cumul", titre="Réponses reçues")


def render_panel(affichee: ParticipationAffichee) -> None:
    """Combien ont répondu à plusieurs vagues : ce sur quoi le panel peut s'appuyer."""
    st.subheader("Qui revient d’une vague à l’autre\u202f?")
    vue = affichee.vue
    if affichee.panel is None:
        render_message(describe_fidelite(vue.fidelite))
        return
    render_graphique(affichee.panel, vue.provenance, cle="panel", titre="Vagues répondues")


def render_plumes(affichee: ParticipationAffichee) -> None:
    """Pour le programme, qui a tenu la plume : élu ou agent."""
    phrase = describe_plumes(porte.get_gate(), affichee.theme_id, affichee.vague_id)
    if phrase:
        st.html(f'<p class="baro-phrase">{texte(phrase)}</p>')


def render_representativite(vue: VueParticipation) -> None:
    """Ce que le redressement corrige, et à quel prix."""
    if vue.qualite is None:
        return
    st.header("Ce que le redressement corrige, et son prix")
    lignes = "".join(
        f"<li>{texte(phrase)}</li>"
        for phrase in (*vue.qualite.mots, vue.qualite.preuve, vue.qualite.precisions)
        if phrase
    )
    st.html(f'<ul class="baro-qualite">{lignes}</ul><p class="baro-legende">{texte(CONSEQUENCE)}</p>')


def render_relance(affichee: ParticipationAffichee) -> None:
    """Où une réponse de plus apporterait le plus ; la liste nommée, à qui peut la lire."""
    st.header("Où relancer\u202f?")
    st.html(f"<p>{texte(RELANCE)}</p>")
    gauche, droite = st.columns([2, 1])
    with gauche:
        noms = list_cibles(load_catalogue(), affichee.theme_id)
        cible = selectors.select_one(
            "indicateur", "Indicateur, ou tout le thème", noms, defaut=next(iter(noms))
        )
    with droite:
        demande = selectors.select_one("relance", "À aller chercher", _list_demandes())
    vue = load_relance(porte.get_gate(), cible, affichee.vague_id, demande)
    if vue.phrase_but:
        st.html(f'<p class="baro-phrase"><strong>{texte(vue.phrase_but)}</strong></p>')
    for phrase in filter(None, (vue.phrase, vue.phrase_taux)):
        st.html(f'<p class="baro-phrase">{texte(phrase)}</p>')
    _render_cellules(vue, affichee.vague_id, demande)


def _render_cellules(vue: VueRelance, vague_id: str, demande: str) -> None:
    if not vue.relances:
        return
    reste = len(vue.relances) - LIGNES_MONTREES
    render_tableau(vue.table.head(LIGNES_MONTREES), f"Où relancer : {vue.cible.titre}")
    if reste > 0:
        lignes = format_compte(reste, "autre ligne", "autres lignes")
        st.html(f'<p class="baro-legende">{lignes} dans le fichier.</p>')
    render_telechargements(vue.table, vue.provenance, cle="relance")
    if porte.get_portee().role in ("programme", "opsn"):
        st.html("<p>Celles qui n’ont pas répondu, dans ce que votre droit vous ouvre\u202f:</p>")
        recette = Recette("a-relancer", (vue.cible.id, vague_id, demande))
        liste = partial(list_a_relancer, porte.get_gate(), vue, vague_id)
        render_telechargements(liste, name_liste(vue), cle="a-relancer", prive=recette)
