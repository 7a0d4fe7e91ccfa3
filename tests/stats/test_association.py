"""La comparaison à des unités comparables : comptes à la main."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array
from scipy.stats import binomtest, fisher_exact, norm

from barometre.stats.association import adjust_p_values, compare_standardised
from barometre.stats.cochran import check_cochran, check_perturbed, compute_mantel
from barometre.stats.laws import Law, SmoothLaw
from barometre.stats.perturbation import Perturbation
from barometre.stats.publication import publish_counts


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
    # une demi-réponse de plus de chaque côté : ½ sur 2, 3/10 sur 4, 5/6 sur 2 (unanime), ½ sur 2
    variances = [0.5 * 0.5 / 2, 0.3 * 0.7 / 4, 5 / 6 / 6 / 2, 0.5 * 0.5 / 2]
    assert ligne["se"] == pytest.approx(np.sqrt(sum(variances) / 4))
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


def _colonne(*valeurs: float) -> np.ndarray:
    return np.array(valeurs, dtype=float)[:, None]


def test_une_seule_strate_est_le_test_exact_de_fisher() -> None:
    p = check_cochran(_colonne(8), _colonne(7), _colonne(12), _colonne(3))[0]
    assert p == pytest.approx(fisher_exact([[7, 1], [3, 9]]).pvalue)


def test_cochran_des_admissions_de_berkeley() -> None:
    """R : mantelhaen.test(UCBAdmissions) rend 1,4269 pour X² (corrigé), p = 0,2323."""
    admis = _colonne(512, 353, 120, 138, 53, 22)
    hommes = admis + _colonne(313, 207, 205, 279, 138, 351)
    admises = _colonne(89, 17, 202, 131, 94, 24)
    femmes = admises + _colonne(19, 8, 391, 244, 299, 317)
    assert check_cochran(hommes, admis, femmes, admises)[0] == pytest.approx(0.2323, abs=1e-4)


def test_une_strate_unanime_ne_prouve_rien() -> None:
    """30 bénéficiaires sur 30, 29 autres sur 30 : la variance estimée du premier groupe est nulle."""
    assert check_cochran(_colonne(30), _colonne(30), _colonne(30), _colonne(29))[0] > 0.9


def test_sans_strate_commune_il_n_y_a_pas_de_test() -> None:
    assert np.isnan(check_cochran(_colonne(3, 0), _colonne(1, 0), _colonne(0, 4), _colonne(0, 2))[0])


def test_des_etiquettes_melangees_ne_demontrent_presque_rien() -> None:
    """À strate égale, les bénéficiaires sont tirés au sort : au plus 5 % des familles ont un verdict.

    La borne est 5 % de 400 familles, sans marge ajoutée : un taux vrai de 8 % y passerait moins de deux
    fois sur cent (loi binomiale, dit par la seconde assertion) ; sur 100 familles, une fois sur cinq.
    """
    hasard = np.random.default_rng(11)
    strates = pd.Series(hasard.integers(0, 12, 900))
    parts = np.clip(hasard.beta(0.6, 0.6, size=(12, 25)), 0.01, 0.99)
    reponses = pd.DataFrame((hasard.random((900, 25)) < parts[strates]).astype(float))
    traites = pd.Series(hasard.random(900) < 0.05 + 0.04 * strates)
    familles, parlent = 400, 0
    for _ in range(familles):
        melanges = traites.groupby(strates).transform(lambda t: hasard.permutation(t.to_numpy()))
        table = compare_standardised(reponses, melanges.astype(bool), strates)
        parlent += bool((adjust_p_values(table["p_value"]) < 0.05).any())
    assert parlent <= 0.05 * familles
    assert binomtest(parlent, familles, 0.08, alternative="less").pvalue < 0.02


@pytest.mark.parametrize(
    ("comparables", "loi"),
    [((40,) * 12, (0.6, 0.6)), ((1, 1, 1, 30, 30, 30), (2.0, 6.0))],
    ids=["beaucoup", "quelques_uns"],
)
def test_des_etiquettes_melangees_ne_demontrent_presque_rien_avec_le_bruit(
    comparables: tuple[int, ...], loi: tuple[float, float]
) -> None:
    """Ce qui se publie ne lit pas les comptes exacts : sa valeur p doit tenir aussi, même si peu comparent.

    Trois communes seules dans leur strate y portent la moitié du poids : sous la loi normale des deux parts,
    15 familles sur 200 avaient un verdict.
    """
    hasard = np.random.default_rng(21)
    tailles = np.array(comparables) + 10
    strates = pd.Series(np.repeat(np.arange(tailles.size), tailles))
    traites = pd.Series(np.concatenate([np.arange(n) < 10 for n in tailles]))
    parts = np.clip(hasard.beta(*loi, size=(tailles.size, 20)), 0.01, 0.99)
    reponses = pd.DataFrame((hasard.random((strates.size, 20)) < parts[strates]).astype(float))
    familles, parlent = 200, 0
    for _ in range(familles):
        melanges = traites.groupby(strates).transform(lambda t: hasard.permutation(t.to_numpy()))
        cles = Perturbation(hasard.integers(0, 2**64, strates.size, dtype=np.uint64))
        table = compare_standardised(reponses, melanges.astype(bool), strates, cles)
        parlent += bool((adjust_p_values(table["p_value"]) < 0.05).any())
    assert parlent <= 0.05 * familles


SANS_BRUIT = {"law": Law(0), "gap_law": SmoothLaw(0)}


@pytest.mark.parametrize("lois", [SANS_BRUIT, {}], ids=["sans_bruit", "avec"])
def test_la_somme_de_cochran_brouillee_a_la_main(lois: dict[str, Any]) -> None:
    """Grande strate : 20 bénéficiaires (12 oui), 60 autres (24) ; petite : 1 (1) et 3 (0).

    W = 20·60/80 + 1·3/4 = 15,75 ; une réponse de chaque groupe y pèse autant dans les deux strates (0,75 et
    0,25) : l'écart des poids est nul, et seul le bruit du compte reste.
    """
    reponses = np.repeat([1.0, 0, 1, 0, 1, 0], [12, 8, 24, 36, 1, 3])[:, None]
    traites = np.repeat([True, False, True, False], [20, 60, 1, 3])
    groupes = csr_array(np.vstack([traites, ~traites]).astype(float))
    cles = Perturbation(np.arange(84, dtype=np.uint64) ** 3, **lois)
    mantel = compute_mantel(*(_colonne(*c) for c in ((20, 1), (12, 1), (60, 3), (24, 0))))
    assert mantel.effective == pytest.approx([15.75])
    assert mantel.reach[:, 0] == pytest.approx([0.0, 0.0])
    d = cles.draw_share(groupes, reponses, ["site"])[:, 0]
    part_1, part_0 = 9.75 / 15.75 + d[0] / 21, 6 / 15.75 + d[1] / 63
    commune = (21 * part_1 + 63 * part_0 + 0.5) / 85
    variance = commune * (1 - commune) / 15.75 + cles.share_variance * (1 / 21**2 + 1 / 63**2)
    attendue = 2 * norm.sf((abs(part_1 - part_0) - 0.5 / 15.75) / np.sqrt(variance))
    assert check_perturbed(mantel, cles, groupes, reponses, ["site"])[0] == pytest.approx(attendue)


def test_le_poids_le_plus_inegal_fait_la_portee_du_bruit() -> None:
    """W = 1·9/10 et 9·1/10 : à un bénéficiaire sur dix, la première strate pèse autant que la seconde."""
    mantel = compute_mantel(*(_colonne(*c) for c in ((1, 9), (0, 0), (9, 1), (0, 0))))
    assert mantel.effective == pytest.approx([1.8])
    # Le seul bénéficiaire : 0,9/1,8·10/1 = 5 fois le poids moyen ; le seul comparable de même.
    assert mantel.reach[:, 0] == pytest.approx([4.0, 4.0])


def test_la_valeur_p_publiee_ne_lit_que_la_somme_brouillee() -> None:
    """Deux jeux de réponses de même somme, dans d'autres strates : sans bruit, la même valeur p."""
    groupes = csr_array(np.array([[1.0] * 4 + [0.0] * 4, [0.0] * 4 + [1.0] * 4]))
    cles = Perturbation(np.arange(8, dtype=np.uint64), **SANS_BRUIT)  # type: ignore[arg-type]
    n = np.full((2, 1), 2.0)
    valeurs = []
    for oui in ((2.0, 0.0), (1.0, 1.0)):
        mantel = compute_mantel(n, _colonne(*oui), n, _colonne(*oui[::-1]))
        valeurs.append(check_perturbed(mantel, cles, groupes, np.ones((8, 1)), ["site"])[0])
    assert valeurs[0] == valeurs[1]


