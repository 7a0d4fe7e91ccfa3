"""Les phrases de la fiche et de Comparer : les ex æquo ensemble, le pluriel à deux, les milliers séparés."""

from __future__ import annotations

import pandas as pd

from barometre.views.collectivite.distribution import Distribution
from barometre.views.collectivite.liste_pairs import ListePairs
from barometre.views.collectivite.situation import COLONNES, describe_situation


def _situer(*lignes: tuple[str, float, str]) -> str:
    cadre = pd.DataFrame([(t, p, None, lu, "", "") for t, p, lu in lignes], columns=list(COLONNES))
    return describe_situation(cadre)


def test_deux_themes_lus_au_meme_nombre_sont_nommes_tous_les_deux() -> None:
    """« Le plus avancés sur Communication », à 3,3 sur 8, quand un autre thème se lit aussi 3,3 sur 8."""
    phrase = _situer(("A", 0.413, "3,3 sur 8"), ("B", 0.2, "1,6 sur 8"), ("C", 0.408, "3,3 sur 8"))
    assert "avancés sur «\u202fC\u202f» et «\u202fA\u202f», le moins sur «\u202fB\u202f»" in phrase


def test_le_pluriel_commence_a_deux_pratiques() -> None:
    assert Distribution(8, 1.24).phrase.startswith("En moyenne 1,2 pratique sur 8")
    assert Distribution(8, 4.2).phrase.startswith("En moyenne 4,2 pratiques sur 8")


def test_les_pairs_repondants_separent_leurs_milliers() -> None:
    liste = ListePairs("strate", "france", "France", 18_251, 1_570, ())
    assert "environ\u00a01\u202f570 ont répondu" in liste.phrase
