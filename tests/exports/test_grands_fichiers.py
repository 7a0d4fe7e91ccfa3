"""Écrire par colonne ne change rien à ce qui s'écrit : mêmes octets que pandas, mêmes valeurs relues."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from barometre.exports import to_ods, to_xlsx
from barometre.exports.cellules import escape_formule
from barometre.exports.csv import Variante, write_donnees
from barometre.exports.xlsx_lignes import PAR_PAQUET, SIGNES
from tests.exports.test_exports import PROVENANCE

SEPARATEURS: dict[Variante, tuple[str, str]] = {"francais": (";", ","), "international": (",", ".")}
TYPES = pd.DataFrame(
    {
        "texte": ["a;b", 'dit "oui"', None, "deux\r\nlignes", "12,5"],
        "nombre": [0.1, None, 1e16, -3.25, 1 / 3],
        "compte": pd.array([1, None, 2**53 + 1, 0, -5], dtype="Int64"),
        "vrai": [True, False, True, True, False],
        "jour": pd.to_datetime(["2026-11-28", None, "2023-11-22", "2024-02-29", "2026-01-01"]),
    }
)


@pytest.mark.parametrize("variante", SEPARATEURS)
@pytest.mark.parametrize("colonnes", [list(TYPES), ["texte"], ["nombre"]], ids=len)
def test_csv_a_les_octets_de_pandas(variante: Variante, colonnes: list[str]) -> None:
    separateur, decimale = SEPARATEURS[variante]
    table = TYPES[colonnes]
    attendu = table.to_csv(sep=separateur, decimal=decimale, index=False, lineterminator="\r\n")
    assert write_donnees(table, variante) == attendu


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.text(max_size=8), st.text(max_size=8)), min_size=1, max_size=6))
def test_csv_se_relit_case_par_case(lignes: list[tuple[str, str]]) -> None:
    texte = write_donnees(pd.DataFrame(lignes, columns=["a", "b"]), "francais")
    lues = list(csv.reader(io.StringIO(texte, newline=""), delimiter=";"))
    assert lues[1:] == [[escape_formule(case) for case in ligne] for ligne in lignes]


def test_xlsx_relit_ce_que_le_format_echappe() -> None:
    textes = ["  bords  ", "_x0041_", "retour\rchariot", "ligne\nsuivante", "é" * (SIGNES + 5), "<&>"]
    feuille = _read_feuille(pd.DataFrame({"texte": textes}))
    lus = [ligne[0] for ligne in feuille.iter_rows(min_row=2, values_only=True)]
    assert lus[0] == textes[0]
    # Écrits comme Excel les lit : « _x005F_ » y est un souligné, « _x000D_ » un retour.
    assert lus[1:3] == ["_x005F_x0041_", "retour_x000D_chariot"]
    assert lus[3:] == [textes[3], "é" * SIGNES, textes[5]]


def test_xlsx_garde_chaque_nombre_entier_et_chaque_ligne_au_dela_d_un_paquet() -> None:
    nombres = np.arange(PAR_PAQUET + 3) / 3
    feuille = _read_feuille(pd.DataFrame({"x": nombres, "vide": [None] * len(nombres)}))
    assert [ligne[0] for ligne in feuille.iter_rows(min_row=2, values_only=True)] == nombres.tolist()
    assert feuille.dimensions == f"A1:B{len(nombres) + 1}"
    assert feuille.tables["Donnees"].ref == feuille.dimensions


@pytest.mark.parametrize("write", [to_xlsx, to_ods])
def test_un_infini_n_est_pas_un_nombre_de_classeur(write: Callable[..., bytes]) -> None:
    octets = write(pd.DataFrame({"x": [float("inf"), 1.5]}), PROVENANCE)
    lignes = CalamineWorkbook.from_filelike(io.BytesIO(octets)).get_sheet_by_name("Données").to_python()
    assert lignes == [["x"], [""], [1.5]]


def _read_feuille(table: pd.DataFrame) -> openpyxl.worksheet.worksheet.Worksheet:
    return openpyxl.load_workbook(io.BytesIO(to_xlsx(table, PROVENANCE)))["Données"]
