"""Ce que les attaquants déduisent d'un monde simulé : rien de certain ; et, sans bruit, tout."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from barometre.access.masque_agregats import CHIFFRES, mask_agregats
from barometre.domain.secret import RAPPORT_TARDIF
from barometre.stats.perturbation import build_keys
from tests.secret.attaquants import (
    count_forced,
    infer_by_subtraction,
    infer_knowing,
    infer_last,
    list_pairs,
    list_unique,
    summarise,
)
from tests.secret.couverture import measure_coverage
from tests.secret.ensemble import summarise_together
from tests.secret.monde import COMMUN, DEUX, SANS_BRUIT, Monde, Regle, publish
from tests.secret.suppression import hide_greedily, hide_optimally
from tests.secret.tardives import infer_late, infer_redrawn

QUESTIONS, UNITES = 12, 400
REGLE = Regle()


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


def test_les_chiffres_attaques_sont_ceux_que_la_porte_montre(monde: Monde) -> None:
    """Arrondis et bornes : `publish` lit l'entrepôt comme `mask_agregats`."""
    lu = publish(monde, REGLE)
    n, lus = np.repeat(monde.n, QUESTIONS), np.repeat(monde.n_lus, QUESTIONS)
    cles = monde.build_design(REGLE).perturbation
    assert cles is not None
    fraction = cles.draw_fraction(monde.cellules, monde.y, [f"q{j}" for j in range(QUESTIONS)]).ravel() / n
    vides = dict.fromkeys(CHIFFRES, np.nan)
    lignes = pd.DataFrame(
        vides
        | {"n": n, "n_publie": lus, "participants": lus, "n_oui": lu.compte.ravel(), "etat": "published",
           "brut": lu.compte.ravel() / n + fraction, "redresse": lu.redresse.ravel() + fraction,
           "note": "B", "raison": ""}
    )  # fmt: skip
    vues = mask_agregats(lignes)
    bornes = np.select([lu.bas.ravel(), lu.haut.ravel()], ["au_plus", "au_moins"], "")
    assert (vues["plafond"] == bornes).all()
    libres = bornes == ""
    np.testing.assert_allclose(vues["brut"][libres], lu.part.ravel()[libres])
    grands = libres & (lus >= 30)
    np.testing.assert_allclose(vues["redresse"][grands], lu.part_redressee.ravel()[grands])


def test_sans_bruit_la_soustraction_devine_avec_le_bruit_jamais(monde: Monde) -> None:
    """La contre-épreuve : la même attaque, sur les mêmes cellules, réussit quand le bruit n'y est pas."""
    prior = monde.y.mean(axis=0)
    nus = infer_by_subtraction(monde, publish(monde, SANS_BRUIT), SANS_BRUIT)
    assert summarise(nus, prior)["certaines"] > 20
    unite, question = np.unravel_index(np.abs(nus).argmax(), nus.shape)
    assert (nus[unite, question] > 0) == bool(monde.y[unite, question])
    bilan = summarise(infer_by_subtraction(monde, publish(monde, REGLE), REGLE), prior)
    assert bilan["certaines"] == 0
    assert bilan["gain_moyen"] < 0.1


@pytest.mark.parametrize("arrondi", [True, False], ids=["au_pour_cent", "sans_arrondi"])
def test_qui_connait_toutes_les_autres_ne_lit_pas_la_derniere(monde: Monde, arrondi: bool) -> None:
    """Brut et redressé ensemble. D'un seul bruit pour les deux, leur différence disait la réponse."""
    prior = monde.y.mean(axis=0)
    logs, vraies = infer_last(monde, publish(monde, COMMUN), COMMUN, 3, arrondi=arrondi)
    certains = np.abs(logs) > 13
    assert certains.sum() > 100
    assert ((logs > 0) == (vraies > 0))[certains].all()
    bilan = summarise(infer_last(monde, publish(monde, REGLE), REGLE, 3, arrondi=arrondi)[0], prior)
    assert bilan["attaquees"] > 500
    assert bilan["certaines"] == 0
    assert bilan["gain_moyen"] < 0.08


