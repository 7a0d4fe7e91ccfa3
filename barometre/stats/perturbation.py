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
from scipy.special import ndtr, ndtri

from barometre.domain.secret import BRUIT_DIFFERENCE, BRUIT_ECART, BRUIT_MAXIMAL

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
        return np.asarray(self.support[np.searchsorted(cumul, _read_rank(keys), side="right")])


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
        return np.asarray(self.scale * ndtri(reste + (1 - 2 * reste) * _read_rank(keys)))


@dataclass(frozen=True, eq=False)
class Perturbation:
    """Les clés des répondantes, dans l'ordre du plan ; `questions` : la question de chaque chiffre.

    Les chiffres d'une question partagent ses clés : deux façons de compter les mêmes réponses n'ont qu'un
    bruit, que personne ne peut moyenner. `gap_law` : le bruit propre à ce que les poids ajoutent au compte.
    """

    keys: Cles
    questions: Mapping[str, str] = field(default_factory=dict)
    law: Law = Law()
    gap_law: SmoothLaw = SmoothLaw()

    def draw(self, membership: csr_array, values: Tableau, items: Iterable[object]) -> Entiers:
        """Le bruit de chaque domaine × chiffre ; `values` a une ligne par répondante, NaN sans réponse.

        « 40 oui » et « 60 non » d'une même cellule de 100 ont des bruits opposés : leur somme fait 100.
        """
        cle, signe = self._find_keys(membership, values, items)
        return np.asarray(signe * self.law.draw(cle))

    def draw_gap(self, membership: csr_array, values: Tableau, items: Iterable[object]) -> Tableau:
        """Le bruit de redressé moins brut : continu, indépendant de `draw`, des mêmes membres et réponses."""
        cle, signe = self._find_keys(membership, values, items, "ecart/")
        return np.asarray(signe * self.gap_law.draw(cle))

    def draw_amount(
        self, membership: csr_array, values: Tableau, items: Iterable[object], salt: str
    ) -> Tableau:
        """Le bruit continu d'une grandeur (`salt` : laquelle), de même étendue que celui d'un compte."""
        cle, signe = self._find_keys(membership, values, items, f"{salt}/")
        return np.asarray(signe * self.amount_law.draw(cle))

    @property
    def amount_law(self) -> SmoothLaw:
        """La loi du bruit d'une grandeur."""
        return SmoothLaw(self.law.maximum, self.law.scale)

    def _find_keys(
        self, membership: csr_array, values: Tableau, items: Iterable[object], salt: str = ""
    ) -> tuple[Cles, Entiers]:
        """La clé de chaque domaine × chiffre, et le signe du bruit : celui des « non » est inversé."""
        repondu = np.isfinite(values)
        binaire = is_binary(values)
        quantite = np.where(binaire, 1.0, _ECHELLE_GRANDEUR) * np.nan_to_num(values)
        tous = self._sum(membership, repondu)
        oui = self._sum(membership, quantite)
        non = np.where(binaire, tous - oui, ~np.uint64(0))
        sel = self._salt(items, salt)
        cle = _mix(_mix(np.minimum(oui, non) + sel) + np.where(binaire, np.maximum(oui, non), tous))
        return cle, np.where(oui <= non, 1, -1)

    def _salt(self, items: Iterable[object], prefix: str) -> Cles:
        return np.array([_hash(prefix + self.questions.get(str(i), str(i))) for i in items], dtype=np.uint64)

    def draw_counts(self, membership: csr_array, values: Tableau, items: Iterable[object]) -> Entiers:
        """Le bruit du nombre de réponses lui-même : il est celui des « oui » d'une autre question."""
        cles = self._sum(membership, np.isfinite(values))
        return self.law.draw(_mix(_mix(cles) + self._salt(items, "n/")))

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


def is_binary(values: Tableau) -> npt.NDArray[np.bool_]:
    """Vrai pour chaque chiffre qui n'a que des 1, des 0 et des absences : une part, non une grandeur."""
    return np.asarray(((values == 0) | (values == 1) | ~np.isfinite(values)).all(axis=0))


def _read_rank(keys: Cles) -> Tableau:
    """Une clé de 64 bits, en nombre de [0, 1[."""
    return np.asarray((keys >> _POIDS_FORT).astype(float) / 2.0**53)


def _hash(texte: str) -> int:
    return int.from_bytes(hashlib.blake2b(texte.encode(), digest_size=8).digest(), "big")


def _mix(valeurs: Cles) -> Cles:
    for decalage, facteur in _MELANGES:
        valeurs = (valeurs ^ (valeurs >> np.uint64(decalage))) * np.uint64(facteur)
    return np.asarray(valeurs ^ (valeurs >> np.uint64(31)))
