"""Chaque formule, seule, contre un calcul fait autrement."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.sparse import csr_array

from barometre.stats.allocation import allocate, compute_variance
from barometre.stats.attack import Lecteur
from barometre.stats.bootstrap import _draw_weights
from barometre.stats.calibration import calibrate
from barometre.stats.cells import build_cells, build_matrix
from barometre.stats.change import student_p_value
from barometre.stats.change_egal import _split
from barometre.stats.cochran import compute_mantel
from barometre.stats.combination import Parts, combine_proportions
from barometre.stats.contrasts import adjust_p_values, get_funnel_limits
from barometre.stats.design import Design
from barometre.stats.distances import get_distance
from barometre.stats.domains import scale_weights, sum_domains
from barometre.stats.estimation import estimate_means, read_membership
from barometre.stats.factor import list_disjoint
from barometre.stats.feasibility import _name_columns, _quote
from barometre.stats.laws import Law, SmoothLaw
from barometre.stats.margins import read_problem
from barometre.stats.mrp_bloc import invert
from barometre.stats.mrp_fit import Termes
from barometre.stats.mrp_grille import _Comptes
from barometre.stats.newton import _get_scale
from barometre.stats.noise import Reach
from barometre.stats.pairing import build_pairing
from barometre.stats.panel import measure_overlap
from barometre.stats.peers import nearest
from barometre.stats.perturbation import Perturbation, is_binary
from barometre.stats.publication import DISPERSION_MINIMALE, _measure_dispersion, publish_flows
from barometre.stats.reraking import _indicator
from barometre.stats.structure import _project, _publish
from barometre.stats.wave import build_wave


def test_de_cellules_de_meme_taille_la_premiere_est_prise() -> None:
    """Vingt paires qui se chevauchent de proche en proche : 0 exclut 1, laisse 2…"""
    paires = np.zeros((40, 41))
    for k in range(40):
        paires[k, [k, k + 1]] = 1
    assert list_disjoint(csr_array(paires)).tolist() == list(range(0, 40, 2))
    # Toutes partagent l'unité 0 : une seule est prise, la première des plus petites.
    tailles = np.random.default_rng(1).integers(2, 5, 200)
    melees = (np.arange(5) < tailles[:, None]).astype(float)
    assert list_disjoint(csr_array(melees)).tolist() == [int(tailles.argmin())]


def test_un_seul_pair_se_demande() -> None:
    cadre = pd.DataFrame({"unit": list("abc"), "taille": [1.0, 5.0, 2.0]})
    assert nearest(cadre, "a", ["taille"], k=1).to_dict("records") == [
        {"unit": "c", "distance": 0.25, "taille": 1.0}
    ]


@pytest.mark.parametrize(("n", "p", "alpha"), [(40, 0.3, 0.05), (7, 0.9, 0.002), (3, 0.05, 0.05)])
def test_la_limite_interpolee_atteint_le_seuil_de_l_entonnoir(n: int, p: float, alpha: float) -> None:
    """Spiegelhalter (2005, A.1.1) : entre deux comptes, la loi cumulée se lit sur sa corde."""
    limites = get_funnel_limits(p, n, 1 - alpha).iloc[0]
    comptes = np.arange(-1, n + 1)
    cumul = np.concatenate([[0.0], stats.binom.cdf(np.arange(n + 1), n, p)])
    for seuil, nom in ((alpha / 2, "exact_low"), (1 - alpha / 2, "exact_high")):
        attendue = np.interp(seuil, cumul, comptes) / n
        assert limites[nom] == pytest.approx(np.clip(attendue, 0, 1))


def test_une_correction_de_benjamini_hochberg() -> None:
    """0,04 : trois p sur quatre au plus, donc 0,04 × 4/3 ; 0,01 × 4 = 0,04 ; jamais plus de 1."""
    assert adjust_p_values([0.04, 0.01, np.nan, 0.9, 0.03]).tolist() == pytest.approx(
        [0.16 / 3, 0.04, np.nan, 0.9, 0.16 / 3], nan_ok=True
    )
    assert adjust_p_values([0.9, 1.0, 0.95]).tolist() == [1.0, 1.0, 1.0]
    assert adjust_p_values([]).tolist() == []
    egales = adjust_p_values([0.02] * 30 + [0.5])
    assert egales[:30] == pytest.approx([0.02 * 31 / 30] * 30)


def test_la_valeur_p_de_student() -> None:
    p = student_p_value(np.array([2.0, -2.0, 0.0, 0.0, 1.0]), np.array([1.0, 1, 1, 0, 0]), np.full(5, 7.0))
    assert p.tolist() == pytest.approx([2 * stats.t.sf(2, 7)] * 2 + [1.0, 1.0, 0.0])


def test_la_distance_logit_est_celle_de_deville_et_sarndal() -> None:
    bas, haut, u = 0.25, 5.0, np.array([-400.0, -1.0, 0.0, 0.7, 400.0])
    f, pente = get_distance("logit", (bas, haut))(u)
    a = (haut - bas) / ((1 - bas) * (haut - 1))
    with np.errstate(over="ignore", invalid="ignore"):
        e = np.exp(a * u)
        attendue = (bas * (haut - 1) + haut * (1 - bas) * e) / ((haut - 1) + (1 - bas) * e)
    assert f[:-1] == pytest.approx(attendue[:-1])
    assert f[[0, 2, -1]] == pytest.approx([bas, 1.0, haut])
    assert pente[2] == pytest.approx(1.0)  # un petit écart se paie comme le khi-deux
    pas = 1e-6
    numerique = (get_distance("logit", (bas, haut))(u[1:4] + pas)[0] - f[1:4]) / pas
    assert pente[1:4] == pytest.approx(numerique, rel=1e-4)


def test_l_inverse_par_blocs_est_l_inverse() -> None:
    hasard = np.random.default_rng(4)
    racine = hasard.normal(size=(5, 5))
    matrice = racine @ racine.T + 5 * np.eye(5)
    elimines, restes = np.array([1, 4]), np.array([0, 2, 3])
    matrice[np.ix_(elimines, elimines)] = np.diag([9.0, 11.0])
    inverse, b = invert(matrice, elimines, restes), np.arange(1.0, 6.0)
    assert inverse.solve(b) == pytest.approx(np.linalg.solve(matrice, b))
    assert inverse.diagonal == pytest.approx(np.diag(np.linalg.inv(matrice)))


def test_les_logits_d_une_grille_sont_les_sommes_des_coefficients() -> None:
    termes = Termes.build([np.array(list("ab"), dtype=object), np.array(["x", ""], dtype=object)], 1)
    comptes = _Comptes(termes, np.ones(2), np.ones(2))
    # constante, a, b, la modalité vide (que rien ne lit), x, puis la colonne qui la remplace, nulle
    modes = np.array([[0.5, 1.0, -1.0, 9.0, 2.0, 0.0], [40.0, 0.0, -100.0, 9.0, 0.0, 0.0]])
    assert comptes.compute_logits(modes).tolist() == [[3.5, 30.0], [-0.5, -30.0]]


ECHANTILLON = pd.DataFrame({"type": list("aab"), "taille": list("xyx"), "agents": [1.0, 2.0, 4.0]})
MARGES = {"type": {"a": 6, "b": 4}, "taille": {"x": 5, "y": 5}, "agents": 30.0}


def test_la_matrice_d_un_calage_tait_la_colonne_de_trop() -> None:
    """De la seconde marge, la première modalité se déduit du total ; son nom ne se compte pas non plus."""
    probleme = read_problem(ECHANTILLON, MARGES)
    x, cibles = build_matrix(probleme, build_cells(probleme))
    assert x.tolist() == [[1, 0, 0, 1], [1, 0, 1, 2], [0, 1, 0, 4]]
    assert cibles.tolist() == [6, 4, 5, 30]
    assert _name_columns(probleme) == ["type", "type", "taille", "agents"]
    seules = read_problem(ECHANTILLON, {nom: MARGES[nom] for nom in ("type", "taille")})
    cellules = build_cells(seules)
    assert build_matrix(seules, cellules)[0][cellules.unit_cell].tolist() == [[1, 0, 0], [1, 0, 1], [0, 1, 0]]


def test_une_liste_de_noms_s_ecrit_en_francais() -> None:
    assert _quote(["a"]) == "« a »"
    assert _quote(["a", "b"]) == "« a » et « b »"
    assert _quote(["a", "b", "c"]) == "« a », « b » et « c »"


def test_l_echelle_d_une_contrainte() -> None:
    """Son total ; un millionième de ce que les poids y portent, si le total visé est plus petit ; ou un."""
    x = np.array([[1.0, 4e6, 0.0, -3e6, 1.0], [1.0, 2e6, 0.0, 1e6, 1.0]])
    assert _get_scale(x, np.array([2.0, 1.0]), np.array([-5.0, 0.0, 0.0, 1.0, 0.5])).tolist() == [
        5,
        10,
        1,
        7,
        0.5,
    ]


def test_sans_bornes_un_total_hors_de_portee_se_dit() -> None:
    cale = calibrate(ECHANTILLON, {"agents": 100.0}, method="linear", bounds=None)
    assert cale.weights @ ECHANTILLON["agents"] == pytest.approx(100)
    assert cale.converged
    assert cale.n_eff == pytest.approx(cale.weights.sum() ** 2 / (cale.weights**2).sum())


def test_l_allocation_prend_a_gain_egal_la_premiere_strate() -> None:
    """Vingt strates égales : les réponses de plus vont aux premières, une chacune."""
    ajouts = allocate(np.full(20, 10.0), np.full(20, 3), np.full(20, 0.5), 7)
    assert ajouts.tolist() == [1] * 7 + [0] * 13
    assert allocate(np.array([2.0, 0.0]), np.array([2, 0]), np.array([0.5, 0.5]), 3).tolist() == [0, 0]
    assert allocate(np.zeros(2), np.zeros(2), np.full(2, 0.5), 3).tolist() == [0, 0]


def test_la_variance_d_une_part_stratifiee() -> None:
    n, population, s = np.array([4, 0, 5]), np.array([10.0, 30.0, 5.0]), np.array([0.5, 0.4, 0.3])
    attendue = (10 / 45 * 0.5) ** 2 * (1 / 4 - 1 / 10) + (30 / 45 * 0.4) ** 2 * (1 / 0.5 - 1 / 30)
    assert compute_variance(population, n, s) == pytest.approx(attendue)  # une strate recensée n'ajoute rien


def test_les_poids_du_bootstrap_gardent_le_total_de_chaque_strate() -> None:
    """Rao, Wu et Yue (1992) : n − 1 tirages parmi n ; une strate d'une unité, ou recensée, ne bouge pas."""
    strates = ["a"] * 4 + ["b"] + ["c"] * 3
    plan = Design(strates, {"a": 16, "b": 1, "c": 3}, np.array([4.0] * 4 + [1.0] * 4))
    poids = _draw_weights(plan, 50, np.random.default_rng(1))
    assert poids.shape == (8, 50)
    assert poids[:4].sum(axis=0) == pytest.approx(np.full(50, 16))
    assert (poids[4:] == 1).all()
    retenue = np.sqrt(1 - 4 / 16)
    fois = (poids[:4] / 4 - 1 + retenue) * 3 / 4 / retenue
    assert np.unique(fois.round(9)).tolist() == [0, 1, 2, 3]


