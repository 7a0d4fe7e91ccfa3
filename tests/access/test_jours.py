"""Les réponses au fil des jours : jamais un compte de moins de dix."""

from __future__ import annotations

import pandas as pd
import pytest

from barometre.access.participation import merge_jours


def _reunir(*nombres: int) -> list[int]:
    jours = pd.DataFrame(
        {
            "vague_id": "v1",
            "date_reponse": pd.date_range("2024-03-01", periods=len(nombres)),
            "questionnaires": nombres,
        }
    )
    return merge_jours(jours, ["vague_id"])["questionnaires"].tolist()


@pytest.mark.parametrize(
    ("jours", "attendu"),
    [
        ((12, 15), [12, 15]),  # chaque jour suffit
        ((4, 7, 11), [11, 11]),  # 4 + 7, puis 11
        ((12, 3), [15]),  # le reste rejoint le paquet d'avant
        ((10, 1, 9), [10, 10]),
        ((2, 3), [5]),  # tout tient sous dix : la porte taira la ligne
    ],
)
def test_les_jours_se_reunissent_jusqu_a_dix(jours: tuple[int, ...], attendu: list[int]) -> None:
    assert _reunir(*jours) == attendu


def test_la_date_est_celle_du_dernier_jour_et_le_total_reste() -> None:
    jours = pd.DataFrame(
        {
            "vague_id": "v1",
            "date_reponse": pd.to_datetime(["2024-03-01", "2024-03-02", None]),
            "questionnaires": [4, 8, 20],
        }
    )
    reunis = merge_jours(jours, ["vague_id"])
    assert reunis["date_reponse"].iloc[0] == pd.Timestamp("2024-03-02")
    assert reunis["questionnaires"].tolist() == [12, 20]
