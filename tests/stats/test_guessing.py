"""Ce qui se devine fait tirer un autre bruit, partout le même, et rien d'autre ne bouge."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_array

from barometre.domain.secret import BRUIT_FRACTION, DEVINE, SEUIL_REDRESSE, is_extreme
from barometre.stats import attack, guessing, search
from barometre.stats import question as lecture
from barometre.stats.attack import Lecteur
from barometre.stats.design import Design
from barometre.stats.domains import sum_domains
from barometre.stats.draws import find_extremes, open_draws
from barometre.stats.guessing import Audit, open_audit
from barometre.stats.perturbation import Asked, Perturbation, build_keys
from barometre.stats.question import Devinees, Question
from tests.stats.liees import NOMS, build_lecteur, build_valeurs, read_lus, solve_whole

UNITES, ITEM = 240, "site"


@pytest.fixture(scope="module")
def monde() -> tuple[Perturbation, np.ndarray, csr_array, np.ndarray, np.ndarray]:
    """Six territoires croisés de deux tailles, aux poids inégaux ; une question, à presque toutes."""
    hasard = np.random.default_rng(3)
    territoire, grande = hasard.integers(0, 6, UNITES), hasard.random(UNITES) < 0.15
    lignes = [np.ones(UNITES, bool), grande, ~grande, *(territoire == t for t in range(6))]
    lignes += [(territoire == t) & ~grande for t in range(6)]
    groupes = np.column_stack([grande, ~grande, *(territoire == t for t in range(6))]).astype(float)
    valeurs = (hasard.random(UNITES) < np.where(grande, 0.6, 0.35)).astype(float)
    valeurs[hasard.random(UNITES) < 0.05] = np.nan
    # Sans fraction : ces essais de la recherche tiennent à leurs tirages.
    cles = Perturbation(build_keys("5e" * 32, map(str, range(UNITES))), fraction=0.0)
    return cles, np.where(grande, 1.0, 12.0), csr_array(np.array(lignes, dtype=float)), groupes, valeurs


def _guess(monde: tuple, cles: Perturbation) -> np.ndarray:
    """Ce qu'un lecteur de tout croit de chaque réponse que les taux laissaient douteuse."""
    _, poids, cellules, groupes, valeurs = monde
    lecteur = Lecteur(cles, poids, cellules, groupes)
    lu = open_draws(lecteur, cles, valeurs, ITEM).get(0)
    logs, prior, _ = Question(lecteur, valeurs, lu).estimate(lu)
    apres = 1 / (1 + np.exp(-np.log(prior / (1 - prior)) - logs))
    doute = np.maximum(prior, 1 - prior) <= lecture.DEVINE_TAUX
    return np.asarray(np.maximum(apres, 1 - apres)[doute])


def _set_seuils(monkeypatch: pytest.MonkeyPatch, devine: float, tours: int = search.TOURS) -> None:
    """Deviner, c'est passer `devine` quand les taux laissaient 0,62 au plus ; en `tours` tirages au plus."""
    monkeypatch.setattr(lecture, "DEVINE", devine)
    monkeypatch.setattr(lecture, "DEVINE_TAUX", 0.62)
    monkeypatch.setattr(search, "TOURS", tours)


def test_aucune_reponse_ne_reste_devinee(monde: tuple, monkeypatch: pytest.MonkeyPatch) -> None:
    """Au seuil du code, ce monde-ci se devine peu ; à 0,7, il se devine, et d'autres bruits y suffisent."""
    cles, poids, cellules, groupes, valeurs = monde
    _set_seuils(monkeypatch, 0.7)
    assert (_guess(monde, cles) > 0.7).any()
    sures = open_audit(cles, poids, cellules, groupes, valeurs[:, None], [ITEM]).draw_safe()
    assert sures.redrawn.size
    assert (_guess(monde, sures) <= 0.7 + 1e-9).all()
    lues = [
        open_audit(c, poids, cellules, groupes, valeurs[:, None], [ITEM]).list_guessed()
        for c in (cles, sures)
    ]
    assert lues == [[ITEM], []]
    assert DEVINE > 0.7


