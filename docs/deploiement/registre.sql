-- Le registre (droits, sessions, journal) a sa base : une restauration de l'entrepôt ne l'efface pas.
CREATE DATABASE registre ENCODING 'UTF8' TEMPLATE template0;
