"""XLSX : « Données », « Définitions », « Provenance » ; aucune formule, aucun lien actif."""

from __future__ import annotations

import io
import math
from collections.abc import Iterable
from typing import Any

import pandas as pd
import xlsxwriter

from barometre.domain.provenance import Provenance

DONNEES, DEFINITIONS, PROVENANCE = "Données", "Définitions", "Provenance"
# `constant_memory` écrit ligne à ligne : 100 000 lignes n'occupent pas la mémoire du serveur.
_OPTIONS = {
    "in_memory": False,
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
}
_TITRES_DEFINITIONS = ("Objet", "Définition", "Base", "Unité", "Source", "Précautions")
_LARGEUR = 24


def to_xlsx(table: pd.DataFrame, provenance: Provenance) -> bytes:
    """Le classeur entier."""
    tampon = io.BytesIO()
    with xlsxwriter.Workbook(tampon, _OPTIONS) as classeur:
        classeur.set_properties({"title": provenance.titre, "comments": provenance.filtres})
        gras = classeur.add_format({"bold": True})
        _write(classeur, DONNEES, gras, list(table.columns), table.itertuples(index=False, name=None))
        lignes = (
            (d.objet, d.definition, d.base, d.unite, d.source, d.precautions) for d in provenance.definitions
        )
        _write(classeur, DEFINITIONS, gras, _TITRES_DEFINITIONS, lignes)
        _write(classeur, PROVENANCE, gras, ("Mention", "Texte"), provenance.mentions)
    return tampon.getvalue()


def _write(
    classeur: Any, nom: str, gras: Any, titres: Iterable[object], lignes: Iterable[tuple[Any, ...]]
) -> None:
    feuille = classeur.add_worksheet(nom)
    noms = [str(titre) for titre in titres]
    feuille.set_column(0, max(len(noms) - 1, 0), _LARGEUR)
    feuille.freeze_panes(1, 0)
    for colonne, titre in enumerate(noms):
        feuille.write_string(0, colonne, titre, gras)
    for rang, ligne in enumerate(lignes, start=1):
        for colonne, valeur in enumerate(ligne):
            _write_cell(feuille, rang, colonne, valeur)


def _write_cell(feuille: Any, rang: int, colonne: int, valeur: Any) -> None:
    # Le type décide : un texte reste un texte, même s'il ressemble à une formule ou à un nombre.
    if isinstance(valeur, str):
        feuille.write_string(rang, colonne, valeur)
    elif valeur is None or valeur is pd.NA or valeur is pd.NaT:
        return
    elif isinstance(valeur, bool):
        feuille.write_string(rang, colonne, "oui" if valeur else "non")
    elif isinstance(valeur, (int, float)):
        if math.isfinite(valeur):
            feuille.write_number(rang, colonne, valeur)
    else:
        feuille.write_string(rang, colonne, str(valeur))
