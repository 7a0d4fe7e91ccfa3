"""Un petit questionnaire et quelques collectivités réelles, à la main."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd
import pytest

from barometre.domain.enquete import Condition, Option, Question, Questionnaire, Vague
from barometre.ingest import Lot, Referentiel, prepare
from barometre.ingest.garde import LotGarde, read_garde, write_garde
from barometre.ingest.rejeu import reread

OUI_NON = (Option("oui", "Oui", "Y"), Option("non", "Non", "N"))


def build_questions() -> tuple[Question, ...]:
    q = "communication"
    return (
        Question(
            f"{q}_q01", q, "Q01", "Votre collectivité a-t-elle un site internet ?", "choix_unique", OUI_NON
        ),
        Question(
            f"{q}_q02",
            q,
            "Q02",
            "Quels réseaux sociaux utilisez-vous ?",
            "choix_multiple",
            (
                Option("facebook", "Facebook", "SQ001"),
                Option("instagram", "Instagram", "SQ002"),
                Option("autre", "Autre", "SQ003"),
            ),
            ne_sait_pas=True,
        ),
        Question(
            f"{q}_q03",
            q,
            "Q03",
            "Combien d’habitants reçoivent l’infolettre ?",
            "nombre",
            unite="habitants",
            minimum=0,
            maximum=100_000,
            ne_sait_pas=True,
        ),
        Question(f"{q}_q04", q, "Q04", "Que manque-t-il ?", "texte"),
        Question(
            f"{q}_q05",
            q,
            "Q05",
            "Le site est-il accessible ?",
            "choix_unique",
            (
                Option("oui", "Oui, entièrement", "A1"),
                Option("partiel", "En partie", "A2"),
                Option("non", "Non, et ce n’est pas prévu", "A3"),
            ),
            ne_sait_pas=True,
            condition=Condition(f"{q}_q01", ("oui",)),
        ),
        Question(
            f"{q}_q06",
            q,
            "Q06",
            "La mairie a-t-elle un panneau ?",
            "choix_unique",
            OUI_NON,
            types=("commune",),
        ),
    )


QUESTIONNAIRE = Questionnaire("communication", "Communication", "", True, build_questions())
VAGUE = Vague("2023-v1", "Vague 1", 1, ("communication",), date(2023, 11, 22))


class MiniCatalogue:
    """Ce que l'import demande au catalogue, rien de plus."""

    questionnaires = MappingProxyType({"communication": QUESTIONNAIRE})
    vagues = (VAGUE, Vague("2024-v2", "Vague 2", 1, ("donnee",)))


def _collectivites() -> pd.DataFrame:
    lignes = [
        ("commune-33063", "commune", "33063", "213300635", "Bordeaux", ""),
        ("commune-01001", "commune", "01001", "210100012", "L'Abergement-Clémenciat", ""),
        ("commune-2A004", "commune", "2A004", "212000046", "Ajaccio", ""),
        ("commune-01015", "commune", "01015", "200064624", "Arboys en Bugey", ""),
        ("commune-01165", "commune", "01165", "210101655", "Francheleins", ""),
        ("commune-75056", "commune", "75056", "217500016", "Paris", ""),
        ("departement-75", "departement", "75", "", "Paris", "commune-75056"),
        ("departement-01", "departement", "01", "220100010", "Ain", ""),
        ("departement-33", "departement", "33", "223300013", "Gironde", ""),
        ("region-84", "region", "84", "200053767", "Auvergne-Rhône-Alpes", ""),
        ("region-11", "region", "11", "", "Île-de-France", ""),
        ("epci-200000172", "epci", "200000172", "200000172", "CC Faucigny - Glières", ""),
    ]
    return pd.DataFrame(lignes, columns=["collectivite_id", "type", "code", "siren", "nom", "porteur_id"])


def _codes_anciens() -> pd.DataFrame:
    return pd.DataFrame(
        [
            ("01003", "01165", "ancien-code"),
            ("01015", "01015", "commune-deleguee"),
            ("75101", "75056", "arrondissement-municipal"),
        ],
        columns=["code", "code_actuel", "nature"],
    )


@pytest.fixture(scope="session")
def referentiel() -> Referentiel:
    return Referentiel(_collectivites(), _codes_anciens())


Importer = Callable[..., Lot]


@pytest.fixture
def importer(tmp_path: Path, referentiel: Referentiel) -> Importer:
    """Écrit un contenu dans un fichier et le prépare."""

    def run(contenu: str | bytes, nom: str = "reponses.csv", format: str = "auto", **options: Any) -> Lot:
        chemin = tmp_path / nom
        chemin.write_bytes(contenu.encode() if isinstance(contenu, str) else contenu)
        lot = prepare(chemin, "communication", "2023-v1", format, referentiel, MiniCatalogue(), **options)
        check_relu(lot, referentiel)
        return lot

    return run


def keep(lot: Lot) -> bytes:
    """Le lot tel que la réserve le garde."""
    cles = {"recu_le": "2026-11-28T10:00:00", "par": "", "cle": "0" * 64, "vocabulaire": "", "catalogue": ""}
    return write_garde(LotGarde(lot.lot_id, lot.vague_id, lot.questionnaire_id, recus=lot.recus, **cles))


def check_relu(lot: Lot, referentiel: Referentiel) -> None:
    """Chaque fichier de ces essais, gardé puis relu, redonne les mêmes lignes et les mêmes refus."""
    relu = reread(read_garde(keep(lot)), referentiel, MiniCatalogue())
    pd.testing.assert_frame_equal(relu.participation, lot.participation)
    pd.testing.assert_frame_equal(relu.fait_reponse, lot.fait_reponse)
    assert relu.rejets == lot.rejets
    assert (relu.lot_id, relu.lus, relu.doublons, relu.ignores) == (
        lot.lot_id, lot.lus, lot.doublons, lot.ignores
    )  # fmt: skip


def get_reponse(lot: Lot, collectivite_id: str, code: str) -> list[tuple[str, str, float | None, str | None]]:
    """Les lignes de `fait_reponse` d'une question : option, état, valeur, texte."""
    faits = lot.fait_reponse
    garde = (faits["collectivite_id"] == collectivite_id) & (faits["question_id"] == f"communication_{code}")
    lignes = faits[garde][["option_id", "etat", "valeur", "texte"]].itertuples(index=False)
    return [(o, e, None if pd.isna(v) else v, t) for o, e, v, t in lignes]


def check_counts(lot: Lot) -> None:
    """Chaque ligne lue a un sort, et un seul."""
    assert lot.lus == lot.charges + lot.doublons + lot.quarantaine + lot.ignores
    assert min(lot.lus, lot.charges, lot.doublons, lot.quarantaine, lot.ignores) >= 0
    cles = ["collectivite_id", "question_id", "option_id"]
    assert not lot.fait_reponse.duplicated(cles).any()
    assert not lot.participation.duplicated("collectivite_id").any()
