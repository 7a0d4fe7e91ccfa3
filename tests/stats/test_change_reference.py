"""Les deux vagues de référence : recouvrement, panel, contraste OPSN, Rao-Scott."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from barometre.stats.change import estimate_change
from barometre.stats.contrasts import compare_domains
from barometre.stats.estimation import Design, estimate_means, estimate_proportions
from tests.stats.reference_data import get_by_key, load_wave

REFERENCE = "08_two_waves"
ITEMS = ["q01", "q02", "q04", "q05", "q10"]


def compute_change() -> pd.DataFrame:
    """Comme la référence : sans correction de population finie ni résidus de calage."""
    vagues = [load_wave(1), load_wave(2)]
    arguments = [
        (v.design(finite=False, calibrated=False), v.answers[ITEMS], v.answers.index) for v in vagues
    ]
    return estimate_change(*arguments[0], *arguments[1]).set_index("item")


@pytest.mark.parametrize("number", [1, 2])
def test_each_wave_alone(number: int) -> None:
    wave = load_wave(number)
    calcule = estimate_proportions(wave.design(finite=False), wave.answers[ITEMS]).set_index("item")
    for quantite, colonne in ((f"p{number}", "p"), (f"se{number}", "se")):
        attendu = get_by_key(REFERENCE, "a_independent", quantite)
        np.testing.assert_allclose(calcule[colonne][attendu.index], attendu, atol=1e-9)


def test_change_with_overlap() -> None:
    calcule = compute_change()
    colonnes = {
        "diff": "change",
        "se_diff": "se",
        "lo95": "low",
        "hi95": "high",
        "df": "df",
        "p_two_sided": "p_value",
    }
    for quantite, colonne in colonnes.items():
        attendu = get_by_key(REFERENCE, "b_stacked_overlap", quantite)
        np.testing.assert_allclose(calcule[colonne][attendu.index], attendu, atol=1e-9)
    assert set(calcule["verdict"]) == {"pas de changement démontré"}


def test_panel() -> None:
    calcule = compute_change()
    colonnes = {"n_panel": "n_panel", "n_gain": "gains", "n_loss": "losses", "mcnemar_exact_p": "mcnemar_p"}
    for quantite, colonne in colonnes.items():
        attendu = get_by_key(REFERENCE, "c_panel", quantite)
        np.testing.assert_allclose(calcule[colonne][attendu.index], attendu, atol=1e-12)


@pytest.mark.parametrize("item", ITEMS)
def test_panel_weighted_change(item: str) -> None:
    premiere, seconde = load_wave(1), load_wave(2)
    ecart = (seconde.answers[item] - premiere.answers[item]).dropna()
    poids = seconde.calibration.weights[ecart.index]
    ligne = estimate_means(Design(None, None, poids), ecart.to_frame()).iloc[0]
    assert ecart.mean() == pytest.approx(get_by_key(REFERENCE, "c_panel", "diff_unweighted")[item], abs=1e-9)
    assert ligne["mean"] == pytest.approx(get_by_key(REFERENCE, "c_panel", "diff_weighted")[item], abs=1e-9)
    assert ligne["se"] == pytest.approx(get_by_key(REFERENCE, "c_panel", "se_weighted")[item], abs=1e-9)


def test_opsn_contrast() -> None:
    wave = load_wave(1)
    opsn = wave.answers["opsn"]
    calcule = compare_domains(wave.design(finite=False), wave.answers[ITEMS], opsn == "0", opsn == "1")
    calcule = calcule.set_index("item")
    colonnes = {"p_no": "p_reference", "p_yes": "p", "diff": "difference", "se_diff": "se"}
    for quantite, colonne in colonnes.items():
        attendu = get_by_key(REFERENCE, "d_opsn_wave1", quantite)
        np.testing.assert_allclose(calcule[colonne][attendu.index], attendu, atol=1e-9)