def test_ce_que_les_taux_disaient_deja_n_est_pas_devine(
    monde: tuple, monkeypatch: pytest.MonkeyPatch
) -> None:
    cles, poids, cellules, groupes, valeurs = monde
    monkeypatch.setattr(lecture, "DEVINE", 0.7)
    lecteur = Lecteur(cles, poids, cellules, groupes)
    lu = open_draws(lecteur, cles, valeurs, ITEM).get(0)
    question = Question(lecteur, valeurs, lu)
    _, prior, _ = question.estimate(lu)
    cote = np.maximum(prior, 1 - prior)
    trouvees = {}
    for taux in (0.62, 0.76):
        monkeypatch.setattr(lecture, "DEVINE_TAUX", taux)
        trouvees[taux] = question.find_guessed(lu).classes
        assert (cote[trouvees[taux]] <= taux).all()
    assert 0 < trouvees[0.62].size < trouvees[0.76].size


def test_l_attaque_lit_ce_qui_se_publie(monde: tuple) -> None:
    """Les chiffres que l'audit relit, tirage après tirage, sont ceux que le calcul publiera."""
    cles, poids, cellules, groupes, valeurs = monde
    cles = replace(cles, fraction=BRUIT_FRACTION)
    lecteur, v = Lecteur(cles, poids, cellules, groupes), valeurs[:, None]
    autres = cles.draw_again(cles.find_keys(cellules, v, [ITEM])[:, 0])
    lu = open_draws(lecteur, autres, valeurs, ITEM).get(0)
    publiees = sum_domains(Design(None, None, poids, perturbation=autres), v, cellules, [ITEM])
    franches = ~lu.borne
    assert franches.sum() > 5
    brut, redresse = publiees.raw[:, 0], publiees.estimate[:, 0]
    assert (lu.brut[franches] == brut[franches].round(2)).all()
    entieres = franches & (publiees.n[:, 0] >= SEUIL_REDRESSE)
    assert (lu.redresse[entieres] == redresse[entieres].round(2)).all()


def test_un_tirage_lu_par_lot_est_celui_des_cles_tirees_autant_de_fois(monde: tuple) -> None:
    """De rang 0 à 6, y compris quand la question avait déjà tiré de nouveau dans une cellule."""
    cles, poids, cellules, groupes, valeurs = monde
    propres = cles.find_keys(cellules, valeurs[:, None], [ITEM])[:, 0]
    cles = cles.draw_again(propres[[2]])
    lecteur = Lecteur(cles, poids, cellules, groupes)
    tirages = open_draws(lecteur, cles, valeurs, ITEM)
    vus = set()
    for rang in range(7):
        autres = cles.draw_again(np.repeat(propres, rang)) if rang else cles
        seul, lu = open_draws(lecteur, autres, valeurs, ITEM).get(0), tirages.get(rang)
        assert all((a == b).all() for a, b in zip(seul, lu, strict=True))
        vus.add(lu.redresse.tobytes())
    assert len(vus) == 7
    cells, rangs = np.array([1, 4]), np.array([3, 5])
    mele = tirages.replace(tirages.get(0), cells, rangs)
    for champ, depart, trois, cinq in zip(mele, *(tirages.get(k) for k in (0, 3, 5)), strict=True):
        attendu = depart.copy()
        attendu[1], attendu[4] = trois[1], cinq[4]
        assert (champ == attendu).all()


def test_les_cellules_bornees_sont_celles_de_la_porte() -> None:
    """`find_extremes` est `is_extreme`, aux effectifs arrondis comme aux exacts, et sans réponse."""
    n = np.repeat(np.arange(0, 130, dtype=float), 41)
    part = np.tile(np.linspace(0, 1, 41), 130)
    part[n == 0] = np.nan
    for decalage in (-2.0, 0.0, 3.0):
        oui = np.clip(np.nan_to_num(part * n).round() + decalage, 0, n)
        attendu = [is_extreme(*cellule) for cellule in zip(n, oui, part, strict=True)]
        trouve = find_extremes(n, oui, part)
        assert (trouve == attendu).all()
        assert 0 < trouve.sum() < trouve.size


def test_la_covariance_est_celle_de_la_matrice(monde: tuple) -> None:
    """Le facteur ne l'écrit pas : il résout pourtant comme elle, et mesure les mêmes leviers."""
    cles, poids, cellules, groupes, valeurs = monde
    lecteur = Lecteur(cles, poids, cellules, groupes)
    question = Question(lecteur, valeurs, open_draws(lecteur, cles, valeurs, ITEM).get(0))
    assert question.doubles.any()
    assert 0 < lecteur.apart.sum() < lecteur.apart.size
    pesee = question.matrice * np.sqrt(question.effectifs)
    par_groupe = question.matrice @ (lecteur.class_groups * question.effectifs[:, None])
    attendue = question.v * pesee @ pesee.T + attack.ECART_GROUPES**2 * par_groupe @ par_groupe.T
    attendue += np.diag(np.concatenate([question.variances[0][question.lues],
                                        question.variances[1][question.doubles]]))  # fmt: skip
    b = question.matrice[:, 0]
    assert question.facteur.solve(b) == pytest.approx(np.linalg.solve(attendue, b))
    leviers = np.einsum("ij,ij->j", question.matrice, np.linalg.solve(attendue, question.matrice))
    assert question.facteur.measure_leverage(question.matrice) == pytest.approx(leviers)


