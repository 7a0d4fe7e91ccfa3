"""Deux opérateurs ne préparent pas deux fois le même fichier : la clé d'une version préparée est unique.

Celles d'avant n'en ont pas : une mise à jour recalcule, et ce qui partait de l'ancienne version ne se publie
plus.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Ajoute la clé, vide, et son unicité ; SQLite refait la table pour cela."""
    with op.batch_alter_table("publications") as table:
        table.add_column(sa.Column("cle", sa.String, nullable=True))
        table.create_unique_constraint("une_preparee", ["cle"])


def downgrade() -> None:
    """Ôte la clé."""
    with op.batch_alter_table("publications") as table:
        table.drop_constraint("une_preparee", type_="unique")
        table.drop_column("cle")
