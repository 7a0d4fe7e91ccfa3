"""Kitagawa : les deux parties s'ajoutent, et chacune est nulle quand elle doit l'être."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from barometre.stats.decomposition import decompose


def test_un_exemple_a_la_main() -> None:
    # Vague 1 : 80 petites à 20 %, 20 grandes à 70 % → 30 %. Vague 2 : 50 à 30 %, 50 à 70 % → 50 %.
    d = decompose([80, 20], [0.2, 0.7], [50, 50], [0.3, 0.7])
    assert d.changement == pytest.approx(0.20)
    assert d.composition == pytest.approx(0.135)  # −0,3 × 0,25 + 0,3 × 0,7
    assert d.pratique == pytest.approx(0.065)  # 0,1 × 0,65


def test_les_memes_repondantes_tout_est_pratique() -> None:
    d = decompose([10, 30], [0.1, 0.5], [20, 60], [0.4, 0.6])
    assert d.composition == pytest.approx(0.0)
    assert d.pratique == pytest.approx(d.changement)


def test_les_memes_taux_tout_est_composition() -> None:
    d = decompose([10, 30], [0.1, 0.5], [30, 10], [0.1, 0.5])
    assert d.pratique == pytest.approx(0.0)
    assert d.composition == pytest.approx(-0.2)  # 0,2 − 0,4


def test_un_groupe_absent_d_une_vague_est_de_la_composition() -> None:
    d = decompose([10, 0], [0.5, np.nan], [10, 10], [0.5, 0.9])
    assert d.pratique == pytest.approx(0.0)
    assert d.composition == pytest.approx(0.2)  # 0,7 − 0,5


@pytest.mark.parametrize(("n1", "n2"), [([0, 0], [1, 1]), ([1], [1, 1])])
def test_une_vague_vide_ou_d_autres_groupes_se_refusent(n1: list[int], n2: list[int]) -> None:
    with pytest.raises(ValueError, match="vague"):
        decompose(n1, [0.5] * len(n1), n2, [0.5] * len(n2))


PARTS = st.floats(0, 1)
GROUPES = st.lists(st.tuples(st.integers(1, 500), PARTS, st.integers(1, 500), PARTS), min_size=1, max_size=20)


@given(GROUPES)
@settings(deadline=None)
def test_les_deux_parties_s_ajoutent_exactement(groupes: list[tuple[int, float, int, float]]) -> None:
    n1, t1, n2, t2 = (list(x) for x in zip(*groupes, strict=True))
    d = decompose(n1, t1, n2, t2)
    assert d.composition + d.pratique == pytest.approx(d.changement, abs=1e-12)
