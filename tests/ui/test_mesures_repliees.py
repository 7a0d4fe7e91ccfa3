"""Les mesures de l’État ne font pas la longueur d’une page : au-delà des premières, elles se déplient."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from barometre.ui.blocks import theme_essentiel
from barometre.ui.blocks.textes import build_autres
from barometre.ui.blocks.theme_essentiel import MESURES_MONTREES


def _mesure(titre: str, place: str = "en_tete") -> Any:
    verdict = SimpleNamespace(place=place, raison="Donnée ancienne : mars 2018.")
    return SimpleNamespace(indicateur=SimpleNamespace(titre=titre), texte="7 %", date="2024", verdict=verdict)


def test_les_mesures_d_un_theme_au_dela_de_trois_se_deplient() -> None:
    noms = [f"mesure {rang}" for rang in range(MESURES_MONTREES + 4)]
    mesures: Any = SimpleNamespace(
        territoire="France", mesures=[*map(_mesure, noms), _mesure("vieille", "en_petit")]
    )
    lues, _, repliees = theme_essentiel._build_mesures(mesures).partition("<details")
    assert [nom in lues for nom in noms] == [True] * MESURES_MONTREES + [False] * 4
    assert all(nom in repliees for nom in noms[MESURES_MONTREES:])
    assert "vieille" in repliees
    assert "5 autres mesures" in repliees.replace("\u202f", " ").replace("\xa0", " ")


def test_sans_autre_mesure_aucun_depliant() -> None:
    assert build_autres(0, "") == ""
