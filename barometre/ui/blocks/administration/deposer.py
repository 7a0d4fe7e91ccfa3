"""Importer par la page : déposer, tout lire d'un coup, préparer la version, comparer, publier."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from barometre.administration.compte_rendu import CompteRendu, merge_fautes, write_pour_la_page
from barometre.administration.imports import (
    EXTENSIONS,
    Depot,
    LectureDepot,
    find_depot_prepare,
    hash_depot,
    list_cibles,
    prepare_version,
    read_depot,
    save_colonnes,
)
from barometre.administration.operateur import REFUS, Operateur
from barometre.catalogue import load_catalogue
from barometre.domain.formats import format_compte
from barometre.ui import selectors
from barometre.ui.blocks.administration.gestes import get_operateur, run_geste
from barometre.ui.blocks.administration.preparees import render_preparees
from barometre.ui.blocks.messages import render_message
from barometre.ui.blocks.textes import render_tableau, texte

_DEPOT, _COLONNE, _LU = "deposer-fichiers", "rapprocher-", "_depot_lu"
# Au-delà, un fichier d'un autre questionnaire a sans doute été déposé.
COLONNES_MAX = 40
# Une colonne mal lue refuse toutes ses lignes : au-delà, les fautes semblables se lisent d'abord réunies.
FAUTES_UNE_A_UNE, FAUTES_MAX = 50, 1_000


def render_importer() -> None:
    """Le dépôt, le compte rendu du fichier, puis les versions préparées."""
    st.header("Déposer un export")
    depot = _select_depot()
    if depot.fichiers:
        _render_depot(depot)
    else:
        render_message(
            "CSV, XLSX, ODS, JSON ou SAV, 20 Mo au plus. Rien n’est écrit avant « Préparer la version »."
        )
    render_preparees()


def _select_depot() -> Depot:
    """Le questionnaire, la vague et les fichiers ; une vague ne propose que ceux qu'elle ouvre."""
    catalogue = load_catalogue()
    titres = {t.id: t.titre for t in catalogue.themes}
    gauche, droite = st.columns(2)
    with gauche:
        questionnaire = selectors.select_one("questionnaire", "Questionnaire", titres)
    with droite:
        vague = selectors.select_one("vague", "Vague", selectors.list_vagues(questionnaire))
    recus: list[Any] = st.file_uploader(
        "Fichiers d’un même questionnaire et d’une même vague", list(EXTENSIONS),
        accept_multiple_files=True, key=_DEPOT,
    ) or []  # fmt: skip
    complement = st.checkbox(
        "Ajouter aux réponses en service, sans effacer les autres", key="deposer-complement"
    )
    fichiers = tuple((str(f.name), bytes(f.getvalue())) for f in recus)
    return Depot(fichiers, questionnaire, vague, bool(complement))


def _render_depot(depot: Depot) -> None:
    try:
        lecture = _read_garde(depot)
    except REFUS as refus:
        render_message(str(refus))
        return
    lu = lecture.compte_rendu
    if lu is None:
        render_message(write_pour_la_page(lecture.refus))
    else:
        _render_compte_rendu(lu)
    if lecture.inconnues:
        _render_colonnes(depot.questionnaire_id, list(lecture.inconnues[:COLONNES_MAX]))
    if lu is not None and not lu.deja_charge:
        _render_suite(depot, lu)


def _read_garde(depot: Depot) -> LectureDepot:
    """Cocher une case rejoue la page : le fichier n'est relu que si lui, ou ce qui le lit, a changé."""
    operateur = get_operateur()
    empreinte = hash_depot(operateur, depot)
    gardee, lecture = st.session_state.get(_LU, ("", None))
    if lecture is None or gardee != empreinte:
        lecture = read_depot(operateur, depot)
        st.session_state[_LU] = (empreinte, lecture)
    lue: LectureDepot = lecture
    return lue


def _render_compte_rendu(lu: CompteRendu) -> None:
    """L'équation, ce qui change dans les comptes, puis chaque ligne non chargée."""
    liste = "".join(f"<li>{texte(write_pour_la_page(phrase))}</li>" for phrase in lu.phrases)
    st.html(f'<p class="baro-retenir">{texte(lu.equation)}</p><ul class="baro-qualite">{liste}</ul>')
    if lu.deja_charge:
        render_message("Ce fichier est déjà en service\u202f: le charger de nouveau ne changerait rien.")
    if not lu.lignes.empty:
        fautes = format_compte(len(lu.lignes), "faute", "fautes")
        st.subheader(f"Ce qui n’est pas chargé\u202f: {fautes}")
        _render_fautes(lu.lignes)


