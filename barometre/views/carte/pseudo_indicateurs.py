"""Deux cartes qui ne viennent pas du catalogue : qui a répondu, et qui est accompagné."""

from __future__ import annotations

from datetime import date

from barometre.catalogue.model import PARTICIPATION, Catalogue
from barometre.domain.indicateur import Calcul, Indicateur

__all__ = ["OPSN", "PARTICIPATION", "build_pseudo"]
OPSN = "couverture_opsn"


def build_pseudo(catalogue: Catalogue, id_: str, theme_id: str) -> Indicateur:
    """La carte d'identité de la participation, ou de la couverture par un OPSN."""
    return _build_opsn(theme_id) if id_ == OPSN else _build_participation(catalogue, theme_id)


def _build_participation(catalogue: Catalogue, theme_id: str) -> Indicateur:
    theme = catalogue.get_theme(theme_id).titre if theme_id else ""
    quoi = f"au questionnaire «\u202f{theme}\u202f»" if theme else "à au moins un questionnaire"
    return _build(
        PARTICIPATION,
        theme_id,
        titre=f"Participation {quoi}",
        definition=f"Part des collectivités qui ont répondu {quoi}.",
        base="Toutes les collectivités du champ, répondantes ou non",
        precautions="Une participation élevée ne dit pas que les répondantes ressemblent aux autres.",
        decimales=1,
    )


def _build_opsn(theme_id: str) -> Indicateur:
    return _build(
        OPSN,
        theme_id,
        titre="Couverture par un OPSN",
        definition="Ce que les sources disent de l’accompagnement par un opérateur public de services "
        "numériques.",
        base="Tous les territoires",
        precautions="Un territoire sans OPSN connu est « inconnu », jamais « non couvert ».",
        decimales=0,
    )


def _build(
    id_: str, theme_id: str, *, titre: str, definition: str, base: str, precautions: str, decimales: int
) -> Indicateur:
    return Indicateur(
        id=id_,
        theme_id=theme_id,
        titre=titre,
        definition=definition,
        unite="%",
        decimales=decimales,
        # Ni mieux, ni moins bien : la carte décrit.
        sens="neutre",
        calcul=Calcul("part_options"),
        base=base,
        source_id="barometre",
        origine="declare",
        precautions=precautions,
        pourquoi="",
        actions=(),
        revision=date.max,
    )
