"""Le bruit : sans biais, borné, de variance connue, le même par tous les chemins, rompu par une réponse."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from barometre.stats.contrasts import estimate_contrasts
from barometre.stats.design import Design
from barometre.stats.estimation import estimate_domains
from barometre.stats.perturbation import Law, Perturbation, build_keys

SECRET = "5e" * 32
UNITES = [f"commune-{i:05d}" for i in range(200)]
ITEMS = ["a", "b"]


def _perturbation(secret: str = SECRET) -> Perturbation:
    return Perturbation(build_keys(secret, UNITES), {"a": "q1", "b": "q1", "c": "q2"})


def _draw(dedans: np.ndarray, y: np.ndarray, items: list[str] | None = None) -> np.ndarray:
    valeurs = y.reshape(len(UNITES), -1)
    return _perturbation().draw(csr_array(np.atleast_2d(dedans).astype(float)), valeurs, items or ["a"])


@pytest.mark.parametrize("law", [Law(), Law(2, 1.0), Law(8, 2.0)])
def test_la_loi_est_symetrique_bornee_et_de_variance_connue(law: Law) -> None:
    tirages = law.draw(np.random.default_rng(1).integers(0, 2**64, 200_000, dtype=np.uint64))
    assert np.abs(tirages).max() <= law.maximum
    assert abs(tirages.mean()) < 0.02
    assert tirages.var() == pytest.approx(law.variance, rel=0.02)
    assert law.probabilities @ law.support == pytest.approx(0, abs=1e-12)


def test_les_cles_dependent_du_secret_et_de_l_unite() -> None:
    une, autre = build_keys(SECRET, UNITES), build_keys("a7" * 32, UNITES)
    assert len(np.unique(une)) == len(UNITES)
    assert not (une == autre).any()
    assert (build_keys(SECRET, UNITES[::-1])[::-1] == une).all()


@settings(deadline=None, max_examples=50)
@given(st.lists(st.booleans(), min_size=200, max_size=200), st.integers(0, 199))
def test_les_memes_membres_ont_le_meme_bruit_et_le_non_le_bruit_oppose(oui: list[bool], n: int) -> None:
    y, dedans = np.array(oui, dtype=float), np.arange(200) <= n
    deux = _draw(np.vstack([dedans, dedans]), np.column_stack([y, 1 - y]), ITEMS)
    assert (deux[0] == deux[1]).all()
    assert deux[0, 0] == -deux[0, 1] or y[dedans].sum() * 2 == dedans.sum()


def test_un_membre_hors_du_domaine_ne_change_rien() -> None:
    y = (np.arange(200) % 3 == 0).astype(float)
    autre = y.copy()
    autre[150:] = 1 - autre[150:]
    dedans = np.arange(200) < 150
    assert (_draw(dedans, y) == _draw(dedans, autre)).all()


def test_un_membre_de_plus_donne_un_bruit_sans_rapport_oui_ou_non() -> None:
    """La méthode d'origine gardait le bruit d'un « non » ajouté : l'écart nul le trahissait."""
    rng = np.random.default_rng(3)
    for reponse in (0.0, 1.0):
        bruits = []
        for _ in range(400):
            y = rng.integers(0, 2, 200).astype(float)
            y[100] = reponse
            bruits.append(_draw(np.vstack([np.arange(200) < 100, np.arange(200) < 101]), y)[:, 0])
        avant, apres = np.array(bruits).T
        assert abs(np.corrcoef(avant, apres)[0, 1]) < 0.15


def test_deux_questions_n_ont_pas_le_meme_bruit() -> None:
    y = np.random.default_rng(5).integers(0, 2, 200).astype(float)
    dedans = np.array([np.arange(200) < n for n in range(20, 200)])
    bruits = _draw(dedans, np.column_stack([y, y, y]), ["a", "b", "c"])
    assert (bruits[:, 0] == bruits[:, 1]).all()  # même question : un seul bruit, que l'on ne moyenne pas
    assert not (bruits[:, 0] == bruits[:, 2]).all()


def test_brut_et_redresse_bougent_du_meme_pas_et_l_intervalle_s_elargit() -> None:
    rng = np.random.default_rng(7)
    poids = pd.Series(rng.uniform(1, 5, 200), index=UNITES)
    strates = pd.Series(rng.integers(0, 3, 200), index=UNITES)
    reponses = pd.DataFrame({"a": rng.integers(0, 2, 200).astype(float)}, index=UNITES)
    membres = np.column_stack([np.arange(200) < n for n in (40, 60, 100, 150, 200)])
    exact, brouille = (
        estimate_domains(Design(strates, None, poids, perturbation=p), reponses, membres)
        for p in (None, _perturbation())
    )
    d = np.rint(brouille.n_yes - exact.n_yes)
    assert (d != 0).any()
    np.testing.assert_allclose(brouille.raw - exact.raw, d / exact.n)
    np.testing.assert_allclose(brouille.p - exact.p, d / exact.n)
    assert (brouille.se > exact.se).all()
    assert (brouille.n == exact.n).all()


def test_une_grandeur_bouge_a_la_mesure_de_son_plus_grand_membre() -> None:
    valeurs = pd.DataFrame({"a": [10.0] * 199 + [1000.0]}, index=UNITES)
    design = Design(None, None, pd.Series(1.0, index=UNITES), perturbation=_perturbation())
    moyenne = estimate_domains(design, valeurs, np.ones((200, 1)), kind="mean")
    pas = (1000 - 14.95) / 200
    decalage = (moyenne.p[0, 0] - 14.95) / pas
    assert decalage == pytest.approx(round(decalage), abs=1e-9)
    assert abs(decalage) <= Law().maximum


def test_un_ecart_de_petits_groupes_compte_le_bruit() -> None:
    """Sous 10 oui, Newcombe et le score ignoraient le bruit : du hasard se disait démontré."""
    rng = np.random.default_rng(5)
    poids = pd.Series(1.0, index=UNITES)
    groupes = pd.Series(np.where(np.arange(len(UNITES)) % 4 == 0, "a", "b"), index=UNITES)
    reponses = pd.DataFrame({"a": (rng.random(len(UNITES)) < 0.1).astype(float)}, index=UNITES)
    largeurs = []
    for cles in (None, _perturbation()):
        ligne = estimate_contrasts(Design(None, None, poids, perturbation=cles), reponses, groupes).iloc[0]
        largeurs.append(ligne["high_95"] - ligne["low_95"])
    assert largeurs[1] > largeurs[0] * 1.1


def test_la_note_lit_l_intervalle_brouille() -> None:
    """Largeur et prudence comprennent le bruit ; l'effectif efficace, lui, ne parle que des poids."""
    poids, strates = pd.Series(1.0, index=UNITES), None
    reponses = pd.DataFrame({"a": (np.arange(len(UNITES)) % 2).astype(float)}, index=UNITES)
    membres = np.ones((len(UNITES), 1))
    nette, brouillee = (
        estimate_domains(Design(strates, None, poids, perturbation=p), reponses, membres)
        for p in (None, _perturbation())
    )
    assert brouillee.n_eff[0, 0] == nette.n_eff[0, 0]
    assert (brouillee.high - brouillee.low)[0, 0] > (nette.high - nette.low)[0, 0]
    assert (brouillee.prudence_high - brouillee.prudence_low)[0, 0] > (
        nette.prudence_high - nette.prudence_low
    )[0, 0]
