"""Tout ce qui se publie se déduit des sommes brouillées : à sommes égales, tout est égal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import brentq
from scipy.sparse import csr_array

from barometre.domain.brouillage import MODULO, draw_bruit_effectif
from barometre.domain.secret import BRUIT_MAXIMAL, MARGE_EXTREME, PAS_EFFECTIF
from barometre.stats.association import compare_standardised
from barometre.stats.change import estimate_change
from barometre.stats.contrasts import compare_domains
from barometre.stats.design import Design
from barometre.stats.domains import sum_domains
from barometre.stats.estimation import estimate_domains
from barometre.stats.perturbation import Asked, Perturbation, build_keys
from barometre.stats.publication import publish_counts, publish_members, publish_sums
from barometre.stats.standardisation import adjust_domains
from barometre.stats.structure import compare_adjusted

UNITES = [f"commune-{i:05d}" for i in range(200)]
CLES = build_keys("5e" * 32, UNITES)
HASARD = np.random.default_rng(9)
POIDS = HASARD.uniform(1, 5, 200)
STRATES = pd.Series(HASARD.integers(0, 3, 200), index=UNITES)
CALAGE = pd.DataFrame({"region": HASARD.integers(0, 2, 200).astype(str)}, index=UNITES)
GROUPE = np.arange(200) % 3 == 0
# Des réponses au hasard, rares ; d'autres que le rang commande.
REPONSES = [HASARD.random(200) < 0.2, np.arange(200) < 90]


@dataclass(frozen=True, eq=False)
class _Vise(Perturbation):
    """Un bruit qui mène tout domaine à 30 « oui », et à un redressé de trois réponses de plus."""

    def draw(self, membership: csr_array, values: np.ndarray, items: object) -> np.ndarray:
        return 30.0 - np.asarray(membership @ np.nan_to_num(values))

    def draw_second(
        self, membership: csr_array, values: np.ndarray, items: object, published: np.ndarray
    ) -> np.ndarray:
        return np.full((membership.shape[0], values.shape[1]), 2.0)

    def draw_gap(
        self, membership: csr_array, values: np.ndarray, items: object, salt: str = "ecart"
    ) -> np.ndarray:
        lignes = []
        for dedans in membership.toarray() > 0:
            omega = POIDS[dedans] / POIDS[dedans].mean() - 1
            lignes.append((3.0 - omega @ values[dedans]) / np.abs(omega).max())
        return np.array(lignes)


@dataclass(frozen=True, eq=False)
class _Fixe(_Vise):
    """Le même, dont le bruit de l'écart est donné, et celui de la somme de Cochran, qui a sa clé."""

    ecart: float = 0.0
    cochran: float = 0.0

    def draw_gap(
        self, membership: csr_array, values: np.ndarray, items: object, salt: str = "ecart"
    ) -> np.ndarray:
        bruit = self.cochran if salt == "cochran" else self.ecart
        return np.full((membership.shape[0], values.shape[1]), bruit)


def _design(cles: Perturbation) -> Design:
    populations = {0: 900, 1: 700, 2: 800}
    return Design(STRATES, populations, pd.Series(POIDS, UNITES), CALAGE, perturbation=cles)


