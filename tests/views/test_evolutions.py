"""L'évolution d'un thème : ce que le test démontre, ce qui se cache, et l'effet de composition."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from barometre.views.lecture.selection import Selection
from barometre.views.piloter.evolutions import AUCUN, VueEvolutions, build_vue_evolutions
from tests.views.fausse_porte import STRATES, FaussePorte, build_catalogue, build_indicateur, cellule

TEST: dict[str, Any] = {
    "indicateur_id": "site", "vague_1": "2023-v1", "vague_2": "2026-v4", "verdict": "hausse",
    "changement": 0.06, "bas": 0.02, "haut": 0.1, "etat": "published",
}  # fmt: skip


FRANCE = Selection()


class Porte(FaussePorte):
    def __init__(self, *lignes: dict[str, Any], tests: tuple[dict[str, Any], ...] = (TEST,)) -> None:
        super().__init__(lignes)
        self._evolutions = pd.DataFrame(list(tests), columns=[*TEST, "verdict_meme_methode"])


def _nationales(**autres: Any) -> list[dict[str, Any]]:
    return [
        cellule("site", vague_id=vague, redresse=p, **autres)
        for vague, p in (("2023-v1", 0.2), ("2026-v4", 0.26))
    ]


def _vue(*lignes: dict[str, Any], selection: Selection = FRANCE, **autres: Any) -> VueEvolutions:
    catalogue = build_catalogue([build_indicateur(), build_indicateur("autre")])
    return build_vue_evolutions(Porte(*lignes, **autres), catalogue, "essai", selection)  # type: ignore[arg-type]


def test_une_hausse_demontree_est_dite_avec_ses_points_et_l_absence_de_preuve_aussi() -> None:
    vue = _vue(*_nationales())
    assert vue.phrase.startswith("1\u00a0hausse au-delà du hasard")
    assert "+6\u00a0points" in vue.phrase
    assert "0\u00a0indicateur sans changement démontré, entre la " in vue.phrase
    assert [c.indicateur.id for c in vue.changements] == ["site", "autre"]  # le démontré d'abord
    assert vue.table.loc[1, "verdict"].startswith("Non publiable")
    assert vue.table.loc[1].drop(["titre", "verdict", "remarque"]).isna().all()


def test_sans_verdict_du_test_aucune_hausse_n_est_ecrite() -> None:
    vue = _vue(*_nationales(), tests=(TEST | {"verdict": AUCUN},))
    assert vue.phrase.startswith("Aucun changement au-delà du hasard")
    assert not vue.changements[0].demontre


def test_un_intervalle_qui_exclut_zero_sans_etre_demontre_dit_pourquoi() -> None:
    demontre = _vue(*_nationales())
    assert demontre.changements[0].exclut_zero
    assert demontre.phrase_ensemble == ""
    seul = _vue(*_nationales(), tests=(TEST | {"verdict": AUCUN},))
    assert "l’intervalle exclut zéro" in seul.changements[0].texte
    assert seul.phrase_ensemble.startswith("Pour «")
    assert "toutes les comparaisons du thème" in seul.phrase_ensemble
    assert _vue(*_nationales(), tests=(TEST | {"verdict": AUCUN, "bas": -0.004},)).phrase_ensemble == ""


@pytest.mark.parametrize("cachee", ["primary"])
def test_une_evolution_cachee_ne_montre_aucun_nombre(cachee: str) -> None:
    vue = _vue(*_nationales(), tests=(TEST | {"etat": cachee},))
    assert vue.montres == ()
    assert vue.cadre["ecart"].isna().all()


def test_un_changement_ne_se_montre_pas_si_une_des_deux_parts_se_cache() -> None:
    lignes = _nationales()
    vue = _vue(lignes[0], lignes[1] | {"etat": "primary"})
    assert vue.montres == ()


def test_la_premiere_vague_n_a_rien_a_quoi_se_comparer() -> None:
    vue = _vue(*_nationales(), selection=Selection("2023-v1"))
    assert vue.changements == ()
    assert "rien à comparer" in vue.phrase


def _strates(n1: tuple[int, int], n2: tuple[int, int]) -> list[dict[str, Any]]:
    taux = (0.2, 0.7)
    return [
        cellule("site", vague_id=vague, type="commune", strate=strate, n=n, brut=t, redresse=t)
        for vague, effectifs in (("2023-v1", n1), ("2026-v4", n2))
        for strate, n, t in zip(STRATES[:2], effectifs, taux, strict=True)
    ]


def test_qui_a_repondu_explique_tout_quand_les_taux_n_ont_pas_bouge() -> None:
    vue = _vue(*_nationales(), *_strates((80, 20), (50, 50)))
    parties = vue.changements[0].decomposition
    assert parties is not None
    assert parties.composition == pytest.approx(0.15)  # 0,3 × (0,7 − 0,2)
    assert parties.pratique == pytest.approx(0.0)
    assert vue.phrase_composition.startswith(
        "Sur 1\u00a0changement brut, 1 vient surtout, et pour plus de deux points, de qui a répondu\u202f: «"
    )


def test_les_tailles_cachees_ne_font_qu_un_groupe_et_les_parties_s_ajoutent() -> None:
    lignes = [*_strates((90, 10), (85, 15)), *_nationales(n=100)]
    lignes[1]["etat"] = "primary"  # la petite taille de la première vague : 10 réponses sur 100
    lignes[4]["brut"], lignes[5]["brut"] = 0.25, 0.275
    parties = _vue(*lignes).changements[0].decomposition
    assert parties is not None
    assert parties.changement == pytest.approx(0.025)
    assert parties.composition + parties.pratique == pytest.approx(0.025)
    # Par différence : (25 − 18) / 10 = 70 %, et (27,5 − 17) / 15 = 70 % ; tout vient de qui a répondu.
    assert parties.composition == pytest.approx(0.025)


def test_un_effet_de_composition_de_deux_points_au_plus_ne_se_compte_pas() -> None:
    vue = _vue(*_nationales(), *_strates((80, 20), (77, 23)))  # 0,03 × 0,5 = 1,5 point
    assert vue.changements[0].decomposition is not None
    assert vue.phrase_composition.startswith(
        "Aucun changement brut ne vient surtout, et pour plus de deux points"
    )


@pytest.mark.parametrize("n1", [(79, 21), (0, 100)])
def test_trop_de_reponses_cachees_taisent_la_decomposition(n1: tuple[int, int]) -> None:
    lignes = [*_strates(n1, (50, 50)), *_nationales(n=100)]
    lignes[1]["etat"] = "primary"
    assert _vue(*lignes).changements[0].decomposition is None


@pytest.mark.parametrize(("n", "debut"), [(400, "Non testé"), (24, "Non publiable")])
def test_un_changement_qui_n_est_pas_teste_ne_se_dit_pas_trop_maigre(n: int, debut: str) -> None:
    sans = _nationales(n=n) if n >= 30 else [x | {"redresse": None} for x in _nationales(n=n)]
    vue = _vue(*sans, tests=())
    assert vue.changements[0].texte.startswith(debut)


def test_un_verdict_qui_depend_du_redressement_le_dit() -> None:
    vue = _vue(*_nationales(), tests=(TEST | {"verdict_meme_methode": AUCUN},))
    assert vue.changements[0].texte.endswith(f"redressées de la même façon\u202f: {AUCUN}")
    assert "1\u00a0verdict change, dont «\u202fIndicateur site\u202f»" in vue.phrase_methode


@pytest.mark.parametrize(("mot", "phrase"), [("hausse", "aucun verdict ne change"), (None, "")])
def test_un_redressement_inchange_ou_sans_consequence(mot: str | None, phrase: str) -> None:
    vue = _vue(*_nationales(), tests=(TEST | {"verdict_meme_methode": mot},))
    assert vue.changements[0].texte == "hausse au-delà du hasard"
    assert phrase in vue.phrase_methode
    assert bool(phrase) == bool(vue.phrase_methode)


def test_une_question_reformulee_ne_se_joint_pas_meme_a_structure_egale() -> None:
    catalogue = build_catalogue([build_indicateur()])
    questionnaire = catalogue.questionnaires["essai"]
    questions = tuple(replace(q, reformulee=("2026-v4",)) for q in questionnaire.questions)
    catalogue = replace(catalogue, questionnaires={"essai": replace(questionnaire, questions=questions)})
    for selection in (FRANCE, Selection(structure="egale")):
        porte: Any = Porte(*_nationales())
        vue = build_vue_evolutions(porte, catalogue, "essai", selection)
        assert "changé de mots" in vue.changements[0].texte
        assert vue.montres == ()
