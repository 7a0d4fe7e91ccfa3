"""Les vues qu'un compte garde : un titre et une requête d'Explorer. Chaque compte ne voit que les siennes.

La requête ne contient que des clés d'adresse : rien de ce que le compte a le droit de lire n'y est gardé, et
qui reçoit l'adresse la relit avec ses propres droits.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Engine, and_, delete, func, insert, select, update

from barometre.access.erreurs import RegistreError, open_transaction
from barometre.access.horloge import get_now
from barometre.access.tables import selections

MAXIMUM = 50
SIGNES_TITRE, SIGNES_REQUETE = 120, 6_000
SANS_TITRE = "Donnez un nom à la vue pour la garder."
TROP_LONGUE = "Cette vue a trop de choix pour être gardée : copiez plutôt son lien."
TROP = f"Vous gardez déjà {MAXIMUM} vues : oubliez-en une pour en garder une autre."
INTROUVABLE = "Cette vue n'est plus parmi les vôtres."
NON_TENU = "Le registre ne répond pas : vos vues gardées reviendront bientôt."


@dataclass(frozen=True, slots=True)
class VueGardee:
    """Une vue gardée, telle qu'on la rouvre."""

    vue_id: int
    titre: str
    requete: str


class VuesGardees:
    """Garder, lister, renommer, oublier ; `RegistreError` porte une phrase pour le lecteur."""

    def __init__(self, moteur: Engine) -> None:
        self._moteur = moteur

    def list(self, compte: str) -> tuple[VueGardee, ...]:
        """Les vues d'un compte, la dernière gardée d'abord."""
        requete = (
            select(selections.c.selection_id, selections.c.titre, selections.c.requete)
            .where(selections.c.compte == compte)
            .order_by(selections.c.selection_id.desc())
        )
        with self._begin() as connexion:
            return tuple(VueGardee(*ligne) for ligne in connexion.execute(requete))

    def save(self, compte: str, titre: str, requete: str) -> int:
        """Garde une vue ; la même requête gardée deux fois change seulement de titre."""
        if not compte:
            raise RegistreError("Connectez-vous pour garder une vue.")
        if len(requete) > SIGNES_REQUETE:
            raise RegistreError(TROP_LONGUE)
        propre = clean_titre(titre)
        with self._begin() as connexion:
            siennes = selections.c.compte == compte
            deja = connexion.scalar(
                select(selections.c.selection_id).where(siennes, selections.c.requete == requete)
            )
            if deja is not None:
                _rename(connexion, _is_sienne(compte, deja), propre)
                return int(deja)
            nombre = connexion.scalar(select(func.count()).select_from(selections).where(siennes))
            if (nombre or 0) >= MAXIMUM:
                raise RegistreError(TROP)
            valeurs = {"compte": compte, "titre": propre, "requete": requete, "creee_le": get_now()}
            cle = connexion.execute(insert(selections).values(valeurs)).inserted_primary_key
            return int(cle[0]) if cle else 0

    def rename(self, compte: str, vue_id: int, titre: str) -> None:
        """Change le titre d'une vue de ce compte."""
        with self._begin() as connexion:
            _rename(connexion, _is_sienne(compte, vue_id), clean_titre(titre))

    def remove(self, compte: str, vue_id: int) -> None:
        """Oublie une vue de ce compte ; celle d'un autre ne bouge pas."""
        with self._begin() as connexion:
            if not connexion.execute(delete(selections).where(_is_sienne(compte, vue_id))).rowcount:
                raise RegistreError(INTROUVABLE)

    def _begin(self) -> AbstractContextManager[Connection]:
        return open_transaction(self._moteur, NON_TENU)


def clean_titre(titre: str) -> str:
    """Un titre d'une ligne, sans caractère invisible ; `RegistreError` s'il n'en reste rien."""
    visible = "".join(signe if signe.isprintable() else " " for signe in titre)
    propre = " ".join(visible.split())[:SIGNES_TITRE]
    if not propre:
        raise RegistreError(SANS_TITRE)
    return propre


def _is_sienne(compte: str, vue_id: int) -> ColumnElement[bool]:
    return and_(selections.c.selection_id == vue_id, selections.c.compte == compte)


def _rename(connexion: Connection, laquelle: ColumnElement[bool], titre: str) -> None:
    if not connexion.execute(update(selections).where(laquelle).values(titre=titre)).rowcount:
        raise RegistreError(INTROUVABLE)