def _answers(oui: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame({"a": oui.astype(float)}, index=UNITES)


def _cell(oui: np.ndarray) -> pd.DataFrame:
    return estimate_domains(
        _design(_Vise(CLES, fraction=0.0)), _answers(oui), np.ones((200, 1)), cv=0.4
    ).to_frame()


def _contrast(oui: np.ndarray) -> pd.DataFrame:
    return compare_domains(_design(_Vise(CLES, fraction=0.0)), _answers(oui), GROUPE, ~GROUPE)


def _change(oui: np.ndarray) -> pd.DataFrame:
    design, avant = _design(_Vise(CLES, fraction=0.0)), np.arange(200) % 4 == 0
    return estimate_change(design, _answers(avant), UNITES, design, _answers(oui), UNITES)


def _standardised(oui: np.ndarray) -> pd.DataFrame:
    """Deux tranches, aux tailles du pays."""
    tranches, tous = np.arange(200) % 2, csr_array(np.ones((1, 200)))
    egal = adjust_domains(
        _design(_Vise(CLES, fraction=0.0)), _answers(oui), tous, tranches, np.array([0.6, 0.4]),
        np.ones((1, 1)), minimums=np.array([10]),
    )  # fmt: skip
    return pd.DataFrame({nom: getattr(egal, nom)[0] for nom in ("p", "low", "high", "grade", "missing")})


@pytest.mark.parametrize(
    "publish",
    [_cell, _contrast, _change, _standardised],
    ids=["cellule", "contraste", "evolution", "standardise"],
)
def test_tout_se_deduit_du_compte_et_du_redresse_brouilles(
    publish: Callable[[np.ndarray], pd.DataFrame],
) -> None:
    un, autre = (publish(oui) for oui in REPONSES)
    pd.testing.assert_frame_equal(un, autre)


def _adjusted(oui: np.ndarray, ecart: float) -> pd.DataFrame:
    groupes = pd.Series(["x" if g else None for g in GROUPE], index=UNITES, name="groupe")
    return compare_adjusted(
        _design(_Fixe(CLES, fraction=0.0, ecart=ecart)), _answers(oui)["a"].to_frame(), groupes, CALAGE
    )


def _associated(oui: np.ndarray, ecart: float, cochran: float = 0.0) -> pd.DataFrame:
    cles = _Fixe(CLES, fraction=0.0, ecart=ecart, cochran=cochran)
    return compare_standardised(_answers(oui), pd.Series(GROUPE, UNITES), STRATES, cles)


def _interval(oui: np.ndarray, ecart: float) -> pd.DataFrame:
    return _associated(oui, ecart).drop(columns="p_value")


@pytest.mark.parametrize("publish", [_adjusted, _interval], ids=["structure_egale", "association"])
def test_un_ecart_publie_porte_tout_ce_que_ses_voisins_disent(
    publish: Callable[[np.ndarray, float], pd.DataFrame],
) -> None:
    """Le bruit de l'écart qui rend deux différences égales rend égaux l'intervalle et l'erreur type."""
    cible = publish(REPONSES[0], 0.0)
    depart, pas = (publish(REPONSES[1], e)["difference"].iloc[0] for e in (0.0, 1.0))
    ecart = (cible["difference"].iloc[0] - depart) / (pas - depart)
    pd.testing.assert_frame_equal(cible, publish(REPONSES[1], ecart))
    assert abs(ecart) > 0.01


def test_la_valeur_p_d_une_association_ne_dit_que_sa_somme_brouillee() -> None:
    """Ses poids ne sont pas ceux de l'écart : elle a son bruit, qui suffit à rendre égales deux valeurs p."""
    cible = _associated(REPONSES[0], 0.0)["p_value"].iloc[0]

    def manque(cochran: float) -> float:
        return float(_associated(REPONSES[1], 0.0, cochran)["p_value"].iloc[0] - cible)

    bruit = brentq(manque, -60.0, 60.0)
    assert abs(manque(bruit)) < 1e-9
    assert abs(manque(0.0)) > 1e-6


def test_la_pente_publiee_ne_lit_aucune_reponse() -> None:
    """Celle d'une réponse que les marges n'expliquent pas : au-dessus de la pente exacte, ou tout près."""
    rare = _cell(REPONSES[0])["slope"].iloc[0]
    exacte = estimate_domains(
        Design(STRATES, {0: 900, 1: 700, 2: 800}, pd.Series(POIDS, UNITES), CALAGE),
        _answers(REPONSES[0]),
        np.ones((200, 1)),
    ).slope[0, 0]
    assert rare == _cell(REPONSES[1])["slope"].iloc[0]
    assert 0 <= rare - exacte < 0.1


def test_tout_effectif_est_brouille_et_celui_des_participantes_du_meme_bruit() -> None:
    """Exact, une différence de cellules emboîtées disait qui a répondu."""
    groupes = csr_array((np.arange(200) % 10 == np.arange(10)[:, None]).astype(float))
    valeurs = np.column_stack([REPONSES[0], np.where(np.arange(200) < 120, REPONSES[0], np.nan)]).astype(
        float
    )
    cles = Perturbation(CLES)
    sommes = sum_domains(_design(cles), valeurs, groupes, ["tous", "condition"])
    np.testing.assert_array_equal(sommes.n_published[:, [0]], publish_members(cles, groupes))
    ecarts = sommes.n_published - sommes.n
    assert (np.abs(ecarts) <= BRUIT_MAXIMAL).all()
    assert (np.count_nonzero(ecarts, axis=0) > 3).all()
    assert (sommes.n_published[:, 1] <= sommes.n_published[:, 0]).all()


def test_le_bruit_d_un_effectif_est_celui_que_la_porte_tire() -> None:
    """Un groupe que compte la porte a l'effectif de la cellule de mêmes membres."""
    groupes = csr_array((np.arange(200) % 50 == np.arange(50)[:, None]).astype(float))
    sommes = [sum(int(cle) for cle in CLES[np.arange(200) % 50 == g]) for g in range(50)]
    bruits = [draw_bruit_effectif(somme % MODULO) for somme in sommes]
    publies = publish_members(Perturbation(CLES), groupes).ravel()
    np.testing.assert_array_equal(publies, np.maximum(4 + np.array(bruits), 1))
    assert len(set(bruits)) > 4


def test_une_part_brute_publiee_reste_une_part() -> None:
    """Personne, ou tout le monde, dit oui : les deux bruits du brut ne le mènent pas hors de 0 à 100 %."""
    bruts = []
    for graine in range(60):
        cles = Perturbation(np.random.default_rng(graine).integers(0, 2**64, 40, dtype=np.uint64))
        plan = Design(None, 200.0, np.linspace(1, 9, 40), perturbation=cles)
        y = np.column_stack([np.zeros(40), np.ones(40)])
        s = sum_domains(plan, y, csr_array(np.ones((1, 40))), ["rien", "tout"])
        assert (s.total >= 0).all()
        assert (s.total <= s.n).all()
        bruts.append(s.raw[0])
    bruts = np.array(bruts)
    assert 0 <= bruts.min() < bruts.max() <= 1
    assert bruts[:, 0].max() > 0
    assert bruts[:, 1].min() < 1


def test_la_variance_publiee_est_celle_de_celles_qui_ont_repondu() -> None:
    """À poids égaux, p(1 − p)(1 − f)/n : n, les réponses publiées, non les membres de la cellule."""
    y, tout = np.where(np.arange(200) % 2 == 0, np.arange(200) % 5 < 2, np.nan)[:, None], np.ones((1, 200))
    exacts = 0
    for graine in range(5):
        cles = Perturbation(np.random.default_rng(graine).integers(0, 2**64, 200, dtype=np.uint64))
        s = sum_domains(Design(None, 400.0, np.full(200, 2.0), perturbation=cles), y, csr_array(tout), ["q"])
        n, p = s.n_published[0, 0], round(s.estimate[0, 0], 2)
        assert 90 <= n <= 110
        assert s.variance[0, 0] == pytest.approx(p * (1 - p) * (1 - 200 / 400) / n)
        assert s.n_eff[0, 0] == pytest.approx(n)
        assert s.df[0, 0] == n - 1
        exacts += n == s.n[0, 0]
    assert exacts < 5


def test_la_note_ne_lit_que_l_effectif_publie() -> None:
    """D'un effectif exact, une note dirait de combien le bruit a déplacé le montré : ici, onze."""
    y, notes = pd.DataFrame({"q": [1.0] * 5 + [0.0] * 6 + [np.nan] * 39}), set()
    for graine in range(30):
        cles = Perturbation(np.random.default_rng(graine).integers(0, 2**64, 50, dtype=np.uint64))
        e = estimate_domains(Design(None, 100.0, np.full(50, 2.0), perturbation=cles), y, np.ones((50, 1)))
        assert (e.grade[0, 0] == "C") == (e.n_published[0, 0] >= 10)
        notes.add(str(e.grade[0, 0]))
    assert notes == {"", "C"}


def test_celles_qui_ont_repondu_ne_passent_jamais_celles_qui_participent() -> None:
    """À une question posée à presque toutes, l'effectif et le nombre de participantes ont deux bruits."""
    y = np.concatenate([np.ones(29), [np.nan]])[:, None]
    tout, egaux = csr_array(np.ones((1, 30))), 0
    for graine in range(60):
        cles = Perturbation(np.random.default_rng(graine).integers(0, 2**64, 30, dtype=np.uint64))
        n, membres = (
            publish_counts(cles, np.array([[29.0]]), y, tout)[0, 0],
            publish_members(cles, tout)[0, 0],
        )
        assert 1 <= n <= membres
        egaux += n == membres
    assert egaux > 5  # la borne sert


def test_des_tardives_comptent_a_leur_part_qu_elles_aient_ete_atteintes_ou_non() -> None:
    """Cent premières, dont la moitié atteinte par la question ; cinquante tardives : la moitié de 150."""
    y = np.where(np.arange(150) % 2 == 0, 1.0, np.nan)[:, None]
    cles = Perturbation(CLES[:150], late=np.arange(150) >= 100)
    tout = csr_array(np.ones((1, 150)))
    publie = publish_counts(cles, np.array([[75.0]]), y, tout)[0, 0]
    assert publie == pytest.approx(75, abs=3 * BRUIT_MAXIMAL)
    # De quoi que les tardives aient répondu, le même effectif.
    autre = np.where(np.arange(150) >= 100, np.nan, y[:, 0])[:, None]
    assert publish_counts(cles, np.array([[50.0]]), autre, tout)[0, 0] == publie


def _ask(graine: int) -> tuple[np.ndarray, Perturbation, csr_array]:
    """Une condition (« a », de la question « qa »), les clés où « b » la suit, et des cellules."""
    hasard = np.random.default_rng(graine)
    condition = np.where(hasard.random(200) < 0.05, np.nan, (hasard.random(200) < 0.6).astype(float))
    suite = {"b": Asked("qa", condition, 0.9)}
    cles = Perturbation(hasard.integers(0, 2**64, 200, dtype=np.uint64), {"a": "qa"}, asked=suite)
    tailles = csr_array((np.arange(200) < np.array([[200], [199], [60], [59], [25], [24]])).astype(float))
    return condition, cles, tailles


def test_l_effectif_d_une_question_sous_condition_se_deduit_de_ce_que_la_condition_publie() -> None:
    """Compté à part, il serait une seconde lecture des « oui » de la condition, d'un autre bruit."""
    ecarts = []
    for graine in range(40):
        condition, cles, cellules = _ask(graine)
        plan = Design(None, None, POIDS, perturbation=cles)
        exactes = sum_domains(plan.replace_keys(None), condition[:, None], cellules, with_variance=False)
        lue = publish_sums(exactes, plan, condition[:, None], cellules, ["a"])
        n_lu = PAS_EFFECTIF * np.round(lue.n_published / PAS_EFFECTIF)
        oui = lue.raw.round(2) * n_lu
        bornee = n_lu - oui <= MARGE_EXTREME  # « plus de 88 % » : le milieu de ce qui reste
        attendu = np.rint(np.where(bornee, n_lu - MARGE_EXTREME / 2, oui) * 0.9)
        publies = []
        for absentes in (0.1, 0.2):  # deux questions, et plus de « ne sait pas » à la seconde
            muettes = np.random.default_rng(graine).random(200) < absentes
            y = np.where((condition == 1) & ~muettes, 1.0, np.nan)[:, None]
            exact = np.asarray(cellules @ np.isfinite(y).astype(float))
            publies.append(publish_counts(cles, exact, y, cellules, ["b"]))
            ecarts.append(publies[-1] - exact)
        assert (publies[0] == attendu).all()
        assert (publies[0] == publies[1]).all()
    # Il reste l'ordre de grandeur du compte : la part au pour cent, neuf réponses sur dix, huit à la seconde.
    assert np.abs(np.hstack(ecarts)[2:]).max() < 15


def test_de_quelques_unites_a_qui_la_question_a_ete_posee_les_suit() -> None:
    """Contrastes et panels prennent une partie des répondantes, dans un autre ordre."""
    condition, cles, cellules = _ask(3)
    cles = replace(cles, asked=cles.asked | {"d": replace(cles.asked["b"], answering=0.5)})
    unites = np.random.default_rng(4).permutation(200)[:150]
    prises = cles.take(unites)
    assert np.array_equal(prises.asked["b"].values, condition[unites], equal_nan=True)
    assert prises.asked["d"].values is prises.asked["b"].values  # une condition ne se lit qu'une fois
    y = np.where(condition == 1, 1.0, np.nan)[:, None]
    gardees = csr_array(cellules[:, unites])
    partout = np.zeros((200, 150))
    partout[unites, np.arange(150)] = 1.0
    memes = csr_array(gardees @ csr_array(partout.T))  # les mêmes membres, dans l'ordre de toutes
    exact = np.asarray(gardees @ np.isfinite(y[unites]).astype(float))
    assert (
        publish_counts(prises, exact, y[unites], gardees, ["b"])
        == publish_counts(cles, exact, y, memes, ["b"])
    ).all()


def test_sans_reponse_une_question_sous_condition_ne_compte_personne_et_une_part_bornee_le_reste() -> None:
    _, cles, cellules = _ask(0)
    personne = np.full((200, 1), np.nan)
    assert (publish_counts(cles, np.zeros((6, 1)), personne, cellules, ["b"]) == 0).all()
    toutes = replace(cles, asked={"b": Asked("qa", np.ones(200), 1.0)})
    publies = publish_counts(toutes, np.full((6, 1), 20.0), np.ones((200, 1)), cellules, ["b"])[:, 0]
    lus = PAS_EFFECTIF * np.round(publish_members(toutes, cellules)[:, 0] / PAS_EFFECTIF)
    # « plus de 97 % » : où que soit le compte dans ce qui reste, l'effectif est le même.
    assert (publies == np.rint(lus - MARGE_EXTREME / 2)).all()


def test_des_propensions_trop_dispersees_otent_sa_note_a_un_chiffre_precis() -> None:
    plan = Design(None, 800.0, np.full(400, 2.0))
    y = pd.DataFrame({"q": np.tile([1.0, 0.0], 200)})
    for cv, note, raison in ((1.0, "A", ""), (1.2, "B", "participation")):
        e = estimate_domains(plan, y, np.ones((400, 1)), cv=cv)
        assert (e.grade[0, 0], e.reason[0, 0]) == (note, raison)
