"""Une base qui refuse : une phrase qui dit quoi faire, sans l'adresse."""

from __future__ import annotations

import pytest

from barometre.warehouse.lieu_postgresql import explain_refus


@pytest.mark.parametrize(
    ("message", "phrase"),
    [
        ('FATAL:  role "barometr" does not exist', "ce rôle n'existe pas"),
        ("FATAL:  le rôle « barometr » n'existe pas", "ce rôle n'existe pas"),
        ('FATAL:  database "baromtre" does not exist', "cette base n'existe pas"),
        ('FATAL:  password authentication failed for user "b"', "le mot de passe est refusé"),
        ("failed to resolve host 'serveur': Name or service not known", "ce nom de serveur est introuvable"),
        ("permission denied for schema public", "donnez-lui CREATE"),
        ("connection refused, postgresql://b:secret@serveur/base", "ne répond pas"),
    ],
)
def test_phrase_d_un_refus(message: str, phrase: str) -> None:
    dite = explain_refus(message)
    assert phrase in dite
    assert "secret" not in dite
