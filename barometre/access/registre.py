"""Le registre : droits accordés, journal des lectures nommées, vues gardées (SQLite ou PostgreSQL)."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
from sqlalchemy import Engine, Select, create_engine, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from barometre.access.tables import acces, journal, selections
from barometre.domain.portee import PUBLIC, Portee

VARIABLE = "BAROMETRE_REGISTRE"
PAR_DEFAUT = "sqlite:///registre/registre.db"


class RegistreError(Exception):
    """Le registre refuse ; le message est une phrase pour le lecteur."""


class Registre:
    """Les droits et le journal ; une instance par processus."""

    def __init__(self, moteur: Engine) -> None:
        self._moteur = moteur

    def accorder(self, compte: str, portee: Portee, *, par: str = "", motif: str = "",
                 expire_le: datetime | None = None) -> int:  # fmt: skip
        """Accorde un droit à un compte et l'inscrit au journal ; rend son numéro."""
        if not compte.strip():
            raise RegistreError("Dites à quel compte accorder le droit.")
        valeurs = {
            "compte": compte.strip().lower(), "role": portee.role, "collectivite_id": portee.collectivite_id,
            "opsn_id": portee.opsn_id, "cyber": portee.cyber, "nominatif": portee.nominatif,
            "motif": motif, "accorde_par": par, "accorde_le": _now(), "expire_le": expire_le,
        }  # fmt: skip
        try:
            with self._moteur.begin() as connexion:
                cle = connexion.execute(insert(acces).values(**valeurs)).inserted_primary_key
        except IntegrityError as erreur:
            raise RegistreError(_explain(portee)) from erreur
        assert cle is not None
        self.journaliser("accorder", compte, portee=portee, compte=par, detail=motif)
        return int(cle[0])

    def retirer(self, acces_id: int, *, par: str = "") -> None:
        """Retire un droit ; la ligne reste, datée."""
        with self._moteur.begin() as connexion:
            touche = connexion.execute(
                update(acces)
                .where(acces.c.acces_id == acces_id, acces.c.retire_le.is_(None))
                .values(retire_le=_now())
            )
        if touche.rowcount == 0:
            raise RegistreError(f"Aucun droit en cours ne porte le numéro {acces_id}.")
        self.journaliser("retirer", str(acces_id), compte=par)

    def lister(self, compte: str | None = None, *, en_cours: bool = True) -> pd.DataFrame:
        """Les droits, un par ligne."""
        requete = select(acces).order_by(acces.c.acces_id)
        if compte is not None:
            requete = requete.where(acces.c.compte == compte.strip().lower())
        if en_cours:
            encore = or_(acces.c.expire_le.is_(None), acces.c.expire_le > _now())
            requete = requete.where(acces.c.retire_le.is_(None), encore)
        return self._read(requete)

    def list_portees(self, compte: str) -> list[Portee]:
        """Les portées qu'un compte peut prendre ; vide : il lit comme le public."""
        return [
            Portee(
                role=droit["role"],
                collectivite_id=droit["collectivite_id"],
                opsn_id=droit["opsn_id"],
                cyber=bool(droit["cyber"]),
                nominatif=bool(droit["nominatif"]),
            )
            for _, droit in self.lister(compte).iterrows()
        ]

    def journaliser(self, action: str, objet: str, *, portee: Portee = PUBLIC, compte: str = "",
                    detail: str = "") -> None:  # fmt: skip
        """Inscrit un fait au journal, daté."""
        with self._moteur.begin() as connexion:
            connexion.execute(
                insert(journal).values(
                    instant=_now(), compte=compte, role=portee.role, simulee=portee.simulee,
                    action=action, objet=objet, detail=detail,
                )
            )  # fmt: skip

    def list_journal(self, limite: int = 200) -> pd.DataFrame:
        """Les derniers faits, le plus récent d'abord."""
        return self._read(select(journal).order_by(journal.c.journal_id.desc()).limit(limite))

    def save_selection(self, compte: str, titre: str, requete: str) -> int:
        """Garde une vue par son adresse."""
        with self._moteur.begin() as connexion:
            cle = connexion.execute(
                insert(selections).values(compte=compte, titre=titre, requete=requete, creee_le=_now())
            ).inserted_primary_key
        assert cle is not None
        return int(cle[0])

    def list_selections(self, compte: str) -> pd.DataFrame:
        """Les vues gardées d'un compte."""
        return self._read(
            select(selections).where(selections.c.compte == compte).order_by(selections.c.selection_id)
        )

    def remove_selection(self, compte: str, selection_id: int) -> None:
        """Oublie une vue, si elle est bien à ce compte."""
        siens = (selections.c.selection_id == selection_id) & (selections.c.compte == compte)
        with self._moteur.begin() as connexion:
            connexion.execute(delete(selections).where(siens))

    def close(self) -> None:
        """Ferme les connexions."""
        self._moteur.dispose()

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
    except (SQLAlchemyError, OSError) as erreur:
        raise RegistreError("Le registre des accès ne peut pas être ouvert.") from erreur
    return Registre(moteur)


def _url(adresse: str) -> str:
    if adresse.startswith("sqlite:///"):
        Path(adresse.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
        return adresse
    reste = adresse.split("://", 1)
    return f"postgresql+psycopg://{reste[1]}" if reste[0] in ("postgres", "postgresql") else adresse


def _migrate(moteur: Engine) -> None:
    # Une commande qui n'ouvre pas le registre n'attend pas Alembic (un quart de seconde).
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.runtime.migration import MigrationContext  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    derniere = ScriptDirectory.from_config(config).get_current_head()
    with moteur.begin() as connexion:
        if MigrationContext.configure(connexion).get_current_revision() != derniere:
            config.attributes["connection"] = connexion
            command.upgrade(config, "head")


def _explain(portee: Portee) -> str:
    manque = {"collectivite": "une collectivité", "opsn": "un OPSN"}.get(portee.role)
    if manque:
        return f"Un droit « {portee.role} » demande {manque}."
    return f"Le rôle « {portee.role} » ne s'accorde pas."


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
