"""Le droit de réponse : ce qu'une collectivité déclare d'un de ses chiffres, dans la fenêtre d'une version.

Le texte est celui d'une personne : borné, sans signe invisible, et jamais lu comme du Markdown ni du HTML.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import get_args

from sqlalchemy import Engine, func, insert, select

from barometre.access.erreurs import RegistreError, open_transaction
from barometre.access.horloge import Horloge, get_now
from barometre.access.journal import write_fait
from barometre.access.tables import declarations
from barometre.domain.enquete import NatureDeclaration
from barometre.domain.portee import Portee

SIGNES = 600
# Une fenêtre n'est pas un forum : de quoi parler de chaque thème deux fois.
PAR_FENETRE = 20
NON_TENU = "Le registre ne répond pas : votre déclaration n'est pas enregistrée."
VIDE = "Écrivez ce que vous déclarez."
TROP_LONG = f"Votre texte dépasse {SIGNES} signes : raccourcissez-le."
TROP = f"Vous avez déjà déclaré {PAR_FENETRE} choses pour cette version : écrivez à l'équipe du baromètre."
NATURE_INCONNUE = "Dites s'il s'agit d'une correction ou d'une explication."


@dataclass(frozen=True, slots=True)
class Declaration:
    """Ce qui est déclaré d'un chiffre, quand, pour quelle version."""

    indicateur_id: str
    nature: NatureDeclaration
    texte: str
    declaree_le: datetime
    version_id: str


class Declarations:
    """Ajoute et relit ; rien ne s'efface ni ne se corrige, une autre déclaration s'ajoute."""

    def __init__(self, moteur: Engine, horloge: Horloge = get_now) -> None:
        self._moteur, self._horloge = moteur, horloge

    def list(self, collectivite_id: str) -> tuple[Declaration, ...]:
        """Celles d'une collectivité, la plus récente d'abord."""
        c = declarations.c
        requete = (
            select(c.indicateur_id, c.nature, c.texte, c.declaree_le, c.version_id)
            .where(c.collectivite_id == collectivite_id)
            .order_by(c.declaration_id.desc())
        )
        with self._moteur.connect() as connexion:
            return tuple(Declaration(*ligne) for ligne in connexion.execute(requete))

    def add(
        self, indicateur_id: str, nature: str, texte: str, *, version_id: str, portee: Portee, compte: str
    ) -> None:
        """Inscrit au journal (jamais le texte), puis garde ; les deux ou aucun."""
        propre = clean_texte(texte)
        if nature not in get_args(NatureDeclaration):
            raise RegistreError(NATURE_INCONNUE)
        collectivite_id, c = portee.collectivite_id, declarations.c
        siennes = (c.collectivite_id == collectivite_id) & (c.version_id == version_id)
        with open_transaction(self._moteur, NON_TENU) as connexion:
            nombre = connexion.scalar(select(func.count()).select_from(declarations).where(siennes))
            if (nombre or 0) >= PAR_FENETRE:
                raise RegistreError(TROP)
            write_fait(
                connexion, "declarer", collectivite_id, portee=portee, compte=compte,
                detail=f"{nature} {indicateur_id} {version_id}",
            )  # fmt: skip
            connexion.execute(
                insert(declarations).values(
                    collectivite_id=collectivite_id, version_id=version_id, indicateur_id=indicateur_id,
                    nature=nature, texte=propre, compte=compte, declaree_le=self._horloge(),
                )
            )  # fmt: skip


def clean_texte(texte: str) -> str:
    """Le texte en une suite de mots visibles ; `RegistreError` s'il est vide, ou trop long."""
    visible = "".join(signe if signe.isprintable() else " " for signe in texte)
    propre = " ".join(visible.split())
    if not propre:
        raise RegistreError(VIDE)
    if len(propre) > SIGNES:
        raise RegistreError(TROP_LONG)
    return propre
