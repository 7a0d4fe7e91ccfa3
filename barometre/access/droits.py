"""Qui peut lire quoi : une seule règle, pour l'affichage, la carte, le fichier et la commande."""

from __future__ import annotations

from collections.abc import Collection

from barometre.domain.portee import Portee

REFUS = {
    "public": "Les réponses d'une collectivité ne sont pas publiques : elle seule, et qui en a reçu le "
    "droit, peuvent les lire.",
    "collectivite": "Vous lisez les réponses de votre collectivité, pas celles d'une autre.",
    "opsn": "Cette collectivité n'est pas dans le périmètre de votre OPSN.",
    "programme": "Lire des réponses nommées demande un droit nominatif, que ce compte n'a pas.",
    "operateur": "Un opérateur charge et vérifie les fichiers ; il ne lit pas les réponses nommées.",
}
REFUS_CYBER = "Les réponses de cybersécurité demandent un droit à part, que ce compte n'a pas."
REFUS_PARTICIPATION = "Qui a répondu n'est pas public : la collectivité, son OPSN et le programme le lisent."


def explain_refusal(
    portee: Portee, collectivite_id: str, *, cyber: bool = False, perimetre: Collection[str] = ()
) -> str:
    """La phrase du refus de lire ces réponses, ou vide si la portée le permet.

    `cyber` : l'indicateur est sensible. `perimetre` : les collectivités de l'OPSN de la portée.
    """
    permis = {
        "collectivite": collectivite_id == portee.collectivite_id,
        "opsn": collectivite_id in perimetre,
        "programme": portee.nominatif,
    }.get(portee.role, False)
    if not permis:
        return REFUS[portee.role]
    return REFUS_CYBER if cyber and is_cyber_cache(portee) else ""


def can_see_participation(portee: Portee, collectivite_id: str, perimetre: Collection[str] = ()) -> bool:
    """Vrai si la portée lit si elle a répondu : elle-même, son OPSN, le programme, l'opérateur."""
    if portee.role in ("programme", "operateur"):
        return True
    siennes = perimetre if portee.role == "opsn" else (portee.collectivite_id,)
    return portee.role != "public" and collectivite_id in siennes


def is_cyber_cache(portee: Portee) -> bool:
    """Une collectivité lit ses propres réponses de cybersécurité ; les autres, si leur droit le dit."""
    return not portee.cyber and portee.role != "collectivite"