def test_une_part_combinee_va_jusqu_a_sa_note() -> None:
    """Quatre cents réponses de chaque côté : B au mieux ; sur douze, C, faute de nombre."""
    huit = np.full(2, 400.0)
    parts = Parts(np.array([30.0, 10.0]), huit, huit / 2, np.array([0.4, 0.6]), *np.array(
        [[0.4, 0.6], [0.35, 0.55], [0.45, 0.65]]
    ))  # fmt: skip
    c = combine_proportions(parts)
    assert (c.n, c.raw, c.p) == (800, pytest.approx(0.5), pytest.approx(0.45))
    assert (c.low, c.high) == pytest.approx(
        (0.45 - np.hypot(0.0375, 0.0125), 0.45 + np.hypot(0.0375, 0.0125))
    )
    assert c.n_eff == pytest.approx(1 / (0.75**2 / 200 + 0.25**2 / 200))
    assert c.grade == "B"
    douze, demie = np.full(2, 6.0), np.full(2, 0.5)
    petite = Parts(douze, douze, douze, demie, demie, demie - 0.3, demie + 0.3)
    assert combine_proportions(petite).grade == "C"


def test_les_poids_de_mantel_et_haenszel() -> None:
    n1, n0 = np.array([[10.0], [4.0], [3.0]]), np.array([[30.0], [6.0], [0.0]])
    oui1, oui0 = np.array([[4.0], [1.0], [2.0]]), np.array([[9.0], [3.0], [0.0]])
    m = compute_mantel(n1, oui1, n0, oui0)
    w = np.array([10 * 30 / 40, 4 * 6 / 10])  # la strate où l'un des groupes manque ne compte pas
    assert m.effective.tolist() == pytest.approx([w.sum()])
    assert m.sizes.ravel().tolist() == [17, 36]
    parts = [w @ [0.4, 0.25] / w.sum(), w @ [0.3, 0.5] / w.sum()]
    assert m.shares.ravel() == pytest.approx(parts)
    ecarts = [w * taille / (w.sum() * np.array(n)) - 1 for taille, n in ((17, [10, 4]), (36, [30, 6]))]
    assert m.reach.ravel() == pytest.approx([np.abs(e).max() for e in ecarts])


