"""La liste fermée de ce qui montre un chiffre ou un compte, et comment le public l'attaque.

Une page, une adresse, une commande ou un format qui n'y est pas fait échouer `test_surfaces.py` : qui en
ajoute un dit ici s'il est attaqué (`ATTAQUEE`), ou pourquoi il n'a pas à l'être.

L'attaque est une non-interférence (Goguen et Meseguer, 1982) : deux entrepôts qui ne diffèrent que par ce que
le secret cache (`trouble`) doivent donner au public exactement les mêmes octets.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import duckdb

ATTAQUEE = ""
OPERATEUR = "se lance sur la machine qui porte l'entrepôt ; elle ne montre que des comptes de lignes lues"

COMMANDES: dict[str, str] = {
    "construire": OPERATEUR,
    "importer": OPERATEUR,
    "importer-actions": OPERATEUR,
    "lots": OPERATEUR,
    "questionnaire": "les questions posées, publiques ; aucune réponse",
    "recalculer": OPERATEUR,
    "sauvegarder": OPERATEUR,
    "restaurer": OPERATEUR,
    "sources": "données de l'État, publiques",
    "verifier": OPERATEUR,
    "verifier-fichier": ATTAQUEE,
    "versions": "identifiants et dates des versions, publics",
    "chercher": ATTAQUEE,
    "estimer": ATTAQUEE,
    "pairs": ATTAQUEE,
    "exporter": ATTAQUEE,
    "fiche": ATTAQUEE,
    "synthese": ATTAQUEE,
    "acces": "droits et journal, sans aucune réponse",
    "diagnostic": "réglages et état de la machine, sans aucune réponse",
    "servir": "lance l'application, dont chaque adresse est listée ici",
}
API: dict[str, str] = {
    "/valeurs": ATTAQUEE,
    "/indicateurs": "le catalogue, public",
    "/questionnaires": "les questions posées, publiques",
    "/territoires": "le référentiel, public",
    "/collectivites": ATTAQUEE,
    "/participation": ATTAQUEE,
    "/sources": ATTAQUEE,
    "/versions": ATTAQUEE,
}
ADRESSES: dict[str, str] = {
    "/healthz": "le processus répond, rien d'autre",
    "/metriques": "des durées, des comptes de demandes et des octets ; aucun chiffre du baromètre",
    "/readyz": "l'identifiant de la version, public",
    "/ressources": "scripts et styles du dépôt",
    "/contours/{dossier}/{nom}": "contours de l'IGN, publics",
    "/fichiers/{jeton}": "fait par la porte du lecteur, pour sa session et son droit seuls",
    "/exports/{jeton}": "suit la commande `exporter`, attaquée : public seulement, version relue",
    "/exports/{jeton}/fichier": "le fichier de la commande `exporter`, attaquée",
    "/exports/{jeton}/arreter": "arrête un export, ne montre aucun chiffre",
    "/exports/{jeton}/relancer": "oublie un export fini, ne montre aucun chiffre",
    "/images/{jeton}.png": "faite par la porte du lecteur, des valeurs de la page Carte",
    "/figures/{page}.{extension}": ATTAQUEE,
    "/vendor": "bibliothèques du navigateur",
    "/api/v1": "chaque lecture est dans API",
    "/connexion": "ne montre aucun chiffre",
}
PAGES: dict[str, str] = {
    **dict.fromkeys(
        (
            "", "inclusion", "cybersecurite", "communication", "infrastructures", "outils_internes", "donnee",
            "dematerialisation", "services_en_ligne", "strategie", "chiffres_cles", "fiche", "comparer",
            "carte", "opsn", "participation", "evolution", "alertes", "objectifs", "obligations",
            "actions_publiques", "fonds", "synthese", "explorer", "questionnaires", "sources_methode",
            "administration",
        ),
        ATTAQUEE,
    ),
    "accessibilite": "un texte du dépôt",
    "mentions_legales": "un texte du dépôt",
}  # fmt: skip
FORMATS: dict[str, str] = {
    "csv": ATTAQUEE,
    "csv_international": ATTAQUEE,
    "xlsx": ATTAQUEE,
    "ods": ATTAQUEE,
    "parquet": ATTAQUEE,
    "zip": ATTAQUEE,
    "gpkg": ATTAQUEE,
}
DOCUMENTS: dict[str, str] = dict.fromkeys(("pdf", "docx", "pptx", "odt"), ATTAQUEE)

CACHEES = "etat NOT IN ('published', 'indicative')"
COMMUNE = "commune-2A005"
# Ce que le public ne doit pas voir bouger. Les cellules factices ont quatre répondantes : sous dix, une de
# moins ne se lit nulle part, ni son jour, ni son profil.
CHANGEMENTS = (
    f"UPDATE agregat SET n_publie = 9, participants = 9, n_oui = 2, brut = 0.77, redresse = 0.66, n_eff = 8, "
    f"bas = 0.1, haut = 0.9, se = 0.3, prudence_bas = 0.1, prudence_haut = 0.9, g_etoile = 1.7, pente = 0.4, "
    f"egal = 0.5, egal_bas = 0.4, egal_haut = 0.6, egal_note = 'C', egal_manque = '' "
    f"WHERE {CACHEES}",
    "UPDATE agregat SET n = n - 3, df = df + 3",
    f"DELETE FROM participation WHERE collectivite_id = '{COMMUNE}'",
    "UPDATE participation SET date_reponse = date_reponse + 2, profil = 'elu'",
    f"INSERT INTO fait_valeur BY NAME (SELECT indicateur_id, '{COMMUNE}' AS collectivite_id, "
    "vague_id AS periode, 1.0 AS valeur, 'repondu' AS etat, 'essai' AS source_id FROM agregat "
    "WHERE territoire_id = 'france' AND type = '' AND strate = '' AND couverture = '')",
)


def trouble(
    dossier: Path, copie: Path, version_id: str = "", changements: Sequence[str] = CHANGEMENTS
) -> str:
    """Une copie de l'entrepôt, de même version, où tout ce qui est caché (dans cette version) a changé."""
    shutil.copytree(dossier, copie)
    (fichier,) = (f for f in copie.glob("*.duckdb") if version_id in f.name)
    with duckdb.connect(str(fichier)) as connexion:
        for changement in changements:
            connexion.execute(changement)
    return str(copie)
