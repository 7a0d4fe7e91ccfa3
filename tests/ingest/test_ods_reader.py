"""La valeur d'une cellule OpenDocument : ce que son auteur y a lu, d'après son type."""

from __future__ import annotations

import pytest

from barometre.ingest.ods_reader import _entier, _read_valeur


@pytest.mark.parametrize(
    ("attributs", "valeur"),
    [
        ({"value-type": "percentage", "value": "0.45"}, "45 %"),
        ({"value-type": "percentage", "value": "?"}, "?"),
        ({"value-type": "percentage"}, ""),
        ({"value-type": "float", "value": "2.1010001200015E13"}, "21010001200015"),
        ({"value-type": "currency", "value": "1.234"}, "1.2340"),
        ({"value-type": "float"}, ""),
        ({"value-type": "currency"}, ""),
        ({"value-type": "date", "date-value": "2026-11-29T10:30:00"}, "2026-11-29 10:30:00"),
        ({"value-type": "date"}, ""),
        ({"value-type": "boolean", "boolean-value": "true", "value": "1"}, "true"),
        ({"value-type": "boolean"}, None),
        ({"value-type": "string", "value": "12", "boolean-value": "true", "date-value": "2026"}, None),
        ({"value": "0.45", "boolean-value": "true"}, None),
        ({}, None),
    ],
)
def test_la_valeur_suit_le_type(attributs: dict[str, str], valeur: str | None) -> None:
    assert _read_valeur(attributs) == valeur


@pytest.mark.parametrize(
    ("texte", "nombre"),
    [
        (None, 1),
        ("", 1),
        ("3", 3),
        ("0", 0),
        ("-2", 1),
        ("x", 1),
        ("999999999", 999999999),
        ("1000000000", 1),
    ],
)
def test_une_repetition_illisible_ou_demesuree_vaut_un(texte: str | None, nombre: int) -> None:
    assert _entier(texte) == nombre