def test_les_sommes_d_un_domaine_a_la_main() -> None:
    """Deux domaines qui se recouvrent, une grandeur et une part, des absences, deux strates."""
    poids = np.array([2.0, 1.0, 4.0, 1.0, 2.0])
    plan = Design(list("aabbb"), {"a": 4, "b": 6}, poids)
    valeurs = np.array([[1.0, 10], [0, np.nan], [1, 30], [np.nan, 20], [1, 60]])
    membres = np.array([[1, 1, 1, 0, 0], [0, 0, 1, 1, 1]], dtype=bool)
    s = sum_domains(plan, valeurs, read_membership(plan, membres.T), ["site", "agents"])
    assert s.n.tolist() == [[3, 2], [2, 3]]
    assert s.n_published.tolist() == s.n.tolist()
    assert s.total == pytest.approx(np.array([[2.0, 40], [2, 110]]))
    assert s.raw == pytest.approx(np.array([[2 / 3, 20], [1, 110 / 3]]))
    assert s.estimate == pytest.approx(np.array([[6 / 7, 140 / 6], [1, 260 / 7]]))
    assert s.n_eff == pytest.approx(np.array([[49 / 21, 36 / 20], [36 / 20, 49 / 21]]))
    assert s.df.tolist() == [[1, 0], [1, 2]]  # réponses moins strates qui ont répondu
    assert (s.noise == 0).all()
    for domaine in range(2):
        for chiffre in range(2):
            dedans = membres[domaine] & np.isfinite(valeurs[:, chiffre])
            ecart = np.where(dedans, valeurs[:, chiffre] - s.estimate[domaine, chiffre], 0.0)
            u = np.nan_to_num(ecart) / poids[dedans].sum()
            assert s.variance[domaine, chiffre] == pytest.approx(plan.variance(u))
    sans = sum_domains(plan, valeurs, read_membership(plan, membres.T), with_variance=False)
    assert np.isnan(sans.variance).all()
    assert sans.estimate == pytest.approx(s.estimate)
    assert sans.n_eff == pytest.approx(s.n_eff)


