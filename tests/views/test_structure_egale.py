"""À structure égale : un chiffre à la place de l'autre, le refus dit, la France pour référence."""

from __future__ import annotations

from typing import Any

import pytest

from barometre.domain.structure import EGALE
from barometre.stats.prudence import shift
from barometre.views.comprendre.dimensions import TERRITOIRE, build_repartitions
from barometre.views.comprendre.evolution import read_tests
from barometre.views.lecture.cellules import get_cellule, read_cellules
from barometre.views.lecture.chiffres import STRUCTURE
from barometre.views.lecture.citation import SANS_STRUCTURE, get_raison
from barometre.views.lecture.ligne import Lecture
from barometre.views.lecture.selection import Selection
from tests.views.fausse_porte import FaussePorte, build_catalogue, build_indicateur, cellule

V1, V2 = "2023-v1", "2026-v4"
EGAL = {"egal": 0.31, "egal_bas": 0.26, "egal_haut": 0.37, "egal_note": "B"}
REGION = Selection(V2, "region-01", structure=EGALE)


def _region(territoire_id: str = "region-01", **autres: Any) -> dict[str, Any]:
    return cellule(niveau="region", territoire_id=territoire_id, **(EGAL | autres))


def test_le_chiffre_standardise_prend_la_place_de_l_autre() -> None:
    porte: Any = FaussePorte([_region(), cellule()])
    lus = {
        s: get_cellule(read_cellules(porte, ["site"], s), "site", s)
        for s in (REGION, Selection(V2, "region-01"))
    }
    egal, propre = lus.values()
    assert (egal.valeur, egal.bas, egal.haut, egal.note) == (0.31, 0.26, 0.37, "B")
    assert (propre.valeur, propre.note, egal.brut) == (0.24, "A", propre.brut)
    # p_g des bornes du chiffre standardisé, à la pente de sa cellule : 0,26 et 0,37 à g = 1,25 et 1/1,25
    assert egal.prudence_bas == pytest.approx(float(shift(0.26, propre.pente or 0, 1.25)))
    assert egal.prudence_haut == pytest.approx(float(shift(0.37, propre.pente or 0, 0.8)))
    assert egal.g_etoile is not None
    assert 1 < egal.g_etoile < 1.5


def test_la_france_les_zones_et_les_strates_gardent_leur_chiffre() -> None:
    strate = "commune-0-499"
    zone = cellule(niveau="zone", territoire_id="zone-metropole", **EGAL)
    porte: Any = FaussePorte([cellule(), _region(strate=strate, type="commune"), zone])
    for selection in (
        Selection(V2, structure=EGALE),
        Selection(V2, "zone-metropole", structure=EGALE),
        Selection(V2, "region-01", strate=strate, structure=EGALE),
    ):
        assert get_cellule(read_cellules(porte, ["site"], selection), "site", selection).valeur == 0.24


@pytest.mark.parametrize("tranche", ["communes de 5 000 habitants et plus", ""])
def test_une_tranche_vide_se_refuse_en_une_phrase(tranche: str) -> None:
    porte: Any = FaussePorte([_region(egal=None, egal_manque=tranche)])
    lu = get_cellule(read_cellules(porte, ["site"], REGION), "site", REGION)
    assert (lu.montre, lu.n, lu.etat) == (False, None, f"{STRUCTURE}{tranche}")
    raison = get_raison(lu.etat, build_indicateur())
    assert f"parmi les {tranche} de ce territoire" in raison if tranche else raison == SANS_STRUCTURE


def test_la_repartition_par_region_le_suit() -> None:
    porte: Any = FaussePorte(
        [cellule(), _region(), _region("region-02", egal=None, egal_manque="intercommunalités")]
    )
    lecture = Lecture(porte, build_catalogue(), Selection(V2, structure=EGALE))
    trouvees = {r.id: r for r in build_repartitions(lecture, build_indicateur())}
    cadre = {ligne.groupe: ligne for ligne in trouvees[TERRITOIRE].cadre}
    assert cadre["Nord-Essai"].redresse == 0.31
    assert "intercommunalités" in cadre["Sud-Essai"].raison


def test_le_changement_se_lit_sur_les_chiffres_egaux() -> None:
    """Le test est celui de la construction, panel compris ; sans région qui s'y compare, rien n'est testé."""
    ligne = {
        "indicateur_id": "site", "vague_1": V1, "vague_2": V2, "etat": "published",
        "changement": 0.05, "bas": -0.02, "haut": 0.12, "verdict": "pas de changement démontré",
        "egal_changement": 0.21, "egal_bas": 0.15, "egal_haut": 0.27, "egal_verdict": "hausse",
    }  # fmt: skip
    porte: Any = FaussePorte(evolutions=[ligne])
    egal = read_tests(porte, ["site"], REGION, V1, V2)["site"]
    simple = read_tests(porte, ["site"], Selection(V2, "region-01"), V1, V2)["site"]
    assert (egal["changement"], egal["bas"], egal["verdict"]) == (0.21, 0.15, "hausse")
    assert (simple["changement"], simple["verdict"]) == (0.05, "pas de changement démontré")
    sans: Any = FaussePorte(evolutions=[ligne | {"egal_changement": None, "egal_verdict": ""}])
    assert read_tests(sans, ["site"], REGION, V1, V2) == {}
