"""Qui peut lire quoi : une seule décision, pour l'affichage, la carte, le fichier, l'image et la commande."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from barometre.domain.portee import Portee

# Ce qui se lit d'une collectivité nommée ; la cybersécurité demande un droit à part.
Sujet = Literal["participation", "reponse", "cyber"]
Lisibles = frozenset[str] | None
# None : toutes les collectivités.
TOUTES = None
AUCUNE: Lisibles = frozenset()

REFUS = {
    "public": "Les réponses d'une collectivité ne sont pas publiques : elle seule, et qui en a reçu le "
    "droit, peuvent les lire.",
    "collectivite": "Vous lisez les réponses de votre collectivité, pas celles d'une autre.",
    "opsn": "Cette collectivité n'est pas dans le périmètre de votre OPSN.",
    "programme": "Lire des réponses nommées demande un droit nominatif, que ce compte n'a pas.",
    "operateur": "Un opérateur charge et vérifie les fichiers ; il ne lit pas les réponses nommées.",
}
REFUS_CYBER = "Les réponses de cybersécurité demandent un droit à part, que ce compte n'a pas."
REFUS_EXACTS = (
    "Un chiffre exact, sans seuil ni arrondi, demande un droit nominatif (et un droit à part en "
    "cybersécurité), que ce compte n'a pas."
)
REFUS_ACTIONS = "La liste nommée d'un fonds est réservée au programme : elle n'a pas été publiée."
REFUS_DECLARER = (
    "Seule une personne de cette collectivité, connectée, peut déclarer quelque chose de ses chiffres."
)
REFUS_FENETRE = (
    "La fenêtre de réponse est fermée : l'équipe du baromètre l'ouvre avant de publier une version."
)
REFUS_CHIFFRE = "Ce chiffre n'est pas un de ceux que votre collectivité a déclarés."
REFUS_PARTICIPATION = "Qui a répondu n'est pas public : la collectivité, son OPSN et le programme le lisent."


def list_lisibles(portee: Portee, sujet: Sujet, perimetre: Collection[str] = ()) -> Lisibles:
    """Les collectivités dont la portée lit ce sujet : un ensemble, peut-être vide, ou TOUTES.

    `perimetre` : les collectivités de l'OPSN de la portée. Une collectivité lit toutes ses réponses, celles
    de cybersécurité comprises ; un autre, si son droit le dit.
    """
    if portee.role == "collectivite":
        return frozenset({portee.collectivite_id})
    if sujet == "cyber" and not portee.cyber:
        return AUCUNE
    if portee.role == "opsn":
        return frozenset(perimetre)
    if portee.role == "programme" and (sujet == "participation" or portee.nominatif):
        return TOUTES
    return AUCUNE


def can_read(
    portee: Portee, collectivite_id: str, sujet: Sujet = "reponse", perimetre: Collection[str] = ()
) -> bool:
    """Vrai si la portée lit ce sujet de cette collectivité : la décision que tous les chemins prennent."""
    lisibles = list_lisibles(portee, sujet, perimetre)
    return lisibles is None or collectivite_id in lisibles


def describe_droit(portee: Portee) -> str:
    """Ce qu'un droit donne, pour le journal : « opsn adat, cyber »."""
    cible = portee.collectivite_id or portee.opsn_id
    options = [nom for nom, pris in (("cyber", portee.cyber), ("nominatif", portee.nominatif)) if pris]
    return ", ".join([f"{portee.role} {cible}".strip(), *options])


def is_motif_requis(portee: Portee) -> bool:
    """Vrai si emporter un fichier nommé demande de dire pourquoi : il parle d'autres que du lecteur."""
    return portee.role in ("opsn", "programme")


def explain_refusal(
    portee: Portee, collectivite_id: str, sujet: Sujet = "reponse", perimetre: Collection[str] = ()
) -> str:
    """La phrase du refus, ou vide si la lecture est permise."""
    if can_read(portee, collectivite_id, sujet, perimetre):
        return ""
    if sujet == "participation":
        return REFUS_PARTICIPATION
    return REFUS_CYBER if can_read(portee, collectivite_id, "reponse", perimetre) else REFUS[portee.role]


def can_declare(portee: Portee, collectivite_id: str) -> bool:
    """Vrai si la portée parle pour cette collectivité ; un rôle prêté par la démonstration, jamais."""
    return portee.role == "collectivite" and portee.collectivite_id == collectivite_id and not portee.simulee


def can_read_actions(portee: Portee) -> bool:
    """Vrai si la portée lit qui un fonds a soutenu : le programme, et l'opérateur qui charge la liste."""
    return portee.role in ("programme", "operateur")
