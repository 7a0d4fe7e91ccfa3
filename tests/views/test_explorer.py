"""Explorer : une adresse, une table à plat ; rien de caché n'y entre, rien d'inventé n'y passe."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from barometre.access import Gate
from barometre.catalogue import load_catalogue
from barometre.views.donnees.explorer import (
    MODELES,
    ExplorationRefusee,
    build_vue_explorer,
    parse_demande,
)
from barometre.warehouse.repository import open_repository
from tests.fakes import build_entrepot_factice

TERRITOIRES = {"france": "France", "region-01": "Nord"}


@pytest.fixture(scope="module")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    depot = open_repository(build_entrepot_factice(tmp_path_factory.mktemp("entrepot")))
    yield Gate(depot)
    depot.close()


def _read(gate: Gate, requete: str):  # type: ignore[no-untyped-def]
    catalogue = load_catalogue()
    return build_vue_explorer(gate, catalogue, parse_demande(requete, catalogue, TERRITOIRES))


def test_les_valeurs_sont_celles_de_la_porte(gate: Gate) -> None:
    vue = _read(gate, "indicateurs=site_internet&par=territoire&niveau=region&vague=2026-v4")
    cellules = gate.list_agregats(
        "site_internet", "2026-v4", niveau="region", type="", strate="", couverture=""
    )
    attendues = dict(zip(cellules["territoire_id"], cellules["redresse"], strict=True))
    assert len(vue.table) == len(cellules) > 0
    for ligne in vue.table.to_dict("records"):
        assert ligne["redresse"] == pytest.approx(round(100 * attendues[ligne["territoire_id"]]), nan_ok=True)


def test_une_cellule_cachee_n_a_que_sa_marque(gate: Gate) -> None:
    vue = _read(gate, "theme=communication&par=strate")
    cachees = vue.table[vue.table["marque"].isin(["[c]", "[x]"])]
    assert cachees[["redresse", "brut", "bas", "haut", "n"]].isna().all(axis=None)
    assert vue.caches == len(cachees)


def test_sans_vague_la_derniere_seule(gate: Gate) -> None:
    vue = _read(gate, "indicateurs=site_internet&par=")
    assert vue.table["vague_id"].nunique() <= 1


@pytest.mark.parametrize("requete", MODELES.values())
def test_les_modeles_se_lisent(gate: Gate, requete: str) -> None:
    assert _read(gate, requete).phrase


@pytest.mark.parametrize(
    ("requete", "mot"),
    [
        ("indicateurs=inconnu", "inconnu"),
        ("par=canton", "canton"),
        ("territoire=commune-33063", "commune-33063"),
        ("vague=1999", "1999"),
    ],
)
def test_une_mauvaise_valeur_est_refusee_par_une_phrase(gate: Gate, requete: str, mot: str) -> None:
    with pytest.raises(ExplorationRefusee, match=mot):
        _read(gate, requete)
