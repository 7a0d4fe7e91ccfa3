"""Demandes, droits et sessions : y répondre, en retirer, en fermer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pandas as pd
import streamlit as st

from barometre.access import RegistreError
from barometre.access.registre import get_registre
from barometre.administration.acces import (
    Accord,
    accept_demande,
    close_sessions,
    reject_demande,
    remove_droit,
)
from barometre.administration.operateur import Operateur
from barometre.domain.formats import format_date
from barometre.domain.portee import Portee
from barometre.ui import porte
from barometre.ui.blocks.administration.gestes import run_geste
from barometre.ui.blocks.messages import render_message
from barometre.ui.blocks.textes import render_tableau
from barometre.ui.compte import ROLES
from barometre.views.lecture.tableau import build_tableau

CODE_INCONNU = "Aucune collectivité n'a ce code INSEE ni ce SIREN : relisez-le."
SANS_SIRET = "non transmis"
# Les champs d'une demande, tels qu'ils sont avant qu'on y réponde.
VIDES: dict[str, Any] = {
    "demande-code": "", "demande-opsn": "", "demande-cyber": False, "demande-nominatif": False,
    "demande-fin": None, "demande-motif": "", "demande-role": next(iter(ROLES)),
}  # fmt: skip
NUMERO_INCONNU = "Choisissez d'abord une ligne de la liste."


def render_acces() -> None:
    """Les demandes qui attendent, puis les droits en cours."""
    demandes = get_registre().comptes.list_demandes()
    st.header("Les demandes qui attendent")
    if demandes.empty:
        render_message("Aucune demande n’attend de réponse.")
    else:
        _render_demandes(demandes)
    st.header("Les droits en cours")
    droits = get_registre().lister()
    if droits.empty:
        render_message("Aucun droit n’est en cours.")
    else:
        _render_droits(droits)


def _render_demandes(demandes: pd.DataFrame) -> None:
    lignes = [
        (d["demande_id"], d["courriel"], d["siret"] or SANS_SIRET, _write_instant(d["deposee_le"]),
         d["compte_id"], d["raison"])
        for d in demandes.to_dict("records")
    ]  # fmt: skip
    colonnes = ("numero", "courriel", "siret", "deposee_le", "compte", "pourquoi")
    render_tableau(build_tableau(lignes, colonnes), "Demandes en attente")
    with st.form("administrer-demande", border=True):
        _render_champs(demandes)
        with st.container(horizontal=True):
            st.form_submit_button("Accorder", on_click=_accept, type="primary")
            st.form_submit_button("Refuser", on_click=_reject)


def _render_champs(demandes: pd.DataFrame) -> None:
    noms = {int(d["demande_id"]): f"n° {d['demande_id']}\u202f: {d['courriel'] or d['compte_id']}"
            for d in demandes.to_dict("records")}  # fmt: skip
    opsn = porte.get_gate().list_opsn().set_index("opsn_id")["nom"].to_dict()
    gauche, droite = st.columns(2)
    with gauche:
        st.selectbox("Demande", list(noms), format_func=noms.__getitem__, key="demande-numero")
        st.selectbox("Rôle", list(ROLES), format_func=ROLES.__getitem__, key="demande-role")
        st.text_input("Code INSEE ou SIREN (collectivité)", key="demande-code", max_chars=14)
        st.selectbox("OPSN", ["", *opsn], format_func=lambda i: opsn.get(i, "Aucun"), key="demande-opsn")
    with droite:
        st.checkbox("Ouvre les réponses de cybersécurité", key="demande-cyber")
        st.checkbox("Ouvre les réponses nommées (programme)", key="demande-nominatif")
        st.date_input(
            "Dernier jour (vide\u202f: sans fin)", value=None, format="DD/MM/YYYY", key="demande-fin"
        )
        st.text_input("Motif, gardé avec la réponse", key="demande-motif", max_chars=200)


def _accept() -> None:
    _clear(done=run_geste(_accept_demande))


def _accept_demande(operateur: Operateur) -> str:
    numero = accept_demande(operateur, _read_numero("demande-numero"), _read_accord())
    return f"Le droit n° {numero} est accordé : la personne l'a dès son prochain geste."


def _read_accord() -> Accord:
    """Ce que le formulaire demande ; rien de ce qu'envoie un navigateur n'y est cru."""
    champs: Any = st.session_state
    role = str(champs.get("demande-role"))
    if role not in ROLES:
        raise RegistreError(NUMERO_INCONNU)
    fin = champs.get("demande-fin")
    portee = Portee(
        role=role,  # type: ignore[arg-type]
        collectivite_id=_find_collectivite(str(champs.get("demande-code") or ""))
        if role == "collectivite"
        else "",
        opsn_id=_find_opsn(str(champs.get("demande-opsn") or "")) if role == "opsn" else "",
        cyber=bool(champs.get("demande-cyber")) and role in ("opsn", "programme"),
        nominatif=bool(champs.get("demande-nominatif")) and role == "programme",
    )
    return Accord(
        portee, str(champs.get("demande-motif") or "").strip(), fin if isinstance(fin, date) else None
    )


def _find_collectivite(code: str) -> str:
    trouvee = porte.get_gate().resolve_code(code) if code.strip() else None
    if trouvee is None:
        raise RegistreError(CODE_INCONNU)
    return trouvee


def _find_opsn(opsn_id: str) -> str:
    if opsn_id not in set(porte.get_gate().list_opsn()["opsn_id"]):
        raise RegistreError("Choisissez l'OPSN dans la liste.")
    return opsn_id


def _reject() -> None:
    _clear(done=run_geste(_reject_demande))


def _clear(*, done: bool) -> None:
    """Répondue, la demande fait place à la suivante, qui n'en reprend ni le code, ni le motif."""
    if done:
        st.session_state.update(VIDES)


