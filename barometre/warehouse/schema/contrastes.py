"""La table des groupes comparés."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Float, Integer, PrimaryKeyConstraint, Table

from barometre.domain.secret import ETATS
from barometre.warehouse.schema.base import metadata, texte

# Une ligne = un indicateur, une vague, un groupe (une cellule nationale ou régionale d'`agregat`) et ce à
# quoi on le compare : « autres », toutes les autres répondantes ; « inconnue », celles du même type dont la
# couverture OPSN n'est pas connue (le groupe est alors « couverte » : adhérentes et périmètres réunis).
contraste = Table(
    "contraste",
    metadata,
    texte("indicateur_id"),
    texte("vague_id"),
    texte("territoire_id"),
    texte("type"),
    texte("strate"),
    texte("couverture"),
    texte("reference"),
    Column("n", Integer, nullable=False),
    Column("n_reference", Integer, nullable=False),
    # part du groupe moins part de la référence ; pour une région, à strate, population et couverture égales,
    # pour une couverture à strate, population et région égales
    Column("difference", Float, nullable=False),
    Column("difference_simple", Float, nullable=True),  # d'une région, d'une couverture : sans correction
    Column("se", Float, nullable=False),
    Column("bas", Float, nullable=False),
    Column("haut", Float, nullable=False),
    Column("p_value", Float, nullable=False),
    # corrigée des comparaisons multiples (Benjamini-Hochberg), par thème et par vague
    Column("q_value", Float, nullable=False),
    # 1 au-dessus, −1 en dessous, 0 sans écart démontré ; et à quel niveau c'est démontré
    Column("position", Integer, nullable=False),
    texte("niveau"),
    texte("etat"),
    PrimaryKeyConstraint(
        "indicateur_id", "vague_id", "territoire_id", "type", "strate", "couverture", "reference"
    ),
    CheckConstraint("reference IN ('autres', 'inconnue')", name="reference_connue"),
    CheckConstraint("position IN (-1, 0, 1)", name="position_connue"),
    CheckConstraint("niveau IN ('', '95', '998')", name="niveau_connu"),
    CheckConstraint("(position = 0) = (niveau = '')", name="niveau_selon_position"),
    CheckConstraint(f"etat IN {ETATS}", name="etat_connu"),
    CheckConstraint("bas <= haut AND se >= 0", name="intervalle_ordonne"),
)
