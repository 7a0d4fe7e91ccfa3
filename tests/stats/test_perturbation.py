"""Le bruit : sans biais, borné, de variance connue, le même par tous les chemins, rompu par une réponse."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from barometre.access.masque_agregats import round_comptes
from barometre.domain.secret import SEUIL_REDRESSE
from barometre.stats.contrasts import estimate_contrasts
from barometre.stats.design import Design
from barometre.stats.domains import sum_domains
from barometre.stats.estimation import DomainEstimates, estimate_domains
from barometre.stats.laws import RAW_LAW, Law, SmoothLaw
from barometre.stats.perturbation import Perturbation, build_keys, has_adjusted

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


def test_un_membre_que_la_question_n_a_pas_atteint_change_aussi_le_bruit() -> None:
    """Deux cellules égales pour une question sous condition diraient le « non » de celle qui les sépare."""
    rng, dedans = np.random.default_rng(8), np.vstack([np.arange(200) < 100, np.arange(200) < 101])
    domaines, paires = csr_array(dedans.astype(float)), []
    for _ in range(400):
        y = rng.integers(0, 2, 200).astype(float)
        y[rng.random(200) < 0.4] = np.nan
        y[100] = np.nan
        cles, valeurs = _perturbation(), y[:, None]
        tires = [tirage(domaines, valeurs, ["a"])[:, 0] for tirage in (cles.draw, cles.draw_gap)]
        paires.append([*tires, cles.draw_counts(domaines, valeurs)[:, 0]])
    for avant, apres in np.array(paires).transpose(1, 2, 0):
        assert abs(np.corrcoef(avant, apres)[0, 1]) < 0.15


def test_les_sommes_gardees_donnent_les_memes_bruits_et_ne_servent_qu_a_leurs_tableaux() -> None:
    rng = np.random.default_rng(5)
    y = np.where(rng.random((200, 2)) < 0.1, np.nan, (rng.random((200, 2)) < 0.4).astype(float))
    cellules = csr_array((rng.random((30, 200)) < 0.3).astype(float))
    cles, n = _perturbation(), np.asarray(cellules @ np.isfinite(y).astype(float))
    cles = cles.draw_again(cles.find_keys(cellules, y, ITEMS)[:5, 0])
    gardees = cles.keep_sums(cellules, y)
    assert gardees.kept is not None
    for autres in (cellules, csr_array(cellules[::-1])):
        for values in (y, y.copy(), np.where(np.isnan(y), y, 1 - y)):
            for nom, reste in (("draw", ()), ("draw_gap", ()), ("draw_second", (n,)), ("find_keys", ())):
                tires = [getattr(c, nom)(autres, values, ITEMS, *reste) for c in (cles, gardees)]
                assert (tires[0] == tires[1]).all()
            assert (cles.draw_counts(autres, values) == gardees.draw_counts(autres, values)).all()
        membres = cles.draw_counts(autres, np.ones((200, 1)))
        assert all((c.draw_members(autres) == membres).all() for c in (cles, gardees))
    # une colonne répétée : ses sommes se répètent
    seule, trois = y[:, :1], np.repeat(y[:, :1], 3, axis=1)
    repetees = cles.keep_sums(cellules, seule).extend_sums(trois)
    assert repetees.kept is not None
    assert repetees.kept.values is trois
    assert (repetees.draw(cellules, trois, "abc") == cles.draw(cellules, trois, "abc")).all()
    # des options de mêmes répondantes, et d'autres qui ne le sont pas : chacune garde ses muettes
    melees = np.column_stack([y, 1 - y, y[::-1]])
    sommes = cles.keep_sums(cellules, melees).kept
    assert sommes is not None
    for k, colonne in enumerate(melees.T):
        sienne = cles.keep_sums(cellules, colonne[:, None]).kept
        assert sienne is not None
        assert (sommes.silent[:, [k]] == sienne.silent).all()
        assert (
            sienne.silent == cellules.astype(bool) @ (np.isnan(colonne)[:, None] * cles.keys[:, None])
        ).all()
    # d'autres répondantes : rien de gardé ne les concerne
    assert gardees.take(np.arange(100)).kept is None
    # des tardives : leurs premières se trient à chaque tirage, rien ne se garde
    tardives = replace(cles, late=np.arange(200) < 20)
    assert tardives.keep_sums(cellules, y) is tardives


def test_deux_questions_n_ont_pas_le_meme_bruit() -> None:
    y = np.random.default_rng(5).integers(0, 2, 200).astype(float)
    dedans = np.array([np.arange(200) < n for n in range(20, 200)])
    bruits = _draw(dedans, np.column_stack([y, y, y]), ["a", "b", "c"])
    assert (bruits[:, 0] == bruits[:, 1]).all()  # même question : un seul bruit, que l'on ne moyenne pas
    assert not (bruits[:, 0] == bruits[:, 2]).all()


@pytest.mark.parametrize("law", [SmoothLaw(), SmoothLaw(2, 1.0), SmoothLaw(8, 2.0)])
def test_la_loi_continue_est_symetrique_bornee_et_de_variance_connue(law: SmoothLaw) -> None:
    tirages = law.draw(np.random.default_rng(1).integers(0, 2**64, 200_000, dtype=np.uint64))
    assert np.abs(tirages).max() <= law.maximum
    assert abs(tirages.mean()) < 0.02
    assert tirages.var() == pytest.approx(law.variance, rel=0.02)
    assert len(np.unique(tirages)) > 199_000  # aucun pas ne s'y lit


def test_le_bruit_de_l_ecart_ne_dit_rien_de_celui_du_compte() -> None:
    y = np.random.default_rng(5).integers(0, 2, 200).astype(float)
    dedans = csr_array(np.array([np.arange(200) < n for n in range(20, 200)]).astype(float))
    valeurs = np.column_stack([y, 1 - y])
    compte, ecart = (t(dedans, valeurs, ITEMS) for t in (_perturbation().draw, _perturbation().draw_gap))
    assert abs(np.corrcoef(compte[:, 0], ecart[:, 0])[0, 1]) < 0.15
    assert (ecart[:, 0] == -ecart[:, 1]).all()  # oui et non d'une même question font toujours cent


def _estimate(poids: np.ndarray) -> tuple[DomainEstimates, DomainEstimates]:
    """Cinq groupes emboîtés, sans clés puis avec."""
    rng = np.random.default_rng(7)
    strates = pd.Series(rng.integers(0, 3, 200), index=UNITES)
    reponses = pd.DataFrame({"a": rng.integers(0, 2, 200).astype(float)}, index=UNITES)
    membres = np.column_stack([np.arange(200) < n for n in (40, 60, 100, 150, 200)])
    exact, brouille = (
        estimate_domains(Design(strates, None, pd.Series(poids, UNITES), perturbation=p), reponses, membres)
        for p in (None, _perturbation())
    )
    return exact, brouille


def test_le_redresse_bouge_avec_le_brut_et_pour_son_compte() -> None:
    poids = np.random.default_rng(8).uniform(1, 5, 200)
    exact, brouille = _estimate(poids)
    total = np.rint(brouille.n_yes - exact.n_yes)
    np.testing.assert_allclose(brouille.raw - exact.raw, (total + _draw_common("draw_fraction")) / exact.n)
    d = _draw_common("draw_share")
    assert (d != 0).any()
    propre = (brouille.p - exact.p - d / exact.n) * exact.n
    inegalites = [np.abs(poids[:n] / poids[:n].mean() - 1).max() for n in (40, 60, 100, 150, 200)]
    assert (np.abs(propre) > 1e-6).all()
    assert (np.abs(propre[:, 0]) <= Law().maximum * np.array(inegalites)).all()
    assert (brouille.n == exact.n).all()


def _draw_common(tirage: str) -> np.ndarray:
    """Le bruit que brut et redressé ont en commun, des cinq groupes de `_estimate`."""
    rng = np.random.default_rng(7)
    rng.integers(0, 3, 200)
    y = rng.integers(0, 2, 200).astype(float)[:, None]
    groupes = csr_array(np.array([np.arange(200) < n for n in (40, 60, 100, 150, 200)]).astype(float))
    return np.asarray(getattr(_perturbation(), tirage)(groupes, y, ["a"]))


def test_le_second_bruit_est_du_brut_seul_et_la_ou_le_redresse_se_lit() -> None:
    """Le redressé, qui se cite, n'en bouge pas ; « oui » et « non » font toujours cent."""
    y = np.random.default_rng(5).integers(0, 2, 200).astype(float)
    tailles = np.arange(15, 200)
    dedans = csr_array((np.arange(200) < tailles[:, None]).astype(float))
    poids = pd.Series(np.random.default_rng(8).uniform(1, 5, 200), UNITES)
    avec, sans = (
        sum_domains(
            Design(None, None, poids, perturbation=replace(_perturbation(), raw_law=loi)),
            np.column_stack([y, 1 - y]), dedans, ITEMS,
        )
        for loi in (RAW_LAW, Law(0, 1.0))
    )  # fmt: skip
    np.testing.assert_array_equal(avec.estimate, sans.estimate)
    np.testing.assert_array_equal(avec.noise, sans.noise)
    ajoute = (avec.total - sans.total)[:, 0]
    lus = has_adjusted(avec.n_published[:, 0])
    assert not ajoute[~lus].any()
    assert np.var(ajoute[lus]) == pytest.approx(RAW_LAW.variance, rel=0.35)
    np.testing.assert_allclose(avec.raw.sum(axis=1), 1.0)


