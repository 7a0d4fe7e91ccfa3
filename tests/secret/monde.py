"""Un monde à attaquer, et ce qui s'y publie : par le code de l'entrepôt, arrondi comme la porte.

`Monde` est une vague d'un questionnaire : qui a répondu quoi, dans quelles cellules, avec quels poids.
`Regle` dit quelle loi de bruit, pour comparer celles que le banc mesure ; par défaut, celle de l'entrepôt.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from barometre.domain.secret import BRUIT_FRACTION, DECIMALES, MARGE_EXTREME, PAS_EFFECTIF, SEUIL_REDRESSE
from barometre.stats.design import Design
from barometre.stats.domains import sum_domains
from barometre.stats.guessing import open_audit
from barometre.stats.laws import RAW_LAW, Law, SmoothLaw
from barometre.stats.perturbation import Perturbation
from barometre.stats.publication import POIDS_EGAUX, Structure, build_structure, publish_members

Tableau = npt.NDArray[np.float64]
Booleens = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Regle:
    """La loi du compte, celle de l'écart du redressé au brut ; `grille` : le pas où cet écart s'arrondit.

    `seuil` : les réponses qu'il faut pour que le redressé se lise à côté du brut ; `second` : la loi du
    second bruit du brut ; `sure` : les cellules qui feraient deviner une réponse tirent un autre bruit ;
    `pas` : ce à quoi les parts s'arrondissent ; `marge` : les réponses sous lesquelles une part se borne ;
    `fraction` : celle dont le compte derrière une part bouge encore, nulle avant le 1er décembre 2026.
    """

    law: Law = field(default_factory=Law)
    gap: SmoothLaw = field(default_factory=SmoothLaw)
    grille: float = 0.0
    seuil: int = SEUIL_REDRESSE
    second: Law = RAW_LAW
    sure: bool = False
    pas: float = 10.0**-DECIMALES
    marge: int = MARGE_EXTREME
    fraction: float = BRUIT_FRACTION


AUCUN = Law(0, 1.0)
SANS_BRUIT = Regle(AUCUN, SmoothLaw(0.0), second=AUCUN, fraction=0.0)
# La règle d'avant le 28 novembre 2026 : un seul bruit pour le brut et le redressé.
COMMUN = Regle(Law(5, 1.5), SmoothLaw(0.0), second=AUCUN, fraction=0.0)
# La règle d'avant le 29 novembre 2026 : deux bruits, mais un brut aussi précis que le redressé.
DEUX = Regle(second=AUCUN, fraction=0.0)


@dataclass(frozen=True)
class Monde:
    """Les répondantes d'une vague : clés, poids, cellules (cellule × unité), réponses (unité × question)."""

    keys: npt.NDArray[np.uint64]
    poids: Tableau
    cellules: csr_array
    y: Tableau
    # celles venues après la première publication ; vide, aucune
    tardives: Booleens | None = None
    # unité × groupe du cadre (strate, département, région, couverture)
    groupes: Tableau | None = None

    @cached_property
    def n(self) -> Tableau:
        """Réponses de chaque cellule."""
        return np.asarray(self.cellules.sum(axis=1)).ravel()

    @cached_property
    def n_lus(self) -> Tableau:
        """Les mêmes, tels qu'ils se publient : brouillés, à cinq près."""
        publies = publish_members(Perturbation(self.keys, late=self.tardives), self.cellules)
        return np.asarray(PAS_EFFECTIF * np.round(publies.ravel() / PAS_EFFECTIF))

    @cached_property
    def total(self) -> Tableau:
        """« Oui » exacts de chaque cellule × question."""
        return np.asarray(self.cellules @ self.y)

    @cached_property
    def pondere(self) -> Tableau:
        """Les mêmes comptes avec les poids, le poids moyen de la cellule valant 1."""
        moyen = np.asarray(self.cellules @ self.poids)[:, None] / self.n[:, None]
        return np.asarray(self.cellules @ (self.poids[:, None] * self.y)) / moyen

    @cached_property
    def structure(self) -> Structure:
        """Ce que l'attaquant sait des membres : poids, inégalités."""
        return build_structure(self.build_design(Regle()), self.cellules)

    def build_design(self, regle: Regle) -> Design:
        """Le plan, avec les clés et la loi de la règle."""
        cles = Perturbation(
            self.keys,
            law=regle.law,
            gap_law=regle.gap,
            raw_law=regle.second,
            fraction=regle.fraction,
            late=self.tardives,
        )
        return Design(None, None, self.poids, perturbation=cles)

    @cached_property
    def deux_bruits(self) -> Booleens:
        """Les cellules dont le brut porte le second bruit."""
        return (self.n_lus >= SEUIL_REDRESSE) & (self.structure.inequality[:, 0] > POIDS_EGAUX)

    def get_second(self, regle: Regle, cellule: int) -> Law:
        """La loi du second bruit d'une cellule."""
        return regle.second if self.deux_bruits[cellule] else AUCUN

    def get_omega(self, cellule: int, unites: npt.NDArray[np.intp]) -> Tableau:
        """Le poids de ces membres rapporté au poids moyen de la cellule."""
        membres = self.cellules[[cellule]].indices
        return np.asarray(self.poids[unites] / self.poids[membres].mean())


@dataclass(frozen=True)
class Publication:
    """Ce qui se lit de chaque cellule × question.

    `compte` et `redresse` sont les valeurs brouillées, que l'attaquant le plus fort lit sans arrondi, leur
    fraction ôtée : il sait n, et que le compte était entier. Les autres lisent `part` et `part_redressee`, au
    pour cent, et les bornes des parts proches de 0 ou de 100 %.
    """

    compte: Tableau
    redresse: Tableau
    part: Tableau
    part_redressee: Tableau
    bas: Booleens
    haut: Booleens


def publish(monde: Monde, regle: Regle) -> Publication:
    """Les chiffres de `sum_domains`, arrondis et bornés comme `mask_agregats` (un test les compare)."""
    items = [f"q{j}" for j in range(monde.y.shape[1])]
    plan, n = monde.build_design(regle), monde.n[:, None]
    if regle.sure:
        assert plan.perturbation is not None
        assert monde.groupes is not None
        qui = monde.poids, monde.cellules, monde.groupes
        plan = plan.replace_keys(open_audit(plan.perturbation, *qui, monde.y, items).draw_safe())
    sommes = sum_domains(plan, monde.y, monde.cellules, items)
    assert plan.perturbation is not None
    fraction = plan.perturbation.draw_fraction(monde.cellules, monde.y, items)
    redresse = sommes.estimate
    if regle.grille:
        redresse = sommes.raw + np.round((redresse - sommes.raw) / regle.grille) * regle.grille
    lu = monde.n_lus[:, None]
    vu = np.where(lu < regle.seuil, sommes.raw, redresse)
    bas = np.minimum(sommes.total, vu * lu) <= regle.marge
    haut = ~bas & (lu - np.maximum(sommes.total, vu * lu) <= regle.marge)
    parts = (np.round(part / regle.pas) * regle.pas for part in (sommes.raw, vu))
    return Publication(sommes.total, redresse - fraction / n, *parts, bas, haut)
