"""Où est l'entrepôt, et comment on s'y connecte."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

__all__ = [
    "Engine",
    "EntrepotError",
    "build_duckdb_engine",
    "build_postgresql_engine",
    "get_adresse",
    "is_postgresql",
    "set_all_cores",
    "write_disque",
]

VARIABLE = "BAROMETRE_ENTREPOT"
# Le même entrepôt PostgreSQL, par un rôle qui ne peut lire aucune réponse.
VARIABLE_PUBLIQUE = "BAROMETRE_ENTREPOT_PUBLIC"
DOSSIER_PAR_DEFAUT = "entrepot"
# Un lecteur par fil de l'application ; au-delà, on attend une connexion libre.
CONNEXIONS, CONNEXIONS_DE_POINTE = 5, 40
# Un seul point de reprise, à la fermeture, et un seul fil (les autres calculent) : 2 millions de lignes
# en 5 s de processeur au lieu de 13.
# Un lecteur n'a besoin que de quelques pages de l'entrepôt : le reste de la mémoire est à l'application, qui
# doit tenir en 1,5 Go avec cent lecteurs.
LECTURE = {"memory_limit": "512MB"}
ECRITURE = {"checkpoint_threshold": "8GB", "threads": 1}


class EntrepotError(Exception):
    """L'entrepôt ne peut pas répondre ; le message est une phrase pour le lecteur."""


def get_adresse(adresse: str | None = None) -> str:
    """L'adresse demandée, celle de l'environnement, ou le dossier par défaut."""
    return adresse or os.environ.get(VARIABLE) or DOSSIER_PAR_DEFAUT


def is_postgresql(adresse: str) -> bool:
    """Vrai si l'adresse est celle d'un serveur PostgreSQL."""
    return adresse.startswith(("postgresql:", "postgresql+", "postgres:"))


def build_duckdb_engine(fichier: Path, *, lecture_seule: bool) -> Engine:
    """Un moteur sur un fichier DuckDB."""
    return create_engine(
        f"duckdb:///{fichier}",
        connect_args={"read_only": True, "config": LECTURE} if lecture_seule else {"config": ECRITURE},
        pool_size=CONNEXIONS,
        max_overflow=CONNEXIONS_DE_POINTE,
    )


def set_all_cores(moteur: Engine) -> None:
    """À appeler quand plus rien d'autre ne calcule : contrôles et point de reprise vont deux fois plus vite.

    Aucun des deux n'additionne de réels que l'on garde : les valeurs ne dépendent pas du nombre de fils.
    """
    if moteur.dialect.name == "duckdb":
        with moteur.begin() as connexion:
            connexion.exec_driver_sql(f"SET threads TO {os.cpu_count() or 1}")


def write_disque(moteur: Engine) -> None:
    """Range dans son fichier ce que DuckDB a encore dans son journal ; `EntrepotError` s'il ne peut pas.

    Il le ferait en se fermant, mais sans dire qu'il échoue : un fichier vide serait mis en service.
    """
    if moteur.dialect.name != "duckdb":
        return
    with moteur.connect() as connexion:
        try:
            connexion.exec_driver_sql("CHECKPOINT")
        except SQLAlchemyError as erreur:
            # DuckDB n'en fait plus rien : la rendre à la réserve écrirait une trace sous la phrase.
            connexion.invalidate()
            raise EntrepotError(
                "Le disque n'a pas pu recevoir toute la version : libérez de la place et relancez. "
                "La version en service est intacte."
            ) from erreur


def build_postgresql_engine(adresse: str, schema: str | None = None) -> Engine:
    """Un moteur sur un serveur ; toutes les tables sans schéma sont cherchées dans `schema`."""
    try:
        url = make_url(adresse.replace("postgres://", "postgresql://", 1)).set(
            drivername="postgresql+psycopg"
        )
    except (ArgumentError, ValueError) as erreur:
        # Un port qui n'est pas un nombre lève `ValueError`.
        raise EntrepotError(
            "L'adresse du serveur PostgreSQL n'est pas valide : attendu "
            "« postgresql://rôle:mot-de-passe@serveur:port/base »."
        ) from erreur
    # Une base SQL_ASCII rendrait des octets, et non des textes : elle se refuse plus loin, par une phrase.
    moteur = create_engine(
        url,
        connect_args={"client_encoding": "utf8"},
        pool_size=CONNEXIONS,
        max_overflow=CONNEXIONS_DE_POINTE,
        pool_pre_ping=True,
    )
    return moteur.execution_options(schema_translate_map={None: schema}) if schema else moteur
