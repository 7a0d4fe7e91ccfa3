"""La quarantaine d'un lot, d'un fichier reçu ou d'une source."""

from __future__ import annotations

import pytest

from barometre.ingest.errors import Rejet
from barometre.pipeline.lots import build_quarantaine
from barometre.sources.resultat import Rejet as RejetSource


@pytest.mark.parametrize("genre", [Rejet, RejetSource])
def test_chaque_motif_a_son_rang(genre: type[Rejet | RejetSource]) -> None:
    """Une ligne à deux motifs en a deux : c'est le rang qui les distingue."""
    rejets = [
        genre(2, "SIREN", "213300634", "faux"),
        genre(2, "Q01", "bof", "hors"),
        genre(5, "", "", "vide"),
    ]
    assert build_quarantaine("lot", rejets).to_dict("list") == {
        "lot_id": ["lot"] * 3, "rang": [1, 2, 3], "ligne": [2, 2, 5], "colonne": ["SIREN", "Q01", ""],
        "valeur": ["213300634", "bof", ""], "motif": ["faux", "hors", "vide"],
    }  # fmt: skip
    assert list(build_quarantaine("lot", []).columns) == [
        "lot_id", "rang", "ligne", "colonne", "valeur", "motif",
    ]  # fmt: skip
