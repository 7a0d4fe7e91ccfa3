"""Ce qui a été demandé, et ce qui a été reçu : vagues, questions, indicateurs, réponses, lots, refus.

Le grain est écrit au-dessus de chaque table ; une clé le prouve.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Float,
    Integer,
    PrimaryKeyConstraint,
    Table,
)

from barometre.warehouse.schema.base import metadata, parmi, texte

# Une ligne = une période de collecte.
dim_vague = Table(
    "dim_vague",
    metadata,
    texte("vague_id"),
    texte("titre"),
    Column("edition", Integer, nullable=False),
    Column("rang", Integer, nullable=False),
    Column("ouverture", Date, nullable=True),
    Column("fermeture", Date, nullable=True),
    PrimaryKeyConstraint("vague_id"),
)

# Une ligne = un questionnaire ouvert pendant une vague.
vague_questionnaire = Table(
    "vague_questionnaire",
    metadata,
    texte("vague_id"),
    texte("questionnaire_id"),
    PrimaryKeyConstraint("vague_id", "questionnaire_id"),
)

# Une ligne = une question d'un questionnaire.
dim_question = Table(
    "dim_question",
    metadata,
    texte("question_id"),
    texte("questionnaire_id"),
    texte("code"),
    texte("libelle"),
    texte("type"),
    Column("rang", Integer, nullable=False),
    PrimaryKeyConstraint("question_id"),
    parmi("type", "choix_unique", "choix_multiple", "nombre", "texte"),
)

# Une ligne = un indicateur du catalogue (la carte complète reste dans le catalogue).
dim_indicateur = Table(
    "dim_indicateur",
    metadata,
    texte("indicateur_id"),
    texte("theme_id"),
    texte("titre"),
    texte("unite"),
    texte("sens"),
    texte("origine"),
    texte("sensibilite"),
    texte("source_id"),
    PrimaryKeyConstraint("indicateur_id"),
    parmi("origine", "declare", "mesure", "publie"),
    parmi("sensibilite", "normale", "cyber"),
)

# Une ligne = un questionnaire rempli par une collectivité pendant une vague.
participation = Table(
    "participation",
    metadata,
    texte("vague_id"),
    texte("questionnaire_id"),
    texte("collectivite_id"),
    Column("date_reponse", Date, nullable=True),
    texte("profil", vide=True),
    texte("lot_id"),
    Column("simulee", Boolean, nullable=False),
    PrimaryKeyConstraint("vague_id", "questionnaire_id", "collectivite_id"),
    CheckConstraint("profil IS NULL OR profil IN ('agent', 'elu')", name="profil_connu"),
)

# Une ligne = la clé secrète d'un questionnaire à une vague (32 octets, en hexadécimal), tirée au premier
# import et gardée ensuite : elle fixe le bruit des chiffres. Ni la porte ni un export ne la lisent.
cle_secrete = Table(
    "cle_secrete",
    metadata,
    texte("vague_id"),
    texte("questionnaire_id"),
    texte("cle"),
    PrimaryKeyConstraint("vague_id", "questionnaire_id"),
    CheckConstraint("LENGTH(cle) = 64", name="cle_entiere"),
)

# Une ligne = une réponse d'une collectivité à une question ; une par option pour un choix multiple
# (`valeur` 1 cochée, 0 non cochée), une seule sinon (`option_id` choisie, ou vide).
fait_reponse = Table(
    "fait_reponse",
    metadata,
    texte("vague_id"),
    texte("questionnaire_id"),
    texte("collectivite_id"),
    texte("question_id"),
    texte("option_id"),
    texte("etat"),
    Column("valeur", Float, nullable=True),
    texte("texte", vide=True),
    PrimaryKeyConstraint("vague_id", "questionnaire_id", "collectivite_id", "question_id", "option_id"),
    parmi("etat", "repondu", "ne_sait_pas", "non_concerne", "sans_reponse"),
)

# Une ligne = un fichier importé (un lot remplace le précédent du même questionnaire et de la même
# vague lorsqu'il en est la correction).
lot_import = Table(
    "lot_import",
    metadata,
    texte("lot_id"),
    texte("fichier"),
    texte("empreinte"),
    # Sous quelle clé la réserve garde le fichier, données personnelles ôtées ; vide : réponses simulées, ou
    # lot d'un programme qui ne gardait pas encore les fichiers.
    texte("empreinte_gardee", vide=True),
    texte("format"),
    texte("vague_id"),
    texte("questionnaire_id"),
    Column("importe_le", DateTime, nullable=False),
    Column("simule", Boolean, nullable=False),
    Column("lus", Integer, nullable=False),
    Column("charges", Integer, nullable=False),
    Column("doublons", Integer, nullable=False),
    Column("quarantaine", Integer, nullable=False),
    Column("ignores", Integer, nullable=False),
    # Des réponses tardives, trop peu pour changer une vague publiée : gardées, chargées avec les suivantes.
    Column("retenues", Integer, nullable=True),
    PrimaryKeyConstraint("lot_id"),
    CheckConstraint(
        "lus = charges + doublons + quarantaine + ignores + COALESCE(retenues, 0)", name="compte_juste"
    ),
)

# Une ligne = un motif de refus d'une ligne d'un lot (ou d'une source de l'État : lot_id = source_id).
quarantaine = Table(
    "quarantaine",
    metadata,
    texte("lot_id"),
    Column("rang", Integer, nullable=False),
    Column("ligne", Integer, nullable=False),
    texte("colonne"),
    texte("valeur"),
    texte("motif"),
    PrimaryKeyConstraint("lot_id", "rang"),
)
