"""Les mesures de l’État ne font pas la longueur d’une page : au-delà des premières, elles se déplient."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from barometre.ui.blocks import accueil, theme_essentiel
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


def test_l_accueil_montre_une_mesure_de_chaque_theme_et_replie_les_autres() -> None:
    mesures = [
        SimpleNamespace(indicateur=SimpleNamespace(theme_id=theme, titre=f"{theme} {rang}"))
        for theme, combien in (("inclusion", 12), ("infrastructures", 3))
        for rang in range(combien)
    ]
    premieres, suite = accueil.split_mesures(mesures)  # type: ignore[arg-type]
    assert [m.indicateur.titre for m in premieres[:3]] == ["inclusion 0", "infrastructures 0", "inclusion 1"]
    assert (len(premieres), len(suite)) == (accueil.MESURES_MONTREES, 15 - accueil.MESURES_MONTREES)
    # Aucune ne se perd.
    assert {m.indicateur.titre for m in (*premieres, *suite)} == {m.indicateur.titre for m in mesures}
