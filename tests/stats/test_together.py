"""Toutes les questions lues ensemble : le système résolu par étapes est celui que l'on écrit en entier."""

from __future__ import annotations

import numpy as np
import pytest

from barometre.stats import question
from barometre.stats.attack import Lecteur
from barometre.stats.draws import open_draws
from barometre.stats.question import LIEES, Question
from barometre.stats.together import (
    LIEN,
    Liens,
    build_ensemble,
    list_linked,
    measure_correlations,
    measure_links,
)
from tests.stats.liees import NOMS, build_lecteur, build_together, build_valeurs, read_lus, solve_whole


@pytest.fixture(scope="module")
def lecteur() -> Lecteur:
    return build_lecteur()


@pytest.fixture(scope="module")
def valeurs() -> np.ndarray:
    return build_valeurs()


def test_ce_que_les_autres_ajoutent_est_ce_qu_en_dit_le_systeme_entier(
    lecteur: Lecteur, valeurs: np.ndarray
) -> None:
    lus = read_lus(lecteur, valeurs)
    ensemble = build_together(lecteur, valeurs)
    gains = ensemble.measure_gains()
    entieres, leviers = solve_whole(lecteur, valeurs)
    rapports = []
    for i, (q, lu) in enumerate(zip(ensemble.questions, lus, strict=True)):
        seule, _ = q.read_resolved(q.facteur.solve(q.compute_residual(lu)))
        np.testing.assert_allclose(seule + gains[i], entieres[i], atol=0.02)
        rapports.append(np.median(leviers[i] / q.facteur.measure_leverage(q.matrice)))
    assert max(np.abs(gains[0]).max(), np.abs(gains[2]).max()) > 0.2
    # Le levier de toutes vaut celui de la sienne, un peu plus haut : `LIEES` le dit d'un nombre.
    assert all(1.0 <= rapport <= 1.2 * LIEES for rapport in rapports)


def test_une_question_sans_rapport_avec_les_autres_n_y_gagne_rien(
    lecteur: Lecteur, valeurs: np.ndarray
) -> None:
    assert list_linked(measure_correlations(valeurs)) == [0, 1, 2]
    sans_lien = Liens(measure_links(lecteur, valeurs).shared, np.eye(4))
    np.testing.assert_allclose(build_together(lecteur, valeurs, sans_lien).measure_gains(), 0, atol=1e-3)


def test_deux_questions_identiques_se_lisent_deux_fois(lecteur: Lecteur, valeurs: np.ndarray) -> None:
    """La seconde porte un autre bruit : lues ensemble, elles disent plus que l'une, du même côté."""
    table = valeurs[:, [0, 0]]
    lus = read_lus(lecteur, table)
    ensemble = build_together(lecteur, table)
    gains = ensemble.measure_gains()
    seules = [
        q.read_resolved(q.facteur.solve(q.compute_residual(lu)))[0]
        for q, lu in zip(ensemble.questions, lus, strict=True)
    ]
    ensemble_lues = seules[0] + gains[0]
    np.testing.assert_allclose(ensemble_lues, seules[1] + gains[1], atol=0.05)
    assert np.corrcoef(ensemble_lues, seules[0] + seules[1])[0, 1] > 0.95


def test_les_correlations_se_lisent_chez_qui_a_repondu_aux_deux(valeurs: np.ndarray) -> None:
    liens = measure_correlations(valeurs)
    deux = np.isfinite(valeurs[:, 1])
    assert liens[0, 1] == pytest.approx(np.corrcoef(valeurs[deux, 0], valeurs[deux, 1])[0, 1], abs=0.05)
    assert (np.diagonal(liens) == 1).all() or np.allclose(np.diagonal(liens), 1)
    assert np.linalg.eigvalsh(liens)[0] > 0


def test_des_absences_qui_se_contredisent_laissent_une_matrice_possible() -> None:
    """Trois questions, deux à deux chez d'autres : a = b, b = c, a = 1 − c n'ont pas de loi commune."""
    hasard = np.random.default_rng(1)
    x = (hasard.random((150, 3)) < 0.5).astype(float)
    x[:50, 1], x[50:100, 2], x[100:, 0] = x[:50, 0], x[50:100, 1], 1 - x[100:, 2]
    x[:50, 2], x[50:100, 0], x[100:, 1] = np.nan, np.nan, np.nan
    liens = measure_correlations(x)
    assert np.linalg.eigvalsh(liens)[0] > 0
    assert liens[0, 1] > 0.3 > -0.3 > liens[0, 2]


