"""Face à lme4 1.1-31 (R 4.2.2) : le même mode à mêmes dispersions, des dispersions voisines.

`reference/lme4.R` redonne les valeurs. lme4 insère σ : l'intervalle intégré, lui, se juge par la quadrature.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from barometre.stats.mrp_fit import Termes, fit
from barometre.stats.mrp_grille import fit_melange
from tests.stats.reference_data import FOLDER


@pytest.fixture(scope="module")
def lme4() -> pd.DataFrame:
    return pd.read_csv(FOLDER / "lme4_departements.csv")


def _build(lme4: pd.DataFrame) -> tuple[Termes, np.ndarray, np.ndarray]:
    """Une ligne par réponse, et la dernière ligne de chaque département."""
    n = lme4["n"].to_numpy()
    facteurs = [np.repeat(lme4[c].to_numpy(dtype=object), n) for c in ("departement", "region")]
    vide = np.full(n.sum(), "", dtype=object)
    oui = np.concatenate([np.arange(x) < k for x, k in zip(n, lme4["oui"], strict=True)]).astype(float)
    return Termes.build([*facteurs, vide], 0), oui, np.cumsum(n) - 1


def test_a_memes_dispersions_les_memes_effets(lme4: pd.DataFrame) -> None:
    termes, oui, derniers = _build(lme4)
    sigma = lme4[["sigma_departement_0", "sigma_region_0"]].to_numpy()[:1]
    melange = fit_melange(termes, oui, fit(termes, oui), sigma)
    logits = termes.take(derniers).predict(melange.modes[0])
    # Reste la loi a priori de la constante (écart-type 5), que lme4 n'a pas.
    np.testing.assert_allclose(logits, lme4["logit_0"], atol=0.005)


def test_les_dispersions_inserees_sont_voisines(lme4: pd.DataFrame) -> None:
    """Schall restreint (REML) face au maximum de vraisemblance de Laplace, sur huit régions."""
    termes, oui, _ = _build(lme4)
    estimees = np.sqrt(fit(termes, oui).variances[:2])
    attendues = lme4[["sigma_departement_1", "sigma_region_1"]].to_numpy()[0]
    np.testing.assert_allclose(estimees, attendues, atol=0.1)


def test_la_part_integree_reste_pres_de_celle_de_lme4(lme4: pd.DataFrame) -> None:
    termes, oui, derniers = _build(lme4)
    melange = fit_melange(termes, oui, fit(termes, oui))
    parts = expit(termes.take(derniers).predict(melange.modes.T)) @ melange.poids
    np.testing.assert_allclose(parts, expit(lme4["logit_1"]), atol=0.03)
