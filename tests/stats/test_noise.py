"""Une réponse tardive compte partout pour sa réponse brouillée une fois : deux versions ne disent qu'elle."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array

from barometre.domain.secret import RAPPORT_TARDIF
from barometre.stats.design import Design
from barometre.stats.domains import sum_domains
from barometre.stats.laws import LATE_LAW
from barometre.stats.perturbation import Perturbation, build_keys
from barometre.stats.sums import Sums

UNITES, CELLULES = 300, 6
RNG = np.random.default_rng(4)
CLES = build_keys("5e" * 32, [f"u{i}" for i in range(UNITES)])
POIDS = RNG.uniform(1, 5, UNITES)
Y = (RNG.random((UNITES, 4)) < 0.5).astype(float)
ITEMS = ["a", "b", "c", "d"]
# Six cellules qui se recouvrent, toutes avec l'unité 0 ; aucune n'est près de 0 ou de 100 %.
DEDANS = RNG.random((CELLULES, UNITES)) < 0.5
DEDANS[:, 0] = True


def _publish(dedans: np.ndarray, tardives: np.ndarray | None) -> tuple[Sums, np.ndarray]:
    design = Design(None, None, POIDS, perturbation=Perturbation(CLES, late=tardives))
    appartenance = csr_array(dedans.astype(float))
    return sum_domains(design, Y, appartenance, ITEMS), appartenance @ POIDS


def _move(tardives: np.ndarray, marque: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """De combien bougent le compte et la somme pondérée de chaque cellule, quand les tardives arrivent."""
    avant, w_1 = _publish(DEDANS & ~tardives, None)
    apres, w_2 = _publish(DEDANS, marque)
    return apres.total - avant.total, apres.estimate * w_2[:, None] - avant.estimate * w_1[:, None]


def test_des_tardives_ne_montrent_que_leur_reponse_brouillee() -> None:
    """Compte et somme pondérée de toute cellule bougent de Σỹ et de Σw·ỹ, et de rien d'autre."""
    tardives = np.arange(UNITES) < 5
    brouillee = (Y + Perturbation(CLES, late=tardives).draw_late(Y, ITEMS)) * tardives[:, None]
    compte, pondere = _move(tardives, tardives)
    assert compte == pytest.approx(DEDANS @ brouillee)
    assert pondere == pytest.approx(DEDANS @ (POIDS[:, None] * brouillee))
    assert (brouillee != Y * tardives[:, None]).any()


def test_sans_marque_une_tardive_tire_un_bruit_par_cellule() -> None:
    """La contre-épreuve : ces bruits sans rapport, moyennés, rendaient sa réponse."""
    compte, _ = _move(np.arange(UNITES) == 0, None)
    assert (np.ptp(compte, axis=0) > 0).all()


def test_sans_tardive_rien_ne_change_et_la_variance_les_compte() -> None:
    personne, sans = (_publish(DEDANS, t)[0] for t in (np.zeros(UNITES, dtype=bool), None))
    np.testing.assert_array_equal(personne.estimate, sans.estimate)
    avec = _publish(DEDANS, np.arange(UNITES) < 20)[0]
    n = avec.n_published
    attendue = LATE_LAW.variance * DEDANS[:, :20].sum(axis=1)[:, None] / n**2
    assert (avec.noise - sans.noise > 0.3 * attendue).all()


def test_une_tardive_qui_n_a_pas_repondu_ne_bouge_rien() -> None:
    values, tardive = Y.copy(), np.arange(UNITES) == 0
    values[0] = np.nan
    avec = Perturbation(CLES, late=tardive).draw(csr_array(DEDANS.astype(float)), values, ITEMS)
    sans = Perturbation(CLES).draw(csr_array((DEDANS & ~tardive).astype(float)), values, ITEMS)
    np.testing.assert_array_equal(avec, sans)


def test_le_bruit_d_une_tardive_ne_rend_jamais_oui_trois_fois_plus_probable() -> None:
    """Et il est sans biais : « oui » et « non » se brouillent en sens inverse, du même pas."""
    rapports = LATE_LAW.probabilities[1:] / LATE_LAW.probabilities[:-1]
    assert rapports.max() == pytest.approx(RAPPORT_TARDIF)
    assert rapports.min() == pytest.approx(1 / RAPPORT_TARDIF)
    toutes = Perturbation(CLES, late=np.ones(UNITES, dtype=bool))
    oui, non = (toutes.draw_late(y, ITEMS) for y in (np.ones_like(Y), np.zeros_like(Y)))
    np.testing.assert_array_equal(oui, -non)
    assert abs(oui.mean()) < 4 * np.sqrt(LATE_LAW.variance / oui.size)
    assert oui.var() == pytest.approx(LATE_LAW.variance, rel=0.3)


# Deux questions sous la même condition : la moitié n'y est pas menée ; les tardives y sont, ou non.
ATTEINTES = RNG.random(UNITES) < 0.5
TARDIVES = np.arange(UNITES) < 12


def _publish_condition(atteintes: np.ndarray) -> Sums:
    valeurs = np.where(atteintes[:, None], Y[:, :2], np.nan)
    cles = Perturbation(CLES, {"a": "q1", "b": "q2"}, late=TARDIVES)
    design = Design(None, None, POIDS, perturbation=cles)
    return sum_domains(design, valeurs, csr_array(DEDANS.astype(float)), ["a", "b"])


def test_l_effectif_ne_dit_pas_si_une_tardive_a_ete_menee_a_la_question() -> None:
    """Il compte les « oui » de la question d'avant : chaque effectif en serait une lecture de plus."""
    toutes, aucune = (_publish_condition(np.where(TARDIVES, oui, ATTEINTES)) for oui in (True, False))
    np.testing.assert_array_equal(toutes.n_published, aucune.n_published)
    assert (toutes.n != aucune.n).all()


def test_le_compte_bouge_aussi_pour_une_tardive_que_la_question_n_a_pas_atteinte() -> None:
    """Sans cela, un compte dirait, dès qu'il bouge, qu'elle a dit « oui » à la condition."""
    muettes = np.where(TARDIVES[:, None], np.nan, Y)
    bruits = Perturbation(CLES, late=TARDIVES).draw_late(muettes, ITEMS)
    assert np.count_nonzero(bruits[TARDIVES]) > 10
    assert not bruits[~TARDIVES].any()


def test_deux_questions_de_memes_repondantes_ont_le_meme_effectif() -> None:
    """D'un bruit par question, cinq questions sous une condition en rendaient le compte par leur moyenne."""
    publie = _publish_condition(ATTEINTES).n_published
    np.testing.assert_array_equal(publie[:, 0], publie[:, 1])


def test_la_variance_du_redresse_compte_les_premieres_et_chaque_tardive_a_leur_poids() -> None:
    """Deux cent cinquante premières et cinquante tardives trois fois plus lourdes."""
    tardives = np.arange(UNITES) >= 250
    w = np.where(tardives, 3.0, 1.0)
    design = Design(None, None, w, perturbation=Perturbation(CLES, late=tardives))
    s = sum_domains(design, Y, csr_array(np.ones((1, UNITES))), ITEMS)
    moyen = w.mean()
    cles = design.perturbation
    assert cles is not None
    # Les premières ont toutes le même poids : leur bruit n'a pas d'inégalité.
    attendue = cles.share_variance / moyen**2 + LATE_LAW.variance * (w[tardives] ** 2).sum() / moyen**2
    assert s.noise * s.n_published**2 == pytest.approx(np.full((1, 4), attendue))
