"""La note et sa raison, aux bornes de chaque règle."""

from __future__ import annotations

import numpy as np
import pytest

from barometre.stats.grades import Precision, _choose, grade_means, grade_proportions

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
    ((400, 200, 240, 0.50, 0.43, 0.57, 300, 0.19, 0.9), "A", ""),  # 0,6 × 400, pas moins
    ((150, 75, 100, 0.50, 0.43, 0.57, 140, 0.19, 0.9), "A", ""),
    ((400, 390, 300, 0.95, 0.92, 0.97, 300, 0.05, 0.9), "A", ""),  # dix « non »
    ((400, 10, 300, 0.05, 0.03, 0.08, 300, 0.05, 0.9), "A", ""),  # dix « oui »
    ((400, 9, 300, 0.05, 0.03, 0.08, 300, 0.05, 0.9), "B", "nombre"),
    ((400, 200, 250, 0.50, 0.43, 0.57, 8, 0.19, 0.9), "A", ""),
    ((400, 200, 250, 0.50, 0.43, 0.57, 300, 0.19, 1.0), "A", ""),
    ((400, 200, 250, 0.50, 0.0, 0.15, 300, 0.19, 0.9), "B", "largeur"),  # 15 points : pas moins de 15
    ((30, 15, 30, 0.50, 0.36, 0.65, 20, 0.34, 0.9), "B", "nombre"),
    ((31, 15, 29, 0.50, 0.36, 0.65, 20, 0.34, 0.9), "C", "nombre"),  # 29 réponses efficaces
    ((30, 15, 30, 0.50, 0.35, 0.65, 20, 0.34, 0.9), "C", "largeur"),  # 30 points : pas moins de 30
    ((30, 15, 30, 0.50, 0.0, 0.30, 20, 0.34, 0.9), "C", "largeur"),
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


def test_la_note_d_une_moyenne_a_ses_bornes() -> None:
    n, n_eff = [200, 200, 30, 29, 200, 10], [100, 99, 30, 29, 200, 10]
    bas, haut = [9, 9, 9, 9, 8.5, 3], [11, 11, 11, 11, 11.5, 17]
    notes, raisons = grade_means(n, n_eff, [10.0] * 6, bas, haut)
    assert notes.tolist() == ["A", "B", "B", "C", "B", "C"]
    assert raisons.tolist() == ["", "nombre", "nombre", "nombre", "largeur", "nombre"]
    # 130 % de la moyenne, en valeur absolue, se citent encore ; davantage, non.
    notes, _ = grade_means([200] * 3, [200] * 3, [10.0, -10.0, 10.0], [3.5, -16.5, 3.4], [16.5, -3.5, 16.5])
    assert notes.tolist() == ["B", "B", "C"]


def test_une_note_a_n_est_jamais_donnee_a_ce_qui_n_aurait_pas_b() -> None:
    """Les seuils se changent à la main : un A plus lâche qu'un B ne passe pas devant lui."""
    notes, raisons = _choose({"poids": np.array([False])}, {"nombre": np.array([True])}, np.array([50]))
    assert (notes.tolist(), raisons.tolist()) == (["C"], ["nombre"])
