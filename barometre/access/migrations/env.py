"""Ce qu'Alembic exécute : les migrations, sur la connexion que le registre lui donne."""

from __future__ import annotations

from alembic import context

from barometre.access.tables import metadata

context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True
)
with context.begin_transaction():
    context.run_migrations()
