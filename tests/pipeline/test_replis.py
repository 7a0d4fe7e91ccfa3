"""Ce que fait un calage qui ne passe pas : élargir les bornes, puis ôter une marge, et le dire."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from barometre.catalogue import load_catalogue
from barometre.pipeline.quality import Reference, build_quality, build_variance_check
from barometre.pipeline.weights import MARGES, Redressement, compute_weights
from tests.stats.reference_data import load_wave


def _build_cadre(repondent: int) -> tuple[pd.DataFrame, pd.Index]:
    """6 000 communes d'une strate : les 3 000 adhérentes répondent à 300, les inconnues à `repondent`.

    Le poids de base d'une inconnue doit être multiplié par (300 + r)/(2r) : 2 à 100, 8 à 20, 15,5 à 10.
    """
    ids = pd.Index([f"commune-{i:05d}" for i in range(6_000)])
    adhere = np.arange(6_000) < 3_000
    cadre = pd.DataFrame(
        {
            "type": "commune", "zone": "metropole", "strate": "commune-0-499", "region": "84",
            "couverture": np.where(adhere, "adherente", "inconnue"),
        },
        index=ids,
    )  # fmt: skip
    return cadre, ids[:300].append(ids[3_000 : 3_000 + repondent])


def _weigh(repondent: int) -> tuple[pd.DataFrame, Redressement]:
    cadre, repondants = _build_cadre(repondent)
    return cadre, compute_weights(cadre, repondants, load_catalogue().regroupements)


@pytest.mark.parametrize(("repondent", "bornes", "replis"), [(100, "0,25 et 5", 0), (20, "0,1 et 10", 1)])
def test_les_bornes_s_elargissent_avant_qu_une_marge_ne_tombe(
    repondent: int, bornes: str, replis: int
) -> None:
    _, redressement = _weigh(repondent)
    assert redressement.marges == MARGES
    assert redressement.methode == f"raking, rapport des poids entre {bornes}"
    assert len(redressement.replis) == replis


def test_une_marge_ne_tombe_qu_apres_et_le_rapport_le_dit() -> None:
    cadre, redressement = _weigh(10)
    assert redressement.marges == MARGES[:2]
    assert redressement.methode.startswith("raking")  # jamais un autre calage
    rapport = build_quality("v1", "communication", redressement, Reference(cadre))
    replis = rapport.loc[rapport["cle"].eq("repli"), "phrase"].tolist()
    assert len(replis) == 2
    assert all("strate, region, couverture" in phrase for phrase in replis)
    libres = rapport[rapport["cle"].eq("ecart_libre")].set_index("objet")
    assert libres.loc["couverture", "valeur"] > 0.4


def test_le_logit_et_le_bootstrap_controlent_le_calage() -> None:
    cadre, redressement = _weigh(100)
    rapport = build_quality("v1", "communication", redressement, Reference(cadre)).set_index("cle")
    assert 0 <= rapport.loc["logit", "valeur"] < 0.01
    assert "logit borné" in rapport.loc["logit", "phrase"]
    vague = load_wave(1)
    cle = SimpleNamespace(id="q01", cle=True)
    terrain = SimpleNamespace(
        design=vague.design(), valeurs=vague.answers[["q01"]], repondants=vague.answers.index,
        list_indicateurs=lambda parts: [cle], vague_id="v1", questionnaire_id="communication",
    )  # fmt: skip
    ligne = build_variance_check(terrain).iloc[0]  # type: ignore[arg-type]
    assert ligne["cle"] == "rapport_bootstrap"
    assert ligne["valeur"] == pytest.approx(1.0, abs=0.15)
