"""Le registre : droits accordés, journal des lectures nommées, vues gardées (SQLite ou PostgreSQL)."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from threading import Condition
from typing import Any

import pandas as pd
from cachetools import LRUCache, cached
from sqlalchemy import Connection, Engine, Select, create_engine, insert, or_, select, text, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from barometre.access.calendrier import CalendrierVagues
from barometre.access.comptes import Comptes, read_siret
from barometre.access.connexions import Connexions
from barometre.access.copie import check_neuf, read_copie, restore_copie
from barometre.access.correspondances import Correspondances
from barometre.access.declarations import Declarations
from barometre.access.droits import describe_droit
from barometre.access.erreurs import RegistreError, explain_ouverture, open_transaction
from barometre.access.horloge import get_now
from barometre.access.inactifs import Inactifs
from barometre.access.journal import NON_ECRIT, Verification, check_chaine, write_fait
from barometre.access.publications import Publications
from barometre.access.recherche_journal import TOUT, Recherche, select_journal
from barometre.access.sessions import Sessions
from barometre.access.tables import acces, journal
from barometre.access.vues_gardees import VuesGardees
from barometre.domain.portee import OPERATEUR, PUBLIC, Portee

# Un nombre à nous seuls : le verrou consultatif que prend, sur PostgreSQL, qui migre le registre.
VERROU_MIGRATION = 20_261_129
MIGRATIONS = Path(__file__).parent / "migrations"
VARIABLE = "BAROMETRE_REGISTRE"
PAR_DEFAUT = "sqlite:///registre/registre.db"
SANS_COMPTE = (
    "Dites à quel compte accorder le droit : le numéro que donne « acces demandes » (c-…), "
    "jamais une adresse électronique."
)


class Registre:
    """Les droits et le journal ; une instance par processus."""

    def __init__(self, moteur: Engine) -> None:
        self._moteur = moteur
        self.comptes = Comptes(moteur)
        self.sessions = Sessions(moteur)
        self.connexions = Connexions(moteur)
        self.inactifs = Inactifs(moteur)
        self.vues = VuesGardees(moteur)
        self.publications = Publications(moteur)
        self.correspondances = Correspondances(moteur)
        self.calendrier = CalendrierVagues(moteur)
        self.declarations = Declarations(moteur)

    def accorder(self, compte: str, portee: Portee, *, par: str = "", motif: str = "",
                 siret: str | None = None, debut_le: datetime | None = None,
                 expire_le: datetime | None = None) -> int:  # fmt: skip
        """Accorde un droit à un compte et l'inscrit au journal ; rend son numéro.

        `siret` : l'établissement pour lequel il vaut ; None, celui de la dernière connexion du compte.
        """
        with self._begin() as connexion:
            return _grant(connexion, compte, portee, par=par, motif=motif, siret=siret,
                          debut_le=debut_le, expire_le=expire_le)  # fmt: skip

    def accorder_demande(self, demande_id: int, portee: Portee, *, par: str, motif: str,
                         expire_le: datetime | None = None) -> int:  # fmt: skip
        """Répond oui à une demande : le droit vaut pour la personne et l'établissement qu'elle a déclarés."""
        with self._begin() as connexion:
            compte, siret = self.comptes.answer(connexion, demande_id, "accordee", par=par, motif=motif)
            return _grant(connexion, compte, portee, par=par, motif=motif, siret=siret, expire_le=expire_le)

    def refuser_demande(self, demande_id: int, *, par: str, motif: str) -> None:
        """Répond non à une demande ; la personne lira le motif."""
        with self._begin() as connexion:
            compte, _ = self.comptes.answer(connexion, demande_id, "refusee", par=par, motif=motif)
            write_fait(connexion, "refuser_demande", compte, portee=OPERATEUR, compte=par, detail=motif)

    def retirer(self, acces_id: int, *, par: str = "") -> None:
        """Retire un droit ; la ligne reste, datée."""
        with self._begin() as connexion:
            touche = connexion.execute(
                update(acces)
                .where(acces.c.acces_id == acces_id, acces.c.retire_le.is_(None))
                .values(retire_le=get_now())
            )
            if touche.rowcount == 0:
                raise RegistreError(f"Aucun droit en cours ne porte le numéro {acces_id}.")
            droit = connexion.execute(select(acces).where(acces.c.acces_id == acces_id)).mappings().one()
            quoi = f"{droit['compte']} : {describe_droit(_portee(droit))}"
            write_fait(connexion, "retirer", str(acces_id), portee=OPERATEUR, compte=par, detail=quoi)

    def lister(self, compte: str | None = None, *, en_cours: bool = True) -> pd.DataFrame:
        """Les droits, un par ligne."""
        requete = select(acces).order_by(acces.c.acces_id)
        if compte is not None:
            requete = requete.where(acces.c.compte == compte.strip().lower())
        if en_cours:
            encore = or_(acces.c.expire_le.is_(None), acces.c.expire_le > get_now())
            deja = or_(acces.c.debut_le.is_(None), acces.c.debut_le <= get_now())
            requete = requete.where(acces.c.retire_le.is_(None), encore, deja)
        return self._read(requete)

    def list_portees(self, compte: str, siret: str = "") -> dict[int, Portee]:
        """Droit → portée qu'un compte peut prendre ; vide : il lit comme le public.

        Un droit accordé pour un établissement ne suit pas la personne dans un autre ; accordé à une connexion
        sans SIRET, il ne vaut que pour des connexions sans SIRET.
        """
        droits = self.lister(compte)
        siens = droits[droits["siret"] == siret]
        return {int(droit["acces_id"]): _portee(droit) for _, droit in siens.iterrows()}

    def journaliser(self, action: str, objet: str, *, portee: Portee = PUBLIC, compte: str = "",
                    detail: str = "") -> None:  # fmt: skip
        """Inscrit un fait au journal, daté et chaîné ; lève RegistreError s'il ne peut pas l'être."""
        with self._begin() as connexion:
            write_fait(connexion, action, objet, portee=portee, compte=compte, detail=detail)

    def list_journal(self, limite: int | None = 200, recherche: Recherche = TOUT) -> pd.DataFrame:
        """Les derniers faits cherchés, le plus récent d'abord."""
        return self._read(select_journal(recherche, limite))

    def list_actions_journal(self) -> list[str]:
        """Les actions que le journal a notées, dans l'ordre des lettres."""
        return self._read(select(journal.c.action).distinct().order_by(journal.c.action))["action"].tolist()

    def check_journal(self) -> Verification:
        """Relit la chaîne du journal entier."""
        with self._moteur.connect() as connexion:
            return check_chaine(connexion)

    def read_copie(self) -> bytes:
        """Tout ce qu'une sauvegarde emporte du registre."""
        with self._moteur.connect() as connexion:
            return read_copie(connexion)

    def check_neuf(self) -> None:
        """`RegistreError` si le registre contient déjà quelque chose."""
        with self._moteur.connect() as connexion:
            check_neuf(connexion)

    def restore_copie(self, octets: bytes) -> int:
        """Remplit un registre neuf, d'un seul geste ; `RegistreError` s'il ne l'est pas."""
        with self._begin() as connexion:
            return restore_copie(connexion, octets)

    def close(self) -> None:
        """Ferme les connexions."""
        self._moteur.dispose()

    def _begin(self) -> AbstractContextManager[Connection]:
        return open_transaction(self._moteur, NON_ECRIT)

    def _read(self, requete: Select[Any]) -> pd.DataFrame:
        with self._moteur.connect() as connexion:
            resultat = connexion.execute(requete)
            return pd.DataFrame(resultat.all(), columns=list(resultat.keys()))


