"""Les lois du bruit : ce que tire une clé de cellule, uniforme sur 64 bits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from barometre.domain.secret import (
    BRUIT_BRUT,
    BRUIT_DIFFERENCE,
    BRUIT_ECART,
    BRUIT_FRACTION,
    BRUIT_MAXIMAL,
    RAPPORT_TARDIF,
)

Cles = npt.NDArray[np.uint64]
Entiers = npt.NDArray[np.int64]
Tableau = npt.NDArray[np.float64]
_POIDS_FORT = np.uint64(11)  # 64 bits → 53 bits d'un flottant


@dataclass(frozen=True, slots=True)
class Law:
    """La loi d'un bruit entier : normale discrète tronquée, la plus incertaine à variance donnée.

    `maximum` et `scale` sont en réponses ; un maximum nul ôte le bruit.
    """

    maximum: int = BRUIT_MAXIMAL
    scale: float = BRUIT_ECART

    @property
    def support(self) -> Entiers:
        """Les bruits possibles."""
        return np.arange(-self.maximum, self.maximum + 1)

    @property
    def probabilities(self) -> Tableau:
        """Leur probabilité : exp(−d²/2s²), normalisée ; symétrique, donc sans biais."""
        brutes = np.exp(-(self.support**2) / (2 * self.scale**2))
        return np.asarray(brutes / brutes.sum())

    @property
    def variance(self) -> float:
        """La variance du bruit, connue : elle entre dans l'intervalle."""
        return float(self.probabilities @ self.support**2)

    def draw(self, keys: Cles) -> Entiers:
        """Le bruit de chaque clé de cellule, uniforme sur 64 bits."""
        cumul = np.cumsum(self.probabilities)[:-1]
        return np.asarray(self.support[np.searchsorted(cumul, read_rank(keys), side="right")])


@dataclass(frozen=True, slots=True)
class GeometricLaw(Law):
    """La loi géométrique à deux côtés : d'un entier au suivant, la probabilité se divise par `ratio`.

    La plus resserrée de celles qui ne rendent jamais une réponse plus de `ratio` fois plus probable que
    l'autre (Ghosh, Roughgarden et Sundararajan 2012). Le maximum ne coupe qu'un tirage sur 10⁹.
    """

    maximum: int = 20
    ratio: float = RAPPORT_TARDIF

    @property
    def probabilities(self) -> Tableau:
        """Leur probabilité : ratio^−|d|, normalisée."""
        brutes = self.ratio ** -np.abs(self.support).astype(float)
        return np.asarray(brutes / brutes.sum())


LATE_LAW = GeometricLaw()
# Le bruit du compte.
COUNT_LAW = Law()
# Le second bruit du brut, là où le redressé se lit à côté.
RAW_LAW = Law(BRUIT_MAXIMAL, BRUIT_BRUT)


@dataclass(frozen=True, slots=True)
class SmoothLaw:
    """La loi d'un bruit continu : normale tronquée. Mêmes unités que `Law`.

    Un bruit entier ne couvre que des comptes : d'une somme de grandeurs inégales, ses pas se lisent.
    """

    maximum: float = BRUIT_MAXIMAL
    scale: float = BRUIT_DIFFERENCE

    @property
    def variance(self) -> float:
        """s²(1 − 2bφ(b)/(2Φ(b) − 1)), b = maximum/s (Johnson, Kotz et Balakrishnan 1994, §13.10.1)."""
        if not self.maximum or not self.scale:
            return 0.0
        b = self.maximum / self.scale
        masse = 2 * float(ndtr(b)) - 1
        return float(self.scale**2 * (1 - 2 * b * np.exp(-(b**2) / 2) / np.sqrt(2 * np.pi) / masse))

    def draw(self, keys: Cles) -> Tableau:
        """Le bruit de chaque clé de cellule, uniforme sur 64 bits."""
        if not self.maximum or not self.scale:
            return np.zeros(keys.shape)
        reste = ndtr(-self.maximum / self.scale)
        return np.asarray(self.scale * ndtri(reste + (1 - 2 * reste) * read_rank(keys)))


# Le bruit de l'écart entre redressé et brut.
GAP_LAW = SmoothLaw()


def compute_share_variance(law: Law = COUNT_LAW, fraction: float = BRUIT_FRACTION) -> float:
    """La variance du bruit du compte derrière une part, en réponses² : de l'entier, et de sa fraction.

    La fraction est uniforme : largeur² / 12. Sans bruit du compte, il n'y en a pas.
    """
    return law.variance + (fraction**2 / 12 if law.maximum else 0.0)


def read_rank(keys: Cles) -> Tableau:
    """Une clé de 64 bits, en nombre de [0, 1[."""
    return np.asarray((keys >> _POIDS_FORT).astype(float) / 2.0**53)
