"""Ce que la table `qualite` garde d'un fait connu de toutes les communes, par clé."""

from __future__ import annotations

# L'écart redressé − vrai d'un fait hors du calage, et si l'intervalle contient la vérité (1 ou 0).
ECART, DEDANS = "ecart_mesure", "ecart_mesure_dedans"
# L'écart d'un fait sur lequel on cale : petit par construction, il n'éprouve rien.
CALE = "ecart_cale"
CLES_ECARTS = (ECART, DEDANS, CALE)
# L'écart au cadre d'une variable connue de tout le cadre : calée (petit par construction), ou non.
ECART_CADRE, ECART_LIBRE = "ecart", "ecart_libre"
