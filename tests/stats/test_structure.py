"""L'écart à structure égale : nul quand la structure explique tout, retrouvé quand elle n'explique rien."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from barometre.stats.design import Design
from barometre.stats.perturbation import Perturbation
from barometre.stats.publication import publish_counts
from barometre.stats.structure import _project, _publish, compare_adjusted


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


def test_l_ecart_a_structure_egale_publie_se_refait_a_la_main() -> None:
    """Un groupe, une constante : l'écart de deux moyennes pesées, leurs bruits, celui de la structure."""
    hasard, n = np.random.default_rng(9), 90
    dedans = np.arange(n) % 3 == 0
    y = (hasard.random((n, 1)) < 0.4).astype(float)
    w = hasard.uniform(1, 4, n)
    c = np.where(dedans, w / w[dedans].sum(), -w / w[~dedans].sum())
    simple = np.where(dedans, 1 / 30, -1 / 60)
    portee = np.abs(c - simple).max()
    membres, autres = (csr_array(m[None, :].astype(float)) for m in (dedans, ~dedans))
    for graine in range(4):
        cles = Perturbation(np.random.default_rng(graine).integers(0, 2**64, n, dtype=np.uint64))
        plan = Design(None, 360.0, w, perturbation=cles)
        projection = _project(plan, np.ones(n, dtype=bool), dedans.astype(float)[:, None], np.ones((n, 1)))
        ecart, se, publie = _publish(plan, projection, y, ["q"])
        assert publie == publish_counts(cles, np.array([[30.0]]), y, membres)
        d_1, d_0 = (cles.draw_share(m, y, ["q"])[0, 0] for m in (membres, autres))
        e = cles.draw_gap(membres, y, ["q"])[0, 0]
        assert ecart[0, 0] == pytest.approx(c @ y[:, 0] + d_1 / 30 - d_0 / 60 + e * portee)
        second = cles.draw_second(membres, y, ["q"], publie)[0, 0]
        p = (y[dedans].sum() + d_1 + second) / 30
        variance = p * (1 - p) * (1 - n / 360) * (c**2).sum()
        variance += cles.share_variance * (1 / 30**2 + 1 / 60**2) + cles.gap_law.variance * portee**2
        assert se[0, 0] == pytest.approx(np.sqrt(variance))
