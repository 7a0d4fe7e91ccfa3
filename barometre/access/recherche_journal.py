"""Chercher dans le journal : par mots, par action, par dates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select

from barometre.access.tables import journal

_LUS = (journal.c.compte, journal.c.action, journal.c.objet, journal.c.detail)


@dataclass(frozen=True, slots=True)
class Recherche:
    """Ce que l'on cherche ; vide : tout. Les deux jours sont compris (UTC)."""

    texte: str = ""
    action: str = ""
    depuis: date | None = None
    jusqu_a: date | None = None


TOUT = Recherche()


def select_journal(recherche: Recherche, limite: int | None) -> Select[Any]:
    """Les faits cherchés, le plus récent d'abord ; chaque mot doit se lire dans l'un des champs."""
    requete = select(journal).order_by(journal.c.journal_id.desc()).limit(limite)
    return requete.where(*_list_conditions(recherche))


def _list_conditions(recherche: Recherche) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [
        or_(*(colonne.icontains(mot, autoescape=True) for colonne in _LUS)) for mot in recherche.texte.split()
    ]
    if recherche.action:
        conditions.append(journal.c.action == recherche.action)
    if recherche.depuis:
        conditions.append(journal.c.instant >= datetime.combine(recherche.depuis, time()))
    # Il n'y a pas de lendemain au dernier jour qu'un champ de date admette.
    if recherche.jusqu_a and recherche.jusqu_a < date.max:
        lendemain = recherche.jusqu_a + timedelta(days=1)
        conditions.append(journal.c.instant < datetime.combine(lendemain, time()))
    return conditions
