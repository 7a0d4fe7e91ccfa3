"""Un petit entrepôt que ces essais ne font que lire."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import pytest

from barometre.warehouse import schema as s
from barometre.warehouse.dialects import insert_frame
from barometre.warehouse.repository import Repository
from barometre.warehouse.versions import open_chantier, open_entrepot
from tests.conftest import load_mini

BORDEAUX, COLOMBE, LYON = "commune-33063", "commune-33381", "commune-69123"


@pytest.fixture(scope="module")
def depot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Repository]:
    lieu = open_entrepot(str(tmp_path_factory.mktemp("entrepot") / "e"))
    with open_chantier(lieu) as (version_id, moteur):
        load_mini(moteur, version_id)
        with moteur.begin() as connexion:
            insert_frame(connexion, s.dim_indicateur, _indicateurs())
            insert_frame(connexion, s.fait_valeur, _valeurs())
            insert_frame(connexion, s.fait_reponse, _reponses())
            insert_frame(connexion, s.participation, _participations())
    depot = Repository(lieu)
    yield depot
    depot.close()


def _indicateurs() -> pd.DataFrame:
    lignes = [("site", "communication", "declare", "normale"), ("mfa", "cybersecurite", "declare", "cyber"),
              ("fibre", "infrastructures", "mesure", "normale")]  # fmt: skip
    colonnes = ["indicateur_id", "theme_id", "origine", "sensibilite"]
    cadre = pd.DataFrame(lignes, columns=colonnes)
    return cadre.assign(titre=cadre["indicateur_id"], unite="%", sens="neutre", source_id="barometre")


def _valeurs() -> pd.DataFrame:
    couples = [(i, c) for i in ("site", "mfa", "fibre") for c in (BORDEAUX, COLOMBE, LYON)]
    cadre = pd.DataFrame(couples, columns=["indicateur_id", "collectivite_id"])
    return cadre.assign(periode="2023-v1", valeur=1.0, etat="repondu", source_id="barometre")


def _reponses() -> pd.DataFrame:
    couples = [(q, c) for q in ("communication", "cybersecurite") for c in (BORDEAUX, COLOMBE, LYON)]
    cadre = pd.DataFrame(couples, columns=["questionnaire_id", "collectivite_id"])
    return cadre.assign(
        vague_id="2023-v1", question_id=cadre["questionnaire_id"] + "_q01", option_id="oui", etat="repondu",
        valeur=1.0,
    )  # fmt: skip


def _participations() -> pd.DataFrame:
    cadre = _reponses()[["questionnaire_id", "collectivite_id", "vague_id"]]
    jours = pd.to_datetime(["2023-12-01", "2023-12-02", "2023-12-02"] * 2)
    return cadre.assign(date_reponse=jours, profil=["elu", "agent", "agent"] * 2, lot_id="l", simulee=True)
