"""Ce qui diffère d'un moteur à l'autre : charger et lire des tableaux en nombre. Rien d'autre."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
import pyarrow as pa
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Connection,
    Date,
    DateTime,
    Engine,
    Float,
    Integer,
    MetaData,
    Select,
    Table,
    delete,
)

# DuckDB : l'index d'une clé double le temps de chargement de ces tables (5 s pour 800 000 lignes, 2,9 s
# sans) et grossit le fichier. Leur grain est alors prouvé par un contrôle de chaque version construite
# (`controles`, « Grain de … ») ; PostgreSQL garde la clé.
SANS_CLE = ("fait_reponse", "fait_valeur", "agregat")
LIGNES_A_PARTAGER = 100_000


def create_tables(moteur: Engine, metadata: MetaData) -> None:
    """Crée les tables qui manquent, sous la forme qui convient au moteur."""
    if moteur.dialect.name == "duckdb":
        for nom in SANS_CLE:
            _without_key(metadata.tables[nom]).create(moteur, checkfirst=True)
    metadata.create_all(moteur)


def drop_rows(connection: Connection, table: Table) -> None:
    """Vide une table avant de la remplir.

    DuckDB ôterait chaque ligne de l'index de sa clé, l'une après l'autre (36 000 collectivités : 0,9 s, et
    autant à valider) : il la refait, dans la même transaction.
    """
    if connection.dialect.name != "duckdb":
        connection.execute(delete(table))
        return
    table.drop(connection, checkfirst=True)
    (_without_key(table) if table.name in SANS_CLE else table).create(connection)


def _without_key(table: Table) -> Table:
    colonnes = [Column(c.name, c.type, nullable=c.nullable) for c in table.columns]
    controles = [c for c in table.constraints if isinstance(c, CheckConstraint)]
    copies = [CheckConstraint(str(c.sqltext), name=c.name) for c in controles]
    return Table(table.name, MetaData(), *colonnes, *copies)


def write_frames(moteur: Engine, table: Table, frames: Iterable[pd.DataFrame]) -> None:
    """Charge plusieurs tableaux dans une table, en une transaction."""
    with moteur.begin() as connexion:
        for frame in frames:
            insert_frame(connexion, table, frame)


def insert_frame(connection: Connection, table: Table, frame: pd.DataFrame) -> int:
    """Charge `frame` dans `table` par la voie rapide du moteur ; rend le nombre de lignes."""
    if frame.empty:
        return 0
    lignes = prepare_frame(table, frame)
    if connection.dialect.name == "duckdb":
        _insert_duckdb(connection, table, lignes)
    else:
        _insert_postgresql(connection, table, lignes)
    return len(lignes)


def prepare_frame(table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    """Met les colonnes de `frame` dans l'ordre et aux types de `table` ; refuse une colonne inconnue."""
    inconnues = sorted(set(frame.columns) - {c.name for c in table.columns})
    if inconnues:
        raise ValueError(f"Colonnes inconnues de {table.name} : {', '.join(inconnues)}.")
    colonnes = [c for c in table.columns if c.name in frame.columns]
    return pd.DataFrame({c.name: _cast(frame[c.name], c) for c in colonnes})


def _cast(serie: pd.Series, colonne: Column[Any]) -> pd.Series:
    if isinstance(colonne.type, Boolean):
        return serie.astype("bool")
    if isinstance(colonne.type, Float):
        return pd.to_numeric(serie).astype("float64")
    if isinstance(colonne.type, Integer):
        return pd.to_numeric(serie).astype("Int64")
    if isinstance(colonne.type, DateTime | Date):
        return pd.to_datetime(serie)
    # Une catégorie reste une catégorie : DuckDB la lit sans recopier chaque texte.
    return serie if isinstance(serie.dtype, pd.CategoricalDtype) else serie.astype("str")


