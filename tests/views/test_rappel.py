"""Le rappel d'un chiffre : ce qui est sorti et a changé depuis, rien d'autre."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from barometre.access import Gate
from barometre.access.registre import Registre
from barometre.catalogue import load_catalogue
from barometre.views.donnees.rappel import EFFACEE, build_table_rappel, explain_rappel
from barometre.warehouse.repository import open_repository
from tests.administration.conftest import registre
from tests.administration.test_comparaison import FRANCE, change, dossier

__all__ = ["dossier", "registre"]
OU = f"{FRANCE} AND indicateur_id = 'site_internet' AND vague_id = '2023-v1'"


@pytest.fixture
def apres(dossier: Path, tmp_path: Path) -> Gate:
    """La version en service : un chiffre de « site_internet » y a été révisé."""
    return change(dossier, tmp_path / "apres", f"UPDATE agregat SET redresse = 0.5, brut = 0.5 WHERE {OU}")


@pytest.fixture
def rempli(registre: Registre, apres: Gate) -> Registre:
    for objet, version in (
        ("carte site_internet communication region", "gardee"),
        ("a-relancer feuille_de_route_numerique 2023-v1", "gardee"),  # rien n'y a changé
        ("fiche commune-2A005", "gardee"),
        ("exacts indicateurs=site_internet&version=gardee", "effacee"),
        ("journal site_internet", "gardee"),  # une recherche, aucun chiffre
        ("carte site_internet communication region", apres.version_id),
    ):
        registre.journaliser("exporter", objet, compte="c-1", detail=f"version={version} format=csv motif=x")
    return registre


def _list_rappels(registre: Registre, dossier: Path, apres: Gate, indicateur_id: str = "") -> pd.DataFrame:
    avant = Gate(open_repository(str(dossier)))

    def open_version(version_id: str) -> Gate | None:
        return avant if version_id == "gardee" else None

    return build_table_rappel(registre, load_catalogue(), apres, open_version, indicateur_id)


def test_les_fichiers_dont_un_chiffre_a_change(rempli: Registre, dossier: Path, apres: Gate) -> None:
    table = _list_rappels(rempli, dossier, apres)
    assert [objet.split()[0] for objet in table["objet"]] == ["exacts", "fiche", "carte"]
    assert table["devenir"].iloc[0] == EFFACEE
    assert table["devenir"].str.contains("1\u00a0chiffre révisé").tolist() == [False, True, True]
    titre = load_catalogue().indicateurs["site_internet"].titre
    assert table["chiffres_touches"].tolist() == ["", titre, titre]
    assert explain_rappel(table).startswith("3\u00a0fichiers")


@pytest.mark.parametrize(
    ("indicateur_id", "nombre"),
    [("site_internet", 3), ("feuille_de_route_numerique", 0)],
    ids=["revise", "inchange"],
)
def test_un_seul_chiffre(
    rempli: Registre, dossier: Path, apres: Gate, indicateur_id: str, nombre: int
) -> None:
    """Une vue d'une version effacée ne se rappelle que si elle portait ce chiffre."""
    assert len(_list_rappels(rempli, dossier, apres, indicateur_id)) == nombre


def test_rien_a_rappeler(registre: Registre, dossier: Path, apres: Gate) -> None:
    assert explain_rappel(_list_rappels(registre, dossier, apres)).startswith("Aucun fichier")
