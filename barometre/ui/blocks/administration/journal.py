"""Le journal : chercher, emporter, contrôler la chaîne."""

from __future__ import annotations

from datetime import date

import streamlit as st

from barometre.access import Gate
from barometre.access.recherche_journal import Recherche
from barometre.access.registre import get_registre
from barometre.administration.journal import (
    LIMITE,
    build_table_journal,
    explain_chaine,
    load_journal,
    write_recherche,
)
from barometre.administration.volumes import list_alertes
from barometre.assemblage import depot
from barometre.catalogue import load_catalogue
from barometre.domain.faits import name_fait
from barometre.domain.formats import format_compte
from barometre.domain.portee import PUBLIC
from barometre.ui import porte
from barometre.ui.blocks.administration.gestes import get_operateur
from barometre.ui.blocks.messages import render_message
from barometre.ui.blocks.telechargements import render_telechargements
from barometre.ui.blocks.textes import render_tableau
from barometre.ui.serving.recettes import Recette
from barometre.views.donnees.rappel import build_table_rappel, explain_rappel


def render_journal() -> None:
    """Les faits cherchés, leur fichier, et l'état de la chaîne."""
    operateur = get_operateur()
    st.header("Ce qui a été fait, et par qui")
    for phrase in list_alertes(operateur.registre):
        render_message(phrase)
    recherche = _select_recherche()
    table = build_table_journal(operateur.registre, recherche, LIMITE)
    nombre = format_compte(len(table), "fait", "faits")
    suite = f", les {LIMITE} derniers" if len(table) == LIMITE else ""
    render_message(f"{nombre}{suite}. {explain_chaine(operateur.registre)}")
    if not table.empty:
        render_tableau(table, "Faits inscrits au journal")
        _, provenance = load_journal(porte.get_gate(), operateur.registre, recherche)
        fichier = Recette("journal", write_recherche(recherche))
        render_telechargements(
            table, provenance, cle="journal", formats=("csv", "xlsx", "ods"), prive=fichier
        )
    render_rappel()


def render_rappel() -> None:
    """Les fichiers sortis dont un chiffre a changé depuis : comparés à la demande, non à chaque affichage."""
    st.subheader("Rappel d’un chiffre")
    st.caption(
        "Les fichiers inscrits au journal dont un chiffre public a été révisé, ou se cache, depuis leur "
        "version. Un fichier public n’est pas inscrit\u202f: son adresse dit elle-même ce qui a changé."
    )
    if not st.toggle("Chercher les fichiers à rappeler", key="journal-rappel"):
        return
    en_service = depot.build_gate(PUBLIC, depot.get_version_id())
    table = build_table_rappel(get_operateur().registre, load_catalogue(), en_service, _open_version)
    render_message(explain_rappel(table))
    if not table.empty:
        render_tableau(table, "Fichiers à rappeler")


def _open_version(version_id: str) -> Gate | None:
    return depot.build_gate(PUBLIC, version_id) if depot.is_gardee(version_id) else None


def _select_recherche() -> Recherche:
    actions = ["", *sorted(get_registre().list_actions_journal(), key=name_fait)]
    mots, action, depuis, jusqu_a = st.columns([5, 4, 3, 3])
    with mots:
        texte = st.text_input("Chercher (compte, objet, précision)", key="journal-texte", max_chars=100)
    with action:
        choisie = st.selectbox("Fait", actions, format_func=_name_choix, key="journal-action")
    with depuis:
        debut = st.date_input("Depuis", value=None, format="DD/MM/YYYY", key="journal-depuis")
    with jusqu_a:
        fin = st.date_input("Jusqu’au", value=None, format="DD/MM/YYYY", key="journal-jusqu-a")
    return Recherche(str(texte or ""), str(choisie or ""), _read_jour(debut), _read_jour(fin))


def _name_choix(action: str) -> str:
    return name_fait(action) if action else "Tous"


def _read_jour(valeur: object) -> date | None:
    return valeur if isinstance(valeur, date) else None