def open_registre(adresse: str | None = None) -> Registre:
    """Le registre de l'environnement, mis à la dernière forme de ses tables."""
    ou = adresse or os.environ.get(VARIABLE) or PAR_DEFAUT
    try:
        moteur = create_engine(_url(ou))
        _migrate(moteur)
    except (SQLAlchemyError, OSError, ValueError) as erreur:
        raise RegistreError(explain_ouverture(ou, erreur)) from erreur
    return Registre(moteur)


# Un fil l'ouvre, les autres l'attendent : Alembic ne se joue pas dans deux fils à la fois.
@cached(LRUCache(4), condition=Condition())
def _open_once(adresse: str) -> Registre:
    return open_registre(adresse)


def is_registre_ouvert() -> bool:
    """Faux si aucun registre n'a jamais été ouvert ici : une commande qui ne fait que lire n'en crée pas."""
    ou = os.environ.get(VARIABLE) or PAR_DEFAUT
    return not ou.startswith("sqlite:///") or Path(ou.removeprefix("sqlite:///")).is_file()


def get_registre() -> Registre:
    """Le registre de ce processus, ouvert une fois ; un échec n'est pas gardé et se retente."""
    ou = os.environ.get(VARIABLE) or PAR_DEFAUT
    if ou.startswith("sqlite:///"):
        ou = f"sqlite:///{Path(ou.removeprefix('sqlite:///')).resolve()}"
    return _open_once(ou)


