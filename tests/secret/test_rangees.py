"""Les chiffres rangés à la chauffe : à chaque rôle ce que la porte lui lirait, rien de ce qui est caché.

Deux entrepôts qui ne diffèrent que par ce qui est caché rangent les mêmes lignes ; aucun droit n'en ouvre
d'autres, et une version préparée, que le public ne lit pas encore, ne se range pas.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from barometre.assemblage import depot
from barometre.domain.portee import PUBLIC, Portee
from barometre.domain.secret import MONTRES
from tests.fakes import OPSN, add_opsn, build_entrepot_factice
from tests.secret import surfaces

ROLES = (
    PUBLIC,
    Portee("elu", collectivite_id=surfaces.COMMUNE, simulee=True),
    Portee("opsn", opsn_id=OPSN, simulee=True),
    Portee("programme", simulee=True),
    Portee("programme", cyber=True, nominatif=True),
)
TOTAUX = {"strate": "", "couverture": ""}
NIVEAUX = ("france", "region", "departement", "epci")
CACHER = (
    "UPDATE agregat SET etat = 'primary', participants = 8, n_publie = 8 "
    "WHERE niveau = 'region' AND territoire_id = 'region-01'"
)
CHIFFRES = ["brut", "redresse", "bas", "haut", "n_eff"]


@pytest.fixture(scope="module")
def dossier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Une région se cache ; ailleurs tout est pareil, sauf ce qui est caché."""
    racine = tmp_path_factory.mktemp("rangees")
    build_entrepot_factice(racine / "base", changer=add_opsn)
    surfaces.trouble(racine / "base", racine / "vrai", changements=(CACHER,))
    surfaces.trouble(racine / "vrai", racine / "autre")
    return racine


@pytest.fixture
def lieu(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    yield monkeypatch
    monkeypatch.undo()
    depot.forget()


def _read(lieu: pytest.MonkeyPatch, chemin: Path, portee: Portee, *, rangees: bool) -> list[pd.DataFrame]:
    lieu.setenv("BAROMETRE_ENTREPOT", str(chemin))
    depot.forget()
    version_id = depot.get_version_id()
    if rangees:
        depot.prepare_chiffres(version_id)
    gate = depot.build_gate(portee, version_id)
    assert gate._avance.has(["jamais lu"]) is rangees
    tables = [gate.list_agregats(niveau=niveau, **TOTAUX) for niveau in NIVEAUX]
    tables.append(gate.list_evolutions(territoire_id=["france", "region-01"], **TOTAUX))
    return [table.set_axis(table.columns.astype(str), axis=1) for table in tables]


@pytest.mark.parametrize("portee", ROLES, ids=str)
def test_ranger_ne_donne_a_personne_une_ligne_de_plus(
    dossier: Path, lieu: pytest.MonkeyPatch, portee: Portee
) -> None:
    lues = _read(lieu, dossier / "vrai", portee, rangees=False)
    assert sum(map(len, lues))
    for directe, rangee in zip(lues, _read(lieu, dossier / "vrai", portee, rangees=True), strict=True):
        pd.testing.assert_frame_equal(directe, rangee, check_dtype=False, check_column_type=False)


@pytest.mark.parametrize("portee", ROLES, ids=str)
def test_ce_qui_est_cache_ne_se_range_pas(dossier: Path, lieu: pytest.MonkeyPatch, portee: Portee) -> None:
    vrai, autre = (_read(lieu, dossier / copie, portee, rangees=True) for copie in ("vrai", "autre"))
    for une, deux in zip(vrai, autre, strict=True):
        pd.testing.assert_frame_equal(une, deux)
    cellules = pd.concat(vrai[: len(NIVEAUX)])
    cachees = cellules[~cellules["etat"].isin(MONTRES)]
    assert len(cachees)
    assert cachees[CHIFFRES].isna().all(axis=None)


def test_le_role_qui_prepare_n_est_pas_celui_qui_range(dossier: Path, lieu: pytest.MonkeyPatch) -> None:
    """Le premier lecteur d'une version neuve peut être un programme : ce qui se range reste public."""
    lieu.setenv("BAROMETRE_ENTREPOT", str(dossier / "vrai"))
    depot.forget()
    version_id = depot.get_version_id()
    lieu.setattr(depot, "is_preparee", lambda _: True)
    assert not depot.build_gate(ROLES[-1], version_id)._avance.has(["france"])
    depot.prepare_chiffres(version_id)
    portes = [depot.build_gate(portee, version_id) for portee in (ROLES[-1], PUBLIC)]
    lues = [porte.list_agregats(niveau="france", **TOTAUX) for porte in portes]
    pd.testing.assert_frame_equal(*lues)
