"""La différence des différences : à la main, contre Welch, une régression à effets fixes, en tirages."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from scipy.sparse import csr_array

from barometre.stats.difference import Panel, compare_changes, compute_e_value
from barometre.stats.laws import LATE_LAW
from barometre.stats.perturbation import Perturbation, build_keys
from barometre.stats.publication import publish_counts, publish_flows


def _panel(before: list[float], after: list[float], treated: list[bool], **autres: list[object]) -> Panel:
    n = len(before)
    return Panel(
        pd.DataFrame({"site": before}),
        pd.DataFrame({"site": after}),
        pd.Series(treated),
        pd.Series(autres.get("strata", ["a"] * n)),
        pd.Series(autres.get("weights", [1.0] * n)),
    )


def _draw(rng: np.random.Generator, n: int, effet: float = 0.0, poids: bool = True) -> Panel:
    """Deux strates de niveaux inégaux, des bénéficiaires plus nombreux dans la seconde, deux vagues liées."""
    strate = rng.integers(0, 2, n)
    traite = rng.random(n) < 0.25 + 0.35 * strate
    avant = rng.random(n) < 0.3 + 0.3 * strate
    garde = rng.random(n) < 0.6
    neuf = rng.random(n) < 0.35 + 0.3 * strate + effet * traite
    apres = np.where(garde & ~(traite & (effet > 0)), avant, neuf)
    w = rng.uniform(0.5, 3, n) if poids else np.ones(n)
    return _panel(
        avant.astype(float).tolist(), apres.astype(float).tolist(), traite.tolist(),
        strata=strate.astype(str).tolist(), weights=w.tolist(),
    )  # fmt: skip


def test_un_exemple_a_la_main() -> None:
    # Bénéficiaires : 1/4 → 3/4 ; comparables : 2/4 → 2/4 dont un gain et une perte.
    panel = _panel([1, 0, 0, 0, 1, 1, 0, 0], [1, 1, 1, 0, 1, 0, 1, 0], [True] * 4 + [False] * 4)
    ligne = compare_changes(panel).iloc[0]
    assert (ligne["avant_1"], ligne["apres_1"], ligne["avant_0"], ligne["apres_0"]) == (0.25, 0.75, 0.5, 0.5)
    assert ligne["difference"] == pytest.approx(0.5)
    # Σ(Δ − Δ̄)² : 4 × ¼ = 1 et 2 ; V = 1/(4 × 3) + 2/(4 × 3)
    assert ligne["se"] == pytest.approx(0.5)


def test_sans_poids_ni_strate_c_est_le_test_de_welch_sur_les_changements() -> None:
    panel = _draw(np.random.default_rng(3), 200, poids=False)
    panel = Panel(panel.before, panel.after, panel.treated, pd.Series(["a"] * 200), panel.weights)
    delta, t = (panel.after - panel.before)["site"], panel.treated
    attendu = stats.ttest_ind(delta[t], delta[~t], equal_var=False)
    ligne = compare_changes(panel).iloc[0]
    assert ligne["p_value"] == pytest.approx(attendu.pvalue)
    assert ligne["df"] == pytest.approx(attendu.df)
    bornes = attendu.confidence_interval()
    assert (ligne["bas"], ligne["haut"]) == pytest.approx((bornes.low, bornes.high))


def test_c_est_la_regression_a_effets_fixes_erreurs_groupees_par_unite() -> None:
    """y = effet de l'unité + vague + bénéficiaire × après, moindres carrés pondérés, sandwich par grappes.

    Le sandwich (Liang et Zeger 1986) n'a pas le n/(n − 1) de chaque groupe : on le lui donne.
    """
    panel = _draw(np.random.default_rng(5), 80)
    w = panel.weights.to_numpy()
    t = panel.treated.to_numpy().astype(float)
    strate = panel.strata.to_numpy()
    sommes = {s: [w[(strate == s) & (t == g)].sum() for g in (0, 1)] for s in set(strate)}
    omega = np.where(t == 1, w, w * [sommes[s][1] / sommes[s][0] for s in strate])
    n = len(w)
    lignes = np.tile(np.arange(n), 2)
    apres = np.repeat([0.0, 1.0], n)
    x = np.column_stack([np.eye(n)[lignes], apres, apres * t[lignes]])
    y = np.concatenate([panel.before["site"], panel.after["site"]])
    xw = x * omega[lignes][:, None]
    pain = np.linalg.inv(x.T @ xw)
    beta = pain @ (xw.T @ y)
    scores = xw * (y - x @ beta)[:, None]
    grappes = np.zeros((n, x.shape[1]))
    np.add.at(grappes, lignes, scores)
    corriges = grappes * np.sqrt([(m := (t == g).sum()) / (m - 1) for g in t])[:, None]
    variance = (pain @ corriges.T @ corriges @ pain)[-1, -1]
    ligne = compare_changes(panel).iloc[0]
    assert ligne["difference"] == pytest.approx(beta[-1])
    assert ligne["se"] == pytest.approx(np.sqrt(variance))


def test_une_absente_d_une_vague_et_une_strate_sans_comparable_n_y_sont_pas() -> None:
    panel = _panel(
        [0, np.nan, 1, 0, 1, 0], [1, 1, 1, np.nan, 1, 1], [True, True, False, False, False, True],
        strata=["a", "a", "a", "a", "a", "seule"],
    )  # fmt: skip
    ligne = compare_changes(panel).iloc[0]
    assert (ligne["n_1"], ligne["n_0"]) == (1, 2)


def test_un_niveau_different_et_une_meme_pente_ne_font_pas_un_ecart() -> None:
    rng, parlent = np.random.default_rng(11), 0
    for _ in range(300):
        ligne = compare_changes(_draw(rng, 300)).iloc[0]
        parlent += bool(ligne["bas"] > 0 or ligne["haut"] < 0)
    # 5 % de 300 ; plus de 26 n'arrive qu'une fois sur cent (loi binomiale).
    assert parlent <= 26


def test_un_vrai_effet_se_voit() -> None:
    ligne = compare_changes(_draw(np.random.default_rng(2), 1500, effet=0.3)).iloc[0]
    assert ligne["bas"] > 0.1


def test_avec_des_cles_chaque_part_bouge_et_l_intervalle_couvre_le_bruit() -> None:
    panel = _draw(np.random.default_rng(9), 400)
    exacte = compare_changes(panel).iloc[0]
    noms = [f"u{i}" for i in range(400)]
    tirages = []
    for graine in range(60):
        cles = tuple(Perturbation(build_keys(f"{graine:02x}{v}0" * 16, noms)) for v in (1, 2))
        brouille = Panel(panel.before, panel.after, panel.treated, panel.strata, panel.weights, cles)  # type: ignore[arg-type]
        tirages.append(compare_changes(brouille).iloc[0])
    ecarts = np.array([t["difference"] - exacte["difference"] for t in tirages])
    assert (ecarts != 0).mean() > 0.9
    assert abs(ecarts.mean()) < 3 * ecarts.std() / np.sqrt(len(ecarts))
    couverts = [t["bas"] <= exacte["difference"] <= t["haut"] for t in tirages]
    assert all(couverts)
    assert np.mean([t["se"] for t in tirages]) > exacte["se"]


def test_une_reponse_tardive_elargit_l_intervalle_de_son_bruit() -> None:
    """Vingt tardives parmi les bénéficiaires : leur variance est dans la part qu'elles brouillent."""
    panel, noms = _draw(np.random.default_rng(9), 400, poids=False), [f"u{i}" for i in range(400)]
    tardives = panel.treated.to_numpy() & (panel.treated.cumsum() <= 20).to_numpy()
    se = []
    for late in (None, tardives):
        cles = tuple(Perturbation(build_keys(f"0{v}" * 32, noms), late=late) for v in (1, 2))
        brouille = Panel(panel.before, panel.after, panel.treated, panel.strata, panel.weights, cles)  # type: ignore[arg-type]
        se.append(compare_changes(brouille).iloc[0])
    n = se[1]["n_1"]
    # deux vagues, vingt réponses brouillées à chacune ; les passages, eux, ont leur propre bruit
    assert se[1]["se"] ** 2 - se[0]["se"] ** 2 > LATE_LAW.variance * 2 * 20 / n**2 / 2


