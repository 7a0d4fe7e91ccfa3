"""Entonnoirs et estimations par modèle d'un indicateur : où ils se montrent, et ce qu'ils ne mêlent pas."""

from __future__ import annotations

from typing import Any

from barometre.views.comprendre.indicateur import VueIndicateur, build_vue_indicateur
from barometre.views.lecture.selection import Selection
from tests.views.fausse_porte import FaussePorte, build_catalogue, cachee, cellule, contraste

VAGUE = "2026-v4"


def _vue(selection: Selection, *lignes: dict[str, Any], **autres: Any) -> VueIndicateur:
    porte = FaussePorte([cellule(), *lignes], **autres)
    return build_vue_indicateur(porte, build_catalogue(), "site", selection)  # type: ignore[arg-type]


def _modele(territoire_id: str) -> dict[str, Any]:
    return {
        "indicateur_id": "site", "vague_id": VAGUE, "territoire_id": territoire_id, "n": 4,
        "estimation": 0.31, "bas": 0.2, "haut": 0.44,
    }  # fmt: skip


def test_un_departement_sans_chiffre_direct_a_une_estimation_a_part() -> None:
    selection = Selection(vague_id=VAGUE, territoire_id="departement-0A")
    cachee_ = cachee(niveau="departement", territoire_id="departement-0A")
    vue = _vue(selection, cachee_, modeles=[_modele("departement-0A"), _modele("departement-99")])
    assert vue.modele is not None
    assert vue.modele.lignes == (("Essai-et-Loire", "31\u202f%", "entre 20 et 44\u202f%"),)
    assert not vue.ligne.chiffre.montre
    assert "31" not in vue.table.to_string()


def test_un_chiffre_direct_ecarte_le_modele() -> None:
    selection = Selection(vague_id=VAGUE, territoire_id="departement-0A")
    directe = cellule(niveau="departement", territoire_id="departement-0A")
    assert _vue(selection, directe, modeles=[_modele("departement-0A")]).modele is None


def test_trop_peu_de_territoires_pas_d_entonnoir() -> None:
    regions = [cellule(niveau="region", territoire_id=f"region-0{i}") for i in (1, 2, 3)]
    assert _vue(Selection(vague_id=VAGUE), *regions).entonnoirs == ()


def test_le_tableau_porte_la_position_et_l_ecart() -> None:
    regions = [cellule(niveau="region", territoire_id=f"region-0{i}") for i in (1, 2, 3)]
    table = _vue(
        Selection(vague_id=VAGUE), *regions, contrastes=[contraste(territoire_id="region-01")]
    ).table.set_index("groupe")
    assert table.loc["Nord-Essai", "face_a_ensemble"] == "au-dessus, mieux"
    assert [table.loc["Nord-Essai", c] for c in ("ecart_autres", "ecart_bas", "ecart_haut")] == [12, 4, 19]
    assert table.loc["Sud-Essai", "face_a_ensemble"] == ""
