"""Entonnoirs, tests multiples, contrastes entre groupes."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from barometre.stats.contrasts import (
    adjust_p_values,
    compare_domains,
    estimate_contrasts,
    get_funnel_limits,
)
from barometre.stats.domains import sum_domains
from barometre.stats.estimation import Design, estimate_proportions, read_membership
from barometre.stats.perturbation import Perturbation
from tests.stats.reference_data import get_by_key, load_wave

REFERENCE = "13_compare"


def test_funnel_limits() -> None:
    colonnes = {
        "binom_k_lo": "count_low",
        "binom_k_hi": "count_high",
        "normal_lo": "normal_low",
        "normal_hi": "normal_high",
        "score_lo": "score_low",
        "score_hi": "score_high",
    }
    for quantite, colonne in colonnes.items():
        for cle, attendu in get_by_key(REFERENCE, "funnel", quantite).items():
            p0, n, alpha = (float(x) for x in re.findall(r"=([\d.]+)", str(cle)))
            assert get_funnel_limits(p0, n, 1 - alpha)[colonne][0] == pytest.approx(attendu, abs=1e-12)


def test_interpolated_limits_stay_within_one_count() -> None:
    limites = get_funnel_limits(0.3, [10, 40, 200], 0.95)
    for cote in ("low", "high"):
        ecart = limites[f"count_{cote}"] - limites[f"exact_{cote}"] * limites["n"]
        assert ecart.between(0, 1).all() or (limites[f"exact_{cote}"] == 0).any()
    largeurs = limites["exact_high"] - limites["exact_low"]
    assert largeurs.is_monotonic_decreasing
    assert limites.iloc[-1][["exact_low", "exact_high"]].tolist() == pytest.approx(
        [0.2365, 0.3635], abs=0.006
    )


def test_multiple_tests() -> None:
    p = get_by_key(REFERENCE, "class", "p_exact")
    attendu = get_by_key(REFERENCE, "adjusted", "bh")
    corrigees = adjust_p_values(p[attendu.index])
    np.testing.assert_allclose(corrigees, attendu, atol=1e-12)
    np.testing.assert_allclose(corrigees, stats.false_discovery_control(p[attendu.index]), atol=1e-12)


def test_missing_p_values_are_left_out_of_the_count() -> None:
    np.testing.assert_allclose(adjust_p_values([0.01, np.nan, 0.04]), [0.02, np.nan, 0.04])


def test_a_group_is_compared_to_the_others() -> None:
    wave = load_wave(1)
    design, opsn = wave.design(), wave.answers["opsn"]
    calcule = estimate_contrasts(design, wave.answers[["q01"]], opsn).set_index("opsn")
    couples = compare_domains(design, wave.answers[["q01"]], opsn == "0", opsn == "1").iloc[0]
    # Deux groupes : chacun est « le reste » de l'autre.
    assert calcule.loc["1", "difference"] == pytest.approx(couples["difference"])
    assert calcule.loc["0", "difference"] == pytest.approx(-couples["difference"])
    assert calcule.loc["1", "se"] == pytest.approx(couples["se"])
    assert calcule["class_998"].to_dict() == {"0": -1, "1": 1}  # 32 % contre 19 %
    ligne = calcule.loc["1"]
    for nom, queue in (("95", 0.025), ("998", 0.001)):
        demi = stats.t.isf(queue, ligne["df"]) * ligne["se"]
        assert ligne[f"high_{nom}"] - ligne["difference"] == pytest.approx(demi)


def test_a_reference_group_is_not_compared_to_itself() -> None:
    wave = load_wave(1)
    calcule = estimate_contrasts(wave.design(), wave.answers[["q01", "q02"]], wave.answers["type"], "commune")
    assert calcule["type"].tolist() == ["departement", "epci"] * 2
    parts = estimate_proportions(wave.design(), wave.answers[["q01"]], wave.answers["type"]).set_index("type")
    ligne = calcule[(calcule["item"] == "q01") & (calcule["type"] == "epci")].iloc[0]
    assert ligne["difference"] == pytest.approx(parts.loc["epci", "p"] - parts.loc["commune", "p"])


def test_small_groups_use_newcombe_and_never_a_null_variance() -> None:
    groupes = pd.Series(["a"] * 4 + ["b"] * 40)
    reponses = pd.DataFrame({"q": [1.0] * 4 + [1.0, 0.0] * 20})
    calcule = estimate_contrasts(Design(None, None, pd.Series(1.0, reponses.index)), reponses, groupes)
    ligne = calcule[calcule["group"] == "a"].iloc[0]
    # 4 sur 4 contre 20 sur 40 : l'intervalle de Newcombe passe par 0, rien n'est démontré.
    assert ligne["low_95"] < 0 < ligne["high_95"]
    assert ligne["class_95"] == 0


def test_une_unite_sans_groupe_n_est_dans_aucun_des_deux() -> None:
    """Dix « a » (4 oui), vingt « b » (10 oui), cinquante sans groupe, toutes à oui : sans effet."""
    groupes = pd.Series(["a"] * 10 + ["b"] * 20 + [None] * 50, name="g", dtype="object")
    reponses = pd.DataFrame({"q": [1.0] * 4 + [0.0] * 6 + [1.0, 0.0] * 10 + [1.0] * 50})
    ligne = estimate_contrasts(Design(None, None, pd.Series(1.0, reponses.index)), reponses, groupes).iloc[0]
    assert (ligne["n"], ligne["n_reference"]) == (10, 20)
    assert ligne["difference"] == pytest.approx(0.4 - 0.5)
    assert ligne["df"] == 10 - 1  # le plus petit des deux groupes borne ce que l'on sait de la variance


def test_le_contraste_publie_porte_le_bruit_de_ses_deux_groupes() -> None:
    hasard = np.random.default_rng(4)
    cles = Perturbation(hasard.integers(0, 2**64, 120, dtype=np.uint64))
    plan = Design(None, 400.0, hasard.uniform(1, 5, 120), perturbation=cles)
    reponses = pd.DataFrame({"q": np.tile([1.0, 0, 0], 40)})
    premier = np.arange(120) < 50
    sommes = sum_domains(
        plan, reponses.to_numpy(), read_membership(plan, np.column_stack([premier, ~premier])), ["q"]
    )
    ligne = compare_domains(plan, reponses, premier, ~premier).iloc[0]
    assert (sommes.noise > 0).all()
    assert ligne["se"] ** 2 == pytest.approx((sommes.variance + sommes.noise).sum())
    assert ligne["difference"] == pytest.approx(sommes.estimate[1, 0] - sommes.estimate[0, 0])
