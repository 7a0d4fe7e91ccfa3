"""Les dates données aux vagues, et le droit de réponse des collectivités."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Ajoute les deux tables, vides, et la fenêtre de réponse d'une version préparée."""
    op.create_table(
        "calendrier",
        sa.Column("vague_id", sa.String, primary_key=True),
        sa.Column("ouverture", sa.Date, nullable=True),
        sa.Column("fermeture", sa.Date, nullable=True),
        sa.Column("par", sa.String, nullable=False),
        sa.Column("le", sa.DateTime, nullable=False),
    )
    op.create_table(
        "declarations",
        sa.Column("declaration_id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("collectivite_id", sa.String, nullable=False, index=True),
        *(
            sa.Column(nom, sa.String, nullable=False)
            for nom in ("version_id", "indicateur_id", "nature", "texte", "compte")
        ),
        sa.Column("declaree_le", sa.DateTime, nullable=False),
        sa.CheckConstraint("nature IN ('correction', 'explication')", name="nature_connue"),
    )
    op.add_column("publications", sa.Column("reponses_jusqu_au", sa.Date, nullable=True))


def downgrade() -> None:
    """Efface les deux tables et la fenêtre."""
    with op.batch_alter_table("publications") as table:
        table.drop_column("reponses_jusqu_au")
    for nom in ("declarations", "calendrier"):
        op.drop_table(nom)
