"""XLSX : « Couverture », « Données » en vrai tableau Excel, « Définitions » ; ni formule, ni lien actif.

XlsxWriter écrit le classeur entier, sauf les lignes de données : `xlsx_lignes` les y coule. À travers lui,
100 000 × 25 demandaient trois fois plus, et son écriture en flux (`constant_memory`) refuse les tableaux.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import pandas as pd
import xlsxwriter

from barometre.domain.provenance import Provenance
from barometre.exports.cellules import strip_controles
from barometre.exports.colonnes import Colonne, list_colonnes
from barometre.exports.feuilles import (
    COUVERTURE,
    DEFINITIONS,
    DONNEES,
    TITRES_DEFINITIONS,
    Ligne,
    list_couverture,
    list_definitions,
)
from barometre.exports.xlsx_lignes import fill_lignes

# Tout texte s'écrit par `write_string` ; un `write` de plus n'en ferait pas non plus une formule.
_OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
# Une date fixe : deux écritures des mêmes données donnent les mêmes octets.
_CREE_LE = datetime(2000, 1, 1)
_LARGEURS_MOTS = (28, 90)
# En points ; la part d'une ligne que remplissent des mots entiers ; le papier d'ici.
_HAUTEUR, _REMPLIE, _A4 = 15, 0.9, 9
_STYLE = "Table Style Light 1"
_PIECE_DONNEES = "xl/worksheets/sheet2.xml"


def to_xlsx(table: pd.DataFrame, provenance: Provenance) -> bytes:
    """Le classeur entier."""
    tampon, colonnes = io.BytesIO(), list_colonnes(table)
    with xlsxwriter.Workbook(tampon, _OPTIONS) as classeur:
        classeur.set_properties(
            {"title": provenance.titre, "comments": provenance.filtres, "created": _CREE_LE}
        )
        _write_mots(classeur, COUVERTURE, ("Mention", "Texte"), list_couverture(table, provenance))
        _write_modele(classeur, colonnes, len(table))
        _write_mots(classeur, DEFINITIONS, TITRES_DEFINITIONS, list_definitions(table, provenance))
    return (
        fill_lignes(tampon, _PIECE_DONNEES, table, colonnes) if len(table) and colonnes else tampon.getvalue()
    )


def _write_mots(classeur: Any, nom: str, titres: Ligne, lignes: Sequence[Ligne]) -> None:
    feuille = classeur.add_worksheet(nom)
    gras = classeur.add_format({"bold": True, "text_wrap": True, "valign": "top"})
    plie = classeur.add_format({"text_wrap": True, "valign": "top"})
    largeurs = (_LARGEURS_MOTS[0], _LARGEURS_MOTS[1] // (len(titres) - 1) + 10)
    feuille.set_column(0, 0, largeurs[0])
    feuille.set_column(1, max(len(titres) - 1, 1), largeurs[1])
    feuille.freeze_panes(1, 0)
    _prepare_impression(feuille)
    for rang, ligne in enumerate((titres, *lignes)):
        # LibreOffice n'ajuste pas une ligne au texte qui s'y plie : sans hauteur, il déborde sur la suivante.
        feuille.set_row(rang, _HAUTEUR * max(_count_lignes(t, largeurs[k > 0]) for k, t in enumerate(ligne)))
        for colonne, texte in enumerate(ligne):
            feuille.write_string(rang, colonne, strip_controles(texte), plie if rang and colonne else gras)


def _count_lignes(texte: str, largeur: int) -> int:
    """Les lignes que prend un texte plié à cette largeur ; un mot ne se coupe pas, d'où un peu de marge."""
    return sum(max(1, -(-len(morceau) // int(_REMPLIE * largeur))) for morceau in texte.split("\n"))


def _prepare_impression(feuille: Any) -> None:
    """Une page de large, les titres repris en tête de chacune."""
    feuille.set_landscape()
    feuille.set_paper(_A4)
    feuille.fit_to_pages(1, 0)
    feuille.repeat_rows(0)


def _write_modele(classeur: Any, colonnes: Sequence[Colonne], lignes: int) -> None:
    """La feuille des données sans ses lignes : titres, largeurs, formats, tableau à sa taille."""
    feuille = classeur.add_worksheet(DONNEES)
    feuille.freeze_panes(1, 0)
    _prepare_impression(feuille)
    for rang, colonne in enumerate(colonnes):
        feuille.set_column(rang, rang, colonne.largeur, _build_format(classeur, colonne))
    if not colonnes:
        return
    # Un tableau Excel demande au moins une ligne de données, et des titres distincts.
    titres = [{"header": nom} for nom in _list_titres(colonnes)]
    dernier = max(lignes, 1), len(colonnes) - 1
    if lignes:
        # La dernière case dit l'étendue de la feuille ; les lignes coulées prennent sa place.
        feuille.write_number(*dernier, 0)
    feuille.add_table(0, 0, *dernier, {"name": "Donnees", "style": _STYLE, "columns": titres})


def _list_titres(colonnes: Sequence[Colonne]) -> list[str]:
    """Distincts, même sans leurs majuscules : sinon XlsxWriter n'écrit ni tableau, ni titres."""
    titres: list[str] = []
    for colonne in colonnes:
        nom = strip_controles(colonne.nom) or "colonne"
        pris = {titre.lower() for titre in titres}
        suites = (nom, *(f"{nom} ({rang})" for rang in range(2, len(colonnes) + 1)))
        titres.append(next(titre for titre in suites if titre.lower() not in pris))
    return titres


def _build_format(classeur: Any, colonne: Colonne) -> Any:
    if colonne.nature not in ("entier", "decimal"):
        return None
    return classeur.add_format(
        {"num_format": "0" + ("." + "0" * colonne.decimales if colonne.decimales else "")}
    )
