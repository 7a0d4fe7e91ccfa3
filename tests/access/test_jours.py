"""Les réponses au fil des jours : jamais un compte de moins de dix."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import pytest

from barometre.access.participation import count_jours


def _remplir(jours: Sequence[str | None], nombres: Sequence[int]) -> pd.DataFrame:
    """Des questionnaires de clé nulle : leur bruit l'est aussi, restent les arrondis du cumul."""
    dates = [jour for jour, n in zip(jours, nombres, strict=True) for _ in range(n)]
    lignes = pd.DataFrame({"vague_id": "v1", "date_reponse": pd.to_datetime(dates)})
    return count_jours(lignes.assign(cle=pd.Series(0, lignes.index, dtype=object)), ["vague_id"])


@pytest.mark.parametrize(
    ("jours", "attendu"),
    [
        ((12, 15), [10, 15]),  # chaque jour suffit : 12, puis 27
        ((4, 7, 11), [10, 10]),  # 4 + 7, puis 11
        ((12, 3), [15]),  # le reste rejoint le paquet d'avant
        ((10, 1, 9), [10, 10]),
        ((2, 3), []),  # tout tient sous dix
    ],
)
def test_les_jours_se_reunissent_jusqu_a_dix(jours: tuple[int, ...], attendu: list[int]) -> None:
    dates = [f"2024-03-{rang:02d}" for rang in range(1, len(jours) + 1)]
    assert _remplir(dates, jours)["questionnaires"].tolist() == attendu


def test_la_date_est_celle_du_dernier_jour_et_le_total_reste() -> None:
    reunis = _remplir(["2024-03-01", "2024-03-02", None], [4, 8, 20])
    assert reunis["date_reponse"].iloc[0] == pd.Timestamp("2024-03-02")
    assert reunis["questionnaires"].tolist() == [10, 20]
