"""Ce qui est écrit à côté d'un code : un département, un code postal, une population."""

from __future__ import annotations

import math

import pytest

from barometre.ingest.temoins import read_code_departement, read_population


@pytest.mark.parametrize(
    ("ecrit", "code", "reste"),
    [
        ("33000", "33", ""),
        ("01000", "01", ""),
        ("20090", "20", ""),  # la Corse
        ("97400", "974", ""),  # l'outre-mer a trois chiffres
        ("98800", "988", ""),
        ("974", "974", ""),
        ("Dept 24", "24", ""),
        ("D2A", "2A", ""),
        ("1", "01", ""),
        ("Dép. de la Dordogne", "", "de la dordogne"),
    ],
)
def test_un_departement_se_lit_d_un_code_ou_d_un_code_postal(ecrit: str, code: str, reste: str) -> None:
    assert read_code_departement(ecrit) == (code, reste)


@pytest.mark.parametrize(
    ("ecrit", "bornes"),
    [
        ("1 250", (1250, 1250)),
        ("De 500 à 999 habitants", (500, 999)),
        ("moins de 1 000", (0, 1000)),
        ("< 1000", (0, 1000)),
        ("plus de 3 500", (3500, math.inf)),
        ("265,3", (265.3, 265_300)),
        ("12 milliers", (12_000, 12_000)),
        ("entre 1 et 2 ou 3", None),
        ("beaucoup", None),
    ],
)
def test_une_population_dit_de_combien_a_combien(ecrit: str, bornes: tuple[float, float] | None) -> None:
    assert read_population(ecrit) == bornes