def test_la_valeur_de_robustesse_de_vanderweele_et_ding() -> None:
    # RR = 3,9, l'exemple de l'article (allaitement et infections respiratoires) : E = 7,26.
    assert compute_e_value(0.39, 0.29) == pytest.approx(7.26, abs=0.005)
    assert compute_e_value(0.10, -0.29) == pytest.approx(7.26, abs=0.005)
    assert compute_e_value(0.4, 0.0) == 1.0


@pytest.mark.parametrize(("part", "ecart"), [(0.2, 0.3), (0.9, -0.2), (0.0, -0.1)])
def test_une_part_attendue_impossible_n_a_pas_de_valeur(part: float, ecart: float) -> None:
    assert compute_e_value(part, ecart) is None


@given(st.floats(0.02, 1), st.floats(-0.9, 0.9))
@settings(deadline=None)
def test_plus_l_ecart_est_grand_plus_il_faudrait_pour_l_expliquer(part: float, ecart: float) -> None:
    entier, moitie = compute_e_value(part, ecart), compute_e_value(part, ecart / 2)
    if entier is not None:
        assert moitie is not None
        assert 1 <= moitie <= entier + 1e-12


def _guess(rng: np.random.Generator, keyed: bool) -> float:
    """Qui connaît toutes les réponses d'un groupe sauf une la soustrait de la part publiée ; sa réussite."""
    justes, essais, noms = 0, 150, [f"u{i}" for i in range(60)]
    for _ in range(essais):
        apres = rng.integers(0, 2, 60).astype(float)
        cles = tuple(Perturbation(build_keys(rng.bytes(32).hex(), noms)) for _ in range(2)) if keyed else None
        ligne = compare_changes(
            Panel(
                pd.DataFrame({"site": np.zeros(60)}), pd.DataFrame({"site": apres}),
                pd.Series(np.arange(60) < 30), pd.Series(["a"] * 60), pd.Series(np.ones(60)), cles,  # type: ignore[arg-type]
            )
        ).iloc[0]  # fmt: skip
        justes += bool((30 * ligne["apres_1"] - apres[1:30].sum() > 0.5) == (apres[0] == 1))
    return justes / essais


