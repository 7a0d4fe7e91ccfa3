"""La cloison PostgreSQL : ce qu'un lecteur public ne peut pas lire, même par du SQL à lui.

Deux ceintures derrière la porte. Le rôle `barometre_public` n'a aucun droit sur les tables des réponses, et
ne voit de `fait_valeur` que les données de l'État. Le propriétaire lui-même (FORCE) n'en lit rien hors d'une
transaction qui le demande (SET LOCAL) : une requête égarée rend zéro ligne.
"""

from __future__ import annotations

from sqlalchemy import Connection, Engine, event, text

from barometre.warehouse.schema import metadata

ROLE_PUBLIC = "barometre_public"
# Les tables dont une ligne dit la réponse, le poids ou la participation d'une collectivité.
PRIVEES = ("participation", "cle_secrete", "fait_reponse", "poids", "lot_import", "quarantaine")
MELEE = "fait_valeur"
DEMANDE = "SET LOCAL barometre.lecture = 'nommee'"
DEMANDEE = "current_setting('barometre.lecture', true) = 'nommee'"


def open_named_reads(moteur: Engine) -> Engine:
    """Le même moteur, dont chaque transaction demande à lire les tables cloisonnées."""

    @event.listens_for(moteur, "begin")
    def _demand(connexion: Connection) -> None:
        connexion.exec_driver_sql(DEMANDE)

    return moteur


def apply_cloison(connexion: Connection, schema: str) -> None:
    """Cloisonne les tables d'une version remplie ; sans le rôle public, la seconde ceinture seule."""
    for table in (*PRIVEES, MELEE):
        cible = f'"{schema}"."{table}"'
        connexion.execute(text(f"ALTER TABLE {cible} ENABLE ROW LEVEL SECURITY"))
        connexion.execute(text(f"ALTER TABLE {cible} FORCE ROW LEVEL SECURITY"))
        connexion.execute(
            text(f"CREATE POLICY nommee ON {cible} TO CURRENT_USER USING ({DEMANDEE}) WITH CHECK (true)")
        )
    mesures = f"SELECT indicateur_id FROM \"{schema}\".dim_indicateur WHERE origine = 'mesure'"
    connexion.execute(
        text(f'CREATE POLICY mesuree ON "{schema}"."{MELEE}" FOR SELECT USING (indicateur_id IN ({mesures}))')
    )
    if connexion.scalar(text("SELECT 1 FROM pg_roles WHERE rolname = :nom"), {"nom": ROLE_PUBLIC}):
        _grant(connexion, schema)


def _grant(connexion: Connection, schema: str) -> None:
    ouvertes = [nom for nom in metadata.tables if nom not in PRIVEES]
    connexion.execute(text(f'GRANT USAGE ON SCHEMA "{schema}" TO {ROLE_PUBLIC}'))
    for nom in ouvertes:
        connexion.execute(text(f'GRANT SELECT ON "{schema}"."{nom}" TO {ROLE_PUBLIC}'))
    connexion.execute(text(f"GRANT SELECT ON public.barometre_version_active TO {ROLE_PUBLIC}"))
