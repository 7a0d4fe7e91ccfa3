"""Les versions de l'entrepôt : écrites à part, vérifiées, puis mises en service d'un seul geste.

Une version est un fichier DuckDB (ou un schéma PostgreSQL) qui ne change plus une fois en service :
un lecteur et un écrivain DuckDB de deux processus s'excluent, donc chaque construction a le sien.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import pandas as pd
from sqlalchemy import Engine, delete, insert, select
from sqlalchemy.exc import SQLAlchemyError

from barometre.domain.version import Empreintes
from barometre.warehouse.compatibilite import check_compatibilite
from barometre.warehouse.dialects import create_tables
from barometre.warehouse.engine import EntrepotError, get_adresse, is_postgresql, write_disque
from barometre.warehouse.entrepot import Entrepot
from barometre.warehouse.lieu_fichiers import EntrepotFichiers
from barometre.warehouse.lieu_postgresql import EntrepotPostgresql
from barometre.warehouse.schema import metadata, version

VERSIONS_GARDEES = 5
# Une version préparée attend qu'on la compare et la mette en service ; au-delà, la plus ancienne s'efface.
PREPAREES_GARDEES = 3
_INSTANT = "%Y%m%dT%H%M%SZ"
# Ce que la liste des versions montre : ces colonnes-là sont de tous les schémas.
_LUES = (version.c.version_id, version.c.creee_le, version.c.simulee, version.c.commentaire)


def open_entrepot(adresse: str | None = None) -> Entrepot:
    """L'entrepôt de l'adresse donnée, ou celui de l'environnement."""
    ou = get_adresse(adresse)
    if "://" in ou and not is_postgresql(ou):
        # Prise pour un dossier, une adresse mal écrite ferait croire que rien n'est encore construit.
        raise EntrepotError(
            f"L'adresse de l'entrepôt commence par « {ou.partition('://')[0]}:// » : attendu un dossier, ou "
            "« postgresql://… » (BAROMETRE_ENTREPOT)."
        )
    return EntrepotPostgresql(ou) if is_postgresql(ou) else EntrepotFichiers(ou)


def build_version_id(maintenant: datetime | None = None) -> str:
    """`20261122T053000Z-3fa9c1` : l'heure UTC pour l'ordre, un hasard pour l'unicité."""
    instant = maintenant or datetime.now(UTC)
    return f"{instant:{_INSTANT}}-{secrets.token_hex(3)}"


def get_instant_neuf(gardees: Iterable[str], maintenant: datetime) -> datetime:
    """Maintenant ; si l'horloge a reculé, la seconde qui suit la plus récente des versions gardées.

    Leur ordre est celui de leurs noms : née « avant » les autres, une version s'effacerait la première.
    """
    instants = (datetime.strptime(v.partition("-")[0], _INSTANT).replace(tzinfo=UTC) for v in gardees)
    derniere = max(instants, default=maintenant)
    return maintenant if derniere <= maintenant else derniere + timedelta(seconds=1)


@contextmanager
def open_chantier(entrepot: Entrepot) -> Iterator[tuple[str, Engine]]:
    """Une version neuve à remplir ; mise en service en sortant, effacée si une erreur survient."""
    with entrepot.lock(), fill_chantier(entrepot) as chantier:
        yield chantier


@contextmanager
def fill_chantier(
    entrepot: Entrepot, copie_de: str | None = None, *, preparee: bool = False
) -> Iterator[tuple[str, Engine]]:
    """Comme `open_chantier`, verrou déjà tenu ; `copie_de` : partir du contenu d'une version gardée.

    `preparee` : la version se relit et se compare, et attend `publish_preparee` pour être en service.
    """
    entrepot.remove_debris()
    gardees = [*entrepot.list_ids(), *entrepot.list_preparees()]
    version_id = build_version_id(get_instant_neuf(gardees, datetime.now(UTC)))
    moteur = None
    try:
        # Copier la version en service peut suffire à remplir le disque : la copie entamée s'efface aussi.
        moteur = entrepot.build_chantier(version_id, copie_de)
        create_tables(moteur, metadata)
        yield version_id, moteur
        write_disque(moteur)
    except BaseException:
        if moteur is not None:
            moteur.dispose()
        entrepot.remove_debris()
        raise
    moteur.dispose()
    if preparee:
        entrepot.keep(version_id)
    else:
        entrepot.publish(version_id)
    remove_oldest(entrepot)


def write_version(
    moteur: Engine,
    version_id: str,
    *,
    simulee: bool,
    code_version: str,
    empreintes: Empreintes,
    commentaire: str = "",
) -> None:
    """Écrit l'unique ligne de la table `version`."""
    ligne = {
        "version_id": version_id,
        "creee_le": datetime.now(UTC).replace(tzinfo=None),
        "simulee": simulee,
        "code_version": code_version,
        "commentaire": commentaire,
        **asdict(empreintes),
    }
    with moteur.begin() as connexion:
        connexion.execute(delete(version))
    with moteur.begin() as connexion:
        connexion.execute(insert(version).values(ligne))


