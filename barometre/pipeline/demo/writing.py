"""Écrire un fichier de démonstration : CSV sous plusieurs encodages, ou classeur."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from pathlib import Path

import xlsxwriter

from barometre.pipeline.demo.cells import Forme

_CREATION = datetime(2026, 1, 1)
# Ces espaces et ce tiret n'existent pas en Windows-1252 ; LimeSurvey les remplace aussi.
_WINDOWS = str.maketrans({"\u202f": "\u00a0", "\u2011": "-", "\u2009": "\u00a0"})


def write_fichier(chemin: Path, entetes: list[str], lignes: list[list[str]], forme: Forme) -> None:
    """Écrit le fichier dans la forme voulue."""
    if forme.contenant == "xlsx":
        _write_xlsx(chemin, [entetes, *lignes])
    else:
        _write_csv(chemin, [entetes, *lignes], forme)


def _write_csv(chemin: Path, lignes: list[list[str]], forme: Forme) -> None:
    sortie = io.StringIO(newline="")
    csv.writer(sortie, delimiter=forme.separateur, lineterminator="\n").writerows(lignes)
    texte, encodage = sortie.getvalue(), forme.encodage
    if encodage == "cp1252":
        texte = texte.translate(_WINDOWS)
    try:
        contenu = texte.encode(encodage)
    except UnicodeEncodeError:
        # Un libellé du catalogue que Windows-1252 ne sait pas écrire.
        contenu = texte.encode("utf-8-sig")
    chemin.write_bytes(contenu)


def _write_xlsx(chemin: Path, lignes: list[list[str]]) -> None:
    # Sans date de création fixe, deux constructions donneraient deux empreintes, donc deux lots.
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(chemin, options) as classeur:
        classeur.set_properties({"created": _CREATION, "comments": "Réponses simulées"})
        feuille = classeur.add_worksheet("Réponses simulées")
        for i, ligne in enumerate(lignes):
            for j, valeur in enumerate(ligne):
                if valeur:
                    feuille.write_string(i, j, valeur)