def test_un_domaine_vide_une_strate_muette_et_une_unite_de_nulle_part() -> None:
    """Rien n'alerte ; une strate dont personne ne répond n'ôte pas de degré de liberté."""
    plan = Design(list("aabbc"), {"a": 9, "b": 9, "c": 1}, np.ones(5))
    valeurs = np.array([[1.0], [0.0], [np.nan], [1.0], [1.0]])
    membres = csr_array(np.array([[1.0, 1, 1, 0, 0], [0, 1, 0, 1, 0], [0, 0, 0, 0, 0]]))
    with np.errstate(all="raise"):
        s = sum_domains(plan, valeurs, membres)
    assert s.n.ravel().tolist() == [2, 2, 0]
    assert s.df.ravel().tolist() == [2 - 1, 2 - 2, 0]
    assert s.estimate.ravel().tolist() == pytest.approx([0.5, 0.5, np.nan], nan_ok=True)
    assert np.isnan(s.variance[2, 0])


def test_les_degres_de_liberte_avec_des_grappes() -> None:
    """Autant de degrés que de grappes qui répondent, moins les strates."""
    plan = Design(list("aaaabb"), None, np.ones(6), clusters=list("ghhikl"))
    reponses = pd.DataFrame({"agents": [1.0, 2, 4, 8, 16, np.nan]})
    assert estimate_means(plan, reponses)["df"].tolist() == [4 - 2]


