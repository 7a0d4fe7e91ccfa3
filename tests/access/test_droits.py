"""La décision : chaque rôle, chaque sujet, la collectivité du lecteur, son périmètre et toutes les autres."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from barometre.access.droits import Sujet, can_read, explain_refusal, list_lisibles
from barometre.domain.portee import ROLES, Portee

SIENNE, PERIMETRE, AUTRE = "commune-1", "commune-2", "commune-3"
COLLECTIVITES = (SIENNE, PERIMETRE, AUTRE)
# Ce que lit chaque portée, sujet par sujet ; « * » : toutes.
LUS: dict[Portee, dict[str, str]] = {
    Portee(): {},
    Portee("collectivite", SIENNE): {"participation": "1", "reponse": "1", "cyber": "1"},
    Portee("opsn", opsn_id="o"): {"participation": "2", "reponse": "2"},
    Portee("opsn", opsn_id="o", cyber=True): {"participation": "2", "reponse": "2", "cyber": "2"},
    Portee("programme"): {"participation": "*"},
    Portee("programme", cyber=True): {"participation": "*"},
    Portee("programme", nominatif=True): {"participation": "*", "reponse": "*"},
    Portee("programme", nominatif=True, cyber=True): {"participation": "*", "reponse": "*", "cyber": "*"},
    Portee("operateur"): {},
    Portee("operateur", cyber=True, nominatif=True): {},
}
SUJETS: tuple[Sujet, ...] = get_args(Sujet)
portees = st.builds(
    Portee, role=st.sampled_from(ROLES), collectivite_id=st.sampled_from(("", *COLLECTIVITES)),
    opsn_id=st.just("o"), cyber=st.booleans(), nominatif=st.booleans(), simulee=st.booleans(),
)  # fmt: skip


@pytest.mark.parametrize("sujet", SUJETS)
@pytest.mark.parametrize("portee", list(LUS), ids=lambda p: f"{p.role}-{p.cyber}-{p.nominatif}")
def test_chaque_portee_lit_ce_que_dit_la_conception(portee: Portee, sujet: Sujet) -> None:
    attendues = LUS[portee].get(sujet, "")
    lues = [c for c in COLLECTIVITES if can_read(portee, c, sujet, {PERIMETRE})]
    assert lues == [c for c in COLLECTIVITES if attendues == "*" or c[-1] in attendues]


@given(portee=portees, sujet=st.sampled_from(SUJETS), collectivite=st.sampled_from(COLLECTIVITES))
def test_la_liste_la_decision_et_la_phrase_disent_la_meme_chose(
    portee: Portee, sujet: Sujet, collectivite: str
) -> None:
    lisibles = list_lisibles(portee, sujet, {PERIMETRE})
    lit = can_read(portee, collectivite, sujet, {PERIMETRE})
    assert lit == (lisibles is None or collectivite in lisibles)
    assert lit == (not explain_refusal(portee, collectivite, sujet, {PERIMETRE}))


@given(portee=portees, collectivite=st.sampled_from(COLLECTIVITES))
def test_qui_lit_le_plus_sensible_lit_le_reste(portee: Portee, collectivite: str) -> None:
    lus = [can_read(portee, collectivite, sujet, {PERIMETRE}) for sujet in SUJETS]
    assert lus == sorted(lus, reverse=True)


def test_un_refus_dit_ce_qui_manque() -> None:
    assert "droit à part" in explain_refusal(Portee("opsn", opsn_id="o"), PERIMETRE, "cyber", {PERIMETRE})
    assert "périmètre" in explain_refusal(Portee("opsn", opsn_id="o"), AUTRE, "cyber", {PERIMETRE})
    assert "nominatif" in explain_refusal(Portee("programme"), AUTRE)
    assert "n'est pas public" in explain_refusal(Portee(), AUTRE, "participation")
