"""Un droit sans établissement ne vaut plus que pour une connexion sans SIRET.

Avant, il valait partout. Donné par la commande, il prend l'établissement que la personne déclare
aujourd'hui : un opérateur garde le sien. Donné en réponse à une demande sans SIRET, il reste aux connexions
sans SIRET.
"""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Lie à l'établissement du compte les droits sans SIRET que ne dit aucune demande sans SIRET."""
    op.execute(
        "UPDATE acces SET siret = (SELECT siret FROM comptes WHERE comptes.compte_id = acces.compte) "
        "WHERE siret = '' "
        "AND EXISTS (SELECT 1 FROM comptes WHERE comptes.compte_id = acces.compte) "
        "AND NOT EXISTS (SELECT 1 FROM demandes WHERE demandes.compte_id = acces.compte "
        "AND demandes.siret = '' AND demandes.etat = 'accordee')"
    )


def downgrade() -> None:
    """Rien à défaire : la forme n'a pas changé."""
