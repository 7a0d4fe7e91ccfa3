"""Les passages du panel (de non à oui, de oui à non), lus par qui sait toutes les autres réponses."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from barometre.access.masques import PASSAGES, mask_evolutions
from barometre.domain.secret import DEVINE
from barometre.stats.laws import Law

LOI = Law()


def _publish(passages: np.ndarray) -> np.ndarray:
    """Ce que la porte montre de ces comptes bruités, cellule nationale ; NaN : rien."""
    lignes = pd.DataFrame({"gains": passages.astype(float), "pertes": passages.astype(float)})
    cellule = {"etat": "indicative", "territoire_id": "france", "indicateur_id": "site", "n_panel": 600.0}
    cellule |= dict.fromkeys(("type", "strate", "couverture"), "")
    autres = ("n_1", "n_2", "changement", "bas", "haut", "egal_changement", "egal_bas", "egal_haut", "se",
              "p_mcnemar")  # fmt: skip
    mots = dict.fromkeys(("verdict", "egal_verdict", "verdict_meme_methode"), "")
    lues = mask_evolutions(lignes.assign(**cellule, **dict.fromkeys(autres, 600.0), **mots), frozenset())
    assert lues["gains"].equals(lues["pertes"].rename("gains"))
    return np.asarray(lues[PASSAGES[0]])


def _measure(passages: int) -> tuple[float, float]:
    """L'attaquant hésite entre ce compte et un de plus : ce qu'il croit en moyenne, combien il devine."""
    vues: dict[float, list[float]] = {}
    for monde in (0, 1):
        montres = np.nan_to_num(_publish(np.maximum(passages + monde + LOI.support, 0)), nan=-1.0)
        for montre, p in zip(montres, LOI.probabilities, strict=True):
            vues.setdefault(float(montre), [0.0, 0.0])[monde] += p
    croyances = np.array([(max(a, b) / (a + b), (a + b) / 2) for a, b in vues.values()])
    return float(croyances[:, 0] @ croyances[:, 1]), float(croyances[croyances[:, 0] > DEVINE, 1].sum())


@pytest.mark.parametrize("passages", [0, 1, 8, 9, 10, 22, 23, 40, 97, 99, 100, 150])
def test_qui_sait_tous_les_autres_passages_ne_devine_pas_le_dernier(passages: int) -> None:
    """Bruité et lu à cinq près, le compte ne mène de 0,5 à 0,9 qu'une fois sur cent au plus."""
    juste, devinees = _measure(passages)
    assert juste < 0.65
    assert devinees < 0.01


def test_un_passage_sous_dix_ne_dit_pas_combien() -> None:
    assert np.isnan(_publish(np.arange(10))).all()
    assert not np.isnan(_publish(np.arange(10, 200))).any()
