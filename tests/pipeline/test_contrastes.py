"""Les groupes comparés : l'écart attendu, l'état de secret du groupe et de l'ensemble, la correction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest

from barometre.catalogue import load_catalogue
from barometre.pipeline.calcul import Vaguee, build_contexte, compute_questionnaire
from barometre.pipeline.contrastes import CELLULE, _add_states, _combine, _each_covered, _judge
from barometre.stats.design import Design
from tests import mini

VAGUE, SITE = "2023-v1", "site_internet"
MONTRES = ["published", "indicative"]


def _answer(repondants: pd.Index, possede: np.ndarray) -> Vaguee:
    faits = pd.DataFrame(
        {"collectivite_id": repondants, "question_id": "communication_q01",
         "option_id": np.where(possede, "oui", "non"), "etat": "repondu", "valeur": 1.0,
         "vague_id": VAGUE, "questionnaire_id": "communication"}
    )  # fmt: skip
    return Vaguee(VAGUE, "communication", repondants, faits, "5e" * 32)


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    """Toutes répondent ; couvertes : presque toutes ont un site ; les autres, presque aucune."""
    contexte = build_contexte(mini.build_collectivites(), load_catalogue())
    couvertes = contexte.cadre["couverture"].eq("perimetre").to_numpy()
    possede = couvertes ^ (np.arange(len(couvertes)) % 17 == 0)
    donnees = compute_questionnaire(contexte, [_answer(contexte.cadre.index, possede)])
    return {nom: donnees.get(nom) for nom in ("contraste", "agregat")}


def _one(table: pd.DataFrame, **filtres: str) -> pd.Series:
    adresse = {"indicateur_id": SITE, "territoire_id": "france", "type": "", "strate": "", "couverture": ""}
    for colonne, valeur in (adresse | filtres).items():
        table = table[table[colonne] == valeur]
    assert len(table) == 1
    return table.iloc[0]


def test_l_ecart_est_celui_des_parts_redressees(tables: dict[str, pd.DataFrame]) -> None:
    ligne = _one(tables["contraste"], couverture="couverte", reference="inconnue")
    agregats = tables["agregat"]
    une, autre = _one(agregats, couverture="perimetre"), _one(agregats, couverture="inconnue")
    assert ligne["difference_simple"] == pytest.approx(une["redresse"] - autre["redresse"])
    assert (ligne["n"], ligne["n_reference"]) == (une["n_publie"], autre["n_publie"])
    assert ligne["bas"] < ligne["difference"] < ligne["haut"]


def test_couvertes_et_inconnues_se_comparent_a_region_egale() -> None:
    """Seule la région décide, et les couvertes sont presque toutes de la même."""
    collectivites = mini.build_collectivites()
    rang = np.arange(len(collectivites))
    ici = rang % 2 == 0
    couvertes = np.where(ici, rang % 8 != 0, rang % 8 == 1)
    collectivites = collectivites.assign(
        region=np.where(ici, "84", "75"), couverture=np.where(couvertes, "perimetre", "inconnue")
    )
    contexte = build_contexte(collectivites, load_catalogue())
    possede = contexte.cadre["region"].eq("84").to_numpy() ^ (np.arange(len(contexte.cadre)) % 9 == 0)
    donnees = compute_questionnaire(contexte, [_answer(contexte.cadre.index, possede)])
    ligne = _one(donnees.get("contraste"), couverture="couverte", reference="inconnue")
    assert ligne["difference_simple"] > 0.2
    assert abs(ligne["difference"]) < 0.1
    assert ligne["bas"] < 0 < ligne["haut"]
    assert ligne["position"] == 0


def test_inconnue_contre_les_autres_est_l_envers_de_couverte_contre_inconnues(
    tables: dict[str, pd.DataFrame],
) -> None:
    """La page et le tableau disent un seul test : même écart, même intervalle, même verdict."""
    page = _one(tables["contraste"], couverture="couverte", reference="inconnue")
    tableau = _one(tables["contraste"], couverture="inconnue", reference="autres")
    for nom in ("difference", "difference_simple", "position"):
        assert tableau[nom] == -page[nom]
    assert (tableau["bas"], tableau["haut"]) == (-page["haut"], -page["bas"])
    assert (tableau["n"], tableau["n_reference"]) == (page["n_reference"], page["n"])
    for nom in ("p_value", "q_value", "se", "niveau", "etat"):
        assert tableau[nom] == page[nom]


def test_le_groupe_des_couvertes_est_la_seule_perimetre_ici(tables: dict[str, pd.DataFrame]) -> None:
    """Sans adhérente, « dans le périmètre » contre les autres et « couverte » contre inconnues se valent."""
    seule = _one(tables["contraste"], couverture="perimetre", reference="autres")
    page = _one(tables["contraste"], couverture="couverte", reference="inconnue")
    assert seule["difference"] == pytest.approx(page["difference"], abs=1e-9)


def test_une_position_n_est_dite_que_demontree(tables: dict[str, pd.DataFrame]) -> None:
    lignes = tables["contraste"]
    assert lignes["q_value"].ge(lignes["p_value"] - 1e-12).all()  # la correction n'abaisse jamais un p
    dites = lignes[lignes["position"] != 0]
    assert len(dites) > 0
    seuils = dites["niveau"].map({"95": 0.05, "998": 0.002})
    assert (dites["q_value"] < seuils).all()
    assert (np.sign(dites["bas"]) == dites["position"]).all()
    assert (np.sign(dites["haut"]) == dites["position"]).all()
    assert lignes.loc[lignes["position"] == 0, "niveau"].eq("").all()


def test_un_contraste_se_montre_si_son_groupe_se_montre(tables: dict[str, pd.DataFrame]) -> None:
    cle = ["indicateur_id", *CELLULE]
    autres = tables["contraste"].query("reference == 'autres'")
    etats = tables["agregat"].astype(dict.fromkeys([*cle, "etat"], "object"))
    jointes = autres.merge(etats[[*cle, "etat"]], on=cle, suffixes=("", "_cellule"))
    assert len(jointes) == len(autres)
    montres = jointes["etat"].isin(MONTRES)
    assert montres.all()  # une comparaison qui ne se montre pas n'est pas gardée
    assert jointes.loc[montres, "etat_cellule"].isin(MONTRES).all()


@pytest.mark.parametrize(
    ("groupe", "ensemble", "etat"),
    [
        ("published", "published", "published"),
        ("indicative", "published", "indicative"),
        ("published", "indicative", "indicative"),
        ("primary", "published", "primary"),
        ("published", "primary", "primary"),
        ("published", "empty", "empty"),
        ("indicative", "primary", "primary"),
    ],
)
def test_un_contraste_a_l_etat_le_plus_severe_de_son_groupe_et_de_son_ensemble(
    groupe: str, ensemble: str, etat: str
) -> None:
    """Du groupe montré et du contraste, l'ensemble caché se recalcule, et l'inverse."""
    assert _combine(pd.Series([groupe]), pd.Series([ensemble])).tolist() == [etat]


FRANCE_ENTIERE = {"territoire_id": "france", "type": "", "strate": "", "couverture": ""}


def test_les_couvertes_d_un_type_ont_pour_ensemble_ce_type_les_autres_le_pays() -> None:
    cellules = [
        ({}, "published"),
        ({"type": "commune"}, "primary"),
        ({"type": "epci"}, "published"),
        ({"couverture": "inconnue"}, "published"),
        ({"type": "commune", "couverture": "inconnue"}, "published"),
        ({"type": "epci", "couverture": "inconnue"}, "published"),
    ]
    commun = FRANCE_ENTIERE | {"indicateur_id": SITE, "niveau": "france"}
    agregats = pd.DataFrame([commun | c | {"etat": e} for c, e in cellules])
    comparees = [
        ({"couverture": "couverte"}, "published"),
        ({"couverture": "couverte", "type": "commune"}, "primary"),  # leur type se cache
        ({"couverture": "couverte", "type": "epci"}, "published"),
        ({"type": "epci"}, "published"),
        ({"type": "commune"}, "primary"),
    ]
    lignes = pd.DataFrame([FRANCE_ENTIERE | {"indicateur_id": SITE} | c for c, _ in comparees])
    assert _add_states(lignes, agregats)["etat"].tolist() == [etat for _, etat in comparees]
    # Le pays caché tait un type, qui s'en retranche ; non les couvertes d'un type.
    agregats.loc[0, "etat"] = "primary"
    etats = _add_states(lignes, agregats)["etat"].tolist()
    assert etats == ["primary", "primary", "published", "primary", "primary"]


def _tests(p_values: list[float], **adresse: object) -> pd.DataFrame:
    return pd.DataFrame({"p_value": p_values, "class_95": 1, "class_998": 1} | FRANCE_ENTIERE | adresse)


def test_un_contraste_se_juge_dans_sa_famille() -> None:
    """Vingt régions semblables ne font pas taire une strate, ni une strate sûre ne fait parler une région."""
    regions = _tests([0.03] + [0.9] * 19, territoire_id=[f"region-{k}" for k in range(20)])
    strate = _tests([0.03], strate="commune-0-499", type="commune")
    juges = _judge(pd.concat([regions, strate], ignore_index=True))
    assert juges["q_value"].iloc[0] == pytest.approx(0.03 * 20)
    assert juges["position"].tolist() == [0] * 20 + [1]
    assert juges["niveau"].iloc[-1] == "95"
    assert _judge(_tests([0.0015], type="epci"))["niveau"].tolist() == ["998"]
    assert _judge(_tests([0.0025], type="epci"))["niveau"].tolist() == ["95"]
    assert _judge(_tests([0.06], type="epci"))["position"].tolist() == [0]


@dataclass(frozen=True)
class _Plan:
    """Ce que la comparaison des couvertes lit d'un terrain."""

    design: Design


