"""La standardisation directe : somme à la main, couverture simulée, refus qui nomme la tranche."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from barometre.stats import intervals
from barometre.stats.design import Design
from barometre.stats.domains import sum_domains
from barometre.stats.laws import Law
from barometre.stats.perturbation import Perturbation
from barometre.stats.standardisation import SANS_MANQUE, Standardised, adjust_domains

MELANGE = np.array([0.7, 0.3])


def _standardise(
    tranches: np.ndarray, y: np.ndarray, territoire: np.ndarray, perturbation: Perturbation | None = None
) -> Standardised:
    """Deux strates, les tranches, dans un cadre de 10 000 collectivités par tranche."""
    poids = 10_000 / np.bincount(tranches)[tranches]
    plan = Design(tranches, np.full(y.size, 10_000.0), poids, perturbation=perturbation)
    return adjust_domains(
        plan, pd.DataFrame({"q": y}), csr_array(territoire[None, :].astype(float)), tranches, MELANGE,
        np.ones((1, 1)), minimums=np.array([10]),
    )  # fmt: skip


def test_la_somme_a_la_main() -> None:
    tranches, y = np.repeat([0, 1], [40, 20]), np.r_[np.arange(40) < 10, np.arange(20) < 15].astype(float)
    e = _standardise(tranches, y, np.ones(60, dtype=bool))
    assert e.p[0, 0] == pytest.approx(0.7 * 0.25 + 0.3 * 0.75)
    assert e.missing[0, 0] == SANS_MANQUE
    assert e.low[0, 0] < e.p[0, 0] < e.high[0, 0]


@pytest.mark.parametrize("garde", [9, 0])
def test_une_tranche_trop_maigre_fait_refuser_et_se_nomme(garde: int) -> None:
    tranches, y = np.repeat([0, 1], [40, 20]), np.tile([0.0, 1.0], 30)
    e = _standardise(tranches, y, np.r_[np.ones(40), np.arange(20) < garde].astype(bool))
    assert e.p.shape == (1, 1)  # un territoire refusé n'a qu'une ligne
    assert np.isnan([e.p[0, 0], e.low[0, 0], e.high[0, 0]]).all()
    assert (e.missing[0, 0], e.grade[0, 0]) == (1, "")


def test_le_refus_suit_l_effectif_publie_pas_l_exact() -> None:
    """Neuf ou dix réponses exactes : le refus ne dit pas lequel, il suit le bruit de la clé."""
    tranches, hasard = np.repeat([0, 1], [40, 14]), np.random.default_rng(7)
    refus = {}
    for n in (9, 10):
        y = np.where(np.arange(54) < 40 + n, np.tile([0.0, 1.0], 27), np.nan)
        tirages = [Perturbation(hasard.integers(0, 2**64, 54, dtype=np.uint64)) for _ in range(60)]
        manques = [_standardise(tranches, y, np.ones(54, dtype=bool), cles).missing[0, 0] for cles in tirages]
        refus[n] = np.mean(np.array(manques) != SANS_MANQUE)
    assert 0.1 < refus[10] < refus[9] < 0.9


def test_la_couverture_bruit_du_secret_compris() -> None:
    """Un territoire de grandes, lu avec les tailles du pays : 400 tirages, écart type de 1,1 point."""
    hasard, vraie, dedans = np.random.default_rng(4), 0.7 * 0.2 + 0.3 * 0.6, []
    tranches = np.repeat([0, 1], [60, 90])
    for _ in range(400):
        y = (hasard.random(150) < np.where(tranches == 0, 0.2, 0.6)).astype(float)
        cles = Perturbation(hasard.integers(0, 2**64, 150, dtype=np.uint64), law=Law())
        e = _standardise(tranches, y, np.ones(150, dtype=bool), cles)
        dedans.append(e.low[0, 0] <= vraie <= e.high[0, 0])
    assert 0.92 <= np.mean(dedans) <= 0.985
    assert y.mean() > 0.3  # le territoire, lui, est à 44 %, non 32


def test_dix_reponses_dans_chaque_tranche_suffisent() -> None:
    tranches, y = np.repeat([0, 1], [40, 10]), np.tile([0.0, 1.0], 25)
    assert _standardise(tranches, y, np.ones(50, dtype=bool)).missing[0, 0] == SANS_MANQUE


def test_un_chiffre_refuse_n_a_pas_de_note_a_cote_d_un_autre_qui_en_a() -> None:
    tranches = np.repeat([0, 1], [60, 60])
    plan = Design(tranches, np.full(120, 100.0), np.full(120, 100 / 60))
    y = np.tile([0.0, 1.0], 60)
    deux = pd.DataFrame({"a": y, "b": np.where(tranches == 1, np.nan, y)})
    e = adjust_domains(
        plan, deux, csr_array(np.ones((1, 120))), tranches, MELANGE, np.ones((1, 2)), minimums=np.full(2, 10)
    )
    assert e.missing.tolist() == [[SANS_MANQUE, 1]]
    assert e.grade[0, 0] in ("A", "B")
    assert e.grade[0, 1] == ""


@pytest.mark.parametrize("oui", [(12, 15), (2, 3)])
@pytest.mark.parametrize("brouille", [False, True])
def test_l_intervalle_standardise_se_refait_tranche_par_tranche(oui: tuple[int, int], brouille: bool) -> None:
    """Variance et bruit se pèsent en W², l'effectif efficace est 1/Σ(W²/n) : Student, ou Wilson."""
    tranches = np.repeat([0, 1], [40, 30])
    rang = np.r_[np.arange(40), np.arange(30)]
    y = (rang < np.array(oui)[tranches]).astype(float)
    hasard = np.random.default_rng(12)
    cles = Perturbation(hasard.integers(0, 2**64, 70, dtype=np.uint64)) if brouille else None
    plan = Design(tranches, np.full(70, 10_000.0), 10_000 / np.array([40, 30])[tranches], perturbation=cles)
    bandes = csr_array((tranches[None, :] == np.arange(2)[:, None]).astype(float))
    s = sum_domains(plan, y[:, None], bandes, ["q"])
    p = float(MELANGE @ s.estimate[:, 0])
    lue = round(p, 2) if brouille else p  # un plan à clés borne ce qui se lit, au pour cent
    variance, bruit = (float(MELANGE**2 @ x[:, 0]) for x in (s.variance, s.noise))
    assert (bruit > 0) == brouille
    if sum(oui) >= 10:
        attendu = intervals.logit(lue, np.sqrt(variance + bruit), s.df.sum())
    else:
        inverse = float((MELANGE**2 / s.n_eff[:, 0]).sum()) + bruit / max(lue * (1 - lue), 1 / 70 - 1 / 70**2)
        attendu = intervals.wilson_effective(lue, 1 / inverse)
    e = _standardise(tranches, y, np.ones(70, dtype=bool), cles)
    assert (e.p[0, 0], e.low[0, 0], e.high[0, 0]) == pytest.approx((p, *map(float, attendu)), rel=1e-6)


def test_la_note_standardisee_lit_l_effectif_publie() -> None:
    """Vingt-neuf réponses exactes : d'un effectif exact, aucun bruit ne donnerait de note B."""
    tranches = np.repeat([0, 1], [15, 14])
    y, notes = np.tile([0.0, 1.0], 15)[:29], set()
    for graine in range(60):
        cles = Perturbation(np.random.default_rng(graine).integers(0, 2**64, 29, dtype=np.uint64))
        plan = Design(tranches, np.full(29, 16.0), 16 / np.array([15, 14])[tranches], perturbation=cles)
        e = adjust_domains(
            plan, pd.DataFrame({"q": y}), csr_array(np.ones((1, 29))), tranches, np.array([0.5, 0.5]),
            np.zeros((1, 1)), minimums=np.array([10]),
        )  # fmt: skip
        notes.add(str(e.grade[0, 0]))
    assert {"B", "C"} <= notes
