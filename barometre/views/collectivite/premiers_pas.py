"""« Trois choses à faire » : ce que la loi demande d'abord, puis ce que les pairs font déjà."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from barometre.catalogue.model import Catalogue
from barometre.domain.indicateur import Action, Indicateur
from barometre.views.collectivite.ecarts import describe_pairs_enonce
from barometre.views.collectivite.obligations import Obligation
from barometre.views.collectivite.pairs import Pairs
from barometre.views.collectivite.soi import SANS_REPONSE, Reponse, Soi
from barometre.views.lecture.conseil import list_conseils
from barometre.views.lecture.libelles import lower_initiale

NOMBRE = 3
# Qui a répondu ailleurs lirait « vous ne le faites pas », là où l'on n'en sait rien.
SANS_SA_REPONSE = "Vous n’avez pas répondu à cette question : à vérifier"


@dataclass(frozen=True, slots=True)
class PremierPas:
    """Une pratique à entreprendre : pourquoi elle, et les actions du catalogue, dites à ce type."""

    indicateur: Indicateur
    actions: tuple[Action, ...]
    raison: str
    obligatoire: bool
    part: float


def list_premiers_pas(
    catalogue: Catalogue, soi: Soi, type_: str, pairs: Iterable[Pairs], obligations: Sequence[Obligation]
) -> tuple[PremierPas, ...]:
    """Trois pas au plus. Sans réponse lisible, tout ce qui n'est pas fait reste à considérer."""
    dus = {
        preuve: o
        for o in obligations
        if o.concernee and not o.est_faite and not o.seuil.condition
        for preuve in o.seuil.preuves
    }
    pas = [p for groupe in pairs for p in _list_du_theme(catalogue, soi, type_, groupe, dus)]
    return tuple(sorted(pas, key=lambda p: (not p.obligatoire, -p.part))[:NOMBRE])


def _list_du_theme(
    catalogue: Catalogue, soi: Soi, type_: str, groupe: Pairs, dus: dict[str, Obligation]
) -> Iterable[PremierPas]:
    for indicateur in catalogue.list_indicateurs(groupe.theme_id, origine="declare"):
        reponse = soi.get(indicateur.id, groupe.vague_id)
        fait = reponse is not None and (reponse.est_oui or reponse.etat == "non_concerne")
        utile = indicateur.pratique or indicateur.id in dus
        actions = list_conseils(indicateur.actions, type_)
        if fait or not utile or not actions or indicateur.sens != "plus_haut_mieux":
            continue
        chiffre = groupe.get(indicateur.id)
        part = (chiffre.valeur or 0.0) if chiffre and indicateur.est_part else 0.0
        obligation = dus.get(indicateur.id)
        raisons = [f"La loi le demande : {lower_initiale(obligation.seuil.titre)}"] if obligation else []
        raisons += [describe_pairs_enonce(indicateur, chiffre)] if chiffre and part else []
        if raisons:
            raisons += [SANS_SA_REPONSE] if soi.reponses and _is_muette(reponse) else []
            yield PremierPas(indicateur, actions, f"{'. '.join(raisons)}.", obligation is not None, part)


def _is_muette(reponse: Reponse | None) -> bool:
    return reponse is None or reponse.etat == SANS_REPONSE.etat
