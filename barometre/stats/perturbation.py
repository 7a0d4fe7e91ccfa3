"""La perturbation à clés : un compte publié bouge d'une ou deux réponses, au hasard, toujours du même pas.

Chaque répondante a une clé secrète de 64 bits. La clé d'une cellule est une fonction de celles des membres
qui ont répondu et de celles qui ont dit oui ; le bruit est lu dans une table de probabilités à cette clé.
Deux chemins vers les mêmes réponses donnent donc le même chiffre, et deux cellules qui diffèrent d'une
réponse, deux bruits sans rapport : ni leur différence ni leur moyenne ne rendent cette réponse.

Méthode des clés de cellule : Fraser et Wooton (2005, ABS) ; Thompson, Broadfoot et Elazar (2013) ;
Giessing (2016) pour la table d'entropie maximale ; Eurostat, recensement 2021. Là, la clé ne somme que les
unités comptées : deux cellules emboîtées qui diffèrent d'un « non » y gardent le même bruit, et se
trahissent. Ici tous les répondants comptent.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from barometre.domain.secret import BRUIT_ECART, BRUIT_MAXIMAL

Cles = npt.NDArray[np.uint64]
Entiers = npt.NDArray[np.int64]
Tableau = npt.NDArray[np.float64]
# Finisseur de SplitMix64 (Steele, Lea et Flood 2014) : chaque bit de sortie dépend de tous ceux d'entrée.
_MELANGES = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB))
_POIDS_FORT = np.uint64(11)  # 64 bits → 53 bits d'un flottant
# Une grandeur entre dans la clé au millième : deux moyennes égales à l'œil ont la même.
_ECHELLE_GRANDEUR = 1000.0


@dataclass(frozen=True, slots=True)
class Law:
    """La loi d'un bruit entier : normale discrète tronquée, la plus incertaine à variance donnée."""

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
        rang = (keys >> _POIDS_FORT).astype(float) / 2.0**53
        cumul = np.cumsum(self.probabilities)[:-1]
        return np.asarray(self.support[np.searchsorted(cumul, rang, side="right")])


@dataclass(frozen=True, eq=False)
class Perturbation:
    """Les clés des répondantes, dans l'ordre du plan ; `questions` : la question de chaque chiffre.

    Les chiffres d'une question partagent ses clés : deux façons de compter les mêmes réponses n'ont qu'un
    bruit, que personne ne peut moyenner.
    """

    keys: Cles
    questions: Mapping[str, str] = field(default_factory=dict)
    law: Law = Law()

    def draw(self, membership: csr_array, values: Tableau, items: Iterable[object]) -> Entiers:
        """Le bruit de chaque domaine × chiffre ; `values` a une ligne par répondante, NaN sans réponse.

        « 40 oui » et « 60 non » d'une même cellule de 100 ont des bruits opposés : leur somme fait 100.
        """
        repondu = np.isfinite(values)
        binaire = ((values == 0) | (values == 1) | ~repondu).all(axis=0)
        quantite = np.where(binaire, 1.0, _ECHELLE_GRANDEUR) * np.nan_to_num(values)
        tous = self._sum(membership, repondu)
        oui = self._sum(membership, quantite)
        non = np.where(binaire, tous - oui, ~np.uint64(0))
        sel = np.array([_hash(self.questions.get(str(i), str(i))) for i in items], dtype=np.uint64)
        cle = _mix(_mix(np.minimum(oui, non) + sel) + np.where(binaire, np.maximum(oui, non), tous))
        return np.where(oui <= non, 1, -1) * self.law.draw(cle)

    def draw_counts(self, membership: csr_array, values: Tableau, items: Iterable[object]) -> Entiers:
        """Le bruit du nombre de réponses lui-même : il est celui des « oui » d'une autre question."""
        cles = self._sum(membership, np.isfinite(values))
        sel = np.array([_hash(f"n/{self.questions.get(str(i), str(i))}") for i in items], dtype=np.uint64)
        return self.law.draw(_mix(_mix(cles) + sel))

    def _sum(self, membership: csr_array, amounts: npt.NDArray[np.generic]) -> Cles:
        """Σ clé × quantité par domaine, modulo 2⁶⁴."""
        entiers = np.rint(amounts.astype(float)).astype(np.int64).astype(np.uint64)
        un = np.ones(membership.indices.size, dtype=np.uint64)
        creux = csr_array((un, membership.indices, membership.indptr), shape=membership.shape)
        return np.asarray(creux @ (entiers * self.keys[:, None]))


def build_keys(secret: str, units: Iterable[str]) -> Cles:
    """La clé de chaque répondante : BLAKE2b à clé (RFC 7693) de son identifiant.

    `secret` : 32 octets en hexadécimal, propres à un questionnaire et une vague.
    """
    cle = bytes.fromhex(secret)
    empreintes = (hashlib.blake2b(u.encode(), key=cle, digest_size=8).digest() for u in units)
    return np.array([int.from_bytes(e, "big") for e in empreintes], dtype=np.uint64)


def _hash(texte: str) -> int:
    return int.from_bytes(hashlib.blake2b(texte.encode(), digest_size=8).digest(), "big")


def _mix(valeurs: Cles) -> Cles:
    for decalage, facteur in _MELANGES:
        valeurs = (valeurs ^ (valeurs >> np.uint64(decalage))) * np.uint64(facteur)
    return np.asarray(valeurs ^ (valeurs >> np.uint64(31)))
