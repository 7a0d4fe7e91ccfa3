"""Le rapport de qualité que `construire` et `importer` impriment : court pour un lecteur, entier en JSON."""

from __future__ import annotations

from typing import Any

from barometre.access import Gate
from barometre.catalogue import load_catalogue
from barometre.cli.sortie import print_table
from barometre.views.donnees.qualite import build_table_qualites, read_qualites
from barometre.views.lecture.tableau import format_tableau
from barometre.warehouse.repository import open_repository

COLONNES = {
    "vague": "vague", "questionnaire": "questionnaire", "repondantes": "rép.", "taux": "taux",
    "methode_poids": "méthode", "regroupements": "regr.", "rapport_poids": "poids ×", "n_eff": "n_eff",
    "plus_grand_poids": "poids max", "cv_propensions": "CV prop.", "ecart_cadre": "écart cadre",
    "ecart_etat": "écart État",
}  # fmt: skip


def print_qualite(vague_id: str | None = None, questionnaire_id: str | None = None) -> None:
    """Une ligne par questionnaire et par vague de la version en service."""
    depot = open_repository()
    qualites = read_qualites(Gate(depot), load_catalogue(), vague_id, questionnaire_id)
    depot.close()
    if qualites:
        print("\nQualité du redressement :")
        table = build_table_qualites(qualites)
        _, lignes = format_tableau(table)
        print_table([dict(zip(table.columns, ligne, strict=True)) for ligne in lignes], COLONNES)


def list_qualite(vague_id: str | None = None, questionnaire_id: str | None = None) -> list[dict[str, Any]]:
    """Tous les faits du rapport : vague, questionnaire, clé, objet, valeur, phrase."""
    depot = open_repository()
    lignes = Gate(depot).list_qualite(vague_id, questionnaire_id)
    depot.close()
    noms = {"vague_id": "vague", "questionnaire_id": "questionnaire"}
    return [{str(c): v for c, v in r.items()} for r in lignes.rename(columns=noms).to_dict("records")]
