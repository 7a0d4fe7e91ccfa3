"""Un entrepôt sur un serveur PostgreSQL : un schéma par version, une ligne qui en désigne un."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import (
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    delete,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.exc import SQLAlchemyError

from barometre.warehouse.cloison import apply_cloison, open_named_reads
from barometre.warehouse.engine import EntrepotError, build_postgresql_engine
from barometre.warehouse.entrepot import ConstructionEnCours, Entrepot
from barometre.warehouse.reserve import Reserve, ReservePostgresql
from barometre.warehouse.schema import metadata

# Une ligne = la version en service (une seule ligne).
pointeur = Table(
    "barometre_version_active",
    MetaData(schema="public"),
    Column("rang", Integer, primary_key=True),
    Column("version_id", String, nullable=False),
)
NOM_SCHEMA = re.compile(r"^barometre_(\d{8})t(\d{6})z_([0-9a-f]{6})$")
NOM_PREPARE = re.compile(r"^barometre_preparee_(\d{8})t(\d{6})z_([0-9a-f]{6})$")
CLE_VERROU = 20231122  # le jour du lancement du baromètre


# Ce que PostgreSQL écrit (il répond en anglais ou en français) → ce que l'opérateur doit faire.
REFUS = (
    (
        r"role .* does not exist|le r.le .* n'existe pas",
        "ce rôle n'existe pas : créez-le, ou corrigez l'adresse",
    ),
    (
        r"database .* does not exist|base de donn.es .* n'existe pas",
        "cette base n'existe pas : créez-la, ou corrigez l'adresse",
    ),
    (
        r"password authentication failed|no password supplied|authentification par mot de passe",
        "le mot de passe est refusé : corrigez l'adresse",
    ),
    (
        r"translate host|failed to resolve|name or service not known|nodename nor servname",
        "ce nom de serveur est introuvable : corrigez l'adresse",
    ),
    (
        r"permission denied|droit refus",
        "ce rôle n'a pas le droit d'y créer une table : donnez-lui CREATE sur le schéma public",
    ),
)


def explain_refus(message: str, lieu: str = "de l'entrepôt") -> str:
    """La phrase d'une base qui refuse ; sans l'adresse, qui porte un mot de passe."""
    raison = next((phrase for motif, phrase in REFUS if re.search(motif, message, re.IGNORECASE)), "")
    if not raison:
        return f"Le serveur PostgreSQL {lieu} ne répond pas."
    return f"PostgreSQL refuse la base {lieu} : {raison}."


def check_encodage(encodage: str, lieu: str = "de l'entrepôt") -> str:
    """La phrase d'une base qui ne sait pas écrire tous les signes ; vide si elle est en UTF-8."""
    if encodage == "UTF8":
        return ""
    return (
        f"La base PostgreSQL {lieu} est en {encodage} : recréez-la en UTF-8 "
        "(CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0)."
    )


