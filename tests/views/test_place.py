"""Une donnée de l'État : en tête, en petit avec sa date, ou cachée et pourquoi."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from barometre.catalogue import load_catalogue
from barometre.domain.indicateur import Indicateur
from barometre.views.lecture.libelles import lower_initiale
from barometre.views.lecture.place import Place, Relevee, format_mesure, judge_place

JOUR = date(2026, 11, 28)
FIBRE, RECENTE = "fibre_part_raccordable", "fibre_deploiement"


def _carte(id_: str) -> Indicateur:
    return load_catalogue().get_indicateur(id_)


@pytest.mark.parametrize(
    ("relevee", "remplacee", "place", "mot"),
    [
        pytest.param(Relevee(0.3, "2018-03", 34_875, 34_875), False, "en_petit", "", id="fibre-de-2018"),
        pytest.param(Relevee(0.3, "2018-03", 34_875, 34_875), True, "cachee", "trop ancien", id="remplacee"),
        pytest.param(Relevee(0.0, "2018-03", 17, 17), False, "cachee", "trop ancien", id="zero-a-mayotte"),
        pytest.param(
            Relevee(0.75, "2026-01", 4, 2_215), False, "cachee", "trop partiel", id="quatre-communes"
        ),
        pytest.param(Relevee(0.75, "2026-01", 1_108, 2_215), False, "en_tete", "", id="assez-de-communes"),
        pytest.param(Relevee(0.75, "2026-01"), True, "en_petit", "", id="recente-mais-remplacee"),
        pytest.param(Relevee(0.0, "2026-01", 17, 17), False, "en_tete", "", id="zero-d-aujourd-hui"),
        pytest.param(Relevee(0.3, "sans date"), False, "en_tete", "", id="sans-date"),
    ],
)
def test_la_place_suit_l_age_et_la_part_connue(
    relevee: Relevee, remplacee: bool, place: Place, mot: str
) -> None:
    verdict = judge_place(_carte(FIBRE), relevee, JOUR, _carte(RECENTE) if remplacee else None)
    assert (verdict.place, verdict.mot) == (place, mot)
    assert bool(verdict.raison) == (place != "en_tete")
    if remplacee:
        assert _carte(RECENTE).titre in verdict.raison


@given(
    st.sampled_from(load_catalogue().list_indicateurs(origine="mesure")),
    st.integers(0, 50),
    st.integers(1, 50),
    st.integers(2000, 2026),
)
def test_vieillir_ou_mieux_connaitre_ne_se_contredit_pas(
    carte: Indicateur, n: int, total: int, annee: int
) -> None:
    """Une valeur plus jeune, connue de plus d'unités, n'est jamais moins montrée."""
    rang = {"en_tete": 0, "en_petit": 1, "cachee": 2}
    avant = judge_place(carte, Relevee(0.5, str(annee), min(n, total), total), JOUR)
    apres = judge_place(carte, Relevee(0.5, str(annee + 1), min(n + 1, total), total), JOUR)
    assert rang[apres.place] <= rang[avant.place]


def test_un_fait_d_une_collectivite_se_lit_oui_ou_non() -> None:
    presence = _carte("france_services_presence")
    assert format_mesure(presence, 1.0, propre=True) == "oui"
    assert format_mesure(presence, 0.0, propre=True) == "non"
    assert "%" in format_mesure(presence, 1.0, propre=False)
    assert "%" in format_mesure(_carte(FIBRE), 1.0, propre=True)


def test_au_dessus_des_communes_un_fait_dit_de_quoi_il_est_la_part() -> None:
    """« Une commune rurale : 47 % », sur la fiche d'une intercommunalité, ne disait pas de quoi."""
    assert format_mesure(_carte("france_services_presence"), 0.25, propre=False).endswith("% des communes")
    assert "communes" not in format_mesure(_carte(FIBRE), 0.25, propre=False)


def test_l_elision_n_est_pas_un_sigle() -> None:
    """« faute de précision : L’âge de remplacement » ; un sigle et un pays gardent leur majuscule."""
    assert lower_initiale("L’âge de remplacement") == "l’âge de remplacement"
    assert [lower_initiale(nom) for nom in ("EPCI de 5 000", "France", "Un site")] == [
        "EPCI de 5 000",
        "France",
        "un site",
    ]
