"""Les OPSN : un compte de réponses chacun, lus ensemble ; sans membre connu, une phrase."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from barometre.access import Gate
from barometre.catalogue import load_catalogue
from barometre.charts import build_ecarts
from barometre.domain.provenance import Provenance
from barometre.views.lecture.groupes_compares import GroupeCompare
from barometre.views.piloter.opsn import (
    EcartOpsn,
    VueOpsn,
    build_cadre_ecarts,
    build_cadre_simples,
    build_table_ecarts,
    build_vue_opsn,
    list_lignes,
)
from barometre.warehouse.repository import Repository
from tests.views.fausse_porte import build_indicateur

PROVENANCE = Provenance("t", "n", "f", "s", "d", "v", ())


def _vue(repository: Repository) -> Any:
    gate = Gate(repository)
    return build_vue_opsn(gate, load_catalogue(), "inclusion", "2026-v4", list_lignes(gate))


def test_chaque_opsn_a_ses_membres_et_ses_departements(repository: Repository) -> None:
    comptes = {x.id: (x.departements, x.adherentes, x.perimetre) for x in _vue(repository).lignes}
    assert comptes == {"opsn-a": (1, 0, 4), "opsn-b": (0, 2, 2)}


def test_une_collectivite_de_deux_opsn_compte_dans_chacun(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    liens = repository.list_liens_opsn()
    double = liens[liens["cible_id"].eq("commune-69123")].assign(opsn_id="opsn-a")
    paires = repository.list_perimetres_opsn()
    plus = pd.concat([paires, pd.DataFrame({"opsn_id": ["opsn-a"], "collectivite_id": ["commune-69123"]})])
    monkeypatch.setattr(Repository, "list_liens_opsn", lambda *_: pd.concat([liens, double]))
    monkeypatch.setattr(Repository, "list_perimetres_opsn", lambda *_: plus)
    assert {x.id: x.perimetre for x in _vue(repository).lignes} == {"opsn-a": 5, "opsn-b": 2}


def test_dix_opsn_ne_lisent_pas_plus_que_deux(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    """73 OPSN lisaient chacun l'entrepôt et toutes les participations : dix secondes pour une page."""
    lues: list[str] = []
    compter = Gate.count_repondantes

    def record(gate: Gate, *args: Any) -> pd.DataFrame:
        lues.append("comptes")
        return compter(gate, *args)

    monkeypatch.setattr(Gate, "count_repondantes", record)
    _vue(repository)
    assert lues == ["comptes"]


def test_un_opsn_sans_membre_connu_a_sa_phrase(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    seul = pd.DataFrame({"opsn_id": ["opsn-c"], "nom": ["Opérateur sans liste"]})
    connus = repository.list_opsn()
    monkeypatch.setattr(Repository, "list_opsn", lambda _: pd.concat([connus, seul], ignore_index=True))
    vue = _vue(repository)
    ligne = next(x for x in vue.lignes if x.id == "opsn-c")
    assert (ligne.perimetre, ligne.taux) == (0, None)
    assert vue.phrase_sans_membre == (
        "1\u00a0OPSN n’a aucune adhérente ni aucun périmètre connus, ce qui ne veut pas dire qu’il n’en a "
        "pas."
    )


def test_quand_tous_ont_des_membres_rien_n_est_a_dire(repository: Repository) -> None:
    assert _vue(repository).phrase_sans_membre == ""


def test_une_diapositive_dit_qui_couvre_quoi_par_perimetre(repository: Repository) -> None:
    assert _vue(repository).plus_grands == (
        "Gironde Numérique : 4\u00a0collectivités, trop peu de réponses pour dire leur part",
        "Opérateur du Rhône : 2\u00a0collectivités, trop peu de réponses pour dire leur part",
    )


def test_un_taux_qui_dirait_qui_a_repondu_se_tait_et_la_page_dit_pourquoi(
    repository: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = Gate(repository)
    confondus = pd.DataFrame({"cadre": 4, "repondantes": None, "taux": None, "confondu": True}, ["opsn-a"])
    monkeypatch.setattr(Gate, "count_repondantes_opsn", lambda _: confondus)
    vue = build_vue_opsn(gate, load_catalogue(), "inclusion", "2026-v4", list_lignes(gate))
    assert vue.phrase_confondus.startswith(
        "1\u00a0taux de réponse ne se dit pas : à moins de 10 collectivités"
    )
    assert vue.plus_grands == (
        "Gironde Numérique : 4\u00a0collectivités, leur part ne se dit pas : à côté d’une autre, elle dirait "
        "qui a répondu",
    )


def _ecart(id_: str, simple: float, egal: float, sens: int) -> EcartOpsn:
    compare = GroupeCompare(sens, "", egal, egal - 0.05, egal + 0.05, 300, 100, simple, "taille et région")
    return EcartOpsn(build_indicateur(id_), compare)


def _vue_ecarts(*, egale: bool, sans: int = 0) -> VueOpsn:
    ecarts = (_ecart("a", 0.14, 0.08, 1), _ecart("b", -0.20, -0.01, 0))
    return VueOpsn((), 0, 0, ecarts, PROVENANCE, egale=egale, sans_ecart=sans)


def test_un_ecart_parmi_certaines_porte_un_asterisque() -> None:
    """Dans les deux dessins, jamais dans le tableau, dont le titre se cherche."""
    parmi = replace(
        _ecart("a", 0.14, 0.08, 1), indicateur=replace(build_indicateur("a"), sous_condition=True)
    )
    for cadre in (build_cadre_simples([parmi]), build_cadre_ecarts([parmi])):
        assert cadre["groupe"].tolist() == ["Indicateur a\u00a0*"]
    assert "*" not in build_table_ecarts([parmi]).to_csv()


def test_sans_structure_egale_l_ecart_simple_se_lit_sans_intervalle_ni_verdict() -> None:
    """Plus grand, souvent, parce que les couvertes sont d'autres tailles : la phrase rend l'autre écart."""
    vue = _vue_ecarts(egale=False)
    cadre = build_cadre_simples(vue.ecarts)
    assert cadre["ecart"].tolist() == [0.14, -0.20]
    assert cadre[["bas", "haut"]].isna().all(axis=None)
    assert not cadre["demontre"].any()
    assert "ni intervalle ni test" in vue.phrase_ecarts
    dit = "Indicateur b, −20\u00a0points ; à taille et région égales, −1\u00a0point (pas d’écart démontré)"
    assert dit in vue.phrase_ecarts
    dessin = build_ecarts(
        cadre, titre="T", phrase="P", table=build_table_ecarts(vue.ecarts), legende="L", signes="S"
    )
    assert dessin.html.count("baro-point-douteux") == 2
    assert "baro-bande" not in dessin.html
    assert dessin.legende == "S L"


def test_a_structure_egale_le_verdict_est_celui_du_test() -> None:
    phrase = _vue_ecarts(egale=True).phrase_ecarts
    assert "1 sur 2\u00a0écarts démontrés ; le plus grand : Indicateur a" in phrase


def test_une_pratique_qui_ne_se_compare_pas_se_compte() -> None:
    assert _vue_ecarts(egale=True).phrase_sans_ecart == ""
    dit = "3\u00a0indicateurs du thème ne se comparent pas"
    assert dit in _vue_ecarts(egale=True, sans=3).phrase_sans_ecart
