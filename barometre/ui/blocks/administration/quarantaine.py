"""La quarantaine : un fichier, ses fautes, une correction signée, le fichier rejoué."""

from __future__ import annotations

import streamlit as st

from barometre.administration.operateur import REFUS
from barometre.administration.quarantaine import (
    Faute,
    build_correction,
    build_table_fautes,
    list_fautes,
    list_lots,
    list_options,
    reread_corrige,
)
from barometre.ui import porte
from barometre.ui.blocks.administration.gestes import get_operateur
from barometre.ui.blocks.administration.preparees import render_preparees
from barometre.ui.blocks.messages import render_message
from barometre.ui.blocks.textes import render_tableau

_LOT, _FAUTE = "quarantaine-lot", "quarantaine-faute"


def render_quarantaine() -> None:
    """Les fichiers en service ; les fautes de celui que l'on choisit ; ce qui s'y corrige."""
    lots = list_lots(porte.get_gate())
    st.header("Les fichiers en service")
    if lots.empty:
        render_message("Aucun fichier n’est en service.")
        return
    render_tableau(lots, "Fichiers importés")
    refuses = lots[lots["quarantaine"] > 0].set_index("lot")["fichier"].to_dict()
    if not refuses:
        render_message("Aucune ligne n’est en quarantaine.")
        return
    st.header("Corriger sur place")
    choisi = str(st.selectbox("Fichier", list(refuses), format_func=refuses.__getitem__, key=_LOT))
    questionnaire = str(lots.set_index("lot").loc[choisi, "questionnaire_id"])
    _render_fautes(choisi, questionnaire)
    render_preparees()


def _render_fautes(lot_id: str, questionnaire_id: str) -> None:
    fautes = list_fautes(porte.get_gate(), lot_id)
    render_tableau(build_table_fautes(fautes), "Lignes en quarantaine")
    corrigeables = [faute for faute in fautes if faute.nature is not None]
    if not corrigeables:
        render_message("Ces lignes se corrigent dans le fichier, que l’on dépose de nouveau.")
        return
    noms = {rang: _name(faute) for rang, faute in enumerate(corrigeables)}
    rang = st.selectbox("Faute à corriger", list(noms), format_func=noms.__getitem__, key=_FAUTE)
    _render_correction(lot_id, questionnaire_id, corrigeables[int(rang or 0)])


def _name(faute: Faute) -> str:
    valeur = f" «\u202f{faute.valeur}\u202f»" if faute.valeur else ""
    return f"Ligne {faute.ligne}, {faute.colonne or 'sans identifiant'}{valeur}"


def _render_correction(lot_id: str, questionnaire_id: str, faute: Faute) -> None:
    """Le champ qui convient à la faute, le motif, et le bouton qui rejoue."""
    with st.form("corriger", border=True):
        if faute.nature == "rattacher":
            cible = st.text_input("Code INSEE ou SIREN de la collectivité", key="corriger-code", max_chars=14)
        else:
            options = list_options(questionnaire_id, faute.colonne)
            cible = st.selectbox(
                "Cette valeur veut dire",
                list(options),
                format_func=options.__getitem__,
                key="corriger-option",
            )
        motif = st.text_input("Motif, gardé avec la correction", key="corriger-motif", max_chars=200)
        if st.form_submit_button("Corriger et préparer la version", type="primary"):
            _correct(lot_id, faute, str(cible or ""), str(motif or ""))


def _correct(lot_id: str, faute: Faute, cible: str, motif: str) -> None:
    """Le droit est relu au clic ; la correction porte le compte, et la version attend d'être publiée."""
    barre = st.progress(0.0, text="Relecture")

    def show(etape: str, rang: int, nombre: int) -> None:
        barre.progress((rang - 1) / nombre, text=etape)

    try:
        operateur, gate = get_operateur(), porte.get_gate()
        correction = build_correction(operateur, gate, faute, cible, motif)
        reread_corrige(operateur, gate, lot_id, correction, show)
    except REFUS as refus:
        render_message(str(refus))
    else:
        render_message("La correction est gardée\u202f: comparez ce qui changerait, puis publiez la version.")
    barre.empty()