def test_moins_de_trente_reponses_communes_ne_disent_rien() -> None:
    x = np.full((80, 2), np.nan)
    x[:50, 0] = np.arange(50) % 2
    x[21:, 1] = np.arange(59) % 2
    assert measure_correlations(x)[0, 1] == pytest.approx(0)
    x[20, 1] = x[20, 0]
    assert measure_correlations(x)[0, 1] != pytest.approx(0)


def test_un_lien_trop_faible_se_laisse() -> None:
    faible, fort = np.sqrt(LIEN) - 0.01, np.sqrt(LIEN) + 0.01
    assert list_linked(np.array([[1, faible], [faible, 1]])) == []
    assert list_linked(np.array([[1, fort, 0], [fort, 1, 0], [0, 0, 1]])) == [0, 1]


def test_une_lecture_partie_de_la_precedente_finit_au_meme_endroit(
    lecteur: Lecteur, valeurs: np.ndarray
) -> None:
    """Une question a tiré d'autres bruits ; les autres sont relues telles quelles."""
    avant, liens = build_together(lecteur, valeurs), measure_links(lecteur, valeurs)
    cles = lecteur.keys.draw_again(
        lecteur.keys.find_keys(lecteur.cells, valeurs[:, [1]], [NOMS[1]])[[4, 5, 9], 0]
    )
    lus = read_lus(lecteur, valeurs)
    lus[1] = open_draws(lecteur, cles, valeurs[:, 1], NOMS[1]).get(0)
    questions = [*avant.questions]
    questions[1] = Question(lecteur, valeurs[:, 1], lus[1])
    seule, suite = build_ensemble(questions, lus, liens), build_ensemble(questions, lus, liens, avant)
    assert not np.allclose(suite.start[0], seule.start[0], atol=0.01)
    np.testing.assert_allclose(suite.measure_gains(), seule.measure_gains(), atol=0.02)
    assert not np.allclose(suite.measure_gains(), avant.measure_gains(), atol=0.05)


def test_les_aides_sont_les_questions_qui_disent_le_plus_la_reponse(
    lecteur: Lecteur, valeurs: np.ndarray
) -> None:
    ensemble = build_together(lecteur, valeurs)
    dites = [
        ensemble.announced[0, k, 5] * (q.mesures.T @ part)[5]
        for k, (q, part) in enumerate(zip(ensemble.questions, ensemble.parts, strict=True))
    ]
    for sens in (1.0, -1.0):
        ordre = sorted(range(4), key=lambda k: -sens * dites[k])
        assert ensemble.find_helpers(0, 5, sens) == [0, *ordre]


def test_ce_qu_une_question_annonce_aux_autres_suit_ses_bruits(
    lecteur: Lecteur, valeurs: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Prévu d'une pente, le log des réponses voisines bouge comme il bouge quand tout se relit."""
    monkeypatch.setattr(question, "PROCHE", 10.0)
    lus, liens, ensemble = read_lus(lecteur, valeurs), measure_links(lecteur, valeurs), None
    logs: list[np.ndarray] = []
    for tirages in (0, 1):
        propres = lecteur.keys.find_keys(lecteur.cells, valeurs[:, [0]], [NOMS[0]])[:, 0]
        cles = lecteur.keys.draw_again(np.repeat(propres, tirages))
        lus[0] = open_draws(lecteur, cles, valeurs[:, 0], NOMS[0]).get(0)
        questions = [Question(lecteur, v, lu) for v, lu in zip(valeurs.T, lus, strict=True)]
        relu = build_ensemble(questions, lus, liens)
        gains = relu.measure_gains()
        if ensemble is None:
            ensemble, voisines = relu, relu.build_neighbours(lus, list(gains), 0)
        apres = [q.add_gains(g).estimate(lu)[0] for q, g, lu in zip(questions, gains, lus, strict=True)]
        logs.append(apres[2])
        pressions, _ = questions[0].read_resolved(
            questions[0].facteur.solve(questions[0].compute_residual(lus[0]))
        )
    siennes = np.isin(voisines.logs, logs[0])
    prevus = voisines.pentes * (pressions[voisines.classes] - voisines.depart)
    vus = (logs[1] - logs[0])[voisines.classes[siennes]]
    assert siennes.sum() > 5
    assert np.corrcoef(prevus[siennes], vus)[0, 1] > 0.8
    assert 0.5 < np.polyfit(prevus[siennes], vus, 1)[0] < 2
