"""La connexion : comptes, demandes, sessions, connexions en cours ; droits datés ; journal chaîné.

Un registre de la première forme garde tout : ses lignes de journal sont chaînées dans leur ordre.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from barometre.access.journal import ORIGINE, TETE, compute_empreinte

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Ajoute les tables et les colonnes, puis chaîne ce qui était écrit."""
    with op.batch_alter_table("acces") as table:
        table.add_column(sa.Column("debut_le", sa.DateTime, nullable=True))
        table.add_column(sa.Column("siret", sa.String, nullable=False, server_default=""))
    with op.batch_alter_table("journal") as table:
        table.add_column(sa.Column("empreinte", sa.String, nullable=False, server_default=""))
    _create_comptes()
    _create_sessions()
    op.create_table(
        "journal_tete",
        sa.Column("tete_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("journal_id", sa.Integer, nullable=False),
        sa.Column("empreinte", sa.String, nullable=False),
    )
    _chain()


def _create_comptes() -> None:
    op.create_table(
        "comptes",
        sa.Column("compte_id", sa.String, primary_key=True),
        *(sa.Column(c, sa.String, nullable=False)
          for c in ("emetteur", "fournisseur", "sujet", "courriel", "siret")),
        sa.Column("cree_le", sa.DateTime, nullable=False),
        sa.Column("connecte_le", sa.DateTime, nullable=False),
        sa.UniqueConstraint("emetteur", "fournisseur", "sujet", name="une_personne"),
    )  # fmt: skip
    op.create_table(
        "demandes",
        sa.Column("demande_id", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("compte_id", sa.String, sa.ForeignKey("comptes.compte_id"), nullable=False, index=True),
        sa.Column("siret", sa.String, nullable=False),
        sa.Column("etat", sa.String, nullable=False),
        sa.Column("motif", sa.String, nullable=False),
        sa.Column("deposee_le", sa.DateTime, nullable=False),
        sa.Column("reponse_le", sa.DateTime, nullable=True),
        sa.Column("reponse_par", sa.String, nullable=False),
        sa.CheckConstraint("etat IN ('en_attente', 'accordee', 'refusee')", name="etat_connu"),
    )


def _create_sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("session_id", sa.String, primary_key=True),
        sa.Column("compte_id", sa.String, sa.ForeignKey("comptes.compte_id"), nullable=False, index=True),
        sa.Column("niveau", sa.String, nullable=False),
        sa.Column("id_token", sa.String, nullable=False),
        sa.Column("ouverte_le", sa.DateTime, nullable=False),
        sa.Column("vue_le", sa.DateTime, nullable=False),
        sa.Column("expire_le", sa.DateTime, nullable=False),
    )
    op.create_table(
        "connexions",
        *(sa.Column(c, sa.String, primary_key=c == "etat_id", nullable=False)
          for c in ("etat_id", "navigateur", "nonce", "verifieur", "retour")),
        sa.Column("renforcee", sa.Boolean, nullable=False),
        sa.Column("expire_le", sa.DateTime, nullable=False),
    )  # fmt: skip


def _chain() -> None:
    connexion = op.get_bind()
    journal = sa.Table("journal", sa.MetaData(), autoload_with=connexion)
    empreinte, dernier = ORIGINE, 0
    for ligne in connexion.execute(sa.select(journal).order_by(journal.c.journal_id)).mappings().all():
        empreinte, dernier = compute_empreinte(empreinte, ligne), int(ligne["journal_id"])
        cible = sa.update(journal).where(journal.c.journal_id == dernier)
        connexion.execute(cible.values(empreinte=empreinte))
    tete = sa.table("journal_tete", sa.column("tete_id"), sa.column("journal_id"), sa.column("empreinte"))
    connexion.execute(sa.insert(tete).values(tete_id=TETE, journal_id=dernier, empreinte=empreinte))


def downgrade() -> None:
    """Revient à la première forme ; comptes, sessions et demandes sont effacés."""
    for table in ("connexions", "sessions", "demandes", "comptes", "journal_tete"):
        op.drop_table(table)
    with op.batch_alter_table("journal") as journal:
        journal.drop_column("empreinte")
    with op.batch_alter_table("acces") as acces:
        acces.drop_column("siret")
        acces.drop_column("debut_le")
