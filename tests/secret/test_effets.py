"""L'effet d'un programme ou d'un fonds, attaqué : rien de certain ; sans bruit, tout se lirait."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from barometre.domain.secret import BRUIT_FRACTION
from barometre.stats.difference import Panel
from barometre.stats.laws import Law, SmoothLaw
from barometre.stats.perturbation import Perturbation, build_keys
from tests.secret.attaquants import summarise
from tests.secret.effets import infer_last_effect

UNITES, BENEFICIAIRES = 160, 40
ITEMS = [f"q{j}" for j in range(6)]


def _build(law: Law, gap: SmoothLaw, fraction: float = BRUIT_FRACTION, graine: str = "e") -> Panel:
    """Quarante bénéficiaires, cent vingt comparables, deux strates, des poids de 1 à 6."""
    rng = np.random.default_rng(4)
    avant, apres = (
        pd.DataFrame((rng.random((UNITES, len(ITEMS))) < taux).astype(float), columns=ITEMS)
        for taux in (0.4, 0.5)
    )
    cles = tuple(
        Perturbation(
            build_keys(f"{v}{graine}" * 32, map(str, range(UNITES))), law=law, gap_law=gap, fraction=fraction
        )
        for v in (1, 2)
    )
    return Panel(
        avant,
        apres,
        pd.Series(np.arange(UNITES) < BENEFICIAIRES),
        pd.Series(np.where(np.arange(UNITES) % 2, "a", "b")),
        pd.Series(rng.uniform(1, 6, UNITES)),
        cles,  # type: ignore[arg-type]
    )


def _attack(panel: Panel) -> dict[str, float]:
    """Cinq bénéficiaires et cinq comparables, à chaque vague."""
    unites = [*range(0, BENEFICIAIRES, 8), *range(BENEFICIAIRES, UNITES, 24)]
    logs = np.vstack([infer_last_effect(panel, u, vague)[None] for u in unites for vague in (0, 1)])
    return summarise(logs, np.full(len(ITEMS), 0.45))


def test_qui_connait_toutes_les_autres_n_est_certain_de_rien() -> None:
    bilans = [_attack(_build(Law(), SmoothLaw(), graine=graine)) for graine in "abcd"]
    attaquees, certaines, gagnees = (
        sum(b[nom] for b in bilans) for nom in ("attaquees", "certaines", "dont_a_priori_0,75")
    )
    assert attaquees > 400
    assert certaines == 0
    # Qui connaît tout sauf une réponse gagne un peu : d'une seule cellule, comme ailleurs.
    assert gagnees <= 0.05 * attaquees


@pytest.mark.parametrize("bruit", ["aucun", "du compte seul"])
def test_sans_bruit_ou_d_un_seul_tout_se_lirait(bruit: str) -> None:
    """L'attaque voit : sans bruit, chaque réponse ; d'un bruit entier seul, les poids inégaux la rendent."""
    panel = _build(Law(0, 1.0) if bruit == "aucun" else Law(), SmoothLaw(0.0), 0.0)
    bilan = _attack(panel)
    assert bilan["certaines"] > 0.5 * bilan["attaquees"]
