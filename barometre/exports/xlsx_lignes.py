"""Les lignes de données d'un classeur XLSX, coulées en XML dans la feuille que XlsxWriter a préparée.

Les cases n'y disent pas leur adresse, que la norme rend facultative (ECMA-376, 1re partie, §18.3.1.4) : elles
se suivent. Un texte est écrit dans sa case (`inlineStr`), comme le fait toute écriture en flux.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from functools import partial
from xml.sax.saxutils import escape

import numpy as np
import pandas as pd

from barometre.exports.cellules import strip_controles
from barometre.exports.colonnes import (
    Colonne,
    list_cases,
    read_marques,
    to_nombres,
    to_textes,
)

# Une case Excel n'en contient pas plus (« Excel specifications and limits », Microsoft).
SIGNES = 32_767
PAR_PAQUET = 5_000  # lignes compressées à la fois
FIN = b"</sheetData>"
VIDE = "<c/>"
# « _x0041_ » est une lettre pour Excel (ECMA-376, ST_Xstring) : le souligné s'écrit alors lui-même ainsi.
_ECHAPPEES = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_STYLES = re.compile(rb'<col min="(\d+)" max="(\d+)" [^>]*style="(\d+)"')


def fill_lignes(modele: io.BytesIO, piece: str, table: pd.DataFrame, colonnes: Sequence[Colonne]) -> bytes:
    """Le classeur `modele`, la feuille `piece` remplie ; les autres pièces passent telles quelles."""
    sortie = io.BytesIO()
    with zipfile.ZipFile(modele) as lu, zipfile.ZipFile(sortie, "w") as ecrit:
        for entree in lu.infolist():
            octets = lu.read(entree)
            if entree.filename != piece:
                ecrit.writestr(entree, octets)
                continue
            with ecrit.open(entree, "w", force_zip64=True) as feuille:
                for morceau in _fill_feuille(octets, table, colonnes):
                    feuille.write(morceau)
    return sortie.getvalue()


def _fill_feuille(feuille: bytes, table: pd.DataFrame, colonnes: Sequence[Colonne]) -> Iterator[bytes]:
    """Les titres, puis les lignes à la place de la dernière, qui ne disait que l'étendue, puis la fin."""
    tete, _, suite = feuille.partition(b'<row r="%d"' % (len(table) + 1))
    cases = _list_colonnes(table, colonnes, _read_styles(tete))
    yield tete
    for debut in range(0, len(table), PAR_PAQUET):
        lignes = zip(*(c[debut : debut + PAR_PAQUET] for c in cases), strict=True)
        yield "".join(f"<row>{''.join(ligne)}</row>" for ligne in lignes).encode()
    yield FIN + suite.partition(FIN)[2]


def _read_styles(tete: bytes) -> dict[int, str]:
    """Le format de nombre de chaque colonne, à partir de 1, tel que XlsxWriter l'a numéroté."""
    return {
        rang: style.decode()
        for debut, fin, style in _STYLES.findall(tete)
        for rang in range(int(debut), int(fin) + 1)
    }


def _list_colonnes(
    table: pd.DataFrame, colonnes: Sequence[Colonne], styles: dict[int, str]
) -> list[list[str]]:
    marques = np.array(list_cases(read_marques(table), _write_texte), dtype=object)
    return [
        _list_cases(table.iloc[:, rang - 1], colonne, styles.get(rang, "0"), marques)
        for rang, colonne in enumerate(colonnes, start=1)
    ]


def _list_cases(valeurs: pd.Series, colonne: Colonne, style: str, marques: np.ndarray) -> list[str]:
    """Le type de la colonne décide : un texte reste un texte, même s'il ressemble à un nombre."""
    if colonne.nature in ("entier", "decimal"):
        return list_cases(to_nombres(valeurs), partial(_write_nombre, style), absents=marques)
    return list_cases(to_textes(valeurs, colonne.nature), _write_texte, absents=VIDE)


def _write_nombre(style: str, nombre: float) -> str:
    return f'<c s="{style}"><v>{str(nombre).removesuffix(".0")}</v></c>'


def _write_texte(texte: str) -> str:
    propre = strip_controles(texte)[:SIGNES]
    if not propre:
        return VIDE
    ecrit = escape(_ECHAPPEES.sub("_x005F_", propre)).replace("\r", "_x000D_")
    return f'<c t="inlineStr"><is><t xml:space="preserve">{ecrit}</t></is></c>'
