#!/bin/sh
# Au premier démarrage de PostgreSQL : le propriétaire (jamais superutilisateur), le lecteur sans droit aux
# réponses, et deux bases, car une restauration de l'entrepôt n'efface pas le registre (droits, sessions, journal).
set -eu
psql -v ON_ERROR_STOP=1 -v base="$BASE_MOT_DE_PASSE" -v lecteur="$LECTEUR_MOT_DE_PASSE" \
  --username "${POSTGRES_USER:-postgres}" --dbname postgres <<'SQL'
CREATE ROLE barometre LOGIN PASSWORD :'base';
CREATE ROLE barometre_public NOLOGIN;
CREATE ROLE barometre_lecteur LOGIN PASSWORD :'lecteur' IN ROLE barometre_public;
CREATE DATABASE barometre OWNER barometre ENCODING 'UTF8' TEMPLATE template0;
CREATE DATABASE registre OWNER barometre ENCODING 'UTF8' TEMPLATE template0;
REVOKE CONNECT ON DATABASE registre FROM PUBLIC;
SQL
