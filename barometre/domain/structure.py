"""À structure égale : chaque territoire avec les tailles du pays ; qui est petit n'est pas en retard."""

from __future__ import annotations

# La clé `structure` de l'adresse ; vide, chaque territoire garde ses propres tailles.
EGALE = "egale"
# La grille du catalogue qui dit les tranches, et les types qu'elle découpe.
GRILLE = "structure_egale"
TYPES_DECOUPES = ("commune", "epci")
# Les cellules qui ont un chiffre à structure égale : ces niveaux, et toutes collectivités ou les communes.
NIVEAUX_EGAUX = ("region", "departement")
TYPES_EGAUX = ("", "commune")
