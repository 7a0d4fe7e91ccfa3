"""Face à R 4.2.2 et survey 4.1-1 : p_g recalé, structure égale, standardisation, Cochran, propensions.

`reference/participation.R` redonne les valeurs.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import special, stats
from scipy.sparse import csr_array

from barometre.stats.bias import describe_response
from barometre.stats.cochran import check_cochran
from barometre.stats.design import Design
from barometre.stats.prudence import compute_slopes, shift
from barometre.stats.standardisation import adjust_domains
from barometre.stats.structure import compare_adjusted
from tests.stats.reference_data import FOLDER, MARGINS, load_wave

TRANCHES = {
    "c1_<500": 0, "c2_500-999": 0, "c3_1000-3499": 1, "c4_3500-9999": 1, "c5_10000+": 1, "e_epci": 2,
}  # fmt: skip
COMMUNES = ["c1_<500", "c2_500-999", "c3_1000-3499", "c4_3500-9999"]


@pytest.fixture(scope="module")
def survey() -> pd.Series:
    table = pd.read_csv(FOLDER / "participation.csv", dtype={"key2": str}, keep_default_na=False)
    return table.set_index(["case", "key", "key2"])["value"].astype(float)


def _build_plain() -> Design:
    """La vague 1 sans calage, poids de base et population finie : le `svydesign` de la référence."""
    vague = load_wave(1)
    return Design(vague.answers["strate"], vague.population, vague.base_weights)


@pytest.mark.parametrize("item", ["q01", "q02", "q04"])
@pytest.mark.parametrize("g", [0.8, 1.25, 1.5, 2.0])
def test_p_g_est_le_recalage_de_rake(survey: pd.Series, item: str, g: float) -> None:
    vague = load_wave(1)
    plan, valeurs = vague.design(), vague.answers[[item]].to_numpy(dtype=float)
    tout = csr_array(np.ones((1, plan.size)))
    pentes = compute_slopes(plan, valeurs, tout, g)
    repondu = np.isfinite(valeurs[:, 0])
    p = np.average(valeurs[repondu, 0], weights=plan.weights[repondu])
    assert float(shift(p, pentes.low[0, 0], g)) == pytest.approx(survey["p_g", item, f"{g:g}"], abs=2e-5)


def test_l_ecart_a_structure_egale_est_celui_de_svyglm(survey: pd.Series) -> None:
    vague = load_wave(1)
    lignes = compare_adjusted(
        _build_plain(), vague.answers[["q01"]], vague.answers["region"], vague.answers[["strate", "opsn"]]
    )
    ligne = lignes[lignes["region"].eq("R05")].iloc[0]
    assert ligne["difference"] == pytest.approx(survey["structure", "R05", "difference"], abs=1e-9)
    assert ligne["se"] == pytest.approx(survey["structure", "R05", "se"], rel=1e-6)


def test_la_standardisation_est_celle_de_svycontrast(survey: pd.Series) -> None:
    """Le centre, et l'intervalle logit que donne l'erreur type de survey."""
    vague = load_wave(1)
    tranches = vague.answers["strate"].map(TRANCHES).fillna(-1).to_numpy(dtype=np.intp)
    effectifs = vague.population.groupby(vague.population.index.map(TRANCHES)).sum().to_numpy()
    ici = vague.answers["region"].eq("R05").to_numpy(dtype=float)
    e = adjust_domains(
        _build_plain(), vague.answers[["q01"]], csr_array(ici[None, :]), tranches,
        effectifs / effectifs.sum(), np.ones((1, 1)), minimums=np.array([2]),
    )  # fmt: skip
    p, se = survey["standardisation", "R05", "p"], survey["standardisation", "R05", "se"]
    assert e.p[0, 0] == pytest.approx(p, abs=1e-9)
    presents = vague.answers[(ici > 0) & (tranches >= 0)]
    df = len(presents) - presents["strate"].nunique()
    demi = stats.t.ppf(0.975, df) * se / (p * (1 - p))
    np.testing.assert_allclose(
        [e.low[0, 0], e.high[0, 0]], special.expit(special.logit(p) + demi * np.array([-1, 1])), atol=1e-6
    )


@pytest.mark.parametrize(("loi", "pas"), [("normale", 1), ("exacte", 40)])
def test_cochran_est_celui_de_mantelhaen_test(survey: pd.Series, loi: str, pas: int) -> None:
    reponses = load_wave(1).answers.iloc[::pas]
    retenues = reponses[reponses["strate"].isin(COMMUNES)]
    groupe = pd.crosstab(retenues["strate"], [retenues["opsn"], retenues["q01"]]).to_numpy(dtype=float)
    n0, oui0, n1, oui1 = groupe[:, :2].sum(1), groupe[:, 1], groupe[:, 2:].sum(1), groupe[:, 3]
    p = check_cochran(*(x[:, None] for x in (n1, oui1, n0, oui0)))[0]
    assert p == pytest.approx(survey["cmh", loi, "p"], rel=1e-6)


def test_le_cv_des_propensions_est_celui_de_glm(survey: pd.Series) -> None:
    """Le cadre est ici la vague 1, et ont répondu celles qui sont aussi dans la vague 2."""
    cadre = load_wave(1).answers
    repondu = cadre.index.isin(load_wave(2).answers.index)
    total = describe_response(cadre, repondu, list(MARGINS)).iloc[0]
    assert total["cv"] == pytest.approx(survey["propensions", "", "cv"], rel=1e-5)
    assert total["noise"] == pytest.approx(survey["propensions", "", "noise"], rel=1e-9)
