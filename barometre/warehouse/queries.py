"""Les requêtes de lecture : des filtres simples vers un SELECT ; rien n'est exécuté ici."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, func, or_, select, union
from sqlalchemy.sql.elements import KeyedColumnElement

from barometre.warehouse import schema as s

# None : tout ; un texte : cette valeur ('' est le total) ; une liste : l'une de ces valeurs.
Filtre = str | Sequence[str] | None


def select_rows(table: Table, filtres: Mapping[str, Filtre], *ordre: str) -> Select[Any]:
    """`SELECT * FROM table WHERE … ORDER BY …`, un filtre par colonne."""
    requete = select(table)
    for colonne, filtre in filtres.items():
        if filtre is not None:
            requete = requete.where(is_among(table.c[colonne], filtre))
    return requete.order_by(*(table.c[c] for c in ordre or [c.name for c in table.primary_key]))


def is_among(colonne: KeyedColumnElement[Any], filtre: str | Sequence[str]) -> ColumnElement[bool]:
    """Un texte ou une liste de textes, en condition."""
    return colonne == filtre if isinstance(filtre, str) else colonne.in_(list(filtre))


def select_comptes_communes(niveau: str) -> Select[Any]:
    """Le nombre de communes de chaque territoire de ce niveau : territoire, communes."""
    c = s.dim_collectivite.c
    territoire = c[niveau].label("territoire")
    communes = func.count().label("communes")
    requete = select(territoire, communes).where(c.type == "commune", c.porteur_id.is_(None))
    return requete.group_by(territoire).order_by(territoire)


def select_perimetres(opsn_id: str | None = None) -> Select[Any]:
    """`opsn_id`, `collectivite_id` : les adhérentes d'un OPSN, et celles des départements qu'il couvre.

    Deux jointures réunies : un « ou » dans une seule comparerait chaque lien à chaque collectivité.
    """
    c, lien = s.dim_collectivite, s.lien_opsn
    paires = select(lien.c.opsn_id, c.c.collectivite_id).where(c.c.porteur_id.is_(None))
    if opsn_id is not None:
        paires = paires.where(lien.c.opsn_id == opsn_id)
    membres = paires.where(lien.c.cible_id == c.c.collectivite_id)
    couvertes = paires.where(
        lien.c.nature == "perimetre", lien.c.cible_id == "departement-" + c.c.departement
    )
    toutes = union(membres, couvertes).subquery()
    return select(toutes).order_by(toutes.c.opsn_id, toutes.c.collectivite_id)


def select_codes_of(code: str) -> Select[Any]:
    """Les lignes où un code est celui d'une collectivité : code INSEE, ou SIREN."""
    c = s.dim_collectivite.c
    return (
        select(c.collectivite_id, c.type, c.porteur_id)
        .where(or_(c.code == code, c.siren == code))
        .order_by(c.collectivite_id)
    )


def select_code_ancien(code: str) -> Select[Any]:
    """Les communes actuelles d'un ancien code."""
    return (
        select(s.code_ancien.c.code_actuel)
        .where(s.code_ancien.c.code == code)
        .distinct()
        .order_by(s.code_ancien.c.code_actuel)
    )


def select_valeurs(filtres: Mapping[str, Filtre], type_: Filtre) -> Select[Any]:
    """Les valeurs d'indicateurs ; `type_` restreint aux collectivités de ce type."""
    requete = select_rows(s.fait_valeur, filtres)
    if type_ is None:
        return requete
    c = s.dim_collectivite.c
    return requete.where(
        s.fait_valeur.c.collectivite_id.in_(select(c.collectivite_id).where(is_among(c.type, type_)))
    )


def select_releves(type_: str) -> Select[Any]:
    """`indicateur_id` de qui a une valeur connue pour une collectivité de ce type : la première suffit."""
    f, indicateur_id = s.fait_valeur.c, s.dim_indicateur.c.indicateur_id
    # Le début d'un identifiant dit le type : rien à joindre.
    connue = select(f.valeur).where(
        f.indicateur_id == indicateur_id, f.valeur.is_not(None), f.collectivite_id.startswith(f"{type_}-")
    )
    return select(indicateur_id).where(connue.exists()).order_by(indicateur_id)
