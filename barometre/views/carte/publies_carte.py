"""Ce que le baromètre a publié sur le sujet d'une carte : des chiffres nationaux, sans territoire."""

from __future__ import annotations

from barometre.catalogue.model import PARTICIPATION, Catalogue
from barometre.domain.chiffre import ChiffrePublie
from barometre.domain.formats import format_compte, format_liste
from barometre.domain.indicateur import Indicateur
from barometre.views.lecture.publies import SUIVI, format_publie, is_suivi

SANS_TERRITOIRE = (
    "Publié pour la France entière, sans détail par territoire\u202f: cela ne se met pas en carte."
)
# Au-delà, la phrase ne se lit plus : la page Chiffres clés les donne tous.
NOMMES = 2


def describe_publies(catalogue: Catalogue, indicateur: Indicateur, *, simulee: bool = False) -> str:
    """« Publié par le baromètre : 76 % (Collectivités possédant un site internet, 2025)… », ou vide.

    `simulee` : la carte est faite de réponses simulées, que le tirage a pu faire suivre le chiffre publié.
    """
    publies = list_publies(catalogue, indicateur)
    if not publies:
        return ""
    if len(publies) > NOMMES:
        combien = format_compte(len(publies), "chiffre")
        return f"{combien} publiés par le baromètre sur ce sujet. {SANS_TERRITOIRE}"
    dits = f"Publié par le baromètre\u202f: {format_liste([_nomme(p) for p in publies])}. {SANS_TERRITOIRE}"
    suivis = simulee and any(is_suivi(p, indicateur) for p in publies)
    return f"{dits} {SUIVI}" if suivis else dits


def list_publies(catalogue: Catalogue, indicateur: Indicateur) -> list[ChiffrePublie]:
    """Les chiffres publiés de cet indicateur, ou de la participation."""
    if indicateur.id == PARTICIPATION:
        return [p for p in catalogue.chiffres_publies if p.theme_id == PARTICIPATION]
    return [p for p in catalogue.chiffres_publies if p.id in indicateur.chiffres_publies]


def _nomme(publie: ChiffrePublie) -> str:
    details = ", ".join(d for d in (publie.libelle, publie.annee) if d)
    return f"{format_publie(publie)} ({details})"
