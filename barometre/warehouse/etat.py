"""Écrire dans un chantier ce que les sources de l'État apportent, à la place de l'apport précédent."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from sqlalchemy import Engine, Table, delete, func, select, true

from barometre.warehouse import schema as s
from barometre.warehouse.dialects import drop_rows, insert_frame, read_frame


def read_propres(moteur: Engine, indicateurs: Sequence[str]) -> pd.DataFrame:
    """Les valeurs que des collectivités ont en propre, ni montées ni absentes ; sans les trier."""
    v = s.fait_valeur.c
    requete = select(v.indicateur_id, v.collectivite_id, v.periode, v.valeur, v.etat).where(
        v.indicateur_id.in_(list(indicateurs)), v.etat == "repondu", v.n_communes.is_(None)
    )
    with moteur.connect() as connexion:
        return read_frame(connexion, requete)


def read_sommes(moteur: Engine, indicateurs: Sequence[str]) -> pd.DataFrame:
    """La somme des valeurs données, par indicateur et période : indicateur_id, periode, somme."""
    v = s.fait_valeur.c
    requete = (
        select(v.indicateur_id, v.periode, func.sum(v.valeur).label("somme"))
        .where(v.indicateur_id.in_(list(indicateurs)), v.etat == "repondu")
        .group_by(v.indicateur_id, v.periode)
    )
    with moteur.connect() as connexion:
        return read_frame(connexion, requete)


def read_repondus(moteur: Engine) -> set[str]:
    """Les questionnaires dont la version pèse au moins une réponse."""
    with moteur.connect() as connexion:
        lignes = read_frame(connexion, select(s.poids.c.questionnaire_id).distinct())
    return set(lignes["questionnaire_id"])


def replace_tables(moteur: Engine, tables: dict[str, pd.DataFrame]) -> None:
    """Remplace tout le contenu de tables, en une transaction."""
    with moteur.begin() as connexion:
        for nom, frame in tables.items():
            table = s.metadata.tables[nom]
            drop_rows(connexion, table)
            insert_frame(connexion, table, frame)


def replace_source(moteur: Engine, source_id: str, tables: dict[str, pd.DataFrame]) -> None:
    """Remplace les lignes d'une source dans `fait_valeur`, `quarantaine` et `dim_source`, d'un seul geste."""
    cles = {"fait_valeur": "source_id", "quarantaine": "lot_id", "dim_source": "source_id"}
    with moteur.begin() as connexion:
        for nom, frame in tables.items():
            table = s.metadata.tables[nom]
            connexion.execute(delete(table).where(table.c[cles[nom]] == source_id))
            insert_frame(connexion, table, frame)


def delete_calculs(moteur: Engine, tables: Sequence[str]) -> None:
    """Efface tout ce qui se calcule des réponses, pour le refaire ; les données de l'État restent."""
    declares = select(s.dim_indicateur.c.indicateur_id).where(s.dim_indicateur.c.origine == "declare")
    with moteur.begin() as connexion:
        for nom in tables:
            table = s.metadata.tables[nom]
            condition = table.c.indicateur_id.in_(declares) if "indicateur_id" in table.c else true()
            connexion.execute(delete(table).where(condition))


def replace_croisements(
    moteur: Engine, cles: Sequence[str], qualite: pd.DataFrame, **tables: pd.DataFrame
) -> None:
    """Remplace les lignes de `qualite` de ces clés, et les tables `accord` et `association`."""
    cibles: dict[str, Table] = {"accord": s.accord, "association": s.association}
    with moteur.begin() as connexion:
        connexion.execute(delete(s.qualite).where(s.qualite.c.cle.in_(cles)))
        insert_frame(connexion, s.qualite, qualite)
        for nom, frame in tables.items():
            connexion.execute(delete(cibles[nom]))
            insert_frame(connexion, cibles[nom], frame)


def replace_doubles_differences(moteur: Engine, indicateurs: Sequence[str], lignes: pd.DataFrame) -> None:
    """Remplace les lignes de `double_difference` de ces indicateurs."""
    table = s.double_difference
    with moteur.begin() as connexion:
        connexion.execute(delete(table).where(table.c.indicateur_id.in_(list(indicateurs))))
        insert_frame(connexion, table, lignes)
