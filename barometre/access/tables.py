"""Les tables du registre : ce que l'on accorde, ce qui a été lu, ce que l'on garde pour soi."""

from __future__ import annotations

from sqlalchemy import Boolean, CheckConstraint, Column, DateTime, Integer, MetaData, String, Table

metadata = MetaData()

# Une ligne = un droit accordé à un compte ; retiré, il reste avec la date de son retrait.
acces = Table(
    "acces",
    metadata,
    Column("acces_id", Integer, primary_key=True, autoincrement=True),
    Column("compte", String, nullable=False, index=True),
    Column("role", String, nullable=False),
    Column("collectivite_id", String, nullable=False, default=""),
    Column("opsn_id", String, nullable=False, default=""),
    Column("cyber", Boolean, nullable=False, default=False),
    Column("nominatif", Boolean, nullable=False, default=False),
    Column("motif", String, nullable=False, default=""),
    Column("accorde_par", String, nullable=False, default=""),
    Column("accorde_le", DateTime, nullable=False),
    Column("expire_le", DateTime, nullable=True),
    Column("retire_le", DateTime, nullable=True),
    CheckConstraint("role IN ('collectivite', 'opsn', 'programme', 'operateur')", name="role_connu"),
    CheckConstraint("role <> 'collectivite' OR collectivite_id <> ''", name="collectivite_dite"),
    CheckConstraint("role <> 'opsn' OR opsn_id <> ''", name="opsn_dit"),
)

# Une ligne = un fait que l'on doit pouvoir retrouver : lecture nommée, droit accordé ou retiré, import.
journal = Table(
    "journal",
    metadata,
    Column("journal_id", Integer, primary_key=True, autoincrement=True),
    Column("instant", DateTime, nullable=False, index=True),
    Column("compte", String, nullable=False),
    Column("role", String, nullable=False),
    Column("simulee", Boolean, nullable=False),
    Column("action", String, nullable=False),
    Column("objet", String, nullable=False),
    Column("detail", String, nullable=False),
)

# Une ligne = une vue qu'un compte a gardée, par son adresse.
selections = Table(
    "selections",
    metadata,
    Column("selection_id", Integer, primary_key=True, autoincrement=True),
    Column("compte", String, nullable=False, index=True),
    Column("titre", String, nullable=False),
    Column("requete", String, nullable=False),
    Column("creee_le", DateTime, nullable=False),
)
