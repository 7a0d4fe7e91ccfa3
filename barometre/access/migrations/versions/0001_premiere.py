"""Première forme du registre : accès, journal, sélections."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Crée les trois tables."""
    _create_acces()
    op.create_table(
        "journal",
        sa.Column("journal_id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("instant", sa.DateTime, nullable=False, index=True),
        sa.Column("compte", sa.String, nullable=False),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("simulee", sa.Boolean, nullable=False),
        sa.Column("action", sa.String, nullable=False),
        sa.Column("objet", sa.String, nullable=False),
        sa.Column("detail", sa.String, nullable=False),
    )
    op.create_table(
        "selections",
        sa.Column("selection_id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("compte", sa.String, nullable=False, index=True),
        sa.Column("titre", sa.String, nullable=False),
        sa.Column("requete", sa.String, nullable=False),
        sa.Column("creee_le", sa.DateTime, nullable=False),
    )


def _create_acces() -> None:
    op.create_table(
        "acces",
        sa.Column("acces_id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("compte", sa.String, nullable=False, index=True),
        sa.Column("role", sa.String, nullable=False),
        sa.Column("collectivite_id", sa.String, nullable=False),
        sa.Column("opsn_id", sa.String, nullable=False),
        sa.Column("cyber", sa.Boolean, nullable=False),
        sa.Column("nominatif", sa.Boolean, nullable=False),
        sa.Column("motif", sa.String, nullable=False),
        sa.Column("accorde_par", sa.String, nullable=False),
        sa.Column("accorde_le", sa.DateTime, nullable=False),
        sa.Column("expire_le", sa.DateTime, nullable=True),
        sa.Column("retire_le", sa.DateTime, nullable=True),
        sa.CheckConstraint("role IN ('collectivite', 'opsn', 'programme', 'operateur')", name="role_connu"),
        sa.CheckConstraint("role <> 'collectivite' OR collectivite_id <> ''", name="collectivite_dite"),
        sa.CheckConstraint("role <> 'opsn' OR opsn_id <> ''", name="opsn_dit"),
    )


def downgrade() -> None:
    """Efface les trois tables."""
    for table in ("selections", "journal", "acces"):
        op.drop_table(table)