def test_un_opsn_ne_devine_pas_la_seule_qu_il_ne_connait_pas(monde: Monde) -> None:
    premiere = monde.cellules[[1]].indices
    connus = np.isin(np.arange(UNITES), premiere[1:])
    prior = monde.y.mean(axis=0)
    nus = infer_knowing(monde, publish(monde, SANS_BRUIT), SANS_BRUIT, connus)
    assert summarise(nus, prior)["certaines"] > 0
    proteges = infer_knowing(monde, publish(monde, REGLE), REGLE, connus, arrondi=False)
    assert summarise(proteges, prior)["attaquees"] > 0
    assert summarise(proteges, prior)["certaines"] == 0


def test_une_reponse_tardive_ne_se_lit_pas_entre_deux_versions(monde: Monde) -> None:
    """Sans bruit, ou d'un bruit tiré de nouveau dans chaque cellule, la différence des versions la dit."""
    prior, une = monde.y.mean(axis=0), [np.array([u]) for u in range(0, 60, 6)]
    assert summarise(infer_redrawn(monde, SANS_BRUIT, une), prior)["certaines"] > 100
    retiree = summarise(infer_redrawn(monde, REGLE, une), prior)
    assert retiree["dont_a_priori_0,75"] > 5
    bilan = summarise(infer_late(monde, une), prior)
    assert (bilan["certaines"], bilan["dont_a_priori_0,75"]) == (0, 0)
    assert bilan["gain_moyen"] < retiree["gain_moyen"]
    # ce qu'il en apprend au plus, d'où qu'il parte : de 0,75 à 0,9, de 0,85 à 0,944, de 0,89 à 0,96
    assert np.abs(infer_late(monde, une)).max() <= np.log(RAPPORT_TARDIF) + 1e-6


def test_dix_tardives_tirees_de_nouveau_se_lisent_comme_une_seule(monde: Monde) -> None:
    """Attendre n'y suffit pas : chacune reste seule dans ses cellules les plus fines."""
    prior, cinq = monde.y.mean(axis=0), [np.arange(debut, debut + 5) for debut in (0, 50)]
    retiree = summarise(infer_redrawn(monde, REGLE, cinq), prior)
    bilan = summarise(infer_late(monde, cinq), prior)
    assert retiree["plus_de_0,9"] > 10 * bilan["dont_a_priori_0,75"]
    assert bilan["dont_a_priori_0,75"] == 0


def test_toutes_les_cellules_ensemble_ne_donnent_rien_de_certain(monde: Monde) -> None:
    """(b) sait qui a répondu et pèse tout ensemble ; sans bruit, la même attaque en a de certaines."""
    rangs = monde.cellules[1:13].toarray().argmax(axis=0)
    cadre = pd.DataFrame({"departement": rangs, "region": rangs // 4, "strate": "s", "couverture": "c"})
    sans, precis, avec = (
        summarise_together(monde, publish(monde, regle), regle, cadre, arrondi=False)
        for regle in (SANS_BRUIT, DEUX, REGLE)
    )
    assert sans["certaines"] > 50
    assert avec["certaines"] == 0
    # le second bruit du brut : le redressé reste aussi précis, l'attaque gagne moins
    assert avec["gain_moyen"] < precis["gain_moyen"]
    assert avec["dont_a_priori_0,75"] < sans["dont_a_priori_0,75"] / 10


def test_le_programme_lineaire_ne_force_aucune_reponse(monde: Monde) -> None:
    """Brut, redressé, poids recalculés, sans arrondi ; d'un seul bruit, redressé moins brut était exact."""
    unites = np.arange(4)
    for question in range(3):
        assert count_forced(monde, publish(monde, REGLE), REGLE, question, unites) == 0


def test_les_intervalles_publies_couvrent_encore() -> None:
    """Brouillés et arrondis, à 95 % : jamais sous 93 % dans une bande de n, à une graine fixe."""
    couverture = measure_coverage(12)["mean"]["publiés"]
    assert len(couverture) == 3
    assert (couverture > 0.93).all()


def test_la_suppression_optimale_cache_moins_que_la_gloutonne_et_plus_que_le_seuil() -> None:
    n = np.array([[40, 4, 30], [50, 60, 20], [25, 35, 45]])
    optimale = hide_optimally(n, n < 10)
    gloutonne = hide_greedily(n, n < 10)
    assert 4 < n[optimale].sum() <= n[gloutonne].sum()
    for cachees in (optimale, gloutonne):
        assert (cachees.sum(axis=0) != 1).all()
        assert (cachees.sum(axis=1) != 1).all()
