"""Le cadre de données que lisent les graphiques : une ligne par groupe, valeurs et mots déjà prêts.

Les colonnes de mots (`*_texte`, `intervalle`, `raison`) viennent de `views` : un nombre ne s'écrit
que d'une façon dans tout le projet. Une ligne non montrée n'a que son groupe et sa raison.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from barometre.charts.modele import escape_plotly
from barometre.domain.indicateur import Indicateur
from barometre.domain.notes import format_note

COLONNES: tuple[str, ...] = (
    "groupe",
    "montre",
    "note",
    "n",
    "redresse",
    "brut",
    "bas",
    "haut",
    "redresse_texte",
    "brut_texte",
    "intervalle",
    "raison",
)
# Facultatives : un groupe comparé à l'ensemble (marque, mots, écart).
COMPAREES: tuple[str, ...] = ("marque", "position", "ecart")
# Colonne du cadre → colonne du tableau (`domain.colonnes`) ; la première est celle des groupes.
_TABLE = {
    "redresse_texte": "redresse_lu",
    "brut_texte": "brut_lu",
    "intervalle": "intervalle",
    "n": "n",
    "note": "note",
}
_COMPAREES = {"position": "face_a_ensemble", "ecart": "ecart_lu"}
# Les nombres derrière les mots : un fichier les porte, l'écran a déjà les mots.
NOMBRES = ("redresse", "brut", "bas", "haut")
DECIMALES = 9


class CadreInvalide(ValueError):
    """Le cadre reçu n'a pas les colonnes attendues."""


def check_cadre(cadre: pd.DataFrame) -> pd.DataFrame:
    """Le cadre, après contrôle de ses colonnes ; les nombres d'une ligne cachée sont effacés."""
    absentes = [nom for nom in COLONNES if nom not in cadre.columns]
    if absentes:
        raise CadreInvalide(f"Colonnes absentes du cadre d'un graphique : {', '.join(absentes)}.")
    propre = cadre.reset_index(drop=True).copy()
    cachees = ~propre["montre"].astype(bool)
    for nom in COMPAREES:
        propre[nom] = propre[nom].fillna("") if nom in propre else ""
    if cachees.any():
        # Seconde barrière après celle de la portée : rien de caché n'atteint une figure.
        propre.loc[cachees, ["n", "redresse", "brut", "bas", "haut"]] = None
        propre.loc[cachees, ["redresse_texte", "brut_texte", "intervalle", "note", *COMPAREES]] = ""
    return propre


def has_compares(cadre: pd.DataFrame) -> bool:
    """Vrai si un groupe au moins est comparé à l'ensemble."""
    return bool("marque" in cadre and cadre["marque"].fillna("").ne("").any())


def build_table(cadre: pd.DataFrame, indicateur: Indicateur, tete: str = "groupe") -> pd.DataFrame:
    """Le double lisible du graphique : les mots de chaque groupe, puis ses nombres, dans leur unité.

    `tete` : la colonne du dictionnaire qui nomme les groupes.
    """
    noms = {"groupe": tete, **_TABLE, **(_COMPAREES if has_compares(cadre) else {}), "raison": "remarque"}
    echelle = 100.0 if indicateur.est_part else 1.0
    mots = {cible: cadre[source] for source, cible in noms.items()} | {"n": cadre["n"].astype("Int64")}
    # En binaire 0,56 × 100 vaut 56,00000000000001, qui se lirait « 56,00 ».
    nombres = {nom: (pd.to_numeric(cadre[nom]).astype(float) * echelle).round(DECIMALES) for nom in NOMBRES}
    return pd.DataFrame(mots | nombres)


def list_faits(ligne: dict[Any, Any], *, simulee: bool = False) -> list[str]:
    """Ce que dit un point lorsqu'on le touche : le groupe, puis ses faits."""
    faits = [
        str(ligne["groupe"]),
        f"Redressé : {ligne['redresse_texte']}",
        str(ligne["intervalle"]),
        f"Brut : {ligne['brut_texte']}",
        f"n = {int(ligne['n'])}, {format_note(str(ligne['note']), simulee=simulee)}",
    ]
    if ligne.get("position"):
        faits += [f"Face à l’ensemble : {ligne['position']}", f"Écart avec les autres : {ligne['ecart']}"]
    return faits


def build_survol(ligne: dict[Any, Any], *, simulee: bool = False) -> str:
    """Les mêmes faits pour plotly, un par ligne."""
    groupe, *faits = (escape_plotly(fait) for fait in list_faits(ligne, simulee=simulee))
    return "<br>".join((f"<b>{groupe}</b>", *faits))
