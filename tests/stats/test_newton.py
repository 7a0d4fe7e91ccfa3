"""Le pas de Newton d'un calage : des marges d'échelles opposées, absentes, ou liées entre elles."""

from __future__ import annotations

import numpy as np
import pytest

from barometre.stats.newton import _step


def test_une_marge_minuscule_et_une_marge_vide_ont_leur_pas() -> None:
    """Sans mise à l'échelle, la plus petite passerait pour liée ; sans garde, la vide diviserait par zéro."""
    pas = _step(np.diag([1e14, 1e-26, 0.0]), np.array([2e14, 3e-26, 0.0]))
    assert pas.tolist() == pytest.approx([2.0, 3.0, 0.0])


def test_deux_marges_liees_se_partagent_le_pas() -> None:
    """À l'arrondi près elles n'en font qu'une : les résoudre à part donnerait un pas de dix milliards."""
    liees = np.array([[1.0, 1 - 1e-13], [1 - 1e-13, 1.0]])
    assert _step(liees, np.array([1.0, 1.001])).tolist() == pytest.approx([0.50025, 0.50025])
