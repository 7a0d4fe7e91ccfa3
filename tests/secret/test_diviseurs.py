"""Les parts d'une cellule n'ont pas son effectif pour diviseur commun ; d'un bruit entier, si."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.sparse import csr_array

from barometre.domain.secret import DECIMALES, MARGE_EXTREME, PAS_EFFECTIF
from barometre.stats.design import Design
from barometre.stats.domains import sum_domains
from barometre.stats.perturbation import Perturbation, build_keys
from barometre.stats.sums import Sums
from tests.secret.diviseurs import ECART, Essai, find_effectifs

UNITES, CELLULES, OPTIONS = 400, 200, 6
RNG = np.random.default_rng(12)
CLES = Perturbation(build_keys("5e" * 32, [f"u{i}" for i in range(UNITES)]))
POIDS = RNG.uniform(1, 5, UNITES)
# Six options d'une question que la moitié seulement a lue : l'autre avait dit « non » à sa condition.
Y = (RNG.random((UNITES, OPTIONS)) < RNG.uniform(0.3, 0.7, OPTIONS)).astype(float)
Y[RNG.random(UNITES) < 0.5] = np.nan
DEDANS = csr_array((RNG.random((CELLULES, UNITES)) < RNG.uniform(0.06, 0.2, CELLULES)[:, None]).astype(float))
ITEMS = list("abcdef")


def _publish(cles: Perturbation, poids: np.ndarray = POIDS) -> Sums:
    return sum_domains(Design(None, None, poids, perturbation=cles), Y, DEDANS, ITEMS)


def _attack(sommes: Sums, parts: np.ndarray) -> list[Essai]:
    essais = []
    for c, n in enumerate(sommes.n[:, 0].astype(int)):
        lues = parts[c][np.abs(parts[c] - 0.5) < 0.5 - (MARGE_EXTREME + 1) / n]
        publie = PAS_EFFECTIF * round(sommes.n_published[c, 0] / PAS_EFFECTIF)
        essais.append(Essai(len(lues), find_effectifs(lues.round(DECIMALES), publie), int(n)))
    return [e for e in essais if e.parts == OPTIONS]


def test_d_un_bruit_entier_l_effectif_exact_se_lit_de_ses_parts() -> None:
    """La contre-épreuve : l'effectif d'une question sous condition compte les « oui » d'une autre."""
    sommes = _publish(replace(CLES, fraction=0.0))
    essais = _attack(sommes, sommes.raw)
    assert len(essais) > 80
    assert sum(e.devine for e in essais) > len(essais) / 2
    assert not [e for e in essais if e.possibles.size == 1 and not e.devine]


def test_les_parts_publiees_ne_disent_rien_de_leur_effectif() -> None:
    """Ni le brut, ni, de poids égaux, le redressé : le vrai n n'y reste pas plus souvent qu'un autre."""
    sommes = _publish(CLES)
    egales = _publish(CLES, np.ones(UNITES))
    for essais in (_attack(sommes, sommes.raw), _attack(egales, egales.estimate)):
        assert sum(e.devine for e in essais) < len(essais) / 20
        # un n pris au hasard à dix près reste possible aussi souvent
        hasard = np.mean([e.possibles.size for e in essais]) / (2 * ECART + 1)
        assert np.mean([e.exact in e.possibles for e in essais]) < 2 * hasard + 0.03


def test_la_fraction_est_la_meme_par_tous_les_chemins_et_n_ajoute_qu_un_douzieme() -> None:
    """« Oui » et « non » font toujours cent ; le compte gardé, lui, reste entier."""
    deux = np.column_stack([Y[:, 0], 1 - Y[:, 0]])
    oui, non = CLES.draw_fraction(DEDANS, deux, ["a", "a"]).T
    np.testing.assert_array_equal(oui, -non)
    assert np.abs(oui).max() <= 0.5
    assert abs(oui.mean()) < 0.06
    sommes, nette = _publish(CLES), _publish(replace(CLES, fraction=0.0))
    np.testing.assert_array_equal(sommes.total, nette.total)
    np.testing.assert_allclose((sommes.noise - nette.noise) * sommes.n_published**2, 1 / 12)
