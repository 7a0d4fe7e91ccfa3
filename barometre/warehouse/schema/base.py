"""Les métadonnées de l'entrepôt et les colonnes que toutes les tables écrivent de même."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, MetaData, String

metadata = MetaData()


def texte(nom: str, *, vide: bool = False) -> Column[str]:
    """Une colonne de texte ; `vide` : elle peut manquer."""
    return Column(nom, String, nullable=vide)


def parmi(colonne: str, *valeurs: str) -> CheckConstraint:
    """La colonne n'a que ces valeurs."""
    liste = ", ".join(f"'{v}'" for v in valeurs)
    return CheckConstraint(f"{colonne} IN ({liste})", name=f"{colonne}_connu")
