"""Ce qui décide d'un verdict, d'une note ou d'une borne : à la limite, et de l'autre côté."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from barometre.stats.allocation import allocate, compute_variance
from barometre.stats.bias import remove_noise
from barometre.stats.change import get_sign, has_enough, mcnemar_exact, pooled_p_value
from barometre.stats.contrasts import adjust_p_values, combine_intervals
from barometre.stats.design import Design
from barometre.stats.difference import compute_e_value
from barometre.stats.estimation import estimate_proportions
from barometre.stats.intervals import newcombe_effective, student_quantile, wilson_effective
from barometre.stats.margins import CalibrationError, read_problem
from barometre.stats.pairing import build_pairing
from barometre.stats.panel import Panel, read_covariance
from barometre.stats.peers import nearest, widen
from barometre.stats.prudence import Slopes, bound_prudence, find_breaking_factor, shift, tilt_share
from barometre.stats.sums import adjust_n_eff


@pytest.mark.parametrize(
    ("n", "oui", "assez"), [(20, 10, True), (19, 10, False), (20, 9, False), (20, 11, False)]
)
def test_dix_oui_et_dix_non(n: int, oui: int, assez: bool) -> None:
    assert has_enough(np.array(n), np.array(oui)) == assez


@pytest.mark.parametrize(
    ("bas", "haut", "p", "sens"),
    [
        (0.01, 0.10, 0.04, 1),
        (-0.10, -0.01, 0.04, -1),
        (0.01, 0.10, 0.06, 0),  # l'intervalle exclut zéro, le test ne le confirme pas
        (-0.01, 0.10, 0.04, 0),  # et l'inverse
        (0.0, 0.10, 0.01, 0),
        (-0.10, 0.0, 0.01, 0),
    ],
)
def test_un_sens_se_dit_si_l_intervalle_et_le_test_le_disent(
    bas: float, haut: float, p: float, sens: int
) -> None:
    assert get_sign(np.array(bas), np.array(haut), np.array(p), 0.95) == sens


def test_le_test_de_deux_parts_est_corrige_de_la_continuite() -> None:
    """De petits effectifs ne démontrent rien de plus que le test exact : 0 sur 10, puis 4 sur 10."""
    p = float(pooled_p_value(*(np.array(x) for x in (0.0, 10.0, 0.4, 10.0))))
    khi_deux = stats.chi2_contingency([[0, 10], [4, 6]], correction=True)
    assert p == pytest.approx(khi_deux.pvalue)
    assert p > 0.05
    assert float(pooled_p_value(*(np.array(x) for x in (0.5, 10.0, 0.5, 10.0)))) == 1.0


def test_un_panel_sans_changement_ne_demontre_rien() -> None:
    assert mcnemar_exact([0, 5, 9], [0, 5, 1]) == pytest.approx([1.0, 1.0, stats.binomtest(1, 10).pvalue])


def test_le_bruit_ote_ne_fait_jamais_un_cv_negatif() -> None:
    assert remove_noise(pd.Series({"cv": 0.3, "noise": 0.05})) == pytest.approx(0.2)
    assert remove_noise(pd.Series({"cv": 0.2, "noise": 0.05})) == 0.0


def test_la_prudence_elargit_des_deux_cotes() -> None:
    pentes = Slopes(np.array([[0.8]]), np.array([[0.6]]))
    bas, haut = bound_prudence(np.array([[0.3]]), np.array([[0.5]]), pentes)
    assert bas == shift(0.3, 0.8, 1.25)
    assert haut == shift(0.5, 0.6, 1 / 1.25)
    assert bas < 0.3
    assert haut > 0.5


def test_le_facteur_qui_sort_de_l_intervalle_est_le_plus_petit_des_deux() -> None:
    p, pentes = np.array([[0.4]]), Slopes(np.array([[1.0]]), np.array([[1.0]]))
    chances = 0.4 / 0.6
    vers_bas, vers_haut = chances / (0.3 / 0.7), (0.6 / 0.4) / chances
    assert vers_bas < vers_haut
    assert find_breaking_factor(p, np.array([[0.3]]), np.array([[0.6]]), pentes) == pytest.approx(vers_bas)
    assert find_breaking_factor(p, np.array([[0.1]]), np.array([[0.6]]), pentes) == pytest.approx(vers_haut)
    # D'une pente nulle, aucun facteur n'en fait sortir de ce côté-là.
    plate = Slopes(np.array([[0.0]]), np.array([[1.0]]))
    assert find_breaking_factor(p, np.array([[0.3]]), np.array([[0.6]]), plate) == pytest.approx(vers_haut)


def test_si_les_oui_repondent_plus_la_part_vraie_est_moindre() -> None:
    assert tilt_share(0.4, 0.7, 1.0) == pytest.approx(0.4)
    assert tilt_share(0.4, 0.7, 2.0) < 0.4 < tilt_share(0.4, 0.7, 0.5)
    assert tilt_share(0.4, 0.0, 2.0) == pytest.approx(0.4)  # un territoire recensé ne bouge pas
    # Sans calage ni recensement (pente 1), les chances sont divisées par g.
    assert tilt_share(0.5, 1.0, 2.0) == pytest.approx(1 / 3)


def test_l_intervalle_d_une_difference_prend_les_bonnes_bornes() -> None:
    """Newcombe (1998), méthode 10 : 56/70 et 48/80, de 0,0524 à 0,3339."""
    bas, haut = newcombe_effective(48 / 80, 80, 56 / 70, 70)
    assert (float(bas), float(haut)) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert [float(x[0]) for x in wilson_effective([0.0], [10])] == pytest.approx([0.0, 0.2775], abs=5e-5)


def test_un_quantile_sans_degre_de_liberte_n_existe_pas() -> None:
    assert np.isnan(student_quantile([0, -1], 0.95)).all()
    assert student_quantile([1, 10, np.inf], 0.95) == pytest.approx([12.7062, 2.2281, 1.96], abs=1e-4)


def test_deux_intervalles_se_combinent_du_cote_de_zero() -> None:
    """Écart de 0,2 ; du côté de zéro, la demi-largeur √(0,03² + 0,04²) ; de l'autre, √(0,06² + 0,08²)."""
    premier, second = np.array([[0.3, 0.22, 0.34]]), np.array([[0.5, 0.47, 0.56]])
    ecart, bas, haut, p = (float(x[0]) for x in combine_intervals(premier, second))
    assert (ecart, bas, haut) == pytest.approx((0.2, 0.15, 0.3))
    assert p == pytest.approx(2 * stats.norm.sf(1.959964 * 0.2 / 0.05))
    ecart, bas, haut, p = (float(x[0]) for x in combine_intervals(second, premier))
    assert (ecart, bas, haut) == pytest.approx((-0.2, -0.3, -0.15))
    assert p == pytest.approx(2 * stats.norm.sf(1.959964 * 0.2 / 0.05))
    # Des estimations liées : leur covariance se retranche.
    lies = combine_intervals(premier, second, 0.5)
    assert float(lies[1][0]) == pytest.approx(0.2 - np.sqrt(0.03**2 + 0.04**2 - 0.03 * 0.04))