class EntrepotPostgresql(Entrepot):
    """Les versions sont des schémas ; la mise en service est une transaction."""

    def __init__(self, adresse: str) -> None:
        self.adresse = adresse
        self._moteur = open_named_reads(build_postgresql_engine(adresse))
        try:
            pointeur.metadata.create_all(self._moteur)
            with self._moteur.connect() as connexion:
                encodage = connexion.scalar(text("SHOW server_encoding"))
        except SQLAlchemyError as erreur:
            raise EntrepotError(explain_refus(str(erreur))) from erreur
        if phrase := check_encodage(str(encodage)):
            raise EntrepotError(phrase)

    def get_active(self) -> str | None:
        """Une lecture d'une ligne par appel : quelques dixièmes de milliseconde."""
        with _read(self._moteur) as connexion:
            return connexion.scalar(select(pointeur.c.version_id))

    def list_ids(self) -> list[str]:
        """Les versions gardées, de la plus ancienne à la plus récente."""
        return self._list(NOM_SCHEMA)

    def list_preparees(self) -> list[str]:
        """Les versions préparées, de la plus ancienne à la plus récente."""
        return self._list(NOM_PREPARE)

    def _list(self, nom: re.Pattern[str]) -> list[str]:
        with _read(self._moteur) as connexion:
            trouves = [nom.match(s) for s in inspect(connexion).get_schema_names()]
        return sorted(f"{n.group(1)}T{n.group(2)}Z-{n.group(3)}" for n in trouves if n)

    def build_engine(self, version_id: str) -> Engine:
        """Un moteur sur le schéma d'une version, en transactions de lecture seule."""
        moteur = open_named_reads(build_postgresql_engine(self.adresse, self._find_schema(version_id)))
        return moteur.execution_options(postgresql_readonly=True)

    def build_chantier(self, version_id: str, copie_de: str | None = None) -> Engine:
        """Un schéma neuf, que les lecteurs ne regardent pas."""
        schema = _chantier(version_id)
        with self._moteur.begin() as connexion:
            connexion.execute(text(f'CREATE SCHEMA "{schema}"'))
        moteur = build_postgresql_engine(self.adresse, schema)
        if copie_de:
            metadata.create_all(moteur)
            self._copy(_schema(copie_de), schema)
        return moteur

    def _copy(self, origine: str, cible: str) -> None:
        """Par colonnes nommées : leur ordre, dans un schéma plus ancien, n'est pas celui d'aujourd'hui."""
        with self._moteur.begin() as connexion:
            for nom, table in metadata.tables.items():
                colonnes = ", ".join(f'"{c.name}"' for c in table.columns)
                source = f'SELECT {colonnes} FROM "{origine}"."{nom}"'
                connexion.execute(text(f'INSERT INTO "{cible}"."{nom}" ({colonnes}) {source}'))

    def _find_schema(self, version_id: str) -> str:
        if version_id in self.list_ids():
            return _schema(version_id)
        if version_id in self.list_preparees():
            return _preparee(version_id)
        raise EntrepotError(f"La version « {version_id} » n'est plus dans l'entrepôt.")

    def keep(self, version_id: str) -> None:
        """Le schéma prend un nom que la liste ne regarde pas ; la cloison, qui l'ouvre au public, attend."""
        with self._moteur.begin() as connexion:
            _rename(connexion, _chantier(version_id), _preparee(version_id))

    def publish(self, version_id: str) -> None:
        """Le changement de nom et de pointeur tiennent dans une seule transaction."""
        preparee = version_id in self.list_preparees()
        origine = _preparee(version_id) if preparee else _chantier(version_id)
        with self._moteur.begin() as connexion:
            apply_cloison(connexion, origine)
            _rename(connexion, origine, _schema(version_id))
            _point_to(connexion, version_id)

    def activate(self, version_id: str) -> None:
        """Met une version gardée en service."""
        with self._moteur.begin() as connexion:
            _point_to(connexion, version_id)

    def remove(self, version_id: str) -> None:
        """Efface le schéma d'une version, gardée ou préparée."""
        for schema in (_schema(version_id), _preparee(version_id)):
            self._drop(schema)

    def remove_debris(self) -> int:
        """À appeler verrou tenu : tout schéma de chantier est alors abandonné."""
        restes = [s for s in inspect(self._moteur).get_schema_names() if s.startswith("barometre_chantier_")]
        for reste in restes:
            self._drop(reste)
        return len(restes)

    def get_reserve(self) -> Reserve:
        """La table `public.barometre_lot`."""
        return ReservePostgresql(self._moteur)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Le serveur rend le verrou quand la connexion tombe."""
        with self._moteur.connect() as connexion:
            pris = connexion.scalar(select(text(f"pg_try_advisory_lock({CLE_VERROU})")))
            connexion.commit()
            if not pris:
                raise ConstructionEnCours
            try:
                yield
            finally:
                connexion.execute(text(f"SELECT pg_advisory_unlock({CLE_VERROU})"))

    def _drop(self, schema: str) -> None:
        try:
            with self._moteur.begin() as connexion:
                connexion.execute(text(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE'))
        except SQLAlchemyError as erreur:
            raise EntrepotError(f"Le schéma « {schema} » n'a pas pu être effacé.") from erreur


@contextmanager
def _read(moteur: Engine) -> Iterator[Connection]:
    """Une connexion ; une base partie en cours de service se dit par une phrase, et se retente."""
    try:
        with moteur.connect() as connexion:
            yield connexion
    except SQLAlchemyError as erreur:
        raise EntrepotError(explain_refus(str(erreur))) from erreur


def _schema(version_id: str) -> str:
    return "barometre_" + version_id.lower().replace("-", "_")


def _chantier(version_id: str) -> str:
    return "barometre_chantier_" + version_id.lower().replace("-", "_")


def _preparee(version_id: str) -> str:
    return "barometre_preparee_" + version_id.lower().replace("-", "_")


def _rename(connexion: Connection, ancien: str, nouveau: str) -> None:
    connexion.execute(text(f'ALTER SCHEMA "{ancien}" RENAME TO "{nouveau}"'))


def _point_to(connexion: Connection, version_id: str) -> None:
    connexion.execute(delete(pointeur))
    connexion.execute(insert(pointeur).values(rang=1, version_id=version_id))
