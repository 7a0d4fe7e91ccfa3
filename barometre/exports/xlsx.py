"""XLSX : « Couverture », « Données » en vrai tableau Excel, « Définitions » ; ni formule, ni lien actif."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pandas as pd
import xlsxwriter

from barometre.domain.provenance import Provenance
from barometre.exports.cellules import strip_controles
from barometre.exports.colonnes import Colonne, list_colonnes, list_marques, list_nombres, list_textes
from barometre.exports.feuilles import (
    COUVERTURE,
    DEFINITIONS,
    DONNEES,
    TITRES_DEFINITIONS,
    Ligne,
    list_couverture,
    list_definitions,
)

_OPTIONS = {
    "in_memory": False,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
}
# Une date fixe : deux écritures des mêmes données donnent les mêmes octets.
_CREE_LE = datetime(2000, 1, 1)
_LARGEURS_MOTS = (28, 90)
_STYLE = "Table Style Light 1"


def to_xlsx(table: pd.DataFrame, provenance: Provenance) -> bytes:
    """Le classeur entier."""
    tampon = io.BytesIO()
    with xlsxwriter.Workbook(tampon, _OPTIONS) as classeur:
        classeur.set_properties(
            {"title": provenance.titre, "comments": provenance.filtres, "created": _CREE_LE}
        )
        _write_mots(classeur, COUVERTURE, ("Mention", "Texte"), list_couverture(table, provenance))
        _write_donnees(classeur, table)
        _write_mots(classeur, DEFINITIONS, TITRES_DEFINITIONS, list_definitions(table, provenance))
    return tampon.getvalue()


def _write_mots(classeur: Any, nom: str, titres: Ligne, lignes: Sequence[Ligne]) -> None:
    feuille = classeur.add_worksheet(nom)
    gras = classeur.add_format({"bold": True, "valign": "top"})
    plie = classeur.add_format({"text_wrap": True, "valign": "top"})
    feuille.set_column(0, 0, _LARGEURS_MOTS[0])
    feuille.set_column(1, max(len(titres) - 1, 1), _LARGEURS_MOTS[1] // (len(titres) - 1) + 10)
    feuille.freeze_panes(1, 0)
    for rang, ligne in enumerate((titres, *lignes)):
        for colonne, texte in enumerate(ligne):
            feuille.write_string(rang, colonne, strip_controles(texte), plie if rang and colonne else gras)


def _write_donnees(classeur: Any, table: pd.DataFrame) -> None:
    feuille = classeur.add_worksheet(DONNEES)
    colonnes, marques = list_colonnes(table), list_marques(table)
    feuille.freeze_panes(1, 0)
    for rang, colonne in enumerate(colonnes):
        feuille.set_column(rang, rang, colonne.largeur, _build_format(classeur, colonne))
        _write_colonne(feuille, rang, colonne, table.iloc[:, rang], marques)
    if not colonnes:
        return
    # Un tableau Excel demande au moins une ligne de données, et des titres distincts.
    titres = [{"header": nom} for nom in _list_titres(colonnes)]
    dernier = max(len(table), 1), len(colonnes) - 1
    feuille.add_table(0, 0, *dernier, {"name": "Donnees", "style": _STYLE, "columns": titres})


def _list_titres(colonnes: Sequence[Colonne]) -> list[str]:
    titres: list[str] = []
    for colonne in colonnes:
        nom = strip_controles(colonne.nom) or "colonne"
        deja = sum(t.lower() == nom.lower() for t in titres)
        titres.append(f"{nom} ({deja + 1})" if deja else nom)
    return titres


def _build_format(classeur: Any, colonne: Colonne) -> Any:
    if colonne.nature not in ("entier", "decimal"):
        return None
    return classeur.add_format(
        {"num_format": "0" + ("." + "0" * colonne.decimales if colonne.decimales else "")}
    )


def _write_colonne(feuille: Any, rang: int, colonne: Colonne, valeurs: pd.Series, marques: list[str]) -> None:
    """Le type de la colonne décide : un texte reste un texte, même s'il ressemble à un nombre."""
    if colonne.nature in ("entier", "decimal"):
        for ligne, (nombre, marque) in enumerate(zip(list_nombres(valeurs), marques, strict=True), start=1):
            if nombre is not None:
                feuille.write_number(ligne, rang, nombre)
            elif marque:
                feuille.write_string(ligne, rang, marque)
        return
    for ligne, texte in enumerate(list_textes(valeurs, colonne.nature), start=1):
        if texte:
            feuille.write_string(ligne, rang, texte)
