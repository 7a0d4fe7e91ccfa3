"""Le rapport de qualité que `construire` et `importer` impriment : court pour un lecteur, entier en JSON."""

from __future__ import annotations

from typing import Any

from barometre.access import Gate
from barometre.catalogue import load_catalogue
from barometre.cli.sortie import print_table
from barometre.views.donnees.qualite import build_table_qualites, read_qualites
from barometre.warehouse.repository import open_repository

COLONNES = {
    "Vague": "vague", "Questionnaire": "questionnaire", "Réponses": "rép.", "Taux": "taux",
    "Méthode": "méthode", "Regroupements": "regr.", "Poids multipliés par": "poids ×",
    "Réponses efficaces": "n_eff", "Plus grand poids": "poids max", "CV des propensions": "CV prop.",
    "Plus grand écart (cadre)": "écart cadre", "Plus grand écart (État)": "écart État",
}  # fmt: skip


def print_qualite(vague_id: str | None = None, questionnaire_id: str | None = None) -> None:
    """Une ligne par questionnaire et par vague de la version en service."""
    depot = open_repository()
    qualites = read_qualites(Gate(depot), load_catalogue(), vague_id, questionnaire_id)
    depot.close()
    if qualites:
        print("\nQualité du redressement :")
        print_table([_strip(r) for r in build_table_qualites(qualites).to_dict("records")], COLONNES)


def _strip(rang: dict[Any, Any]) -> dict[str, str]:
    return {str(nom): str(valeur) for nom, valeur in rang.items()}


def list_qualite(vague_id: str | None = None, questionnaire_id: str | None = None) -> list[dict[str, Any]]:
    """Tous les faits du rapport : vague, questionnaire, clé, objet, valeur, phrase."""
    depot = open_repository()
    lignes = Gate(depot).list_qualite(vague_id, questionnaire_id)
    depot.close()
    noms = {"vague_id": "vague", "questionnaire_id": "questionnaire"}
    return [{str(c): v for c, v in r.items()} for r in lignes.rename(columns=noms).to_dict("records")]
