"""Les mêmes réponses au vrai questionnaire, écrites par plusieurs outils : le même lot, deviné ou déclaré."""

from __future__ import annotations

from pathlib import Path

import pytest

from barometre.catalogue import DONNEES, load_catalogue
from barometre.ingest import Lot, Referentiel, prepare
from barometre.pipeline import referentiel as ref
from scripts.controler_imports import compare_temoin
from scripts.rejouer_imports import Cas, reload_proposed

CAS = Path(__file__).parent / "cas"
TEMOIN = "N00_temoin.csv"
FICHIERS = sorted(c.name for c in CAS.iterdir() if c.name != TEMOIN)


@pytest.fixture(scope="module")
def france() -> Referentiel:
    _, liens = ref.load_opsn(DONNEES)
    collectivites = ref.load_collectivites(DONNEES, load_catalogue(), liens)
    return Referentiel(collectivites, ref.load_codes_anciens(DONNEES))


@pytest.fixture(scope="module")
def temoin(france: Referentiel) -> Lot:
    return read_cas(france, TEMOIN)


def read_cas(france: Referentiel, nom: str) -> Lot:
    return prepare(CAS / nom, "communication", "2023-v1", "auto", france, load_catalogue())


@pytest.mark.parametrize("nom", FICHIERS)
def test_les_memes_reponses(france: Referentiel, temoin: Lot, nom: str) -> None:
    lot = read_cas(france, nom)
    assert (lot.lus, lot.charges) == (temoin.lus, temoin.charges) == (10, 10), lot.rejets
    assert compare_temoin(lot, temoin) == []
    declare = reload_proposed(Cas(CAS / nom, None, lot), france, load_catalogue())
    assert compare_temoin(declare, lot) == []
