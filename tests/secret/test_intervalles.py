"""Erreur type, intervalle, prudence et note ne redisent pas, plus finement, la part qu'ils entourent.

D'une part sans arrondi, l'intervalle et la prudence au pour cent la rendaient au tiers de point ; sous trente
réponses, ils étaient ceux du redressé, qui se tait.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from barometre.access.masque_agregats import CHIFFRES, mask_agregats
from barometre.domain.secret import DECIMALES
from barometre.stats.design import Design
from barometre.stats.estimation import estimate_domains
from barometre.stats.perturbation import Perturbation, has_adjusted
from barometre.stats.standardisation import adjust_domains

TIRAGES = 300
# Trois cents questions de mêmes réponses : seul le bruit change.
QUESTIONS = [f"q{j}" for j in range(TIRAGES)]


def _answer(n: int) -> pd.DataFrame:
    return pd.DataFrame(
        np.repeat((np.arange(n) % 5 < 2).astype(float)[:, None], TIRAGES, 1), columns=QUESTIONS
    )


def _draw_keys(n: int) -> Perturbation:
    return Perturbation(np.random.default_rng(n).integers(0, 2**64, n, dtype=np.uint64))


@pytest.mark.parametrize("n", [16, 60, 400])
def test_deux_parts_qui_se_lisent_pareil_ont_le_meme_intervalle(n: int) -> None:
    poids = np.random.default_rng(0).uniform(1, 6, n)
    plan = Design(None, 10.0 * n, poids, perturbation=_draw_keys(n))
    e = estimate_domains(plan, _answer(n), np.ones((n, 1)), cv=0.4)
    part = np.where(has_adjusted(e.n_published), e.p, e.raw)
    noms = ("se", "low", "high", "prudence_low", "prudence_high", "g_star", "grade", "reason")
    table = pd.DataFrame({nom: getattr(e, nom)[0] for nom in noms})
    # dix « oui » et dix « non » au moins : la formule de l'intervalle, pas son centre
    lues = [part.round(DECIMALES)[0], (e.n_yes >= 10)[0], (e.n_published - e.n_yes >= 10)[0]]
    groupes = table.assign(redresse=e.p[0]).groupby(lues)
    distincts = groupes.nunique()
    assert (distincts["redresse"] > 1).sum() > 2
    assert (distincts[list(noms)] == 1).all(axis=None)


def test_a_structure_egale_non_plus() -> None:
    """Deux tranches : de parts qui se lisent pareil, d'une même largeur, un même intervalle."""
    tranches = np.repeat([0, 1], [400, 300])
    plan = Design(tranches, np.full(700, 9000.0), np.ones(700), perturbation=_draw_keys(700))
    egal = adjust_domains(
        plan, _answer(700), csr_array(np.ones((1, 700))), tranches, np.array([0.6, 0.4]),
        np.ones((1, TIRAGES)), minimums=np.array([10]),
    )  # fmt: skip
    p, bas, haut = (x[0].round(9) for x in (egal.p, egal.low, egal.high))
    groupes = pd.DataFrame({"p": p, "bas": bas}).groupby([p.round(DECIMALES), (haut - bas).round(9)])
    assert (groupes.nunique()["p"] > 1).sum() > 3
    assert (groupes.nunique()["bas"] == 1).all()


@pytest.mark.parametrize(("n", "n_eff"), [(12, 7.0), (80, 44.0)])
def test_l_intervalle_d_une_part_bornee_ne_lit_que_son_effectif(n: int, n_eff: float) -> None:
    """Sous « moins de », le haut publié montait avec le redressé : un « oui » de grand poids s'y lisait."""
    cellules = [
        dict.fromkeys(CHIFFRES, np.nan)
        | {"n": n, "n_publie": n, "participants": n, "n_eff": n_eff, "etat": "published", "note": "C",
           "n_oui": oui, "brut": oui / n, "redresse": redresse, "bas": 0.0, "haut": haut,
           "raison": "", "egal_note": "", "egal_manque": ""}
        for oui, redresse, haut in ((0, 0.0, 0.1), (1, 0.01, 0.2), (2, 0.3, 0.9), (3, 0.02, 0.4))
    ]  # fmt: skip
    vues = mask_agregats(pd.DataFrame(cellules))
    assert set(vues["plafond"]) == {"au_plus"}
    assert len(vues[["brut", "bas", "haut"]].drop_duplicates()) == 1
    assert (vues["haut"] > vues["brut"]).all()
