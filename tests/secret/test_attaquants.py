"""Ce que les attaquants déduisent d'un monde simulé : rien de certain ; et, sans bruit, tout."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array

from barometre.stats.perturbation import Law, build_keys
from tests.secret.attaquants import (
    Monde,
    count_forced,
    infer_by_subtraction,
    infer_knowing,
    list_pairs,
    list_unique,
    publish,
    summarise,
)

QUESTIONS, UNITES = 12, 400
SANS_BRUIT = Law(0, 1.0)


@pytest.fixture(scope="module")
def monde() -> Monde:
    """400 répondantes, des territoires emboîtés, et dix paires de cellules qui diffèrent d'une seule."""
    rng = np.random.default_rng(11)
    taux = rng.uniform(0.05, 0.95, QUESTIONS)
    y = (rng.random((UNITES, QUESTIONS)) < taux).astype(float)
    lignes = [np.ones(UNITES)]
    departements = rng.integers(0, 12, UNITES)
    for d in range(12):
        lignes.append((departements == d).astype(float))
    for r in range(3):
        lignes.append((departements // 4 == r).astype(float))
    for d in range(10):
        membres = np.flatnonzero(departements == d)
        lignes.append(np.isin(np.arange(UNITES), membres[1:]).astype(float))
    cellules = list_unique(csr_array(np.array(lignes)))
    poids = rng.uniform(5, 30, UNITES)
    cles = build_keys("5e" * 32, [f"u{i}" for i in range(UNITES)])
    return Monde(cles, poids, cellules, y)


def test_les_paires_d_une_unite_sont_trouvees(monde: Monde) -> None:
    paires = list_pairs(monde.cellules)
    assert len(paires) >= 10
    for petite, grande, unite in paires:
        assert unite in monde.cellules[[grande]].indices
        assert unite not in monde.cellules[[petite]].indices


def test_sans_bruit_la_soustraction_devine_avec_le_bruit_jamais(monde: Monde) -> None:
    """La contre-épreuve : la même attaque, sur les mêmes cellules, réussit quand le bruit n'y est pas."""
    prior = monde.y.mean(axis=0)
    nus = infer_by_subtraction(monde, publish(monde, SANS_BRUIT), SANS_BRUIT)
    assert summarise(nus, prior)["certaines"] > 20
    unite, question = np.unravel_index(np.abs(nus).argmax(), nus.shape)
    assert (nus[unite, question] > 0) == bool(monde.y[unite, question])
    proteges = infer_by_subtraction(monde, publish(monde, Law()), Law())
    bilan = summarise(proteges, prior)
    assert bilan["certaines"] == 0
    assert bilan["gain_moyen"] < 0.05


def test_un_opsn_ne_devine_pas_la_seule_qu_il_ne_connait_pas(monde: Monde) -> None:
    premiere = monde.cellules[[1]].indices
    connus = np.isin(np.arange(UNITES), premiere[1:])
    prior = monde.y.mean(axis=0)
    nus = infer_knowing(monde, publish(monde, SANS_BRUIT), SANS_BRUIT, connus)
    assert summarise(nus, prior)["certaines"] > 0
    proteges = infer_knowing(monde, publish(monde, Law()), Law(), connus)
    assert summarise(proteges, prior)["certaines"] == 0


def test_le_programme_lineaire_ne_force_aucune_reponse(monde: Monde) -> None:
    """Brut, redressé, poids recalculés : redressé moins brut est sans bruit, l'arrondi doit suffire."""
    unites = np.arange(4)
    for question in range(3):
        assert count_forced(monde, publish(monde, Law()), Law(), question, unites) == 0
