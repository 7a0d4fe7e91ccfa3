"""Une intercommunalité et l'une de ses communes sur la même ligne : laquelle répond."""

from __future__ import annotations

import pandas as pd
import pytest

from barometre.ingest import Referentiel, prepare
from tests.ingest.conftest import MiniCatalogue

METROPOLE, BORDEAUX = "epci-243300316", "commune-33063"


@pytest.fixture(scope="module")
def cadre() -> Referentiel:
    lignes = [
        (BORDEAUX, "commune", "33063", "213300635", "Bordeaux", "", "243300316"),
        (METROPOLE, "epci", "243300316", "243300316", "Bordeaux Métropole", "", ""),
    ]
    colonnes = ["collectivite_id", "type", "code", "siren", "nom", "porteur_id", "epci"]
    anciens = pd.DataFrame(columns=["code", "code_actuel", "nature"])
    return Referentiel(pd.DataFrame(lignes, columns=colonnes), anciens)


@pytest.mark.parametrize(
    ("entetes", "ligne", "qui"),
    [
        # Rien ne dit laquelle répond.
        ("SIREN;Code INSEE", "243300316;33063", ""),
        ("SIREN;SIRET", "243300316;21330063500017", ""),
        # Le nom, le type, ou l'entête le disent.
        ("SIREN;Code INSEE;Commune", "243300316;33063;Bordeaux", BORDEAUX),
        ("SIREN;Code INSEE;Type", "243300316;33063;EPCI", METROPOLE),
        ("SIREN;Code INSEE;Type", "243300316;33063;Commune", BORDEAUX),
        ("SIREN de l'EPCI;Code INSEE", "243300316;33063", BORDEAUX),
        # Un code de siège ou d'adresse ne dit jamais qui répond.
        ("SIREN;Code INSEE du siège", "243300316;33063", METROPOLE),
        ("Établissement SIRET;Établissement code INSEE localité", "24330031600011;33063", METROPOLE),
        ("SIREN;Code INSEE du siège", "213300635;33063", BORDEAUX),
    ],
)
def test_qui_repond(tmp_path, cadre: Referentiel, entetes: str, ligne: str, qui: str) -> None:
    chemin = tmp_path / "r.csv"
    chemin.write_text(f"{entetes};Q01\n{ligne};Y\n", encoding="utf-8")
    lot = prepare(chemin, "communication", "2023-v1", "auto", cadre, MiniCatalogue())
    assert list(lot.participation["collectivite_id"]) == [qui] * bool(qui), lot.rejets
    assert bool(lot.rejets) is not bool(qui)
    assert qui or "rien ne dit laquelle répond" in lot.rejets[0].motif
