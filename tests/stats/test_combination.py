"""Une part d'ensemble recomposée de parts publiées : calculs à la main, puis contre un tirage simple."""

from __future__ import annotations

import numpy as np
import pytest

from barometre.stats.combination import Parts, combine_proportions
from barometre.stats.intervals import wilson_effective


def _parts(*groupes: tuple[float, float, float, float, float]) -> Parts:
    """(effectif, n, part, bas, haut) par groupe."""
    effectif, n, p, bas, haut = (np.array(c, dtype=float) for c in zip(*groupes, strict=True))
    return Parts(effectif, n, n, p, p, bas, haut)


def test_la_part_est_ponderee_par_l_effectif_et_non_par_les_reponses() -> None:
    combinee = combine_proportions(_parts((300, 50, 0.2, 0.1, 0.4), (100, 50, 0.6, 0.5, 0.8)))
    assert combinee.p == pytest.approx(0.3)  # (300 × 0,2 + 100 × 0,6) / 400
    assert combinee.raw == pytest.approx(0.4)  # (50 × 0,2 + 50 × 0,6) / 100
    assert combinee.low == pytest.approx(0.3 - np.hypot(0.75 * 0.1, 0.25 * 0.1))
    assert combinee.high == pytest.approx(0.3 + np.hypot(0.75 * 0.2, 0.25 * 0.2))
    assert combinee.n_eff == pytest.approx(80)  # 1 / (0,75²/50 + 0,25²/50)


def test_un_seul_groupe_reste_lui_meme() -> None:
    combinee = combine_proportions(_parts((10, 40, 0.5, 0.35, 0.65)))
    assert (combinee.p, combinee.low, combinee.high) == pytest.approx((0.5, 0.35, 0.65))


def test_jamais_a_et_c_sous_trente_reponses() -> None:
    large = combine_proportions(_parts((900, 900, 0.5, 0.47, 0.53), (900, 900, 0.5, 0.47, 0.53)))
    assert large.grade == "B"
    assert combine_proportions(_parts((90, 12, 0.5, 0.25, 0.75), (90, 12, 0.5, 0.25, 0.75))).grade == "C"


def test_les_bornes_restent_entre_zero_et_un() -> None:
    combinee = combine_proportions(_parts((1, 10, 0.0, 0.0, 0.3), (1, 10, 1.0, 0.7, 1.0)))
    assert 0 <= combinee.low < combinee.p < combinee.high <= 1


def test_l_intervalle_couvre_a_peu_pres_ce_qu_il_annonce() -> None:
    hasard = np.random.default_rng(20261128)
    effectifs, vraies, n = np.array([900.0, 300.0, 100.0]), np.array([0.15, 0.4, 0.7]), np.array([60, 50, 40])
    cible = float(effectifs @ vraies / effectifs.sum())
    couverts = 0
    for oui in hasard.binomial(n, vraies, size=(2000, 3)):
        bas, haut = wilson_effective(oui / n, n)
        combinee = combine_proportions(
            Parts(effectifs, n.astype(float), n.astype(float), oui / n, oui / n, bas, haut)
        )
        couverts += combinee.low <= cible <= combinee.high
    assert 0.93 <= couverts / 2000 <= 0.975
