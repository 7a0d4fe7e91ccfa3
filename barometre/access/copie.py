"""Le registre en octets, quel que soit son moteur : ce qu'une sauvegarde emporte, et ce qu'elle rend.

Ni session ni connexion en cours n'y sont : sur une autre machine, chacun se reconnecte.
"""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Connection, Date, DateTime, Table, delete, func, insert, select, text
from sqlalchemy.exc import SQLAlchemyError

from barometre.access.erreurs import RegistreError
from barometre.access.tables import (
    acces,
    calendrier,
    comptes,
    correspondances,
    declarations,
    demandes,
    journal,
    journal_tete,
    publications,
    selections,
)

# Dans l'ordre où elles s'écrivent : une demande cite un compte.
GARDEES = (
    comptes, demandes, acces, selections, correspondances, calendrier, publications, declarations, journal,
    journal_tete,
)  # fmt: skip


ILLISIBLE = (
    "La copie du registre ne se lit pas : elle a été changée. Reprenez la sauvegarde d'une autre copie."
)


def read_copie(connexion: Connection) -> bytes:
    """Les droits, les comptes, les vues gardées et le journal, en JSON."""
    tables = {
        table.name: [
            {nom: v.isoformat() if isinstance(v, date) else v for nom, v in ligne.items()}
            for ligne in connexion.execute(select(table).order_by(*table.primary_key)).mappings()
        ]
        for table in GARDEES
    }
    return json.dumps(tables, ensure_ascii=False, indent=1).encode()


def check_neuf(connexion: Connection) -> None:
    """`RegistreError` si le registre contient déjà quelque chose : deux journaux ne se mêlent pas."""
    pleines = [t.name for t in GARDEES if t is not journal_tete and _count(connexion, t)]
    if pleines:
        raise RegistreError(
            f"Le registre contient déjà des lignes ({', '.join(pleines)}) : restaurez dans un registre neuf "
            "(BAROMETRE_REGISTRE)."
        )


def restore_copie(connexion: Connection, octets: bytes) -> int:
    """Remplit un registre neuf ; rend le nombre de lignes. Lève `RegistreError` s'il ne l'est pas."""
    check_neuf(connexion)
    connexion.execute(delete(journal_tete))
    try:
        copie = json.loads(octets)
        for table in GARDEES:
            lignes = [_read_ligne(table, ligne) for ligne in copie.get(table.name, [])]
            if lignes:
                connexion.execute(insert(table), lignes)
            _restore_numeros(connexion, table)
        # Sans sa fin de chaîne, le journal ne s'écrirait plus.
        connexion.execute(select(journal_tete)).one()
    except (ValueError, TypeError, AttributeError, SQLAlchemyError) as erreur:
        raise RegistreError(ILLISIBLE) from erreur
    return sum(_count(connexion, table) for table in GARDEES)


def _count(connexion: Connection, table: Table) -> int:
    return int(connexion.scalar(select(func.count()).select_from(table)) or 0)


def _read_ligne(table: Table, ligne: dict[str, Any]) -> dict[str, Any]:
    """Une ligne du JSON aux types de la table ; une colonne d'un registre plus récent est refusée."""
    if inconnues := sorted(set(ligne) - set(table.columns.keys())):
        raise RegistreError(
            f"La sauvegarde vient d'un programme plus récent ({table.name} : {', '.join(inconnues)}) : "
            "mettez l'outil à jour avant de restaurer."
        )
    return {nom: _read_valeur(table.c[nom], valeur) for nom, valeur in ligne.items()}


def _read_valeur(colonne: Column[Any], valeur: Any) -> Any:
    """Un jour ou un instant écrit en texte redevient ce qu'il était."""
    if valeur is None or not isinstance(colonne.type, Date | DateTime):
        return valeur
    return (date if isinstance(colonne.type, Date) else datetime).fromisoformat(valeur)


def _restore_numeros(connexion: Connection, table: Table) -> None:
    """PostgreSQL compte à part : sans cela, la première ligne neuve reprendrait le numéro 1."""
    cle = next(iter(table.primary_key))
    if connexion.dialect.name != "postgresql" or cle.autoincrement is not True:
        return
    connexion.execute(
        text(
            f"SELECT setval(pg_get_serial_sequence('{table.name}', '{cle.name}'), "
            f"(SELECT COALESCE(MAX({cle.name}), 0) + 1 FROM {table.name}), false)"
        )
    )
