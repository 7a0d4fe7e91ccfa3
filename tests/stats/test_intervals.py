"""Wilson sur un effectif, réel ou efficace, Newcombe, Student, logit."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from barometre.stats import intervals
from tests.stats.reference_data import get_by_key

REFERENCE = "10_intervals"


@pytest.mark.parametrize(("side", "rank"), [("lo", 0), ("hi", 1)])
def test_counts(side: str, rank: int) -> None:
    attendu = get_by_key(REFERENCE, "interval", f"wilson_{side}")
    oui, n = np.array([cle.split("/") for cle in attendu.index], dtype=float).T
    np.testing.assert_allclose(intervals.wilson_effective(oui / n, n)[rank], attendu, atol=1e-12)


@pytest.mark.parametrize(("side", "rank"), [("lo", 0), ("hi", 1)])
def test_effective_sizes(side: str, rank: int) -> None:
    attendu = get_by_key(REFERENCE, "effective_n", f"wilson_{side}")
    p, n = np.array([re.findall(r"=([\d.]+)", cle) for cle in attendu.index], dtype=float).T
    np.testing.assert_allclose(intervals.wilson_effective(p, n)[rank], attendu, atol=1e-12)


def test_newcombe() -> None:
    attendu = get_by_key(REFERENCE, "newcombe", "lo")
    oui_1, n_1, oui_2, n_2 = np.array([cle.split(",") for cle in attendu.index], dtype=float).T
    bas, haut = intervals.newcombe_effective(oui_1 / n_1, n_1, oui_2 / n_2, n_2)
    np.testing.assert_allclose(bas, attendu, atol=1e-12)
    np.testing.assert_allclose(haut, get_by_key(REFERENCE, "newcombe", "hi"), atol=1e-12)
    difference = get_by_key(REFERENCE, "newcombe", "diff_p2_minus_p1")
    np.testing.assert_allclose(oui_2 / n_2 - oui_1 / n_1, difference, atol=1e-12)


@given(n=st.integers(1, 5000), part=st.floats(0, 1), level=st.sampled_from([0.8, 0.95, 0.998]))
def test_an_interval_never_collapses(n: int, part: float, level: float) -> None:
    oui = round(part * n)
    bas, haut = (float(b) for b in intervals.wilson_effective(oui / n, n, level))
    assert 0 <= bas <= oui / n <= haut <= 1 or np.isclose([bas, haut], oui / n, atol=1e-12).any()
    assert haut - bas > 0


def test_student_quantile() -> None:
    attendu = [stats.t.ppf(0.975, 5), stats.norm.ppf(0.975), np.nan]
    np.testing.assert_allclose(intervals.student_quantile([5, np.inf, 0], 0.95), attendu)


def test_a_logit_interval_stays_inside_where_a_symmetric_one_does_not() -> None:
    bas, haut = intervals.logit(0.04, 0.03, 14)
    assert 0 < bas < 0.04 < haut < 1
    assert intervals.student(0.04, 0.03, 14)[0] < 0
