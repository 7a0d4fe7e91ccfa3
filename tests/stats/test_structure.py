"""L'écart à structure égale : nul quand la structure explique tout, retrouvé quand elle n'explique rien."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from barometre.stats.design import Design
from barometre.stats.structure import compare_adjusted


def _cas(effet: float) -> tuple[Design, pd.DataFrame, pd.Series, pd.DataFrame]:
    """La région « a » a surtout des petites ; 10 % des petites sont équipées, 70 % des grandes."""
    hasard = np.random.default_rng(5)
    region = pd.Series(np.repeat(["a", "b"], 1500), name="region")
    grande = hasard.random(3000) < np.where(region == "a", 0.2, 0.8)
    p = np.where(grande, 0.7, 0.1) + effet * (region == "a")
    reponses = pd.DataFrame({"site": (hasard.random(3000) < p).astype(float)})
    structure = pd.DataFrame({"strate": np.where(grande, "g", "p"), "log": hasard.normal(size=3000)})
    return Design(None, None, np.ones(3000)), reponses, region, structure


@pytest.mark.parametrize("effet", [0.0, 0.15])
def test_l_ecart_est_celui_que_la_structure_n_explique_pas(effet: float) -> None:
    plan, reponses, region, structure = _cas(effet)
    a, b = compare_adjusted(plan, reponses, region, structure).to_dict("records")
    brut = reponses["site"][region == "a"].mean() - reponses["site"][region == "b"].mean()
    assert brut < -0.15  # sans la structure, « a » serait loin derrière
    assert a["difference"] == pytest.approx(effet, abs=3 * a["se"])
    assert a["class_998"] == (1 if effet else 0)
    assert b["difference"] == pytest.approx(-a["difference"])


def test_le_coefficient_et_son_erreur_sont_ceux_des_moindres_carres() -> None:
    plan, reponses, region, structure = _cas(0.1)
    x = np.column_stack([region == "a", np.ones(3000), structure["strate"] == "g", structure["log"]]).astype(
        float
    )
    y = reponses["site"].to_numpy()
    b = np.linalg.lstsq(x, y, rcond=None)[0]
    e, inverse = y - x @ b, np.linalg.inv(x.T @ x)
    sandwich = inverse @ (x.T * e**2) @ x @ inverse  # HC0 ; le plan y ajoute n/(n − 1)
    a = compare_adjusted(plan, reponses, region, structure).iloc[0]
    assert a["difference"] == pytest.approx(b[0])
    assert a["se"] == pytest.approx(np.sqrt(sandwich[0, 0] * 3000 / 2999), rel=1e-6)


def test_un_groupe_qui_est_une_strate_n_a_pas_d_ecart_a_lui() -> None:
    plan, reponses, region, structure = _cas(0.0)
    lignes = compare_adjusted(plan, reponses, region, structure.assign(strate=region))
    assert lignes["difference"].isna().all()
    assert lignes["class_95"].eq(0).all()
