"""Les migrations du registre, jouées par Alembic à l'ouverture."""
