"""Les versions préparées : ce dont elles partent, qui les a faites, quand elles doivent paraître."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from barometre.access.erreurs import RegistreError
from barometre.access.horloge import Horloge, get_now
from barometre.access.tables import publications


@dataclass(frozen=True, slots=True)
class Publication:
    """Une version préparée. `base_id` : celle en service quand elle a été faite."""

    version_id: str
    base_id: str
    objet: str
    preparee_par: str
    preparee_le: datetime
    prevue_le: date | None = None
    # Le dernier jour où une collectivité peut déclarer quelque chose de ses chiffres.
    reponses_jusqu_au: date | None = None
    # Sa base, son geste et son fichier ; vide une fois publiée.
    cle: str | None = None


DEJA = (
    "Ce fichier vient d'être préparé par ailleurs : comparez cette version-là, publiez-la ou abandonnez-la."
)


class Publications:
    """Note, relit et oublie les versions préparées."""

    def __init__(self, moteur: Engine, horloge: Horloge = get_now) -> None:
        self._moteur, self._horloge = moteur, horloge

    def add(self, version_id: str, base_id: str, objet: str, *, par: str, cle: str | None = None) -> None:
        """Note une version préparée ; `RegistreError` si une autre a déjà cette clé."""
        ligne = {"version_id": version_id, "base_id": base_id, "objet": objet, "preparee_par": par,
                 "preparee_le": self._horloge(), "cle": cle}  # fmt: skip
        try:
            with self._moteur.begin() as connexion:
                connexion.execute(insert(publications).values(ligne))
        except IntegrityError as erreur:
            raise RegistreError(DEJA) from erreur

    def find(self, cle: str) -> str:
        """La version notée sous cette clé, vide s'il n'y en a pas."""
        with self._moteur.connect() as connexion:
            return connexion.scalar(select(publications.c.version_id).where(publications.c.cle == cle)) or ""

    def forget_cles(self, preparees: Collection[str]) -> None:
        """Ne garde de clé qu'à ces versions-là : publiée ou effacée, aucune n'empêche plus rien."""
        autres = publications.c.cle.is_not(None) & publications.c.version_id.not_in(list(preparees))
        with self._moteur.begin() as connexion:
            connexion.execute(update(publications).where(autres).values(cle=None))

    def get(self, version_id: str) -> Publication | None:
        """Une version préparée, ou None."""
        requete = select(publications).where(publications.c.version_id == version_id)
        with self._moteur.connect() as connexion:
            ligne = connexion.execute(requete).mappings().one_or_none()
        return None if ligne is None else Publication(**ligne)

    def set_date(self, version_id: str, prevue_le: date | None) -> None:
        """Dit quand la version doit paraître."""
        cible = update(publications).where(publications.c.version_id == version_id)
        with self._moteur.begin() as connexion:
            connexion.execute(cible.values(prevue_le=prevue_le))

    def set_fenetre(self, version_id: str, jusqu_au: date | None) -> None:
        """Dit jusqu'à quel jour les collectivités peuvent répondre."""
        cible = update(publications).where(publications.c.version_id == version_id)
        with self._moteur.begin() as connexion:
            connexion.execute(cible.values(reponses_jusqu_au=jusqu_au))

    def get_fenetre(self, jour: date) -> Publication | None:
        """La version dont la fenêtre de réponse est ouverte ce jour-là, la dernière préparée d'abord."""
        return next(iter(self.list_ouvertes(jour)), None)

    def list_ouvertes(self, jour: date) -> list[Publication]:
        """Toutes celles dont la fenêtre est ouverte ce jour-là, la dernière préparée d'abord."""
        requete = (
            select(publications)
            .where(publications.c.reponses_jusqu_au >= jour)
            .order_by(publications.c.preparee_le.desc(), publications.c.version_id.desc())
        )
        with self._moteur.connect() as connexion:
            return [Publication(**ligne) for ligne in connexion.execute(requete).mappings()]

    def remove(self, version_id: str) -> None:
        """Oublie une version publiée ou abandonnée ; le journal garde le geste."""
        with self._moteur.begin() as connexion:
            connexion.execute(delete(publications).where(publications.c.version_id == version_id))