def _reject_demande(operateur: Operateur) -> str:
    numero, motif = _read_numero("demande-numero"), str(st.session_state.get("demande-motif") or "")
    reject_demande(operateur, numero, motif)
    return f"La demande n° {numero} est refusée : la personne lira le motif."


def _render_droits(droits: pd.DataFrame) -> None:
    lignes = [
        (d["acces_id"], d["compte"], ROLES[d["role"]], _describe_etendue(d), d["siret"] or SANS_SIRET,
         _write_instant(d["accorde_le"]), d["accorde_par"], _write_instant(d["expire_le"]))
        for d in droits.to_dict("records")
    ]  # fmt: skip
    colonnes = ("numero", "compte", "role", "etendue", "siret", "accorde_le", "par_qui", "dernier_jour")
    render_tableau(build_tableau(lignes, colonnes), "Droits en cours")
    noms = {int(n): f"n° {n}\u202f: {c}" for n, c in zip(droits["acces_id"], droits["compte"], strict=True)}
    with st.form("administrer-droit", border=True):
        st.selectbox("Droit", list(noms), format_func=noms.__getitem__, key="droit-numero")
        with st.container(horizontal=True):
            st.form_submit_button("Retirer ce droit", on_click=_remove)
            st.form_submit_button("Fermer les sessions de ce compte", on_click=_close)


def _remove() -> None:
    run_geste(_remove_droit)


def _remove_droit(operateur: Operateur) -> str:
    numero = _read_numero("droit-numero")
    remove_droit(operateur, numero)
    return f"Le droit n° {numero} est retiré : il ne sert plus au prochain geste de la personne."


def _close() -> None:
    run_geste(_close_sessions)


def _close_sessions(operateur: Operateur) -> str:
    droits = operateur.registre.lister().set_index("acces_id")["compte"]
    numero = _read_numero("droit-numero")
    if numero not in droits.index:
        raise RegistreError(NUMERO_INCONNU)
    fermees = close_sessions(operateur, str(droits[numero]))
    return f"Sessions fermées pour le compte {droits[numero]} : {fermees}."


def _read_numero(cle: str) -> int:
    valeur = st.session_state.get(cle)
    # Un registre ne compte pas au-delà, et le refuserait d'une trace.
    if not isinstance(valeur, int) or isinstance(valeur, bool) or not 0 < valeur < 2**31:
        raise RegistreError(NUMERO_INCONNU)
    return valeur


def _describe_etendue(droit: dict[Any, Any]) -> str:
    plus = [
        mot for champ, mot in (("cyber", "cybersécurité"), ("nominatif", "réponses nommées")) if droit[champ]
    ]
    return ", ".join([m for m in (droit["collectivite_id"], droit["opsn_id"]) if m] + plus)


def _write_instant(instant: Any) -> str:
    """« 28 novembre 2026, 14:05 » (UTC) ; vide si la date manque."""
    if pd.isna(instant):
        return ""
    lu = datetime.fromisoformat(str(instant))
    return f"{format_date(lu)}, {lu:%H:%M}"