def test_une_classe_ecartee_sans_calculer_son_levier_n_est_pas_devinee(
    monde: tuple, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Le calcul entier, classe par classe, devine les mêmes : l'écartée ne passe jamais sa borne."""
    cles, poids, cellules, groupes, valeurs = monde
    monkeypatch.setattr(lecture, "DEVINE", 0.6)
    monkeypatch.setattr(lecture, "DEVINE_TAUX", 0.76)
    lecteur = Lecteur(cles, poids, cellules, groupes)
    for graine in range(8):
        v = np.random.default_rng(graine).permutation(valeurs)
        lu = open_draws(lecteur, cles, v, ITEM).get(0)
        question, entiere = Question(lecteur, v, lu), Question(lecteur, v, lu)
        devinees = question.find_guessed(lu)
        logs, prior, _ = entiere.estimate(lu)
        seuils = np.log(0.6 / 0.4) - np.abs(np.log(prior / (1 - prior)))
        doute = (np.maximum(prior, 1 - prior) <= 0.76) & (entiere.effectifs > 0)
        assert (devinees.classes == np.flatnonzero(doute & (np.abs(logs) > seuils))).all()
        assert devinees.classes.size
        assert np.isnan(question.leviers).any()  # toutes calculées, rien ne se prouverait
        assert (entiere.leviers <= question._leverage_bound + 1e-12)[entiere.effectifs > 0].all()


def test_deux_questions_qui_partagent_leurs_cles_se_reglent_ensemble(monde: tuple) -> None:
    """Un lot par question : aucune clé de cellule n'est dans deux lots, et leur ordre ne change rien."""
    cles, poids, cellules, groupes, valeurs = monde
    cles = replace(cles, questions={"a1": "a", "a2": "a", "b": "b"})
    hasard = np.random.default_rng(0)
    table = np.column_stack([hasard.permutation(valeurs) for _ in range(3)])
    audit = Audit(Lecteur(cles, poids, cellules, groupes), table, ["a1", "b", "a2"])
    assert sorted(lot.tolist() for lot in audit.lots) == [[0, 2], [1]]
    siennes = [set(cles.find_keys(cellules, table[:, lot], [audit.items[i] for i in lot]).ravel())
               for lot in audit.lots]  # fmt: skip
    assert not siennes[0] & siennes[1]


def _find_guessed(monde: tuple, cles: Perturbation, values: np.ndarray, item: str) -> Devinees:
    """Ce que l'audit tient pour deviné, de ce qui se publie de ces clés."""
    _, poids, cellules, groupes, _ = monde
    lecteur = Lecteur(cles, poids, cellules, groupes)
    lu = open_draws(lecteur, cles, values, item).get(0)
    return Question(lecteur, values, lu).find_guessed(lu)


def test_un_chiffre_que_sa_voisine_change_se_regle_encore(
    monde: tuple, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Deux chiffres d'une question, égaux dans cinq territoires : le second y change le bruit du premier."""
    cles, poids, cellules, groupes, valeurs = monde
    cles = replace(cles, questions={"a1": "a", "a2": "a"})
    dernier, autres = cellules.toarray()[8] > 0, valeurs.copy()
    autres[dernier] = np.random.default_rng(0).permutation(autres[dernier])
    _set_seuils(monkeypatch, 0.7)
    # Lues ensemble, une question de plus y serait revenue.
    monkeypatch.setattr(guessing, "list_linked", lambda _: [])
    restent = []
    for passes in (1, guessing.PASSES):
        monkeypatch.setattr(guessing, "PASSES", passes)
        table = np.column_stack([valeurs, autres])
        sures = open_audit(cles, poids, cellules, groupes, table, ["a1", "a2"]).draw_safe()
        couples = ((valeurs, "a1"), (autres, "a2"))
        restent.append([_find_guessed(monde, sures, v, item).classes.size for v, item in couples])
    assert restent == [[1, 0], [0, 0]]


def test_une_question_sous_condition_se_regle_apres_sa_condition(
    monde: tuple, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Son effectif publié se déduit de la condition : réglée avant, elle l'aurait été sur un autre."""
    cles, poids, cellules, groupes, valeurs = monde
    suite = np.where(valeurs == 1, (np.random.default_rng(5).random(UNITES) < 0.5).astype(float), np.nan)
    cles = replace(cles, questions={"a": "qa", "b": "qb"}, asked={"b": Asked("qa", valeurs, 1.0)})
    _set_seuils(monkeypatch, 0.7)
    audit = open_audit(cles, poids, cellules, groupes, np.column_stack([suite, valeurs]), ["b", "a"])
    tirees = []

    def run(draw: Callable, lots: Sequence) -> list:
        tirees.append(([audit.items[lot[0]] for lot in lots], draw.args[0].redrawn.size))
        return [draw(lot) for lot in lots]

    sures = audit.draw_safe(run)
    assert [items for items, _ in tirees] == [["a"], ["b"]]
    assert tirees[0][1] == 0 < tirees[1][1]
    reglee = open_audit(sures, poids, cellules, groupes, np.column_stack([suite, valeurs]), ["b", "a"])
    assert reglee.list_guessed() == []


def _guess_together(lecteur: Lecteur, valeurs: np.ndarray) -> np.ndarray:
    """Ce que croit de chaque réponse douteuse qui lit toutes les questions, le système écrit en entier."""
    crues = []
    for i, (pressions, leviers) in enumerate(zip(*solve_whole(lecteur, valeurs), strict=True)):
        lu = read_lus(lecteur, valeurs)[i]
        question = Question(lecteur, valeurs[:, i], lu)
        _, prior, _ = question.estimate(lu)
        logs = (pressions + (question.moyenne - 0.5) * leviers) / (1 - question.v * leviers)
        apres = 1 / (1 + np.exp(-np.log(prior / (1 - prior)) - logs))
        doute = (np.maximum(prior, 1 - prior) <= lecture.DEVINE_TAUX) & (question.effectifs > 0)
        crues.append(np.maximum(apres, 1 - apres)[doute])
    return np.concatenate(crues)


def test_des_questions_qui_vont_de_pair_ne_se_devinent_pas_l_une_par_l_autre(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Chacune réglée seule, elles se devinent encore lues ensemble ; lues ensemble et réglées, plus."""
    lecteur, valeurs = build_lecteur(), build_valeurs()
    _set_seuils(monkeypatch, 0.66)
    pires = []
    reste = lecteur.weights, lecteur.cells, lecteur.groups, valeurs, NOMS
    for liees in ([], None):
        audit = open_audit(lecteur.keys, *reste)
        if liees is not None:
            monkeypatch.setattr(guessing, "list_linked", lambda _: [])
        sures = audit.draw_safe()
        monkeypatch.undo()
        _set_seuils(monkeypatch, 0.66)
        pires.append(_guess_together(replace(lecteur, keys=sures), valeurs).max())
        nommees = open_audit(sures, *reste).list_guessed()
        assert bool(nommees) is (liees is not None)
    assert pires[0] > 0.7
    assert pires[1] <= 0.66


def _draw(monde: tuple, monkeypatch: pytest.MonkeyPatch, reprises: int) -> tuple[Perturbation, Devinees]:
    """Les clés tirées avec tant de reprises, et ce qui s'en devine encore."""
    cles, poids, cellules, groupes, valeurs = monde
    monkeypatch.setattr(search, "REPRISES", reprises)
    sures = open_audit(cles, poids, cellules, groupes, valeurs[:, None], [ITEM]).draw_safe()
    return sures, _find_guessed(monde, sures, valeurs, ITEM)


def test_prise_dans_un_creux_la_recherche_repart_d_ailleurs(
    monde: tuple, monkeypatch: pytest.MonkeyPatch
) -> None:
    _set_seuils(monkeypatch, 0.6, tours=12)
    restent = [_draw(monde, monkeypatch, reprises)[1].classes.size for reprises in (0, search.REPRISES)]
    assert restent == [2, 0]


def test_ou_nul_bruit_n_ote_tout_rapport_fort_nulle_reponse_n_est_devinee_dans_le_sens_lu(
    monde: tuple, monkeypatch: pytest.MonkeyPatch
) -> None:
    _set_seuils(monkeypatch, 0.55, tours=12)
    monkeypatch.setattr(search, "TOURS_REPRISE", 50)
    for reprises, attendues in ((0, 5), (12, 0)):
        sures, devinees = _draw(monde, monkeypatch, reprises)
        assert (_guess(monde, sures) > 0.55 + 1e-9).sum() == attendues
        assert devinees.classes.size
        assert (devinees.vrai > 0) == (attendues > 0)


def test_faute_de_mieux_restent_les_bruits_qui_devinent_le_moins(
    monde: tuple, monkeypatch: pytest.MonkeyPatch
) -> None:
    """À un seuil que rien ne tient, on s'arrête, jamais plus deviné qu'au départ."""
    cles, poids, cellules, groupes, valeurs = monde
    _set_seuils(monkeypatch, 0.52, tours=12)
    monkeypatch.setattr(search, "TOURS_REPRISE", 12)
    sures = open_audit(cles, poids, cellules, groupes, valeurs[:, None], [ITEM]).draw_safe()
    exces = [float(np.clip(_guess(monde, c) - 0.52, 0, None).sum()) for c in (cles, sures)]
    assert 0 < exces[1] < exces[0]


def test_un_tirage_qui_laisse_plus_deviner_n_est_pas_garde(
    monde: tuple, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Douze tours suffisent à ce seuil ; à prendre chaque tirage, bon ou non, deux réponses y restaient."""
    cles, poids, cellules, groupes, valeurs = monde
    _set_seuils(monkeypatch, 0.6, tours=12)
    sures = open_audit(cles, poids, cellules, groupes, valeurs[:, None], [ITEM]).draw_safe()
    assert (_guess(monde, cles) > 0.6).sum() == 2
    assert (_guess(monde, sures) <= 0.6 + 1e-9).all()


def test_seules_les_cellules_nommees_changent_et_de_meme_partout(monde: tuple) -> None:
    cles, _, cellules, _, valeurs = monde
    v = valeurs[:, None]
    propres = cles.find_keys(cellules, v, [ITEM])[:, 0]
    autres = cles.draw_again(propres[[3, 3]])
    for tirer in ("draw", "draw_gap"):
        avant, apres = (getattr(c, tirer)(cellules, v, [ITEM])[:, 0] for c in (cles, autres))
        gardees = np.arange(cellules.shape[0]) != 3
        assert (avant == apres)[gardees].all()
    # la même cellule, lue seule ou par ses « non » : le même bruit de rechange
    seule = csr_array(cellules[[3]])
    d = autres.draw(cellules, v, [ITEM])[3, 0]
    assert autres.draw(seule, v, [ITEM])[0, 0] == d
    assert autres.draw(seule, 1 - v, [ITEM])[0, 0] == -d
    # une autre question de la même cellule n'en bouge pas
    assert (autres.draw(seule, v, ["autre"]) == cles.draw(seule, v, ["autre"])).all()


def test_le_bruit_de_rechange_suit_la_meme_loi() -> None:
    """Il n'est ni plus large, ni biaisé : rien, dans un chiffre, ne dit qu'il a été tiré de nouveau."""
    n = 4000
    cles = Perturbation(build_keys("5e" * 32, map(str, range(n))))
    valeurs, cellules = np.ones((n, 1)), csr_array(np.eye(n))
    autres = cles.draw_again(cles.find_keys(cellules, valeurs, [ITEM])[:, 0])
    d = autres.draw(cellules, valeurs, [ITEM])[:, 0]
    assert abs(d.mean()) < 4 * cles.law.scale / np.sqrt(n)
    assert d.var() == pytest.approx(cles.law.variance, rel=0.1)
    assert abs(np.corrcoef(d, cles.draw(cellules, valeurs, [ITEM])[:, 0])[0, 1]) < 0.07


def test_les_classes_sont_celles_d_un_tri_de_toutes_les_unites(monde: tuple) -> None:
    """Grouper d'abord par octets ne change ni les classes, ni leur ordre : les bruits tirés en dépendent."""
    cles, poids, cellules, groupes, _ = monde
    lecteur = Lecteur(cles, poids, cellules, groupes)
    traits = np.column_stack([cellules.toarray().T, poids, groupes])
    _, premieres, rangs = np.unique(traits, axis=0, return_index=True, return_inverse=True)
    np.testing.assert_array_equal(lecteur.classes[0], premieres)
    np.testing.assert_array_equal(lecteur.classes[1], rangs.ravel())