def _insert_duckdb(connection: Connection, table: Table, frame: pd.DataFrame) -> None:
    brute = connection.connection.driver_connection
    assert brute is not None
    colonnes = ", ".join(f'"{c}"' for c in frame.columns)
    brute.register("_lignes", pa.Table.from_pandas(frame, preserve_index=False))
    try:
        brute.execute(f'INSERT INTO "{table.name}" ({colonnes}) SELECT {colonnes} FROM _lignes')
    finally:
        brute.unregister("_lignes")


def _insert_postgresql(connection: Connection, table: Table, frame: pd.DataFrame) -> None:
    brute = connection.connection.driver_connection
    assert brute is not None
    colonnes = ", ".join(f'"{c}"' for c in frame.columns)
    schema = _schema_of(connection)
    cible = f'"{schema}"."{table.name}"' if schema else f'"{table.name}"'
    with brute.cursor() as curseur, curseur.copy(f"COPY {cible} ({colonnes}) FROM STDIN") as copie:
        for ligne in _python_rows(frame):
            copie.write_row(ligne)


def _python_rows(frame: pd.DataFrame) -> zip[tuple[Any, ...]]:
    # COPY ne connaît que les valeurs de Python : NaN, NaT et NA deviennent NULL.
    colonnes = [frame[c].astype("object").where(frame[c].notna(), None).tolist() for c in frame.columns]
    return zip(*colonnes, strict=True)


def _schema_of(connection: Connection) -> str | None:
    traduction: Mapping[str | None, str] = (
        connection.get_execution_options().get("schema_translate_map") or {}
    )
    return traduction.get(None)


def read_frame(connection: Connection, requete: Select[Any]) -> pd.DataFrame:
    """Lit une requête en tableau, avec les mêmes types quel que soit le moteur."""
    if connection.dialect.name == "duckdb":
        frame = _read_duckdb(connection, requete)
    else:
        resultat = connection.execute(requete)
        frame = pd.DataFrame(resultat.all(), columns=list(resultat.keys()))
    return _align_types(frame, requete)


def _read_duckdb(connection: Connection, requete: Select[Any]) -> pd.DataFrame:
    compilee = requete.compile(connection, compile_kwargs={"render_postcompile": True})
    brute = connection.connection.driver_connection
    assert brute is not None
    noms: list[str] = getattr(compilee, "positiontup", None) or []
    valeurs = [compilee.params[nom] for nom in noms]
    # Par Arrow, un texte n'est jamais un objet Python : trois fois plus court que `.df()`.
    lignes: pa.Table = brute.execute(str(compilee), valeurs).to_arrow_table()
    # D'un petit tableau, partager les colonnes entre des fils coûte plus que les convertir.
    return lignes.to_pandas(date_as_object=False, use_threads=lignes.num_rows > LIGNES_A_PARTAGER)


def _align_types(frame: pd.DataFrame, requete: Select[Any]) -> pd.DataFrame:
    """Textes en `str`, nombres qui peuvent manquer en `float64`, dates en `datetime64`."""
    voulues = {str(c.key): _get_dtype(c) for c in requete.selected_columns}
    # DuckDB, par Arrow, rend presque toujours les types voulus : refaire le tableau coûtait la moitié
    # d'une lecture.
    for nom, present in zip(frame.columns, frame.dtypes, strict=True):
        if present != voulues[nom]:
            frame[nom] = _align(frame[nom], voulues[nom])
    return frame


def _align(serie: pd.Series, voulu: Any) -> pd.Series:
    if voulu == "int64" and serie.isna().any():
        return serie.astype("float64")
    return pd.to_datetime(serie).astype(voulu) if voulu == "datetime64[us]" else serie.astype(voulu)


def _get_dtype(colonne: Any) -> str:
    # Un booléen de SQLAlchemy n'est pas un entier ; une date et une heure se lisent pareil.
    types = {Boolean: "bool", Integer: "int64", Float: "float64", DateTime: "datetime64[us]"}
    types[Date] = "datetime64[us]"
    return next((dtype for genre, dtype in types.items() if isinstance(colonne.type, genre)), "str")
