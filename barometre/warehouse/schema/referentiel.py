"""La version, les collectivités, leurs codes anciens, les OPSN et les sources.

Le grain est écrit au-dessus de chaque table ; une clé le prouve.
"""

from __future__ import annotations

from dataclasses import fields

from sqlalchemy import Boolean, CheckConstraint, Column, DateTime, Float, Integer, PrimaryKeyConstraint, Table

from barometre.domain.version import Empreintes
from barometre.warehouse.schema.base import metadata, parmi, texte

# Une ligne = la version elle-même (une seule ligne par entrepôt).
version = Table(
    "version",
    metadata,
    texte("version_id"),
    Column("creee_le", DateTime, nullable=False),
    Column("simulee", Boolean, nullable=False),
    texte("code_version"),
    # De quoi ses chiffres ont été calculés (`domain.version.Empreintes`).
    *(texte(champ.name) for champ in fields(Empreintes)),
    texte("commentaire"),
    PrimaryKeyConstraint("version_id"),
)

# Une ligne = une collectivité ou un territoire, au COG en vigueur.
dim_collectivite = Table(
    "dim_collectivite",
    metadata,
    texte("collectivite_id"),
    texte("type"),
    texte("code"),
    texte("siren", vide=True),
    texte("nom"),
    Column("population", Integer, nullable=True),
    texte("strate", vide=True),
    texte("departement", vide=True),
    texte("region", vide=True),
    texte("epci", vide=True),
    texte("ept", vide=True),
    texte("zone", vide=True),
    texte("couverture"),
    texte("densite", vide=True),
    texte("ruralite", vide=True),
    texte("centralite", vide=True),
    texte("montagne", vide=True),
    # Séparés par une espace : « 69001 69002 ».
    texte("codes_postaux"),
    # Rempli pour un territoire dont une autre collectivité exerce les compétences (Paris, Corse…).
    texte("porteur_id", vide=True),
    Column("latitude", Float, nullable=True),
    Column("longitude", Float, nullable=True),
    texte("millesime"),
    PrimaryKeyConstraint("collectivite_id"),
    parmi("type", "commune", "epci", "ept", "departement", "region"),
    parmi("couverture", "adherente", "perimetre", "inconnue"),
    CheckConstraint("population >= 0", name="population_positive"),
)

# Une ligne = un code de commune qui n'est plus (ou pas) celui d'une commune, et sa commune actuelle.
code_ancien = Table(
    "code_ancien",
    metadata,
    texte("code"),
    texte("code_actuel"),
    texte("nom"),
    texte("nature"),
    # Vrai si le même code est aussi celui d'une commune actuelle (584 communes déléguées).
    Column("encore_actuel", Boolean, nullable=False),
    PrimaryKeyConstraint("code", "nature"),
    parmi("nature", "ancien-code", "commune-deleguee", "commune-associee", "arrondissement-municipal"),
)

# Une ligne = un opérateur public de services numériques.
dim_opsn = Table(
    "dim_opsn",
    metadata,
    texte("opsn_id"),
    texte("nom"),
    texte("sigle"),
    texte("forme_juridique"),
    texte("siret", vide=True),
    texte("source_url"),
    PrimaryKeyConstraint("opsn_id"),
)

# Une ligne = un lien constaté entre un OPSN et un territoire ou une collectivité, par une source.
lien_opsn = Table(
    "lien_opsn",
    metadata,
    texte("opsn_id"),
    texte("cible_id"),  # collectivite_id : « departement-33 » pour un périmètre
    texte("nature"),
    texte("source_id"),
    PrimaryKeyConstraint("opsn_id", "cible_id", "nature", "source_id"),
    parmi("nature", "perimetre", "adherente"),
)

# Une ligne = une source, telle que chargée.
dim_source = Table(
    "dim_source",
    metadata,
    texte("source_id"),
    texte("titre"),
    texte("producteur"),
    texte("licence"),
    texte("date"),
    texte("adresse"),
    texte("empreinte", vide=True),
    texte("etat"),  # embarquee, chargee, absente, gardee
    Column("chargee_le", DateTime, nullable=True),
    Column("lus", Integer, nullable=True),
    Column("charges", Integer, nullable=True),
    Column("recodes", Integer, nullable=True),
    Column("rejetes", Integer, nullable=True),
    # Ce que l'opérateur a accepté du fichier malgré une garde, en phrases.
    texte("acceptes", vide=True),
    PrimaryKeyConstraint("source_id"),
    CheckConstraint("lus = charges + rejetes", name="compte_juste"),
)
