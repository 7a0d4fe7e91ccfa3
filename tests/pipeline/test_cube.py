"""Les cellules : chaque collectivité dans les siennes, et rien que celles-là."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_array

from barometre.pipeline.cube import Cube, has_answers, is_kept
from barometre.stats.perturbation import Perturbation, build_keys
from tests import mini


@pytest.fixture(scope="module")
def cube() -> Cube:
    lignes = mini.build_collectivites()
    return Cube(lignes[lignes["porteur_id"].isna()].set_index("collectivite_id"))


def cellules_de(cube: Cube, collectivite_id: str) -> set[tuple[str, ...]]:
    cellules, membres = cube.build_membership(pd.Index([collectivite_id]))
    cellules = cellules[np.asarray(membres.sum(axis=0)).ravel() > 0]
    return set(cellules[["territoire_id", "type", "strate", "couverture"]].itertuples(index=False, name=None))


def test_les_cellules_d_une_commune(cube: Cube) -> None:
    siennes = cellules_de(cube, "commune-33063")
    strate = "commune-100000-plus"
    for territoire in ("france", "zone-metropole", "region-75", "departement-33"):
        assert (territoire, "", "", "") in siennes
        assert (territoire, "commune", "", "") in siennes
        assert (territoire, "commune", strate, "") in siennes
    assert ("france", "commune", strate, "perimetre") in siennes
    assert ("departement-33", "", "", "perimetre") not in siennes
    assert ("epci-243300316", "", "", "") in siennes
    # 4 territoires × (total, type, strate), la couverture en France (3) et en région (1), l'EPCI
    assert len(siennes) == 4 * 3 + 3 + 1 + 1


def test_une_cellule_nationale_existe_que_l_on_y_ait_repondu_ou_non(cube: Cube) -> None:
    """De sa présence, tout lecteur saurait qu'une des collectivités d'une cellule d'une seule a répondu."""
    nationales = []
    for repondants in (["commune-33063"], ["region-84"], cube.cadre.index):
        cellules, membres = cube.build_membership(pd.Index(repondants))
        assert membres.shape == (len(repondants), len(cellules))
        france = cellules[is_kept(cellules.assign(participants=0, comptees=0))]
        nationales.append(set(france[["type", "strate", "couverture"]].itertuples(index=False, name=None)))
    assert nationales[0] == nationales[1] == nationales[2]
    assert ("region", "", "") in nationales[0]


def test_une_region_n_est_dans_aucun_departement(cube: Cube) -> None:
    territoires = {t for t, *_ in cellules_de(cube, "region-84")}
    assert territoires == {"france", "zone-metropole", "region-84"}


def test_la_population_d_une_cellule_est_celle_du_cadre(cube: Cube) -> None:
    cellules, membres = cube.build_membership(cube.cadre.index)
    france = cellules[cellules["territoire_id"] == "france"].set_index(["type", "strate", "couverture"])
    assert france.loc[("", "", ""), "population"] == 60  # 62 lignes, deux territoires portés
    assert france.loc[("commune", "", ""), "population"] == 51
    assert membres.sum(axis=0).tolist() == cellules["population"].tolist()


def test_ce_que_l_entrepot_garde() -> None:
    cellules = pd.DataFrame(
        [("departement", 10, 10, 40), ("departement", 9, 12, 40), ("region", 12, 9, 40),
         ("region", 10, 10, 14), ("region", 10, 10, 15), ("france", 1, 1, 2)],
        columns=["niveau", "participants", "comptees", "population"],
    )  # fmt: skip
    # sous 10 participants, exacts ou brouillés, personne ne verrait la cellule
    assert is_kept(cellules).tolist() == [True, False, False, False, True, True]


def test_la_part_d_une_cellule_que_personne_ne_represente(cube: Cube) -> None:
    """Les EPCI seuls ont répondu : l'ensemble du pays ne les vaut pas."""
    epci = cube.cadre.index[cube.cadre["type"].eq("epci")]
    cellules, _ = cube.build_membership(epci)
    vides = cellules.set_index(["territoire_id", "type", "strate", "couverture"])["vides"]
    autres = cube.cadre["type"].ne("epci").mean()
    assert vides[("france", "", "", "")] >= autres
    tous, _ = cube.build_membership(cube.cadre.index)
    assert tous["vides"].eq(0).all()


def test_une_strate_passe_pour_vide_d_apres_son_compte_brouille() -> None:
    """Exact, une cellule tue pour cela disait de chaque collectivité de la strate qu'elle n'a pas répondu."""
    groupes = csr_array(np.eye(60))
    cles = Perturbation(build_keys("5e" * 32, map(str, range(60))))
    assert has_answers(groupes, None).all()
    assert 0.2 < has_answers(groupes, cles).mean() < 0.9  # d'une seule réponse, une fois sur trois non
    assert has_answers(csr_array(np.ones((1, 60))), cles).all()


def test_une_strate_vide_se_compte_en_collectivites() -> None:
    cadre = pd.DataFrame(
        {"type": "commune", "strate": ["a"] * 6 + ["b"] * 4, "zone": "metropole", "region": "84",
         "departement": "63", "epci": "e", "couverture": "inconnue"},
        index=[f"commune-{i}" for i in range(10)],
    )  # fmt: skip
    cube = Cube(cadre)
    cellules, _ = cube.build_membership(cadre.index[:2])
    totales = cellules[cellules["strate"].eq("")]
    assert totales["vides"].tolist() == [0.4] * len(totales)
    assert cellules[cellules["strate"].eq("a")]["vides"].eq(0).all()


def test_la_part_vide_d_un_territoire_est_celle_de_ses_collectivites() -> None:
    """Deux départements de dix ; dans le second, la strate de quatre n'a répondu nulle part."""
    cadre = pd.DataFrame(
        {"type": "commune", "strate": ["a"] * 16 + ["b"] * 4, "zone": "metropole", "region": "84",
         "departement": ["63"] * 10 + ["43"] * 10, "epci": "e", "couverture": "inconnue"},
        index=[f"commune-{i}" for i in range(20)],
    )  # fmt: skip
    cellules, _ = Cube(cadre).build_membership(cadre.index[:12])
    totales = cellules[cellules["strate"].eq("")].groupby("territoire_id")["vides"].first()
    assert totales["departement-63"] == 0
    assert totales["departement-43"] == 0.4
    assert totales["france"] == 0.2