def test_des_poids_minuscules_gardent_leur_effectif_efficace() -> None:
    """Leurs carrés, au regard des autres, sont nuls : le domaine se recompte à son échelle."""
    plan = Design(None, None, np.array([1e-150, 1e-150, 3e-150, 1.0]))
    valeurs = np.array([[1.0, 1.0], [0.0, 0.0], [1.0, np.nan], [1.0, 0.0]])
    s = sum_domains(plan, valeurs, csr_array(np.array([[1.0, 1, 1, 0], [0, 0, 0, 1]])))
    assert s.n_eff == pytest.approx(np.array([[25 / 11, 2], [1, 1]]))


def test_les_poids_se_ramenent_a_un_au_plus() -> None:
    assert scale_weights(Design(None, None, [2.0, 8.0, 4.0])).tolist() == [0.25, 1.0, 0.5]


def test_une_classe_qui_n_a_pas_repondu_compte_zero() -> None:
    """Quelle que soit sa place parmi les classes : deux unités des mêmes cellules, une d'ailleurs."""
    cles = Perturbation(np.arange(1, 4, dtype=np.uint64))
    lecteur = Lecteur(cles, np.ones(3), csr_array(np.array([[1.0, 1, 0], [0, 0, 1]])), np.zeros((3, 1)))
    comptes = [lecteur.count_answers(np.array(ont)) for ont in ([True, True, False], [False, False, True])]
    assert [sorted(c.tolist()) for c in comptes] == [[0, 2], [0, 1]]


def test_une_part_n_a_que_des_zeros_des_uns_et_des_absences() -> None:
    colonnes = np.array([[1.0, 1, 0, np.nan, 1], [0, 0.5, 0, np.nan, 2], [np.nan, 1, 0, np.nan, 1]])
    assert is_binary(colonnes).tolist() == [True, False, True, True, False]


def test_chaque_unite_va_a_son_profil() -> None:
    assert _indicator(np.array([1, 0, 1])).toarray().tolist() == [[0, 1, 0], [1, 0, 1]]


def test_un_tableau_se_coupe_par_territoire_puis_par_tranche() -> None:
    coupe = _split(np.arange(12.0).reshape(6, 2), np.array([0.2, 0.3, 0.5]))
    assert coupe.shape == (2, 3, 2)
    assert coupe[1, 0].tolist() == [6.0, 7.0]


def test_deux_vagues_se_somment_par_unite() -> None:
    """La seconde n'a ni les mêmes unités ni le même ordre ; celle qui n'est qu'à une vague garde sa part."""
    plans = [Design(["s"] * n, None, np.ones(n)) for n in (3, 2)]
    paire = build_pairing(plans[0], ["u1", "u2", "u3"], plans[1], ["u4", "u2"])
    somme = paire.stack(np.array([[1.0], [2.0], [3.0]]), np.array([[10.0], [20.0]]))
    assert somme.ravel().tolist() == [1, 22, 3, 10]


