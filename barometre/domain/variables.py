"""Les variables d'environnement du service : leur rôle, leur valeur sinon, et celles qui ne s'affichent pas.

`docs/exploitation.md` en est le tableau lisible ; un essai tient ensemble le code, cette liste et le tableau.
"""

from __future__ import annotations

from dataclasses import dataclass

PREFIXE = "BAROMETRE_"


@dataclass(frozen=True, slots=True)
class Variable:
    """Une variable ; `secrete` : sa valeur ne s'affiche jamais."""

    nom: str
    role: str
    sinon: str
    secrete: bool = False


VARIABLES: tuple[Variable, ...] = (
    Variable("BAROMETRE_ENTREPOT", "où sont les versions", "entrepot"),
    Variable(
        "BAROMETRE_ENTREPOT_PUBLIC", "le même, par un rôle sans droit aux réponses", "BAROMETRE_ENTREPOT"
    ),
    Variable("BAROMETRE_REGISTRE", "droits, journal, vues gardées", "sqlite:///registre/registre.db"),
    Variable("BAROMETRE_MIROIR", "où chercher les données de l'État", "leur adresse officielle"),
    Variable("BAROMETRE_COPIES", "la dernière bonne copie de chaque source", "miroir"),
    Variable("BAROMETRE_CONTOURS", "les contours des communes et des EPCI", "contours"),
    Variable("BAROMETRE_PRODUCTION", "refuse de démarrer si un réglage ne protège pas", "non"),
    Variable("BAROMETRE_ADRESSE", "l'adresse publique du service", "aucune"),
    Variable("BAROMETRE_HOTES", "les hôtes admis", "cette machine"),
    Variable("BAROMETRE_CADRES", "les sites qui peuvent montrer nos pages", "aucun"),
    Variable("BAROMETRE_OIDC_EMETTEUR", "l'émetteur ProConnect", "aucun : tout lecteur est public"),
    Variable("BAROMETRE_OIDC_CLIENT", "l'identifiant ProConnect", "aucun"),
    Variable("BAROMETRE_OIDC_SECRET", "le secret ProConnect", "aucun", secrete=True),
    Variable("BAROMETRE_SECRET", "signe les adresses des fichiers privés", "tiré au démarrage", secrete=True),
    Variable("BAROMETRE_METRIQUES", "le jeton qui lit /metriques", "aucun : personne", secrete=True),
    Variable("BAROMETRE_API_ORIGINES", "les sites dont les pages lisent l'API", "aucun"),
    Variable("BAROMETRE_LIMESURVEY_COMPTE", "le compte qui lit une enquête LimeSurvey", "aucun"),
    Variable("BAROMETRE_LIMESURVEY_MOT_DE_PASSE", "son mot de passe", "aucun", secrete=True),
    Variable("BAROMETRE_GRIST_CLE", "la clé qui lit une table Grist", "aucune", secrete=True),
    Variable("BAROMETRE_DEMARCHES_JETON", "le jeton qui lit une démarche", "aucun", secrete=True),
    Variable("BAROMETRE_JOURNAL", "« json » : les journaux du serveur en un objet par ligne", "du texte"),
    Variable("BAROMETRE_TRACE", "la trace technique d'une commande qui échoue", "une phrase seulement"),
    Variable("BAROMETRE_AVANCEMENT", "où la récupération en est", "posée par « servir --recuperer »"),
)