def test_la_comparaison_publiee_se_refait_unite_par_unite() -> None:
    """Chaque comparable pèse (n₁ₕ/n₁)/n₀ₕ : Σ a² fait la variance, le plus grand écart de a·n₀ à 1 la portée.

    Grande strate : 20 bénéficiaires (12 oui), 60 autres (24) ; petite : 10 (2) et 5 (1) ; une troisième, d'un
    seul de chaque côté, compare encore.
    """
    reponses = np.repeat([1.0, 0, 1, 0, 1, 0, 1, 0, 1, 0], [12, 8, 24, 36, 2, 8, 1, 4, 1, 1])[:, None]
    traites = np.repeat([True, False, True, False, True, False], [20, 60, 10, 5, 1, 1])
    strates = np.repeat(["grande", "petite", "seule"], [80, 15, 2])
    a = np.array([20 / 31 / 60, 10 / 31 / 5, 1 / 31 / 1]).repeat([60, 5, 1])
    portee = np.abs(a * 66 - 1).max()
    groupes = csr_array(np.vstack([traites, ~traites]).astype(float))
    effectifs = set()
    for graine in range(1, 6):
        cles = Perturbation(np.arange(97, dtype=np.uint64) ** 5 + np.uint64(graine))
        table = compare_standardised(
            pd.DataFrame(reponses, columns=["site"]), pd.Series(traites), pd.Series(strates), cles
        ).iloc[0]
        n_1, n_0 = publish_counts(cles, np.array([[31.0], [66.0]]), reponses, groupes)[:, 0]
        assert (table["n_1"], table["n_0"]) == (n_1, n_0)
        effectifs.add((n_1, n_0))
        d = cles.draw_share(groupes, reponses, ["site"])[:, 0]
        e = cles.draw_gap(groupes, reponses, ["site"])[1, 0] * portee
        p_1 = 15 / 31 + d[0] / n_1
        p_0 = float(a @ reponses[~traites, 0]) + (d[1] + e) / n_0
        assert (table["p_1"], table["p_0"]) == pytest.approx((p_1, p_0))
        q_1, q_0 = (p_1 * n_1 + 0.5) / (n_1 + 1), (p_0 * n_0 + 0.5) / (n_0 + 1)
        variance = q_1 * (1 - q_1) / n_1 + q_0 * (1 - q_0) * (a**2).sum() + cles.share_variance / n_1**2
        variance += (cles.share_variance + cles.gap_law.variance * portee**2) / n_0**2
        assert table["se"] == pytest.approx(np.sqrt(variance))
    assert len(effectifs) > 1  # l'effectif publié n'est pas l'exact
