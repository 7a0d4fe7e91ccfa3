"""Le dernier pas d'un nombre : ses décimales, son unité, et ce qui se dit quand il manque."""

from __future__ import annotations

import pandas as pd
import pytest

from barometre.domain.colonnes import get_colonne
from barometre.ui.blocks.textes import build_tableau as build_html
from barometre.views.lecture.tableau import build_tableau, format_case, format_tableau


@pytest.mark.parametrize(
    ("nom", "valeur", "lu"),
    [
        ("redresse", 17.0, "17"),
        ("redresse", 13.6, "13,6"),
        ("taux", 8.6, "8,6\u202f%"),
        ("ecart", -3.0, "\u22123\u00a0points"),
        ("cadre", 34875, "34\u202f875"),
        ("redresse", None, ""),
        ("redresse", float("nan"), ""),
        ("n", pd.NA, ""),
        ("periode", "2024-08-01", "1er août 2024"),
        ("periode", "2023-09", "septembre 2023"),
        ("periode", "", ""),
        ("active", True, "oui"),
        ("simulee", False, "non"),
    ],
)
def test_chaque_nature_s_ecrit_a_sa_facon(nom: str, valeur: object, lu: str) -> None:
    assert format_case(valeur, get_colonne(nom)) == lu


def test_une_absence_se_dit_comme_le_veut_sa_colonne() -> None:
    table = build_tableau(
        [("REEN", 421, None, None, None)], ("obligation", "concernees", "repondantes", "taux", "constatees")
    )
    assert format_tableau(table)[1] == (("REEN", "421", "moins de 10", "non publié", "non connu"),)
    html = build_html(table, "Obligations")
    assert '<span aria-label="non publié">–</span>' in html
    assert '<td class="nombre">non connu</td>' in html
    assert "Réponses (environ)" in html
    assert "None" not in html


def test_oui_et_non_ne_sont_pas_des_nombres() -> None:
    table = build_tableau([(True,), (False,), (None,)], ("active",))
    assert [case for (case,) in format_tableau(table)[1]] == ["oui", "non", "non publié"]
    html = build_html(table, "Versions gardées")
    assert "<td>oui</td>" in html
    assert "<td>non</td>" in html
