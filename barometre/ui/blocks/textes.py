"""Du texte vers du HTML : toujours échappé, avec les espaces du français."""

from __future__ import annotations

from html import escape
from numbers import Real

import pandas as pd
import streamlit as st

from barometre.formats import format_nombre, format_ponctuation, is_absent


def texte(brut: str) -> str:
    """Un texte des données ou du catalogue, prêt pour une page."""
    return escape(format_ponctuation(brut))


def lien(libelle: str, adresse: str) -> str:
    """Un lien vers une source ; une adresse qui n'est pas du web reste du texte."""
    if not adresse.startswith(("https://", "http://")):
        return texte(libelle)
    return f'<a href="{escape(adresse)}" target="_blank" rel="noopener">{texte(libelle)}</a>'


def bouton_copier(libelle: str, a_copier: str) -> str:
    """Le bouton que `francais.js` entend."""
    valeur = escape(format_ponctuation(a_copier))
    return (
        f'<button type="button" class="baro-bouton" data-copier="texte" data-texte="{valeur}" '
        f'data-fait="Copié">{texte(libelle)}</button>'
    )


def render_tableau(table: pd.DataFrame, titre: str) -> None:
    """Un tableau de lecture : lu par un lecteur d'écran, sans grille interactive."""
    entetes = "".join(f'<th scope="col"{_classe(table[nom])}>{texte(str(nom))}</th>' for nom in table.columns)
    lignes = "".join(_ligne(table, rang) for rang in range(len(table)))
    st.html(
        f'<div class="baro-tableau" tabindex="0" role="region" aria-label="{escape(titre)}"><table>'
        f"<caption>{texte(titre)}</caption><thead><tr>{entetes}</tr></thead><tbody>{lignes}</tbody></table></div>"
    )


def _ligne(table: pd.DataFrame, rang: int) -> str:
    cellules = [
        f"<td{_classe(table.iloc[:, colonne])}>{_cellule(table.iloc[rang, colonne])}</td>"
        for colonne in range(table.shape[1])
    ]
    return f"<tr>{''.join(cellules)}</tr>"


def _classe(colonne: pd.Series) -> str:
    return ' class="nombre"' if pd.api.types.is_numeric_dtype(colonne) else ""


def _cellule(valeur: object) -> str:
    if valeur is None or valeur is pd.NA or is_absent(valeur):
        return '<span aria-label="non publié">–</span>'
    # Real et non (int, float) : les entiers de numpy ne sont pas des int.
    if isinstance(valeur, Real):
        return format_nombre(float(valeur))
    return texte(str(valeur))