def test_le_recouvrement_d_un_panel_simple() -> None:
    """Tam (1984) : deux échantillons de 4 parmi 10, deux en commun, poids 2,5 : n₁₂/(n₁n₂) − 1/N."""
    noms = [["u1", "u2", "u3", "u4"], ["u3", "u4", "u5", "u6"]]
    plans = [Design(["s"] * 4, {"s": 10}, pd.Series(2.5, index=n)) for n in noms]
    vagues = [
        build_wave(p, pd.DataFrame({"q": [1.0, 0, 1, 0]}, index=n), None)
        for p, n in zip(plans, noms, strict=True)
    ]
    appariement = build_pairing(plans[0], noms[0], plans[1], noms[1])
    assert measure_overlap(*vagues, appariement).tolist() == pytest.approx([2 / 16 - 1 / 10])
    # D'un domaine vide, rien ne se divise.
    vides = [replace(v, membership=csr_array((1, 4))) for v in vagues]
    with np.errstate(all="raise"):
        assert np.isnan(measure_overlap(*vides, appariement)).all()


MUETTES = {"law": Law(0), "gap_law": SmoothLaw(0), "raw_law": Law(0)}


def test_sans_bruit_les_passages_publies_sont_les_passages() -> None:
    cles = Perturbation(np.arange(1, 6, dtype=np.uint64), **MUETTES)  # type: ignore[arg-type]
    domaines = csr_array(np.array([[1.0, 1, 1, 0, 0], [0, 0, 1, 1, 1]]))
    flux = np.array([[0.0, 0], [1, 1], [1, 1], [0, 1], [1, 1]])
    ont = np.array([[True, True], [False, True], [True, True], [True, False], [True, True]])
    # Qui n'a pas répondu aux deux vagues n'a pas de passage.
    assert publish_flows(cles, domaines, ont, flux, ["p", "q"]).tolist() == [[1, 2], [2, 2]]
    bruit = Perturbation(np.arange(1, 6, dtype=np.uint64), law=Law(9, 50.0), gap_law=SmoothLaw(0))
    tires = np.stack([publish_flows(bruit, domaines, ont, flux, [f"p{k}", f"q{k}"]) for k in range(40)])
    assert tires.min() == 0
    assert (tires.max(axis=0) == domaines @ ont.astype(float)).all()


def test_sans_bruit_l_ecart_a_structure_egale_publie_est_l_ecart() -> None:
    hasard = np.random.default_rng(9)
    n = 60
    groupes = (np.arange(n) % 3 == 0).astype(float)[:, None]
    cles = Perturbation(hasard.integers(1, 2**63, n).astype(np.uint64), **MUETTES)  # type: ignore[arg-type]
    plan = Design(None, 240.0, hasard.uniform(1, 3, n), perturbation=cles)
    y = (hasard.random((n, 2)) < 0.5).astype(float)
    projection = _project(
        plan, np.ones(n, dtype=bool), groupes, np.column_stack([np.ones(n), hasard.random(n)])
    )
    ecart, se, publie = _publish(plan, projection, y, ["p", "q"])
    assert ecart == pytest.approx(projection.coefficients.T @ y)
    p = y[groupes[:, 0] > 0].mean(axis=0)
    carres = (1 - n / 240) * (projection.coefficients**2).sum()
    assert se.ravel() == pytest.approx(np.sqrt(p * (1 - p) * carres))
    assert publie.tolist() == [[20, 20]]


def test_la_dispersion_d_une_grandeur_a_un_plancher() -> None:
    """p(1 − p) pour une part ; d'une grandeur, ses carrés brouillés, un centième de sa moyenne² au moins."""
    un = np.ones((1, 3))
    portee = Reach(un, un, np.array([[0.0, 3.0, 3.0]]), np.array([[0.0, 5.0, 5.0]]))
    lue = _measure_dispersion(
        np.array([[0.3, 20.0, 20.0]]), portee, np.array([[9.0, 2.0, -4.0]]), np.array([False, True, True])
    )
    assert lue.tolist() == [pytest.approx([0.21, 5 + 2 * 3, (DISPERSION_MINIMALE * 20) ** 2])]
