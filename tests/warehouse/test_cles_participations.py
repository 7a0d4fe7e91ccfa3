"""Les clés rangées disent ce que les lignes disent, vague et questionnaire par vague et questionnaire."""

from __future__ import annotations

import random
from itertools import product

import pandas as pd
import pytest

from barometre.warehouse.cles_participations import ClesParticipations

VAGUES, QUESTIONNAIRES = ("v1", "v2"), ("a", "b", "c")
FILTRES = [
    *product((None, *VAGUES, "jamais"), (None, *QUESTIONNAIRES)),
    (["v1", "v2"], ["a", "c"]),
    ([], None),
]


def _build_lignes() -> pd.DataFrame:
    tirage = random.Random(3)
    lieux = [(v, q, f"c{i}") for v, q in product(VAGUES, QUESTIONNAIRES) for i in range(30)]
    lignes = pd.DataFrame(
        tirage.sample(lieux, 90), columns=["vague_id", "questionnaire_id", "collectivite_id"], dtype="str"
    )
    return lignes.assign(cle=pd.Series([tirage.getrandbits(64) for _ in range(90)], dtype=object))


@pytest.mark.parametrize("filtres", FILTRES, ids=str)
def test_une_somme_de_cles_est_celle_que_l_on_refait_ligne_a_ligne(filtres: tuple[object, object]) -> None:
    lignes = _build_lignes()
    vague, questionnaire = (None if f is None else [f] if isinstance(f, str) else f for f in filtres)
    attendues: dict[str, int] = {}
    rangs = []
    for rang, (v, q, unite, cle) in enumerate(lignes.itertuples(index=False)):
        if (vague is None or v in vague) and (questionnaire is None or q in questionnaire):
            attendues[unite] = attendues.get(unite, 0) + cle
            rangs.append(rang)
    cles = ClesParticipations(lignes)
    assert cles.sum(*filtres) == attendues
    pd.testing.assert_frame_equal(cles.select(*filtres), lignes.iloc[rangs].reset_index(drop=True))