def test_les_p_inconnues_ne_comptent_pas_dans_la_correction() -> None:
    p = [0.01, np.nan, 0.04, 0.03, np.nan]
    attendues = stats.false_discovery_control([0.01, 0.04, 0.03])
    corrigees = adjust_p_values(p)
    assert corrigees[[0, 2, 3]] == pytest.approx(attendues)
    assert np.isnan(corrigees[[1, 4]]).all()


def test_la_covariance_d_un_panel_se_lit_de_ses_passages() -> None:
    """Cent aux deux vagues, 20 gains, 10 pertes : (0,24 + 0,25 − (0,3 − 0,1²))/2."""
    panel = Panel(*(np.array([[x]]) for x in (100.0, 20.0, 10.0)))
    assert read_covariance(np.array([[0.4]]), np.array([[0.5]]), panel) == pytest.approx(0.1)
    tous = Panel(*(np.array([[x]]) for x in (100.0, 100.0, 0.0)))
    assert read_covariance(np.array([[0.1]]), np.array([[0.9]]), tous) == pytest.approx(0.09)


def test_un_poids_change_le_plus_semblable() -> None:
    cadre = pd.DataFrame({"unit": ["a", "b", "c"], "x": [0.0, 1.0, 10.0], "y": [0.0, 10.0, 1.0]})
    assert nearest(cadre, "a", ["x", "y"], {"x": 3, "y": 1}, k=1)["unit"].tolist() == ["b"]
    assert nearest(cadre, "a", ["x", "y"], {"x": 1, "y": 3}, k=1)["unit"].tolist() == ["c"]
    proches = nearest(cadre, "a", ["x", "y"], {"x": 3, "y": 1}, k=2)
    assert proches["distance"].tolist() == pytest.approx([(3 * 0.1 + 1) / 4, (3 + 0.1) / 4])
    # Une valeur absente retire sa variable de la paire, et son poids avec elle.
    trou = cadre.assign(y=[0.0, np.nan, 1.0])
    assert nearest(trou, "a", ["x", "y"], {"x": 3, "y": 1}, k=1)["distance"].tolist() == pytest.approx([0.1])
    assert "a" not in nearest(cadre, "a", ["x"], k=5)["unit"].tolist()