def test_une_soustraction_ne_rend_pas_la_reponse_d_une_beneficiaire() -> None:
    rng = np.random.default_rng(17)
    assert _guess(rng, keyed=False) == 1.0  # la contre-épreuve : sans clés, elle se lit à coup sûr
    assert _guess(rng, keyed=True) < 0.8


def test_la_difference_publiee_se_refait_unite_par_unite() -> None:
    """Quatre parts brouillées, chacune par la clé de sa vague ; la variance, leurs bruits et les passages."""
    hasard = np.random.default_rng(31)
    panel = _draw(hasard, 200)
    y_1, y_2 = (t.to_numpy() for t in (panel.before, panel.after))
    cles = tuple(Perturbation(hasard.integers(0, 2**64, 200, dtype=np.uint64)) for _ in range(2))
    ligne = compare_changes(replace(panel, keys=cles)).iloc[0]  # type: ignore[arg-type]
    t, w, strates = panel.treated.to_numpy(), panel.weights.to_numpy(), panel.strata.to_numpy()
    a = np.zeros((2, 200))
    for g, dedans in enumerate((t, ~t)):
        for s in set(strates):
            ici = strates == s
            a[g, dedans & ici] = w[dedans & ici] * w[t & ici].sum() / w[dedans & ici].sum()
        a[g] /= a[g].sum()
    groupes = csr_array(np.vstack([t, ~t]).astype(float))
    exact = np.array([t.sum(), (~t).sum()], dtype=float)
    n = publish_counts(cles[1], exact[:, None], y_2, groupes)[:, 0]
    assert (ligne["n_1"], ligne["n_0"]) == tuple(n)
    assert tuple(n) != tuple(exact)
    portee = np.array([np.abs(a[g][m] * exact[g] - 1).max() for g, m in enumerate((t, ~t))])
    parts, bruit = [], np.zeros(2)
    for c, y in zip(cles, (y_1, y_2), strict=True):
        d, e = c.draw_share(groupes, y, ["site"])[:, 0], c.draw_gap(groupes, y, ["site"])[:, 0]
        parts.append((a @ y)[:, 0] + (d + e * portee) / n)
        bruit += (c.share_variance + c.gap_law.variance * portee**2) / n**2
    lues = [[ligne["avant_1"], ligne["avant_0"]], [ligne["apres_1"], ligne["apres_0"]]]
    assert np.array(lues) == pytest.approx(np.array(parts))
    sans = np.isfinite(y_2)
    gains, pertes = (
        publish_flows(cles[1], groupes, sans, f, ["site"])[:, 0] for f in ((1 - y_1) * y_2, y_1 * (1 - y_2))
    )
    passages = (gains + pertes + 1) / (n + 1) - ((gains - pertes) / (n + 1)) ** 2
    assert ligne["se"] ** 2 == pytest.approx((passages * (a**2).sum(axis=1) + bruit).sum())