def _render_fautes(lignes: pd.DataFrame) -> None:
    """Nombreuses, elles se lisent réunies, et une à une en dépliant ; ce qui est coupé se dit."""
    if len(lignes) <= FAUTES_UNE_A_UNE:
        render_tableau(lignes, "Lignes non chargées")
        return
    reunies = merge_fautes(lignes)
    render_tableau(reunies.head(FAUTES_MAX), "Fautes semblables, réunies")
    if len(lignes) > FAUTES_MAX:
        render_message(
            f"Chaque tableau s’arrête à {format_compte(FAUTES_MAX, 'ligne')}\u202f: ce fichier a "
            f"{format_compte(len(lignes), 'faute')}, dont {format_compte(len(reunies), 'différente')}."
        )
    with st.expander("Voir les fautes une à une"):
        render_tableau(lignes.head(FAUTES_MAX), "Lignes non chargées")


def _render_colonnes(questionnaire_id: str, inconnues: list[str]) -> None:
    """Une colonne inconnue se rapproche en choisissant ; le choix vaut au fichier suivant."""
    st.subheader("Des colonnes que rien ne reconnaît")
    cibles = {"": "Laisser de côté", **list_cibles(questionnaire_id)}
    gardees = get_operateur().registre.correspondances.list_colonnes(questionnaire_id)
    with st.form("rapprocher-colonnes", border=True):
        for rang, entete in enumerate(inconnues):
            _select_cible(rang, entete, cibles, gardees.get(entete, ""))
        st.form_submit_button(
            "Garder ces choix, et relire le fichier",
            on_click=_save,
            args=(questionnaire_id, tuple(inconnues)),
        )


def _select_cible(rang: int, entete: str, cibles: Mapping[str, str], gardee: str) -> None:
    options = list(cibles)
    st.selectbox(
        f"`{entete.replace('`', '')[:80]}`", options, format_func=cibles.__getitem__, key=f"{_COLONNE}{rang}",
        index=options.index(gardee) if gardee in cibles else 0,
    )  # fmt: skip


def _save(questionnaire_id: str, inconnues: tuple[str, ...]) -> None:
    choisies = {e: str(st.session_state.get(f"{_COLONNE}{rang}") or "") for rang, e in enumerate(inconnues)}

    def save(operateur: Operateur) -> str:
        save_colonnes(operateur, questionnaire_id, choisies)
        return "Les colonnes sont rapprochées : ce fichier et les suivants sont lus ainsi."

    run_geste(save)


def _render_suite(depot: Depot, lu: CompteRendu) -> None:
    """Préparer, ou la version qui l'est déjà de ce fichier-là : deux pareilles ne se départagent pas."""
    preparee = find_depot_prepare(get_operateur(), lu.lot_id, complement=depot.complement)
    if preparee:
        render_message(
            f"Ce fichier est déjà dans la version préparée {preparee}, ci-dessous\u202f: comparez-la, "
            "publiez-la ou abandonnez-la. La préparer de nouveau donnerait les mêmes chiffres."
        )
    else:
        _render_preparer(depot, lu)


def _render_preparer(depot: Depot, lu: CompteRendu) -> None:
    """Le bouton qui écrit ; ce qui ferait disparaître des réponses demande d'abord un accord.

    Sans rien à accorder, rien ne l'est : des tardives trop peu nombreuses attendent, comme par la commande.
    """
    confirme = False
    if lu.a_confirmer:
        render_message(" ".join(map(write_pour_la_page, lu.a_confirmer)))
        confirme = st.checkbox("C’est voulu\u202f: préparer quand même", key="deposer-confirmer")
    attend = bool(lu.a_confirmer) and not confirme
    if st.button("Préparer la version", type="primary", key="preparer-version", disabled=attend):
        _prepare(
            Depot(depot.fichiers, depot.questionnaire_id, depot.vague_id, depot.complement, bool(confirme))
        )


def _prepare(depot: Depot) -> None:
    """Charge dans une version préparée, avec une barre ; le droit est relu au clic."""
    barre = st.progress(0.0, text="Préparation")

    def show(etape: str, rang: int, nombre: int) -> None:
        barre.progress((rang - 1) / nombre, text=etape)

    try:
        prepare_version(get_operateur(), depot, show)
    except REFUS as refus:
        render_message(str(refus))
    else:
        render_message("La version est préparée\u202f: comparez ce qui changerait, puis publiez-la.")
    barre.empty()
