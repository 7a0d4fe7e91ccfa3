"""La perturbation à clés : un compte publié bouge d'une ou deux réponses, au hasard, toujours du même pas.

Chaque répondante a une clé secrète de 64 bits. La clé d'une cellule est une fonction de celles des membres
qui ont répondu et de celles qui ont dit oui ; le bruit est lu dans une table de probabilités à cette clé.
Deux chemins vers les mêmes réponses donnent donc le même chiffre, et deux cellules qui diffèrent d'une
réponse, deux bruits sans rapport : ni leur différence ni leur moyenne ne rendent cette réponse.

Méthode des clés de cellule : Fraser et Wooton (2005, ABS) ; Thompson, Broadfoot et Elazar (2013) ;
Giessing (2016) pour la table d'entropie maximale ; Eurostat, recensement 2021. Là, la clé ne somme que les
unités comptées : deux cellules emboîtées qui diffèrent d'un « non » y gardent le même bruit, et se
trahissent. Ici tous les participants de la cellule comptent, ceux aussi que la question n'a pas atteints :
sans quoi deux cellules emboîtées, égales pour une question sous condition, diraient le « non » de celle qui
les sépare.

Une réponse tardive ferait tirer de nouveau le bruit de toutes ses cellules : dix tirages indépendants d'une
même réponse. Le bruit des premières reste donc, et chaque tardive (`late`) y ajoute le sien, le même dans
toutes ses cellules : toutes les versions ensemble n'en montrent que sa réponse brouillée une fois.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from barometre.domain.brouillage import MELANGES, SEL_EFFECTIF, build_cle, build_sel
from barometre.domain.secret import BRUIT_FRACTION, PAS_EFFECTIF, SEUIL_REDRESSE
from barometre.stats.laws import (
    COUNT_LAW,
    GAP_LAW,
    LATE_LAW,
    RAW_LAW,
    Law,
    SmoothLaw,
    compute_share_variance,
    read_rank,
)

Cles = npt.NDArray[np.uint64]
Entiers = npt.NDArray[np.int64]
Booleens = npt.NDArray[np.bool_]
Tableau = npt.NDArray[np.float64]
# Une grandeur entre dans la clé au millième : deux moyennes égales à l'œil ont la même.
_ECHELLE_GRANDEUR = 1000.0


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """À qui une question sous condition a été posée : `values`, unité, 1 ou 0, NaN si rien ne le dit.

    `question` : celle qui la commande ; `answering` : quelle part de qui l'a reçue y répond, partout.
    """

    question: str
    values: Tableau
    answering: float


@dataclass(frozen=True, slots=True, eq=False)
class KeySums:
    """Les sommes de clés d'où sort tout bruit d'un chiffre dans ses domaines, et de quels tableaux.

    `less`, `more`, `silent` : de qui l'a moins dit, plus dit, pas dit ; `answered` : de qui a répondu.
    """

    membership: csr_array
    values: Tableau
    answered: Cles
    less: Cles
    more: Cles
    silent: Cles
    sign: Entiers

    def extend(self, values: Tableau) -> KeySums:
        """Les mêmes, pour des tableaux dont chaque colonne est la seule de celui-ci."""
        fois = values.shape[1]
        tous, moins, plus, muettes = (
            np.repeat(somme, fois, axis=1) for somme in (self.answered, self.less, self.more, self.silent)
        )
        return KeySums(
            self.membership, values, tous, moins, plus, muettes, np.repeat(self.sign, fois, axis=1)
        )

    def combine(self, salt: Cles) -> Cles:
        """La clé de chaque domaine × chiffre ; `salt` : le sel de chaque question."""
        cle = _mix(_mix(self.less + salt) + self.more)
        return np.where(self.silent == 0, cle, _mix(cle + self.silent))


@dataclass(frozen=True, eq=False)
class Perturbation:
    """Les clés des répondantes, dans l'ordre du plan ; `questions` : la question de chaque chiffre.

    Les chiffres d'une question partagent ses clés : deux façons de compter les mêmes réponses n'ont qu'un
    bruit, que personne ne peut moyenner. `gap_law` : le bruit propre à ce que les poids ajoutent au compte.
    `raw_law` : le second bruit du brut, là où le redressé se lit à côté. `fraction` : la largeur de
    ce dont le compte derrière une part bouge encore, moins d'une réponse.
    `late` : celles dont la réponse a rejoint une vague déjà publiée ; vide, aucune.
    `asked` : à qui chaque chiffre sous condition a été demandé.
    `redrawn` : des clés de cellules, en ordre ; qui y est k fois tire partout son k-ième bruit de rechange
    (`stats.guessing`) ; `rounds` : combien de fois de plus, chiffre par chiffre. `kept` : les sommes des
    derniers tableaux lus, pour qui en tire plusieurs bruits.
    """

    keys: Cles
    questions: Mapping[str, str] = field(default_factory=dict)
    law: Law = COUNT_LAW
    gap_law: SmoothLaw = GAP_LAW
    raw_law: Law = RAW_LAW
    fraction: float = BRUIT_FRACTION
    late: Booleens | None = None
    asked: Mapping[str, Asked] = field(default_factory=dict)
    redrawn: Cles = field(default_factory=lambda: np.zeros(0, dtype=np.uint64))
    rounds: Entiers | None = None
    kept: KeySums | None = field(default=None, repr=False)

    def take(self, units: npt.NDArray[np.intp]) -> Perturbation:
        """La même, de ces seules répondantes, dans cet ordre."""
        late = None if self.late is None else self.late[units]
        return replace(self, keys=self.keys[units], late=late, asked=take_asked(self.asked, units), kept=None)

    def keep_sums(self, membership: csr_array, values: Tableau) -> Perturbation:
        """La même, qui ne somme qu'une fois les clés de ces tableaux-ci, à ne pas changer ensuite."""
        if self.drop_late(membership) is not membership:
            return self
        return replace(self, kept=self._sum_keys(membership, values))

    def extend_sums(self, values: Tableau) -> Perturbation:
        """La même, pour `values` qui répète la seule colonne dont elle garde les sommes."""
        return self if self.kept is None else replace(self, kept=self.kept.extend(values))

    @property
    def is_late(self) -> Booleens:
        """Vrai pour chaque répondante tardive."""
        return np.zeros(self.keys.size, dtype=bool) if self.late is None else self.late

    def drop_late(self, membership: csr_array) -> csr_array:
        """Les mêmes domaines, sans leurs membres tardives."""
        if self.late is None or not self.late.any():
            return membership
        premieres = csr_array(membership.multiply(~self.late[None, :]))
        premieres.eliminate_zeros()  # un zéro resté écrit compterait comme un membre (`_sum`)
        return premieres

    def draw_late(self, values: Tableau, items: Iterable[object], salt: str = "tardive/") -> Tableau:
        """Le bruit propre de chaque tardive, unité × chiffre ; 0 pour les autres.

        Celle que la question n'a pas atteinte en a un aussi : un compte qui ne bouge pas le dirait, et sa
        réponse à la question d'avant avec lui.
        """
        bruits = np.zeros(values.shape)
        if self.late is not None and self.late.any():
            rangs = np.flatnonzero(self.late)
            seules = csr_array((np.ones(rangs.size), (range(rangs.size), rangs)), (rangs.size, len(values)))
            cle, signe = self._find_keys(seules, values, items, salt)
            bruits[rangs] = signe * LATE_LAW.draw(cle)
        return bruits

    @property
    def share_variance(self) -> float:
        """La variance du bruit du compte derrière une part, sans tardive : de l'entier et de la fraction."""
        return compute_share_variance(self.law, self.fraction)

    def measure_variance(self, membership: csr_array, values: Tableau) -> Tableau:
        """La variance de `draw_share`, domaine × chiffre : celle des premières, et de chaque tardive."""
        variance = np.full((membership.shape[0], values.shape[1]), self.share_variance)
        if self.late is None:
            return variance
        tardives = np.asarray(membership @ self.late.astype(float))[:, None]
        return np.asarray(variance + LATE_LAW.variance * tardives)

    def draw(self, membership: csr_array, values: Tableau, items: Iterable[object]) -> Entiers:
        """Le bruit de chaque domaine × chiffre ; `values` a une ligne par répondante, NaN sans réponse.

        « 40 oui » et « 60 non » d'une même cellule de 100 ont des bruits opposés : leur somme fait 100.
        """
        noms = list(items)
        premieres = self.drop_late(membership)
        cle, signe = self._find_keys(premieres, values, noms)
        bruit = signe * self.law.draw(cle)
        if premieres is membership:
            return np.asarray(bruit)
        bruit = np.where(np.asarray(premieres @ np.isfinite(values).astype(float)) > 0, bruit, 0)
        return np.asarray(bruit + np.rint(membership @ self.draw_late(values, noms)).astype(np.int64))

    def draw_share(self, membership: csr_array, values: Tableau, items: Iterable[object]) -> Tableau:
        """Le bruit du compte derrière une part : celui du compte, et sa fraction."""
        noms = list(items)
        return np.asarray(
            self.draw(membership, values, noms) + self.draw_fraction(membership, values, noms), dtype=float
        )

    def draw_fraction(self, membership: csr_array, values: Tableau, items: Iterable[object]) -> Tableau:
        """La fraction de réponse dont bouge encore une part : sans elle, n exact serait le diviseur commun.

        Celle des premières : des tardives, qui comptent pour ỹ, n'en tirent pas d'autre. Sans bruit, aucune.
        """
        if not (self.fraction and self.law.maximum):
            return np.zeros((membership.shape[0], values.shape[1]))
        cle, signe = self._find_keys(self.drop_late(membership), values, items, "fraction/")
        return np.asarray(signe * self.fraction * (read_rank(cle) - 0.5))

    def draw_second(
        self, membership: csr_array, values: Tableau, items: Iterable[object], published: Tableau
    ) -> Tableau:
        """Le second bruit du compte brut ; `published` : l'effectif, nul là où le redressé se tait.

        Redressé moins brut ne dit plus qui pèse peu ou beaucoup ; le redressé, qui se cite, n'en bouge pas.
        """
        cle, signe = self._find_keys(self.drop_late(membership), values, items, "brut/")
        return np.where(has_adjusted(published), signe * self.raw_law.draw(cle), 0).astype(float)

    def draw_gap(
        self, membership: csr_array, values: Tableau, items: Iterable[object], salt: str = "ecart"
    ) -> Tableau:
        """Le bruit de redressé moins brut : continu, indépendant de `draw`, des mêmes membres et réponses.

        `salt` : de quels poids ; deux jeux de poids ont deux bruits, ou leur différence serait exacte.
        """
        cle, signe = self._find_keys(membership, values, items, f"{salt}/")
        return np.asarray(signe * self.gap_law.draw(cle))

    def draw_amount(
        self, membership: csr_array, values: Tableau, items: Iterable[object], salt: str
    ) -> Tableau:
        """Le bruit continu d'une grandeur (`salt` : laquelle), de même étendue que celui d'un compte."""
        cle, signe = self._find_keys(membership, values, items, f"{salt}/")
        return np.asarray(signe * self.amount_law.draw(cle))

    def draw_second_amount(
        self, membership: csr_array, values: Tableau, items: Iterable[object], published: Tableau
    ) -> Tableau:
        """Le second bruit d'une grandeur brute, continu."""
        cle, signe = self._find_keys(membership, values, items, "grandeur brute/")
        loi = SmoothLaw(self.raw_law.maximum, self.raw_law.scale)
        return np.where(has_adjusted(published), signe * loi.draw(cle), 0.0)

    @property
    def amount_law(self) -> SmoothLaw:
        """La loi du bruit d'une grandeur."""
        return SmoothLaw(self.law.maximum, self.law.scale)

    def _find_keys(
        self, membership: csr_array, values: Tableau, items: Iterable[object], salt: str = ""
    ) -> tuple[Cles, Entiers]:
        """La clé de chaque domaine × chiffre, et le signe du bruit : celui des « non » est inversé."""
        sommes, noms = self._sum_keys(membership, values), list(items)
        cle = sommes.combine(self._salt(noms, salt))
        if self.redrawn.size or self.rounds is not None:
            propre = cle if not salt else sommes.combine(self._salt(noms, ""))
            fois = np.searchsorted(self.redrawn, propre, "right") - np.searchsorted(self.redrawn, propre)
            fois = fois if self.rounds is None else fois + self.rounds
            cle = np.where(fois > 0, _mix(cle + fois.astype(np.uint64)), cle)
        return cle, sommes.sign

    def _sum_keys(self, membership: csr_array, values: Tableau) -> KeySums:
        gardees = self.kept
        if gardees is not None and gardees.membership is membership and gardees.values is values:
            return gardees
        repondu, binaire = np.isfinite(values), is_binary(values)
        quantite = np.where(binaire, 1.0, _ECHELLE_GRANDEUR) * np.nan_to_num(values)
        # Les options d'une question ont les mêmes répondantes : les clés de celles-ci ne se somment qu'une
        # fois. Un produit pour tout, et les muettes par différence : modulo 2⁶⁴, l'ordre n'y change rien.
        seules, rangs = _find_distinct(repondu)
        membres = np.ones((len(values), 1))
        sommes = self._sum(membership, np.hstack([repondu[:, seules], quantite, membres]))
        tous, oui = sommes[:, : seules.size][:, rangs], sommes[:, seules.size : -1]
        muettes = sommes[:, -1:] - tous
        non = np.where(binaire, tous - oui, ~np.uint64(0))
        moins, plus = np.minimum(oui, non), np.where(binaire, np.maximum(oui, non), tous)
        return KeySums(membership, values, tous, moins, plus, muettes, np.where(oui <= non, 1, -1))

    def find_keys(self, membership: csr_array, values: Tableau, items: Iterable[object]) -> Cles:
        """La clé de chaque domaine × chiffre, telle que `redrawn` la nomme."""
        premieres = self.drop_late(membership)
        return replace(self, redrawn=self.redrawn[:0])._find_keys(premieres, values, items)[0]

    def draw_again(self, keys: Cles) -> Perturbation:
        """La même, où chacune de ces clés tire son bruit de rechange suivant."""
        return replace(self, redrawn=np.sort(np.concatenate([self.redrawn, keys])))

    def _salt(self, items: Iterable[object], prefix: str) -> Cles:
        return np.array(
            [build_sel(prefix + self.questions.get(str(i), str(i))) for i in items], dtype=np.uint64
        )

    def draw_counts(self, membership: csr_array, values: Tableau) -> Entiers:
        """Le bruit du nombre de réponses : il dit qui a répondu, ou les « oui » d'une autre question.

        La question n'y entre pas : cinq questions sous la même condition ont les mêmes répondantes, et cinq
        bruits de ce même compte se moyenneraient.
        """
        sommes = self._sum_keys(membership, values)
        return self._draw_effectifs(sommes.answered, sommes.silent)

    def draw_members(self, membership: csr_array) -> Entiers:
        """Le bruit du nombre de membres de chaque domaine, en colonne : `draw_counts` où toutes répondent."""
        gardees = self.kept
        if gardees is not None and gardees.membership is membership and gardees.answered.size:
            membres = gardees.answered[:, :1] + gardees.silent[:, :1]
        else:
            membres = self._sum(membership, np.ones((membership.shape[1], 1)))
        return self._draw_effectifs(membres, np.uint64(0))

    def _draw_effectifs(self, repondues: Cles, muettes: Cles | np.uint64) -> Entiers:
        sel = np.uint64(build_sel(SEL_EFFECTIF))
        return self.law.draw(_mix(_mix(_mix(repondues) + muettes) + sel))

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
    return np.array([build_cle(cle, unite) for unite in units], dtype=np.uint64)


