"""Les faits du journal, dans les mots de qui le lit ; le registre, lui, n'écrit que leur identifiant."""

from __future__ import annotations

from collections.abc import Mapping

from barometre.domain.portee import NOMS

REFUS = "refus_"
FAITS: Mapping[str, str] = {
    "abandonner": "Abandonner une version préparée",
    "accepter_source": "Accepter une source malgré une garde",
    "accorder": "Accorder un droit",
    "activer": "Remettre une version en service",
    "administrer": "Ouvrir l'administration",
    "connexion": "Se connecter",
    "corriger": "Corriger une ligne en quarantaine",
    "dater_vague": "Dater une vague",
    "declarer": "Déclarer quelque chose d'un chiffre",
    "deconnecter": "Fermer les sessions d'un compte",
    "effacer_version": "Effacer une version",
    "exporter": "Emporter un fichier",
    "importer": "Importer un fichier",
    "importer_actions": "Importer la liste d'un fonds",
    "lire_actions": "Lire la liste nommée d'un fonds",
    "lire_declarations": "Lire ce qu'une collectivité a déclaré",
    "lire_exactes": "Lire des chiffres exacts",
    "lire_imports": "Lire les imports",
    "lire_participation": "Lire qui a répondu",
    "lire_quarantaine": "Lire la quarantaine",
    "lire_reponses": "Lire des réponses nommées",
    "lire_valeurs": "Lire des valeurs nommées",
    "ouvrir_reponses": "Ouvrir ou fermer le droit de réponse",
    "prevoir": "Annoncer la date d'une version",
    "publier": "Publier une version",
    "purger_compte": "Effacer un compte inactif",
    "purger_lot": "Effacer un fichier reçu",
    "rapprocher_colonnes": "Rapprocher des colonnes inconnues",
    "recharger_lot": "Recharger un fichier reçu",
    "recuperer_source": "Récupérer une source",
    "refuser_demande": "Refuser une demande d'accès",
    "restaurer": "Restaurer une sauvegarde",
    "retirer": "Retirer un droit",
    "sauvegarder": "Sauvegarder",
}


def name_fait(action: str) -> str:
    """« Lire des réponses nommées », « Refus : lire… » ; une action d'un autre temps, telle quelle."""
    if action in FAITS or not action.startswith(REFUS):
        return FAITS.get(action, action)
    fait = FAITS.get(action.removeprefix(REFUS), action)
    return f"Refus\u202f: {fait[0].lower()}{fait[1:]}"


def name_role(role: str, *, simulee: bool) -> str:
    """Le rôle de qui a agi ; prêté par la démonstration, il le dit."""
    nom = NOMS.get(role, role)
    return f"{nom} (démonstration)" if simulee else nom
