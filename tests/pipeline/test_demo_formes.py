"""Les mêmes réponses, écrites sous chaque forme, donnent les mêmes lignes une fois importées."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from barometre.catalogue import Catalogue, load_catalogue
from barometre.ingest import Lot, Referentiel, prepare
from barometre.pipeline.demo import generate
from barometre.pipeline.demo.hypotheses import load_hypotheses
from barometre.pipeline.referentiel import load_codes_anciens, load_collectivites, load_opsn

DONNEES = Path(__file__).parents[2] / "data"
VAGUE = "2026-v4"


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    """Le vrai catalogue, réduit à la vague qui ouvre les neuf questionnaires."""
    entier = load_catalogue()
    return replace(entier, vagues=tuple(v for v in entier.vagues if v.id == VAGUE))


@pytest.fixture(scope="module")
def referentiel(catalogue: Catalogue) -> Referentiel:
    _, liens = load_opsn(DONNEES)
    return Referentiel(load_collectivites(DONNEES, catalogue, liens), load_codes_anciens(DONNEES))


def load_forme(
    forme: dict,
    dossier: Path,
    catalogue: Catalogue,
    referentiel: Referentiel,
    monkeypatch: pytest.MonkeyPatch,
) -> dict[str, Lot]:
    """Les neuf questionnaires, 150 répondants, écrits sous une seule forme puis importés."""
    hypotheses = copy.deepcopy(load_hypotheses())
    hypotheses["formats"] = [forme]
    hypotheses["participation"]["vagues"][VAGUE]["reponses"] = 150
    monkeypatch.setattr("barometre.pipeline.demo.atelier.load_hypotheses", lambda: hypotheses)
    fichiers = generate(dossier, catalogue, referentiel.collectivites)
    return {
        f.questionnaire_id: prepare(f.path, f.questionnaire_id, VAGUE, "auto", referentiel, catalogue)
        for f in fichiers
    }


def sort_faits(lot: Lot) -> pd.DataFrame:
    cles = ["collectivite_id", "question_id", "option_id"]
    return lot.fait_reponse.sort_values(cles).reset_index(drop=True)


def test_toutes_les_formes_disent_la_meme_chose(
    tmp_path: Path, catalogue: Catalogue, referentiel: Referentiel, monkeypatch: pytest.MonkeyPatch
) -> None:
    par_forme = {
        forme["nom"]: load_forme(forme, tmp_path / forme["nom"], catalogue, referentiel, monkeypatch)
        for forme in load_hypotheses()["formats"]
    }
    reference = par_forme.pop("codes")
    assert len(reference) == 9
    for nom, lots in par_forme.items():
        for questionnaire_id, lot in lots.items():
            assert lot.charges == reference[questionnaire_id].charges > 60, (nom, lot.rejets[:3])
            pd.testing.assert_frame_equal(
                sort_faits(lot), sort_faits(reference[questionnaire_id]), obj=f"{nom}/{questionnaire_id}"
            )