def remove_oldest(entrepot: Entrepot, garder: int = VERSIONS_GARDEES) -> list[str]:
    """Ne garde que les dernières versions, et toujours celle en service."""
    active = entrepot.get_active()
    en_trop = [v for v in entrepot.list_ids()[:-garder] if v != active]
    en_trop += entrepot.list_preparees()[:-PREPAREES_GARDEES]
    for version_id in en_trop:
        entrepot.remove(version_id)
    return en_trop


def publish_preparee(entrepot: Entrepot, version_id: str, base: str) -> None:
    """Met en service une version préparée, si celle dont elle est partie (`base`) l'est encore.

    Sinon elle n'a pas ce qui a été mis en service entre-temps : `EntrepotError`, et rien ne change.
    """
    with entrepot.lock():
        if version_id not in entrepot.list_preparees():
            raise EntrepotError(f"Aucune version « {version_id} » n'est préparée : préparez-la de nouveau.")
        if entrepot.get_active() != base:
            raise EntrepotError(
                "Une autre version a été mise en service depuis que celle-ci est préparée : elle n'en a pas "
                "les données. Abandonnez-la, puis préparez-la de nouveau."
            )
        entrepot.publish(version_id)
        remove_oldest(entrepot)


def remove_preparee(entrepot: Entrepot, version_id: str) -> None:
    """Abandonne une version préparée ; la version en service n'a jamais changé."""
    with entrepot.lock():
        check_preparee(entrepot, version_id)
        entrepot.remove(version_id)


def check_preparee(entrepot: Entrepot, version_id: str) -> None:
    """`EntrepotError` si aucune version préparée ne porte cet identifiant."""
    if version_id not in entrepot.list_preparees():
        raise EntrepotError(f"Aucune version « {version_id} » n'est préparée.")


def check_gardee(entrepot: Entrepot, version_id: str) -> None:
    """`EntrepotError` si aucune version gardée ne porte cet identifiant."""
    if version_id not in entrepot.list_ids():
        raise EntrepotError(f"Aucune version « {version_id} » n'est gardée.")


def check_effacable(entrepot: Entrepot, version_id: str) -> None:
    """`EntrepotError` si la version n'est pas gardée, ou si c'est elle que l'on lit."""
    check_gardee(entrepot, version_id)
    if version_id == entrepot.get_active():
        raise EntrepotError(
            f"La version « {version_id} » est en service : mettez-en une autre en service d'abord."
        )


def remove_version(entrepot: Entrepot, version_id: str) -> None:
    """Efface une version gardée qui n'est pas en service ; les fichiers reçus restent dans la réserve."""
    with entrepot.lock():
        check_effacable(entrepot, version_id)
        entrepot.remove(version_id)


def activate_version(entrepot: Entrepot, version_id: str) -> None:
    """Remet une version gardée en service, après avoir vérifié qu'elle se lit."""
    with entrepot.lock():
        check_gardee(entrepot, version_id)
        if read_version(entrepot, version_id) is None:
            raise EntrepotError(
                f"La version « {version_id} » est illisible ; elle n'a pas été mise en service."
            )
        moteur = entrepot.build_engine(version_id)
        try:
            check_compatibilite(moteur, version_id)
        finally:
            moteur.dispose()
        entrepot.activate(version_id)


def read_version(entrepot: Entrepot, version_id: str) -> dict[str, object] | None:
    """La ligne `version` d'une version gardée, ou None si elle ne se lit pas."""
    moteur = entrepot.build_engine(version_id)
    try:
        with moteur.connect() as connexion:
            ligne = connexion.execute(select(*_LUES)).mappings().first()
    except SQLAlchemyError:
        return None
    finally:
        moteur.dispose()
    return dict(ligne) if ligne else None


def list_versions(entrepot: Entrepot) -> pd.DataFrame:
    """Une ligne par version gardée, la plus récente d'abord : version, creee_le, active, simulee."""
    active = entrepot.get_active()
    lignes = [_describe(entrepot, v, active) for v in reversed(entrepot.list_ids())]
    return pd.DataFrame(lignes, columns=["version", "creee_le", "active", "simulee", "commentaire"])


def _describe(entrepot: Entrepot, version_id: str, active: str | None) -> dict[str, object]:
    lue = read_version(entrepot, version_id) or {}
    return {
        "version": version_id,
        "creee_le": lue.get("creee_le"),
        "active": version_id == active,
        "simulee": lue.get("simulee"),
        "commentaire": lue.get("commentaire", "illisible"),
    }
