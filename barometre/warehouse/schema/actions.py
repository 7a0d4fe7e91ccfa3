"""Ce qu'un fonds a attribué : les listes de bénéficiaires reçues. Aucune réponse à un questionnaire.

Le grain est écrit au-dessus de chaque table ; une clé le prouve.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Date, DateTime, Float, Integer, PrimaryKeyConstraint, Table

from barometre.warehouse.schema.base import metadata, parmi, texte

# Une ligne = la liste en service d'un fonds (un fichier reçu ; le suivant du même fonds la remplace).
lot_actions = Table(
    "lot_actions",
    metadata,
    texte("lot_id"),
    texte("fonds_id"),
    texte("fichier"),
    texte("empreinte"),
    # Sous quelle clé la réserve garde le fichier, colonnes comprises seulement.
    texte("empreinte_gardee"),
    Column("importe_le", DateTime, nullable=False),
    Column("lus", Integer, nullable=False),
    Column("charges", Integer, nullable=False),
    Column("doublons", Integer, nullable=False),
    Column("quarantaine", Integer, nullable=False),
    Column("ignores", Integer, nullable=False),
    PrimaryKeyConstraint("fonds_id"),
    CheckConstraint("lus = charges + doublons + quarantaine + ignores", name="compte_juste"),
)

# Une ligne = un projet soutenu par un fonds, chez un bénéficiaire (une collectivité ou un OPSN), avec la
# ligne du fichier qui le dit. `montant` en euros.
action_fonds = Table(
    "action_fonds",
    metadata,
    texte("lot_id"),
    Column("ligne", Integer, nullable=False),
    texte("fonds_id"),
    texte("collectivite_id", vide=True),
    texte("opsn_id", vide=True),
    texte("projet"),
    Column("montant", Float, nullable=True),
    Column("date_debut", Date, nullable=True),
    Column("date_fin", Date, nullable=True),
    texte("axe"),
    texte("statut"),
    PrimaryKeyConstraint("lot_id", "ligne"),
    parmi("statut", "attribue", "en_cours", "termine", "abandonne", "inconnu"),
    CheckConstraint("montant IS NULL OR montant >= 0", name="montant_positif"),
    CheckConstraint("(collectivite_id IS NULL) <> (opsn_id IS NULL)", name="un_seul_beneficiaire"),
)
