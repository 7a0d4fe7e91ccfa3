"""Ce que tous les graphiques tirent du cadre qu'ils lisent (`domain.cadre`) : tableau, faits au survol."""

from __future__ import annotations

from dataclasses import astuple, fields

import pandas as pd

from barometre.charts.modele import escape_plotly
from barometre.domain.cadre import Cadre, LigneCadre, mask_cachees
from barometre.domain.indicateur import Indicateur
from barometre.domain.notes import format_note

# Champ du cadre → colonne du tableau (`domain.colonnes`) ; la première est celle des groupes.
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


def has_compares(cadre: Cadre) -> bool:
    """Vrai si un groupe au moins est comparé à l'ensemble."""
    return any(ligne.marque for ligne in cadre)


def to_tableau(cadre: Cadre) -> pd.DataFrame:
    """Le cadre en tableau pandas, pour qui en calcule ; une colonne par champ, rien de caché."""
    champs = [champ.name for champ in fields(LigneCadre)]
    tableau = pd.DataFrame([astuple(ligne) for ligne in mask_cachees(cadre)], columns=champs)
    return tableau.astype(dict.fromkeys(("n", "n_eff", *NOMBRES), float) | {"montre": bool})


def build_table(cadre: Cadre, indicateur: Indicateur, tete: str = "groupe") -> pd.DataFrame:
    """Le double lisible du graphique : les mots de chaque groupe, puis ses nombres, dans leur unité.

    `tete` : la colonne du dictionnaire qui nomme les groupes.
    """
    noms = {"groupe": tete, **_TABLE, **(_COMPAREES if has_compares(cadre) else {}), "raison": "remarque"}
    lues = mask_cachees(cadre)
    mots = {cible: [getattr(ligne, source) for ligne in lues] for source, cible in noms.items()}
    n = pd.array(mots["n"], dtype="Int64")
    echelle = 100.0 if indicateur.est_part else 1.0
    nombres = {nom: [_scale(getattr(ligne, nom), echelle) for ligne in lues] for nom in NOMBRES}
    return pd.DataFrame(mots | {"n": n} | nombres)


def _scale(nombre: float | None, echelle: float) -> float:
    # En binaire 0,56 × 100 vaut 56,00000000000001, qui se lirait « 56,00 ».
    return float("nan") if nombre is None else round(float(nombre) * echelle, DECIMALES)


def list_faits(ligne: LigneCadre, *, simulee: bool = False) -> list[str]:
    """Ce que dit un point lorsqu'on le touche : le groupe, puis ses faits."""
    faits = [
        ligne.groupe,
        f"Redressé : {ligne.redresse_texte}",
        ligne.intervalle,
        f"Brut : {ligne.brut_texte}",
        f"n = {ligne.n}, {format_note(ligne.note, simulee=simulee)}",
    ]
    if ligne.position:
        faits += [f"Face à l’ensemble : {ligne.position}", f"Écart avec les autres : {ligne.ecart}"]
    return faits


def build_survol(ligne: LigneCadre, *, simulee: bool = False) -> str:
    """Les mêmes faits pour plotly, un par ligne."""
    groupe, *faits = (escape_plotly(fait) for fait in list_faits(ligne, simulee=simulee))
    return "<br>".join((f"<b>{groupe}</b>", *faits))
