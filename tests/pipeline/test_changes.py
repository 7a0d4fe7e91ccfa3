"""Le verdict d'une évolution : corrigé du nombre de tests, et jamais contre le panel."""

from __future__ import annotations

import pandas as pd
import pytest

from barometre.pipeline.changes import CLE, _states, judge


def lignes(p_values: list[float], **autres: object) -> pd.DataFrame:
    return pd.DataFrame(
        {"p_value": p_values, "changement": 0.06, "bas": 0.01, "haut": 0.11, "gains": 12, "pertes": 4,
         "n_1": 200, "n_2": 200, "etat": "published"} | autres
    )  # fmt: skip


def test_un_test_seul_suffit_mille_ne_suffisent_pas() -> None:
    assert judge(lignes([0.04])).tolist() == ["hausse"]
    assert "hausse" not in judge(lignes([0.04] + [0.5] * 20)).tolist()


@pytest.mark.parametrize(
    "autres",
    [{"gains": 4, "pertes": 12}, {"etat": "primary"}, {"bas": -0.01}],
)
def test_ce_qui_empeche_de_dire_une_hausse(autres: dict[str, object]) -> None:
    assert judge(lignes([0.0001], **autres)).tolist() == ["pas de changement démontré"]


def test_une_baisse_demontree() -> None:
    baisse = {"changement": -0.06, "bas": -0.11, "haut": -0.01, "gains": 4, "pertes": 12}
    assert judge(lignes([0.001], **baisse)).tolist() == ["baisse"]


def test_un_changement_cache_n_entre_pas_dans_la_famille() -> None:
    etats = ["published"] + ["primary"] * 40
    assert judge(lignes([0.04] + [0.9] * 40, etat=etats)).iloc[0] == "hausse"


@pytest.mark.parametrize(("n", "etat"), [(30, "published"), (29, "primary")])
def test_sous_trente_reponses_a_une_vague_un_changement_ne_se_montre_pas(n: int, etat: str) -> None:
    cellule = dict.fromkeys(CLE, "") | {"indicateur_id": "site", "territoire_id": "france"}
    agregats = pd.DataFrame([cellule | {"etat": "published"}])
    changement = pd.DataFrame([cellule | {"n_1": 200, "n_2": n}])
    assert _states(changement, agregats, agregats).tolist() == [etat]
