"""L'administration : versions préparées, entêtes rapprochés."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Ajoute les deux tables, vides."""
    op.create_table(
        "publications",
        sa.Column("version_id", sa.String, primary_key=True),
        *_list_textes("base_id", "objet", "preparee_par"),
        sa.Column("preparee_le", sa.DateTime, nullable=False),
        sa.Column("prevue_le", sa.Date, nullable=True),
    )
    op.create_table(
        "correspondances",
        *(sa.Column(c, sa.String, primary_key=True) for c in ("questionnaire_id", "entete")),
        *_list_textes("cible", "par"),
        sa.Column("le", sa.DateTime, nullable=False),
    )


def _list_textes(*noms: str) -> list[sa.Column[str]]:
    return [sa.Column(nom, sa.String, nullable=False) for nom in noms]


def downgrade() -> None:
    """Efface les deux tables."""
    for table in ("correspondances", "publications"):
        op.drop_table(table)
