"""Les bornes d'un fichier reçu : au-delà, il est refusé avant d'occuper la mémoire."""

# Une formule écrite par un programme, jamais calculée : sa cellule n'a pas de réponse à donner.
SANS_VALEUR = "#FORMULE SANS VALEUR"
MAX_OCTETS = 200 * 1024 * 1024
MAX_COLONNES = 2_000
MAX_LIGNES = 100_000
# 36 000 collectivités × 80 colonnes : le plus grand export imaginable tient encore.
MAX_CELLULES = 3_000_000
MAX_OCTETS_LIGNE = 8 * 1024 * 1024
# Excel borne une cellule à 32 767 caractères ; un texte libre de LimeSurvey reste bien en deçà.
MAX_CARACTERES_CELLULE = 131_072
# Un classeur ordinaire se comprime de 5 à 30 fois ; une bombe, de 1 000 fois et plus.
MAX_OCTETS_DECOMPRESSES = 150 * 1024 * 1024
MAX_RAPPORT_COMPRESSION = 150
# En dessous de cette taille décompressée, le rapport ne dit rien : les petits fichiers se tassent fort.
OCTETS_RAPPORT_SIGNIFICATIF = 4 * 1024 * 1024
