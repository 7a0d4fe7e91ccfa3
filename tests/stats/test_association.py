"""La comparaison à des unités comparables : comptes à la main."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from barometre.stats.association import adjust_p_values, compare_standardised


def _cas() -> tuple[pd.DataFrame, pd.Series, pd.Series]:
    """Petite strate : 2 bénéficiaires (1 oui), 4 autres (1 oui) ; grande : 2 (2 oui) et 2 (1 oui)."""
    strates = ["petite"] * 6 + ["grande"] * 4 + ["seule"]
    traites = [True, True, False, False, False, False, True, True, False, False, True]
    reponses = [1, 0, 1, 0, 0, 0, 1, 1, 1, 0, 1]
    return pd.DataFrame({"site": reponses}), pd.Series(traites), pd.Series(strates)


def test_la_difference_est_prise_par_strate() -> None:
    ligne = compare_standardised(*_cas()).iloc[0]
    assert (ligne["n_1"], ligne["n_0"]) == (4, 6)  # la strate sans comparable est laissée de côté
    assert ligne["p_1"] == pytest.approx(0.75)  # ½ × 1/2 + ½ × 2/2
    assert ligne["p_0"] == pytest.approx(0.375)  # ½ × 1/4 + ½ × 1/2
    assert ligne["difference"] == pytest.approx(0.375)
    # ¼ × (¼/1 + 3/16/3) + ¼ × (0 + ¼/1)
    assert ligne["se"] == pytest.approx(np.sqrt(0.25 * (0.25 + 0.0625) + 0.25 * 0.25))
    assert ligne["bas"] < ligne["difference"] < ligne["haut"]


def test_sans_reponse_n_est_pas_un_non() -> None:
    reponses, traites, strates = _cas()
    reponses.loc[2, "site"] = np.nan
    ligne = compare_standardised(reponses, traites, strates).iloc[0]
    assert ligne["n_0"] == 5
    assert ligne["p_0"] == pytest.approx(0.25)  # ½ × 0/3 + ½ × 1/2


def test_un_effet_de_taille_ne_fait_pas_une_difference() -> None:
    """Les grandes sont équipées et bénéficiaires, les petites ni l'un ni l'autre : à taille égale, rien."""
    strates = pd.Series(["petite"] * 100 + ["grande"] * 100)
    traites = pd.Series([i % 10 == 0 for i in range(100)] + [i % 10 != 0 for i in range(100)])
    reponses = pd.DataFrame({"site": [0.0] * 100 + [1.0] * 100})
    ligne = compare_standardised(reponses, traites, strates).iloc[0]
    assert ligne["difference"] == 0
    brute = reponses["site"][traites].mean() - reponses["site"][~traites].mean()
    assert brute == pytest.approx(0.8)  # 90 / 100 − 10 / 100


def test_sans_strate_commune_il_n_y_a_pas_d_effectif() -> None:
    ligne = compare_standardised(
        pd.DataFrame({"site": [1.0, 0.0]}), pd.Series([True, False]), pd.Series(["a", "b"])
    ).iloc[0]
    assert (ligne["n_1"], ligne["n_0"]) == (0, 0)


def test_correction_des_comparaisons_multiples() -> None:
    p = pd.Series([0.01, np.nan, 0.04])
    assert adjust_p_values(p).tolist()[::2] == pytest.approx([0.02, 0.04])  # 0,01 × 2 / 1 ; 0,04 × 2 / 2
    assert np.isnan(adjust_p_values(p)[1])
    assert adjust_p_values(pd.Series([np.nan])).isna().all()
