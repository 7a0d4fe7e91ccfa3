"""Combien de temps la réserve garde un fichier reçu dont aucune version n'a plus les réponses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from barometre.pipeline.rejeu import Fiche, list_cites, list_reserve
from barometre.warehouse.entrepot import Entrepot

# Trois ans : une vague en couvre une, et l'on revient parfois sur les deux d'avant.
# « Données conservées pendant une durée n'excédant pas celle nécessaire » : RGPD, article 5, 1, e.
JOURS = 3 * 365


def list_purgeables(entrepot: Entrepot, instant: datetime, jours: int = JOURS) -> list[Fiche]:
    """Les fichiers reçus il y a plus de `jours` jours, dont aucune version n'a les réponses.

    Le dernier reçu d'un questionnaire et d'une vague reste toujours : il porte leur clé secrète, et un bruit
    retiré une seconde fois laisserait moyenner les deux.
    """
    cites = list_cites(entrepot, [*entrepot.list_ids(), *entrepot.list_preparees()])
    avant = (instant - timedelta(days=jours)).isoformat()
    vus: set[tuple[str, str]] = set()
    purgeables = []
    for fiche in list_reserve(entrepot):
        lieu = (fiche.questionnaire_id, fiche.vague_id)
        if lieu in vus and fiche.cle not in cites and fiche.recu_le < avant:
            purgeables.append(fiche)
        vus.add(lieu)
    return purgeables


def remove_purgeables(
    entrepot: Entrepot, instant: datetime, jours: int, inscrire: Callable[[Fiche], None]
) -> list[Fiche]:
    """Efface les fichiers que `list_purgeables` donne ; chacun est inscrit avant de disparaître.

    Lève `ConstructionEnCours` si un import ou une construction se sert de la réserve.
    """
    with entrepot.lock():
        purges = list_purgeables(entrepot, instant, jours)
        for fiche in purges:
            inscrire(fiche)
            entrepot.get_reserve().remove(fiche.cle)
    return purges
