"""Une vague prête à être comparée : réponses, domaines, estimations et résidus."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array

from barometre.stats.design import Design
from barometre.stats.domains import sum_domains
from barometre.stats.estimation import read_answers, read_membership

Tableau = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Wave:
    """Une vague : ses réponses, ses domaines et leurs estimations (domaine × chiffre).

    `n_eff` est réduit de ce qu'en ôte le bruit du secret : il ne sert qu'aux intervalles et aux tests.
    """

    design: Design
    values: Tableau
    answered: Tableau
    membership: csr_array
    n: Tableau
    yes: Tableau
    n_eff: Tableau
    p: Tableau
    variance: Tableau
    weight: Tableau
    noise: Tableau
    n_published: Tableau
    items: pd.Index[Any]

    def residuals(self, domain: int) -> Tableau:
        """Résidus linéarisés des proportions d'un domaine, sans correction de population finie."""
        unites = self.membership.indices[self.membership.indptr[domain] : self.membership.indptr[domain + 1]]
        total = np.where(self.weight[domain] > 0, self.weight[domain], 1.0)
        u = np.zeros_like(self.answered)
        ecart = self.values[unites] - self.answered[unites] * np.nan_to_num(self.p[domain])
        u[unites] = ecart / total
        return self.design.residuals(u)

    @property
    def correction(self) -> Tableau:
        """√(1 − n_h/N_h) de chaque répondant, en colonne."""
        strates = self.design.strata
        return np.asarray(np.sqrt(1 - strates.sizes / strates.populations)[strates.codes][:, None])


def build_wave(design: Design, answers: pd.DataFrame, membership: pd.DataFrame | csr_array | None) -> Wave:
    """La vague ; `membership` : unité × domaine, un seul domaine sans elle."""
    valeurs = read_answers(design, answers, "proportion")
    tout = csr_array(np.ones((1, design.size)))
    appartenance = tout if membership is None else read_membership(design, membership)
    sommes = sum_domains(design, valeurs, appartenance, answers.columns)
    repondu = np.isfinite(valeurs).astype(float)
    return Wave(
        design=design,
        values=np.nan_to_num(valeurs),
        answered=repondu,
        membership=appartenance,
        n=sommes.n,
        yes=sommes.total,
        n_eff=sommes.n_noisy,
        p=sommes.estimate,
        variance=sommes.variance,
        weight=appartenance @ (design.weights[:, None] * repondu),
        noise=sommes.noise,
        n_published=sommes.n_published,
        items=answers.columns,
    )
