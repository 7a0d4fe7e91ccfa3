"""Des classeurs écrits pour un essai."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

import openpyxl


def build_classeur(feuilles: Mapping[str, Sequence[Sequence[object]]], format_code: str = "") -> bytes:
    """Un XLSX, ses feuilles dans l'ordre ; `format_code` : le format de la cellule A2."""
    classeur = openpyxl.Workbook()
    classeur.remove(classeur.active)
    for nom, lignes in feuilles.items():
        feuille = classeur.create_sheet(nom)
        for ligne in lignes:
            feuille.append(ligne)
        if format_code:
            feuille["A2"].number_format = format_code
    tampon = io.BytesIO()
    classeur.save(tampon)
    return tampon.getvalue()
