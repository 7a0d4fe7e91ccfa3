"""L'entrepôt : le seul endroit qui connaît le SQL."""

# Ses tables s'ajoutent aux métadonnées communes : elles se créent et se copient avec les autres.
from barometre.warehouse import schema_contrastes as schema_contrastes
from barometre.warehouse import schema_etat as schema_etat
