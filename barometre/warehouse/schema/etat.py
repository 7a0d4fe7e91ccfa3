"""Les tables qui rapprochent les réponses, les données de l'État et les listes de bénéficiaires.

Elles ne contiennent que des comptes et des parts déjà protégés ou leur état : aucune réponse nommée.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, Float, Integer, PrimaryKeyConstraint, Table

from barometre.warehouse.schema.base import metadata, texte

ETATS = "etat IN ('published', 'primary')"


# Une ligne = l'accord entre une réponse et une donnée de l'État, chez les répondantes d'un type, à une vague.
accord = Table(
    "accord",
    metadata,
    texte("indicateur_id"),
    texte("mesure_id"),
    texte("vague_id"),
    texte("type"),
    texte("periode"),
    Column("n", Integer, nullable=False),
    Column("oui_oui", Integer, nullable=False),
    Column("declare_seul", Integer, nullable=False),
    Column("mesure_seule", Integer, nullable=False),
    Column("non_non", Integer, nullable=False),
    texte("etat"),
    PrimaryKeyConstraint("indicateur_id", "mesure_id", "vague_id", "type"),
    CheckConstraint(ETATS, name="etat_connu"),
    CheckConstraint("n = oui_oui + declare_seul + mesure_seule + non_non", name="compte_juste"),
)

# Une ligne = une pratique, à une vague, chez les bénéficiaires d’un programme et chez des comparables.
association = Table(
    "association",
    metadata,
    texte("programme_id"),
    texte("indicateur_id"),
    texte("vague_id"),
    Column("n_beneficiaires", Integer, nullable=False),
    Column("n_comparables", Integer, nullable=False),
    Column("part_beneficiaires", Float, nullable=False),
    Column("part_comparables", Float, nullable=False),
    Column("difference", Float, nullable=False),
    Column("se", Float, nullable=True),
    Column("bas", Float, nullable=True),
    Column("haut", Float, nullable=True),
    Column("p_value", Float, nullable=True),
    # corrigée des comparaisons multiples (Benjamini-Hochberg), par programme et par thème
    Column("q_value", Float, nullable=True),
    texte("verdict"),
    texte("etat"),
    PrimaryKeyConstraint("programme_id", "indicateur_id", "vague_id"),
    CheckConstraint(ETATS, name="etat_connu"),
)

# Une ligne = une pratique, d’une vague à l’autre, chez les bénéficiaires d’un programme ou d’un fonds et des
# comparables qui ont répondu aux deux. `temoin_*` : la même différence, pour les mêmes
# bénéficiaires, sur les deux vagues d’avant ; vide s’il n’y en a pas, ou trop peu de réponses.
double_difference = Table(
    "double_difference",
    metadata,
    texte("programme_id"),
    texte("indicateur_id"),
    texte("vague_1"),
    texte("vague_2"),
    Column("n_beneficiaires", Integer, nullable=False),
    Column("n_comparables", Integer, nullable=False),
    Column("beneficiaires_avant", Float, nullable=False),
    Column("beneficiaires_apres", Float, nullable=False),
    Column("comparables_avant", Float, nullable=False),
    Column("comparables_apres", Float, nullable=False),
    Column("difference", Float, nullable=False),
    Column("bas", Float, nullable=True),
    Column("haut", Float, nullable=True),
    # corrigée des comparaisons multiples (Benjamini-Hochberg), par programme, thème et paire de vagues
    Column("q_value", Float, nullable=True),
    texte("verdict"),
    texte("vague_temoin", vide=True),
    Column("temoin", Float, nullable=True),
    Column("temoin_bas", Float, nullable=True),
    Column("temoin_haut", Float, nullable=True),
    texte("etat"),
    PrimaryKeyConstraint("programme_id", "indicateur_id", "vague_2"),
    CheckConstraint(ETATS, name="etat_connu"),
)