def test_les_couvertes_d_un_type_se_comparent_aux_seules_inconnues_de_ce_type() -> None:
    """Que toutes les intercommunalités aient un site, ou aucune, ne change rien à l'écart des communes."""
    rang = np.arange(80)
    repondants = pd.DataFrame({
        "type": np.where(rang < 60, "commune", "epci"), "strate": np.where(rang % 3 == 0, "a", "b"),
        "region": np.where(rang % 5 == 0, "84", "75"), "population": 100 + 7 * rang,
        "couverture": np.where(rang % 4 == 0, "perimetre", "inconnue"),
    })  # fmt: skip
    plan: Any = _Plan(Design(repondants["strate"], np.full(80, 400.0), np.full(80, 5.0)))
    ecarts = {}
    for epci in (0.0, 1.0):
        site = np.where(rang < 60, (rang % 7 < 3).astype(float), epci)
        lignes = pd.concat(list(_each_covered(plan, repondants, pd.DataFrame({SITE: site}))))
        communes = lignes[lignes["type"].eq("commune")]
        ecarts[epci] = (
            communes[["difference", "se", "n", "n_reference", "difference_simple"]].iloc[0].tolist()
        )
    assert ecarts[0.0] == ecarts[1.0]
    assert ecarts[0.0][2:4] == [15, 45]


def test_a_population_egale_ce_que_la_population_explique_n_est_pas_un_ecart() -> None:
    """Les plus grandes ont un site et sont couvertes ; une commune sans habitant n'arrête rien."""
    rang = np.arange(80)
    population = np.where((rang > 40) ^ (rang % 7 == 0), 800, 0)
    repondants = pd.DataFrame({
        "type": "commune", "strate": np.where(rang % 3 == 0, "a", "b"),
        "region": np.where(rang % 5 == 0, "84", "75"), "population": population,
        "couverture": np.where(rang > 40, "perimetre", "inconnue"),
    })  # fmt: skip
    plan: Any = _Plan(Design(repondants["strate"], np.full(80, 400.0), np.full(80, 5.0)))
    valeurs = pd.DataFrame({SITE: (population > 0).astype(float)})
    lignes = pd.concat(list(_each_covered(plan, repondants, valeurs)))
    assert lignes["difference_simple"].gt(0.5).all()
    assert lignes["difference"].abs().max() < 1e-9