def take_asked(asked: Mapping[str, Asked], units: npt.NDArray[np.intp]) -> dict[str, Asked]:
    """Les mêmes, de ces seules unités ; les chiffres d'une condition partagent toujours leur tableau."""
    tableaux = {id(posee.values): posee.values[units] for posee in asked.values()}
    return {item: replace(posee, values=tableaux[id(posee.values)]) for item, posee in asked.items()}


def has_adjusted(published: Tableau) -> Booleens:
    """Vrai pour chaque effectif publié dont la porte montre le redressé à côté du brut."""
    return np.asarray(np.round(published / PAS_EFFECTIF) * PAS_EFFECTIF >= SEUIL_REDRESSE)


def is_binary(values: Tableau) -> npt.NDArray[np.bool_]:
    """Vrai pour chaque chiffre qui n'a que des 1, des 0 et des absences : une part, non une grandeur."""
    return np.asarray(((values == 0) | (values == 1) | ~np.isfinite(values)).all(axis=0))


def _find_distinct(columns: Booleens) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Le rang d'une colonne de chaque sorte, et la sorte de chacune."""
    vues: dict[bytes, int] = {}
    sortes = np.array([vues.setdefault(c.tobytes(), len(vues)) for c in np.ascontiguousarray(columns.T)], int)
    return np.unique(sortes, return_index=True)[1], sortes


def _mix(valeurs: Cles) -> Cles:
    for decalage, facteur in MELANGES:
        valeurs = (valeurs ^ (valeurs >> np.uint64(decalage))) * np.uint64(facteur)
    return np.asarray(valeurs ^ (valeurs >> np.uint64(31)))
