"""Le rapport des mesures : en refaire une laisse les autres, avec leur date."""

from __future__ import annotations

from tests.bench.__main__ import merge_parties


def test_une_mesure_refaite_remplace_la_sienne_et_laisse_les_autres() -> None:
    premier = merge_parties("", {"Pages": "hier.\n\n| a |\n| --- |\n| 1 |", "Cartes": "hier.\n\n| b |"})
    second = merge_parties(premier, {"Pages": "aujourd'hui.\n\n| a |\n| --- |\n| 2 |"})
    assert second == (
        "# Mesures\n\n## Pages\n\naujourd'hui.\n\n| a |\n| --- |\n| 2 |\n\n## Cartes\n\nhier.\n\n| b |\n"
    )
    assert merge_parties(second, {}) == second