def test_une_strate_entiere_ne_recoit_plus_rien() -> None:
    population, n, ecart = np.array([10.0, 100.0]), np.array([10, 10]), np.array([0.5, 0.5])
    assert allocate(population, n, ecart, 5).tolist() == [0, 5]
    with pytest.raises(ValueError, match="Plus de répondantes"):
        allocate(population, np.array([11, 10]), ecart, 5)
    # Une strate recensée n'a pas de variance : il ne reste que l'autre, (100·0,5/110)²·(1/10 − 1/100).
    assert compute_variance(population, n, ecart) == pytest.approx((50 / 110) ** 2 * 0.09)


@pytest.mark.parametrize(
    ("part", "ecart", "existe"),
    [
        (0.4, 0.4, False),
        (0.4, 0.39, True),
        (0.4, -0.6, True),
        (0.4, -0.61, False),
        (0.0, 0.0, False),
        (1.0, 0.5, True),
    ],
)
def test_une_valeur_de_robustesse_demande_deux_parts_possibles(
    part: float, ecart: float, existe: bool
) -> None:
    assert (compute_e_value(part, ecart) is not None) == existe


def test_dix_repondantes_suffisent_a_un_echelon() -> None:
    for n, echelon in ((10, "departement-33"), (9, "france")):
        assert widen([("departement-33", n), ("france", 100)]) == echelon


def test_sans_degre_de_liberte_l_intervalle_est_celui_de_wilson() -> None:
    """Vingt strates de deux, une réponse dans chacune : rien ne dit leur variance."""
    strates = [f"s{k:02}" for k in range(20) for _ in range(2)]
    reponses = np.full(40, np.nan)
    reponses[::2] = np.arange(20) % 2
    plan = Design(strates, dict.fromkeys(set(strates), 10), np.full(40, 5.0))
    ligne = estimate_proportions(plan, pd.DataFrame({"q": reponses})).iloc[0]
    assert ligne["df"] == 0
    assert (ligne["low"], ligne["high"]) == pytest.approx([float(b) for b in wilson_effective(0.5, 20.0)])


def test_deux_marges_qui_different_d_une_unite_sur_mille_se_refusent() -> None:
    echantillon = pd.DataFrame({"type": list("abab"), "taille": list("xxyy")})
    for total, refusee in ((1000.0, False), (1000.5, True)):
        marges = {"type": {"a": 500, "b": 500}, "taille": {"x": 400.0, "y": total - 400}}
        if not refusee:
            assert len(read_problem(echantillon, marges).margins) == 2
            continue
        with pytest.raises(CalibrationError, match="se contredisent"):
            read_problem(echantillon, marges)


def test_une_unite_qui_change_de_strate_est_dans_celle_de_la_seconde_vague() -> None:
    noms = list("uvwxyz")
    plans = [Design(list(s), {"a": 10, "b": 10}, np.full(6, 3.0)) for s in ("aaabbb", "bbbaab")]
    paire = build_pairing(plans[0], noms, plans[1], noms)
    assert (paire.strata == paire.strata[0]).tolist() == [True, True, True, False, False, True]


def test_d_une_part_nulle_le_bruit_reduit_encore_l_effectif() -> None:
    """1/n' = 1/n_eff + bruit/pq ; à 0 ou 1, pq est celui d'une réponse : (1/50)(49/50)."""
    for p in (0.0, 1.0, 0.01):
        assert adjust_n_eff(40, 50, p, 0.0004) == pytest.approx(1 / (1 / 40 + 0.0004 / (0.02 * 0.98)))
    assert adjust_n_eff(40, 50, 0.5, 0.0004) == pytest.approx(1 / (1 / 40 + 0.0004 / 0.25))
    assert adjust_n_eff(40, 50, 0.0, 0.0) == 40
