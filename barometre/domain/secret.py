"""Le secret, en un seul lieu : seuils, états montrés, thèmes sensibles, arrondis (CONCEPTION §4).

Trois règles, les mêmes pour tous les lecteurs : une cellule trop petite se tait ; toute autre est brouillée
une fois, toujours de la même façon (`stats.perturbation`) ; ce qui approche de 0 ou de 100 % est borné.
Aucun autre module n'écrit un seuil de secret.
"""

from __future__ import annotations

from typing import Literal

EtatSecret = Literal["published", "indicative", "primary", "empty"]
# « indicative » : montrée avec la note C. « primary » : trop peu de réponses, rien ne sort.
# « empty » : une trop grande part de ce que le chiffre décrirait est d'une strate où personne n'a répondu.
ETATS: tuple[EtatSecret, ...] = ("published", "indicative", "primary", "empty")
MONTRES: tuple[EtatSecret, ...] = ("published", "indicative")

# Réponses qu'il faut à une cellule pour se montrer.
SEUIL, SEUIL_CYBER = 10, 20
# Sous ce nombre, le brut se lit et le redressé se tait : les deux, sur peu de réponses, en diraient trop.
SEUIL_REDRESSE = 30
# Un groupe qui se lit a ce nombre de collectivités de plus que de réponses exigées : d'onze collectivités,
# « au moins dix réponses » dirait à la seule qui n'a pas répondu que toutes les autres l'ont fait.
MARGE_CADRE = 5
# Collectivités du cadre, et réponses, qu'il faut à un territoire pour que sa participation se lise.
SEUIL_PARTICIPATION = 10
SEUIL_CADRE = SEUIL_PARTICIPATION + MARGE_CADRE

QUESTIONNAIRES_SENSIBLES = frozenset({"cybersecurite"})
# Cybersécurité : région × type au plus fin.
NIVEAUX_CYBER = ("france", "zone", "region")

# Bruit sur le compte des « oui » : entier, symétrique, |d| ≤ BRUIT_MAXIMAL, d'écart-type BRUIT_ECART. Choisis
# sur mesure (docs/decisions.md, 2026-11-28 ; `python -m tests.secret.banc`).
BRUIT_MAXIMAL = 8
BRUIT_ECART = 1.5
# Le compte derrière une part bouge encore d'une fraction de réponse, au hasard sur cette largeur. Entier, il
# faisait de toutes les parts d'une cellule des multiples de 1/n : leur diviseur commun rendait n exact.
BRUIT_FRACTION = 1.0
# Le redressé bouge en plus pour son compte : d'une normale tronquée au même maximum, fois ce que le poids le
# plus inégal de la cellule ajoute ou retire à une réponse. Sans cela, redressé moins brut dirait la dernière.
BRUIT_DIFFERENCE = 0.75
# Là où le redressé se lit, c'est lui qui se cite : le brut, à côté, porte un second bruit entier, de cet
# écart-type, même maximum. Sans lui, redressé moins brut disait qui pèse peu ou beaucoup dans sa cellule.
BRUIT_BRUT = 2.0
# Si tout ce qui se lit, pris ensemble, rendait une réponse plus probable que DEVINE à qui la tenait, des
# seuls taux, pour probable à DEVINE_TAUX au plus, des cellules tirent un autre bruit (`stats.guessing`).
# Visé : 0,9 depuis 0,75 ; la marge est pour l'attaquant qui compterait un peu autrement.
DEVINE, DEVINE_TAUX = 0.895, 0.76
# Réponses, nouvelles ou changées, qu'il faut ensemble pour qu'une vague déjà publiée change : comme un
# territoire dont la participation se lit, sans quoi la différence de deux versions dirait qui a répondu.
LOT_TARDIF = 10
# Une réponse tardive porte, partout la même, son propre bruit : géométrique à deux côtés, qui ne rend jamais
# « oui » plus de RAPPORT_TARDIF fois plus probable que « non » (de 0,75 à 0,9 au plus).
RAPPORT_TARDIF = 3.0
# Une part à ce nombre de réponses, ou moins, de 0 ou de 100 % se dit « moins de » ou « plus de ».
MARGE_EXTREME = 3
# Tout effectif est brouillé comme un compte de « oui », puis se dit à PAS_EFFECTIF près : exact, une somme de
# départements ôtée de sa région disait si le conseil régional avait répondu.
PAS_EFFECTIF = 5
DECIMALES = 2  # une part au pour cent entier
CHIFFRES_SIGNIFICATIFS = 3  # une moyenne : assez pour la lire, trop peu pour en défaire l'addition
# Un taux de participation d'EPCI se dit à dix points près : son cadre compte souvent vingt communes.
PAS_TAUX_EPCI = 0.1


def get_seuil(cyber: bool) -> int:
    """Le nombre de réponses qu'il faut à une cellule."""
    return SEUIL_CYBER if cyber else SEUIL


def compute_borne(n: int) -> float:
    """La part au pour cent supérieur qu'une part proche de 0 n'atteint pas : « moins de 14 % » sur 30.

    Elle ne dépend que de l'effectif montré : rien de ce que la cellule compte de « oui » n'en sort.
    """
    # Une division entière par excès : « math » n'est pas nécessaire au domaine.
    return min(-(-100 * (MARGE_EXTREME + 1) // max(int(n), 1)) / 100, 0.5)


def is_extreme(n: int, oui: float, part: float) -> bool:
    """Vrai si la porte ne dira de cette part qu'une borne : à trois réponses montrées de 0 ou de 100 %.

    `n` et `oui` : brouillés, sans arrondi ; la construction s'en sert pour ne rien tirer d'un chiffre tu.
    """
    lu = PAS_EFFECTIF * round(n / PAS_EFFECTIF)
    return min(oui, part * lu) <= MARGE_EXTREME or lu - max(oui, part * lu) <= MARGE_EXTREME