def test_le_second_bruit_suit_la_porte() -> None:
    """Il est là où `mask_agregats` montre le redressé, et nulle part ailleurs."""
    n = np.arange(5.0, 140.0)
    assert (has_adjusted(n) == (round_comptes(n) >= SEUIL_REDRESSE)).all()


def test_des_poids_egaux_n_ajoutent_rien_au_bruit_du_brut() -> None:
    _, brouille = _estimate(np.ones(200))
    np.testing.assert_allclose(brouille.p, brouille.raw)


def test_l_erreur_type_attendue_est_celle_du_plan_et_du_bruit() -> None:
    """Sans lien entre réponse et strate, la variance attendue est la variance linéarisée, au hasard près."""
    exact, brouille = _estimate(np.random.default_rng(8).uniform(1, 5, 200))
    inegalite = [0.75 * v for v in (0.6, 0.7)]  # max |ω − 1| de poids entre 1 et 5 : de 0,6 à 0,7
    bas, haut = (np.sqrt(exact.se**2 + (Law().variance + v**2) / exact.n**2) for v in inegalite)
    assert (np.abs(brouille.se / bas - 1) < 0.06).all()
    assert (np.abs(brouille.se / haut - 1) < 0.06).all()


def test_une_grandeur_bouge_a_la_mesure_de_son_plus_grand_membre() -> None:
    valeurs = pd.DataFrame({"a": [10.0] * 199 + [1000.0]}, index=UNITES)
    pas, bruits = (1000 - 14.95) / 200, []
    for rang in range(40):
        cles = _perturbation(f"{rang:02x}" * 32)
        design = Design(None, None, pd.Series(1.0, index=UNITES), perturbation=cles)
        bruits.append(
            (estimate_domains(design, valeurs, np.ones((200, 1)), kind="mean").p[0, 0] - 14.95) / pas
        )
    assert np.abs(bruits).max() <= Law().maximum
    assert 1 < np.std(bruits) < 2
    assert len(np.unique(np.round(np.mod(bruits, 1), 6))) > 30  # un pas entier désignerait la valeur


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
    # de poids égaux, l'effectif publié
    assert brouillee.n_eff[0, 0] == pytest.approx(brouillee.n_published[0, 0])
    assert (brouillee.high - brouillee.low)[0, 0] > (nette.high - nette.low)[0, 0]
    assert (brouillee.prudence_high - brouillee.prudence_low)[0, 0] > (
        nette.prudence_high - nette.prudence_low
    )[0, 0]
