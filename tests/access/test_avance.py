"""Lire d'avance ne change rien de ce que la porte montre, ni son ordre, ni le type de ses nombres."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

from barometre.access import Gate
from barometre.access.avance import TERRITOIRE, Avance
from barometre.warehouse.repository import open_repository
from tests.fakes import build_entrepot_factice

TERRITOIRES = ("france", "region-00")
FILTRES: tuple[dict[str, Any], ...] = (
    {},
    {"type": "", "strate": "", "couverture": ""},
    {"type": ["commune", ""], "strate": ""},
    {"indicateurs": ["site_internet"], "vague_id": ["2023-v1"]},
    {"indicateurs": []},
)


@pytest.fixture(scope="module")
def portes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Gate, Gate]]:
    """La même porte, sans rien d'avance, puis avec deux territoires."""
    depot = open_repository(build_entrepot_factice(tmp_path_factory.mktemp("entrepot")))
    directe, avancee = Gate(depot), Gate(depot)
    avancee.read_ahead(TERRITOIRES)
    yield directe, avancee
    depot.close()


@pytest.mark.parametrize("filtres", FILTRES)
@pytest.mark.parametrize("territoire", [*TERRITOIRES, [TERRITOIRES[0]]])
def test_les_memes_lignes_dans_le_meme_ordre(
    portes: tuple[Gate, Gate], territoire: str | list[str], filtres: dict[str, Any]
) -> None:
    directes, avancees = (porte.list_agregats(territoire_id=territoire, **filtres) for porte in portes)
    # Textes et noms de colonne y sont des objets : mêmes valeurs, même ordre ; le reste garde son type.
    assert list(directes.columns) == list(avancees.columns)
    avancees.columns = directes.columns
    pd.testing.assert_frame_equal(directes, avancees, check_dtype=False)
    sans_texte = [nom for nom, type_ in directes.dtypes.items() if type_ != "str"]
    pd.testing.assert_frame_equal(directes[sans_texte], avancees[sans_texte])
    directes, avancees = (porte.list_evolutions(territoire_id=territoire) for porte in portes)
    assert list(directes.columns) == list(avancees.columns)
    avancees.columns = directes.columns
    pd.testing.assert_frame_equal(directes, avancees, check_dtype=directes.size > 0)


def test_un_territoire_a_des_lignes_l_autre_aucune(portes: tuple[Gate, Gate]) -> None:
    pleines, vides = (portes[1].list_agregats(territoire_id=t) for t in TERRITOIRES)
    assert len(pleines) > 0
    assert vides.empty


def test_ce_qui_n_a_pas_ete_demande_se_lit_dans_l_entrepot(portes: tuple[Gate, Gate]) -> None:
    plusieurs = portes[1].list_agregats(territoire_id=TERRITOIRES)
    assert len(plusieurs) == len(portes[0].list_agregats(territoire_id=TERRITOIRES))
    assert len(portes[1].list_agregats()) == len(portes[0].list_agregats())


def test_une_porte_rouverte_garde_ce_qui_est_lu(portes: tuple[Gate, Gate]) -> None:
    """Les vues gardées en mémoire se composent par une porte rouverte."""
    assert portes[1].reopen()._avance is portes[1]._avance


def test_ce_qui_est_garde_ne_se_relit_pas() -> None:
    avance = Avance()
    avance.keep("agregat", ["a", "vide"], pd.DataFrame({TERRITOIRE: ["a", "b", "a"], "n": [1, 2, 3]}))

    def lire() -> pd.DataFrame:
        pytest.fail("une lecture de plus")

    assert avance.read("agregat", {TERRITOIRE: "a"}, lire)["n"].tolist() == [1, 3]
    vide = avance.read("agregat", {TERRITOIRE: "vide"}, lire)
    assert (list(vide.columns), len(vide)) == ([TERRITOIRE, "n"], 0)


def test_la_meme_question_hors_de_l_avance_n_est_lue_qu_une_fois(portes: tuple[Gate, Gate]) -> None:
    """Et qui reçoit le tableau peut l'écrire sans toucher à ce que lira le suivant."""
    avance, lues = portes[1]._avance, []

    def lire() -> pd.DataFrame:
        lues.append(1)
        return pd.DataFrame({"territoire_id": ["region-99"], "n": [1]})

    for _ in range(2):
        recu = avance.read("agregat", {"territoire_id": "region-99", "type": ["", "epci"]}, lire)
        assert recu["n"].tolist() == [1]
        recu["n"] = 0
    assert len(lues) == 1


def test_lu_entre_des_bornes_une_demande_plus_large_se_relit(portes: tuple[Gate, Gate]) -> None:
    """La porte d'une synthèse n'a lu que les totaux : un croisement s’y croirait vide."""
    directe = portes[0]
    bornee = directe.reopen_ahead(["france"], {"type": ["", "commune"], "strate": [""], "couverture": [""]})
    total = {"type": "", "strate": "", "couverture": ""}
    demandes: tuple[dict[str, Any], ...] = (
        total,
        total | {"type": ["commune", ""]},
        total | {"type": None},
        total | {"type": "epci"},
        total | {"strate": None},
        {},
    )
    for demande in demandes:
        attendues, lues = (
            porte.list_agregats(territoire_id="france", **demande) for porte in (directe, bornee)
        )
        assert lues["indicateur_id"].tolist() == attendues["indicateur_id"].tolist()
        assert lues["type"].tolist() == attendues["type"].tolist()
    assert len(directe.list_agregats(territoire_id="france")) > len(
        directe.list_agregats(territoire_id="france", **total)
    )


def test_une_porte_ouverte_d_avance_ne_lit_qu_a_la_premiere_demande(portes: tuple[Gate, Gate]) -> None:
    porte = portes[0].reopen_ahead(["france"], {"type": [""]})
    assert not porte._avance.has(["france"])
    porte.list_agregats(territoire_id="france", type="")
    assert porte._avance.has(["france"])
    assert porte.reopen_ahead(["france"], {"type": [""]}) is porte
