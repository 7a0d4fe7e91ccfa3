"""Ce qu'un classeur dessine sans l'écrire : cellules barrées, notes."""

from __future__ import annotations

import io
from collections.abc import Callable

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from tests.ingest.conftest import Importer, get_reponse
from tests.ingest.test_outils import build_ods

TROIS = ("213300635", "210100012", "212000046")
BARRE = (
    '<style:style style:name="ce1" xmlns:style="s"><style:text-properties '
    'style:text-line-through-style="{}"/></style:style>'
)
NOTE = (
    "<office:annotation><dc:creator xmlns:dc='d'>Jean</dc:creator>"
    "<text:p>en fait Non</text:p></office:annotation>"
)


def build_classeur(dessiner: Callable[[Worksheet], None]) -> bytes:
    classeur = openpyxl.Workbook()
    feuille = classeur.active
    for ligne in (["SIREN", "Q01", "Q04", "Remarques"], *([s, "Oui", "rien", "r"] for s in TROIS)):
        feuille.append(ligne)
    dessiner(feuille)
    tampon = io.BytesIO()
    classeur.save(tampon)
    return tampon.getvalue()


def strike(*cellules: str) -> Callable[[Worksheet], None]:
    def run(feuille: Worksheet) -> None:
        for cellule in cellules:
            feuille[cellule].font = Font(strike=True)

    return run


@pytest.mark.parametrize(
    ("cellules", "lignes", "citee"),
    [
        (("B3",), [3], "B3"),  # une réponse annulée
        (("A3", "B3", "C3", "D3"), [3], "A3"),  # une ligne annulée
        (("D3",), [], ""),  # une colonne qui n'est pas lue
        (("B1",), [], ""),  # un entête
    ],
)
def test_une_reponse_barree(
    importer: Importer, cellules: tuple[str, ...], lignes: list[int], citee: str
) -> None:
    """Son auteur l'a peut-être annulée : elle comptait comme les autres."""
    lot = importer(build_classeur(strike(*cellules)), "r.xlsx")
    assert (lot.charges, [r.ligne for r in lot.rejets]) == (3 - len(lignes), lignes)
    assert all(f"barrée ({citee})" in r.motif for r in lot.rejets)


def test_une_note_de_cellule_est_dite_sans_son_texte(importer: Importer) -> None:
    def annotate(feuille: Worksheet) -> None:
        for cellule in ("B3", "B2", "C4", "C2"):
            feuille[cellule].comment = Comment("en fait Non, dit Jean Dupont", "Jean Dupont")

    lot = importer(build_classeur(annotate), "r.xlsx")
    assert lot.charges == 3
    assert "4\xa0notes de cellule, non lues : B2, B3, C2 et 1\xa0autre." in lot.avertissements
    assert "Dupont" not in str(lot)


def _cell(texte: str, style: str = "", note: str = "") -> str:
    return f'table:style-name="{style}" office:value-type="string">{note}<text:p>{texte}</text:p>'


@pytest.mark.parametrize(("trait", "chargees"), [("solid", 1), ("none", 2)])
def test_un_ods_barre_et_annote(importer: Importer, trait: str, chargees: int) -> None:
    """La note d'un ODS est dans sa cellule : son texte s'ajoutait à la réponse."""
    lignes = [
        [_cell("SIREN"), _cell("Q01"), _cell("Q04")],
        [_cell(TROIS[0]), _cell("Oui"), _cell("rien", note=NOTE)],
        [_cell(TROIS[1]), _cell("Oui", "ce1"), _cell("rien")],
    ]
    lot = importer(build_ods({"A": lignes}, styles=BARRE.format(trait)), "r.ods")
    assert lot.charges == chargees
    assert get_reponse(lot, "commune-33063", "q04")[0][3] == "rien"
    assert "1\xa0note de cellule, non lue : C2." in lot.avertissements


def test_des_cellules_fusionnees_dans_un_ods(importer: Importer) -> None:
    """La seconde ligne n'a plus de réponse ; la première garde la sienne."""
    fusion = 'table:number-rows-spanned="2" office:value-type="string"><text:p>Oui</text:p>'
    lignes = [
        [_cell("SIREN"), _cell("Q01"), _cell("Q04")],
        [_cell(TROIS[0]), fusion, _cell("rien")],
        [_cell(TROIS[1]), _cell(""), _cell("rien")],
        [_cell(TROIS[2]), _cell("Non"), _cell("rien")],
    ]
    lot = importer(build_ods({"A": lignes}), "r.ods")
    assert (lot.charges, [r.ligne for r in lot.rejets]) == (2, [3])
    assert "fusionnées (B2:B3)" in lot.rejets[0].motif
