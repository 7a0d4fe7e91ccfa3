"""Une version gardée a-t-elle toutes les tables que le programme d'aujourd'hui lit ?"""

from __future__ import annotations

from threading import Condition
from typing import Any

from cachetools import LRUCache, cached
from sqlalchemy import Dialect, Engine, Select, Table, exists, or_, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from barometre.warehouse.engine import EntrepotError
from barometre.warehouse.entrepot import Entrepot
from barometre.warehouse.schema import metadata

# Le code SQLSTATE « insufficient_privilege » de PostgreSQL.
DROIT_INSUFFISANT = "42501"


def list_tables_absentes(moteur: Engine) -> list[str]:
    """Les tables qui manquent, ou dont une colonne manque."""
    if _is_entiere(moteur):
        return []
    return [table.name for table in metadata.sorted_tables if not _is_readable(moteur, table)]


def check_compatibilite(moteur: Engine, version_id: str) -> None:
    """Refuse, par une phrase qui dit quoi faire, une version écrite par un programme plus ancien."""
    absentes = list_tables_absentes(moteur)
    if absentes:
        raise EntrepotError(
            f"La version « {version_id} » a été construite par une version plus ancienne du programme "
            f"(il y manque : {', '.join(absentes)}). Lancez « python -m barometre recalculer » : "
            "ses réponses sont gardées."
        )


def is_lisible(entrepot: Entrepot, version_id: str) -> bool:
    """Vrai si le programme d'aujourd'hui sait lire cette version."""
    moteur = entrepot.build_engine(version_id)
    try:
        return not list_tables_absentes(moteur)
    finally:
        moteur.dispose()


def _is_entiere(moteur: Engine) -> bool:
    """Vrai si chaque table se lit ; faux dès qu'une manque, est incomplète ou interdite."""
    try:
        with moteur.connect() as connexion:
            if moteur.dialect.name == "duckdb":
                connexion.exec_driver_sql(_write_duckdb(moteur.dialect))
            else:
                connexion.execute(_build_requete())
    except SQLAlchemyError:
        return False
    return True


def _build_requete() -> Select[Any]:
    # En une requête : vingt-huit coûtaient trente millisecondes de processeur à chaque ouverture.
    return select(or_(*(exists(select(table).limit(0)) for table in metadata.sorted_tables)))


# Chaque version a son moteur, et chaque moteur l'aurait récrite : plus long que de la lui faire lire. Deux
# dialectes de DuckDB l'écrivent pareil.
@cached(LRUCache(1), key=lambda _: "duckdb", condition=Condition())
def _write_duckdb(dialecte: Dialect) -> str:
    return str(_build_requete().compile(dialect=dialecte, compile_kwargs={"literal_binds": True}))


def _is_readable(moteur: Engine, table: Table) -> bool:
    # Une connexion par essai : sous PostgreSQL, un échec condamne la transaction en cours.
    try:
        with moteur.connect() as connexion:
            connexion.execute(select(table).limit(0))
    except DBAPIError as erreur:
        # Le rôle public n'y a pas droit : la table est là, et c'est voulu (`cloison`).
        return getattr(erreur.orig, "sqlstate", "") == DROIT_INSUFFISANT
    except SQLAlchemyError:
        return False
    return True