def _grant(connexion: Connection, compte: str, portee: Portee, *, par: str, motif: str,
           siret: str | None = None, debut_le: datetime | None = None,
           expire_le: datetime | None = None) -> int:  # fmt: skip
    if not compte.strip() or "@" in compte:
        raise RegistreError(SANS_COMPTE)
    compte = compte.strip().lower()
    valeurs = {
        "compte": compte, "role": portee.role, "collectivite_id": portee.collectivite_id,
        "opsn_id": portee.opsn_id, "cyber": portee.cyber, "nominatif": portee.nominatif, "motif": motif,
        "accorde_par": par, "accorde_le": get_now(), "debut_le": debut_le, "expire_le": expire_le,
        "siret": read_siret(connexion, compte) if siret is None else siret,
    }  # fmt: skip
    try:
        cle = connexion.execute(insert(acces).values(**valeurs)).inserted_primary_key
    except IntegrityError as erreur:
        raise RegistreError(_explain(portee)) from erreur
    assert cle is not None
    quoi = f"droit {cle[0]} : {describe_droit(portee)} ; motif : {motif}"
    write_fait(connexion, "accorder", compte, portee=OPERATEUR, compte=par, detail=quoi)
    return int(cle[0])


def _portee(droit: Any) -> Portee:
    return Portee(
        role=droit["role"],
        collectivite_id=droit["collectivite_id"],
        opsn_id=droit["opsn_id"],
        cyber=bool(droit["cyber"]),
        nominatif=bool(droit["nominatif"]),
    )


def _url(adresse: str) -> str:
    if adresse.startswith("sqlite:///"):
        Path(adresse.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
        return adresse
    reste = adresse.split("://", 1)
    return f"postgresql+psycopg://{reste[1]}" if reste[0] in ("postgres", "postgresql") else adresse


def get_derniere_forme() -> str:
    """Le numéro de la dernière migration, lu du nom de son fichier (« 0005_sans_siret.py »)."""
    return max(p.name.partition("_")[0] for p in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def _is_a_jour(moteur: Engine) -> bool:
    """Vrai si le registre a déjà sa dernière forme ; faux s'il est neuf."""
    try:
        with moteur.connect() as connexion:
            return connexion.scalar(text("SELECT version_num FROM alembic_version")) == get_derniere_forme()
    except SQLAlchemyError:
        return False


def _migrate(moteur: Engine) -> None:
    # Un registre à jour, ou que la commande n'ouvre pas, n'attend pas Alembic (un quart de seconde).
    if _is_a_jour(moteur):
        return
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.runtime.migration import MigrationContext  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    derniere = ScriptDirectory.from_config(config).get_current_head()
    with moteur.connect() as connexion:
        if MigrationContext.configure(connexion).get_current_revision() == derniere:
            return
    with moteur.begin() as connexion:
        _wait_turn(connexion)
        if MigrationContext.configure(connexion).get_current_revision() != derniere:
            config.attributes["connection"] = connexion
            command.upgrade(config, "head")


def _wait_turn(connexion: Connection) -> None:
    """Deux répliques démarrent sur un registre neuf : l'une le migre, l'autre attend et le trouve fait."""
    if connexion.dialect.name == "sqlite":
        connexion.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connexion.exec_driver_sql(f"SELECT pg_advisory_xact_lock({VERROU_MIGRATION})")


def _explain(portee: Portee) -> str:
    manque = {"collectivite": "une collectivité", "opsn": "un OPSN"}.get(portee.role)
    if manque:
        return f"Un droit « {portee.role} » demande {manque}."
    return f"Le rôle « {portee.role} » ne s'accorde pas."
