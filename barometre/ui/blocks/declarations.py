"""Le droit de réponse sur la fiche : ce que la collectivité déclare, et son formulaire."""

from __future__ import annotations

from datetime import date

import streamlit as st

from barometre.access import AccesRefuse
from barometre.access.declarations import SIGNES
from barometre.access.erreurs import PANNES, RegistreError
from barometre.catalogue import load_catalogue
from barometre.domain.formats import format_date
from barometre.ui import porte, state
from barometre.ui.blocks.messages import render_message
from barometre.ui.blocks.textes import texte
from barometre.views.collectivite.declarations import NATURES, VueDeclarations, build_declarations
from barometre.views.collectivite.fiche import VueFiche

_CHIFFRE, _NATURE, _TEXTE = "declarer-chiffre", "declarer-nature", "declarer-texte"
INDISPONIBLE = "Le registre ne répond pas : ce que cette collectivité a déclaré n’est pas montré."
FAIT = "Votre déclaration est enregistrée ; qui a le droit de lire vos réponses la lit aussi."


def render_declarations(fiche: VueFiche) -> None:
    """Rien s'il n'y a rien à lire ni à dire ; relu à chaque affichage, car le droit l'est aussi."""
    try:
        vue = build_declarations(porte.get_gate(), load_catalogue(), fiche, date.today())
    except PANNES:
        render_message(INDISPONIBLE)
        return
    if not (vue.lignes or vue.chiffres):
        return
    st.header("Ce que la collectivité en dit")
    # Le texte d'une personne : échappé, jamais accordé au lecteur ni lu comme du Markdown.
    lignes = "".join(f"<li><strong>{texte(d.titre)}</strong><br>{texte(d.texte)}</li>" for d in vue.lignes)
    if lignes:
        st.html(f'<ul class="baro-liste">{lignes}</ul>')
    if vue.chiffres:
        _render_formulaire(fiche.collectivite.id, vue)


def _render_formulaire(collectivite_id: str, vue: VueDeclarations) -> None:
    st.html(
        '<p class="baro-phrase">Un chiffre est faux, ou demande une explication\u202f? Dites-le jusqu’au '
        f"{texte(format_date(vue.jusqu_au))}. Votre texte sera daté, et lu par qui a le droit de lire vos "
        "réponses\u202f: vous, votre OPSN, le programme. N’y nommez personne.</p>"
    )
    with st.form("declarer", border=True, clear_on_submit=True):
        st.selectbox("Chiffre", list(vue.chiffres), format_func=vue.chiffres.__getitem__, key=_CHIFFRE)
        st.radio("Vous donnez", list(NATURES), format_func=_describe_nature, horizontal=True, key=_NATURE)
        st.text_area("Ce que vous déclarez", max_chars=SIGNES, key=_TEXTE)
        st.form_submit_button("Déclarer", on_click=_declare, args=(collectivite_id,))


def _describe_nature(nature: str) -> str:
    return {"correction": "une correction", "explication": "une explication"}[nature]


def _declare(collectivite_id: str) -> None:
    """Le droit, la fenêtre et le chiffre sont relus au clic : un message forgé n'y change rien."""
    chiffre, nature, dit = (str(st.session_state.get(cle) or "") for cle in (_CHIFFRE, _NATURE, _TEXTE))
    try:
        porte.get_gate().declare(collectivite_id, chiffre, nature, dit, date.today())
    except (AccesRefuse, RegistreError) as refus:
        state.keep_message(str(refus))
    else:
        state.keep_message(FAIT)
