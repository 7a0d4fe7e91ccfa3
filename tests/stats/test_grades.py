"""La note et sa raison, aux bornes de chaque règle."""

from __future__ import annotations

import pytest

from barometre.stats.grades import Precision, grade_means, grade_proportions

# n, oui, n_eff, p, bas, haut, df, largeur de prudence, cv : note, raison
CAS = [
    ((400, 200, 250, 0.50, 0.43, 0.57, 300, 0.19, 0.9), "A", ""),  # 14 points
    ((400, 200, 250, 0.50, 0.42, 0.58, 300, 0.19, 0.9), "B", "largeur"),  # 16 points
    ((150, 75, 99, 0.50, 0.43, 0.57, 140, 0.19, 0.9), "B", "nombre"),  # 99 réponses efficaces
    ((400, 391, 300, 0.95, 0.92, 0.97, 300, 0.05, 0.9), "B", "nombre"),  # 9 « non »
    ((400, 200, 250, 0.50, 0.43, 0.57, 7, 0.19, 0.9), "B", "degres"),
    ((400, 200, 250, 0.50, 0.43, 0.57, 300, 0.20, 0.9), "B", "prudence"),
    ((400, 200, 250, 0.50, 0.43, 0.57, 300, 0.19, 1.01), "B", "participation"),
    ((400, 200, 239, 0.50, 0.43, 0.57, 300, 0.19, 0.9), "B", "poids"),  # 239 < 0,6 × 400
    ((30, 15, 30, 0.50, 0.36, 0.65, 20, 0.34, 0.9), "B", "nombre"),
    ((30, 15, 30, 0.50, 0.35, 0.65, 20, 0.34, 0.9), "C", "largeur"),  # 30 points : pas moins de 30
    ((30, 15, 30, 0.50, 0.36, 0.65, 20, 0.35, 0.9), "C", "prudence"),
    ((29, 15, 29, 0.50, 0.36, 0.65, 20, 0.34, 0.9), "C", "nombre"),
    ((900, 27, 700, 0.03, 0.010, 0.058, 800, 0.06, 0.9), "C", "rare"),  # 4,8 points, 160 % de p
    ((900, 873, 700, 0.97, 0.942, 0.99, 800, 0.06, 0.9), "C", "rare"),  # la même part de « non »
    ((10, 5, 10, 0.50, 0.20, 0.80, 5, 0.7, 0.9), "C", "nombre"),
    ((9, 5, 9, 0.50, 0.20, 0.80, 5, 0.7, 0.9), "", "nombre"),
]


@pytest.mark.parametrize(("grandeurs", "note", "raison"), CAS)
def test_la_note_d_une_part(grandeurs: tuple[float, ...], note: str, raison: str) -> None:
    *precision, largeur, cv = grandeurs
    notes, raisons = grade_proportions(Precision(*precision, 0.0, largeur, cv))
    assert (str(notes), str(raisons)) == (note, raison)


def test_la_note_d_une_moyenne() -> None:
    notes, raisons = grade_means(
        [200, 50, 50, 9], [150, 40, 40, 9], [10.0] * 4, [9, 8, 1, 9], [11, 13, 19, 11]
    )
    assert notes.tolist() == ["A", "B", "C", ""]
    assert raisons.tolist() == ["", "nombre", "largeur", "nombre"]
