"""Les départements par modèle : vérité simulée retrouvée, cas limites, saisies fautives."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from barometre.stats.mrp import ModelError, estimate_departements
from tests.stats.cubes import STRATES, draw_respondents, list_parents

TAILLE = 2500


def _frame(seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Un cadre de 35 000 collectivités à effets de territoire et de strate, et ses cellules."""
    rng = np.random.default_rng(seed)
    cadre = draw_respondents(seed, 35_000).drop(columns=["y"])
    effets = {
        "departement": dict.fromkeys(sorted(set(cadre["departement"])), 0.4),
        "region": dict.fromkeys(sorted(set(cadre["region"])), 0.3),
        "strate": dict.fromkeys(STRATES, 0.6),
    }
    eta = -0.4 + 0.5 * (cadre["couverture"] == "adherente") + 0.3 * (cadre["type"] == "epci")
    for colonne, modalites in effets.items():
        tirage = {m: rng.normal(0, ecart) for m, ecart in modalites.items()}
        eta += cadre[colonne].map(tirage)
    cadre["y"] = (rng.random(len(cadre)) < expit(eta)).astype(float)
    cles = ["departement", "region", "strate", "couverture"]
    return cadre, cadre.groupby(cles).size().rename("population").reset_index()


@pytest.fixture(scope="module")
def monde() -> tuple[pd.DataFrame, pd.DataFrame]:
    return _frame(11)


def test_recovers_a_known_truth(monde: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    """Sur 4 mondes × 101 départements : couverture proche de 95 %, et mieux que l'estimation directe."""
    dedans, erreur_modele, erreur_directe = [], [], []
    for seed in range(4):
        cadre, cellules = _frame(20 + seed)
        echantillon = cadre.sample(TAILLE, random_state=seed)
        vrai = cadre.groupby("departement")["y"].mean()
        estime = estimate_departements(echantillon, echantillon["y"], cellules).set_index("territoire")
        vrai = vrai.loc[estime.index]
        dedans += list((estime["low"] <= vrai) & (vrai <= estime["high"]))
        direct = echantillon.groupby("departement")["y"].mean().reindex(vrai.index)
        connus = direct.notna()
        erreur_modele += list((estime["estimate"] - vrai)[connus] ** 2)
        erreur_directe += list((direct - vrai)[connus] ** 2)
    assert len(dedans) > 380
    assert 0.90 < np.mean(dedans) < 0.99
    assert np.mean(erreur_modele) < 0.5 * np.mean(erreur_directe)


def test_an_empty_departement_leans_on_its_region(monde: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    cadre, cellules = monde
    cadre = cadre.assign(y=(cadre["region"] == "region-9").astype(float))
    bruit = np.random.default_rng(0).random(len(cadre)) < 0.15
    cadre.loc[bruit, "y"] = 1 - cadre.loc[bruit, "y"]
    echantillon = cadre.sample(TAILLE, random_state=1)
    vide = next(d for d, r in list_parents().items() if r == "region-9")
    echantillon = echantillon[echantillon["departement"] != vide]
    estime = estimate_departements(echantillon, echantillon["y"], cellules).set_index("territoire")
    assert estime.loc[vide, "n"] == 0
    assert estime.loc[vide, "estimate"] > 0.7  # la région est à 85 %, le pays à moins de 30 %
    largeur = estime["high"] - estime["low"]
    voisins = estime.index.str.startswith("departement-9_") & (estime["n"] > 10)
    assert largeur[vide] > 1.2 * largeur[voisins].mean()


@pytest.mark.parametrize("valeur", [0.0, 1.0])
def test_unanimous_item_never_collapses(monde: tuple[pd.DataFrame, pd.DataFrame], valeur: float) -> None:
    cadre, cellules = monde
    echantillon = cadre.sample(300, random_state=2)
    estime = estimate_departements(echantillon, pd.Series(valeur, index=echantillon.index), cellules)
    assert (np.abs(estime["estimate"] - valeur) < 0.05).all()
    assert ((estime["low"] >= 0) & (estime["high"] <= 1) & (estime["low"] < estime["high"])).all()
    # Trois réponses par département laissent possible une dispersion que l'on n'a pas vue.
    assert (np.abs(estime[["low", "high"]] - valeur).max() < 0.4).all()


def test_same_input_same_output_and_row_order_does_not_matter(
    monde: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    cadre, cellules = monde
    echantillon = cadre.sample(400, random_state=3)
    melange = echantillon.sample(frac=1, random_state=4)
    premier = estimate_departements(echantillon, echantillon["y"], cellules)
    second = estimate_departements(melange, melange["y"], cellules)
    pd.testing.assert_frame_equal(premier, second)


def test_missing_answers_are_outside_and_a_region_has_no_departement(
    monde: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    cadre, cellules = monde
    echantillon = cadre.sample(400, random_state=5)
    conseil = pd.DataFrame(
        {
            "departement": [None],
            "region": ["region-9"],
            "strate": ["region-toutes"],
            "couverture": ["inconnue"],
        }
    )
    tous = pd.concat([echantillon, conseil, echantillon.head(50)], ignore_index=True)
    reponses = pd.Series([*echantillon["y"], 1.0, *[np.nan] * 50])
    estime = estimate_departements(tous, reponses, cellules)
    assert estime["n"].sum() == 400
    assert set(estime["territoire"]) == set(cadre["departement"])


def test_cinquante_reponses_suffisent_au_modele_et_un_departement_sans_collectivite_n_y_est_pas(
    monde: tuple[pd.DataFrame, pd.DataFrame],
) -> None:
    cadre, cellules = monde
    vide = cellules.iloc[[0]].assign(departement="departement-vide", population=0)
    echantillon = cadre.sample(50, random_state=6)
    estime = estimate_departements(echantillon, echantillon["y"], pd.concat([cellules, vide]))
    assert set(estime["territoire"]) == set(cadre["departement"])
    with pytest.raises(ModelError, match="Trop peu de réponses"):
        estimate_departements(echantillon[1:], echantillon["y"][1:], cellules)


def test_l_intervalle_a_le_niveau_demande(monde: tuple[pd.DataFrame, pd.DataFrame]) -> None:
    """De lois presque normales, l'intervalle à 50 % fait un tiers de celui à 95 % (0,674 / 1,96)."""
    cadre, cellules = monde
    echantillon = cadre.sample(600, random_state=7)
    large, moitie = (
        estimate_departements(echantillon, echantillon["y"], cellules, level=niveau) for niveau in (0.95, 0.5)
    )
    rapport = ((moitie["high"] - moitie["low"]) / (large["high"] - large["low"])).median()
    assert rapport == pytest.approx(0.674 / 1.96, abs=0.05)
