"""Un questionnaire à une vague, prêt à être estimé : plan de sondage, cellules, secret."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from barometre.catalogue import Catalogue
from barometre.domain.indicateur import Indicateur
from barometre.pipeline.cube import Cube, is_kept
from barometre.pipeline.rules import Reponses
from barometre.pipeline.weights import Redressement
from barometre.stats.design import Design
from barometre.stats.secrecy_lattice import Lattice

Booleens = NDArray[np.bool_]
Reels = NDArray[np.float64]
MONTRES = ("published", "indicative")


@dataclass(frozen=True)
class Terrain:
    """Les répondants d'un questionnaire à une vague, les cellules où ils sont, leurs réponses."""

    vague_id: str
    questionnaire_id: str
    design: Design
    # la dispersion des propensions à répondre, que la note des chiffres lit
    cv: float
    # toutes les cellules, pour le secret ; `gardees` : les rangs de celles que l'on estime
    cellules: pd.DataFrame
    membres: csr_array
    gardees: NDArray[np.intp]
    # cellules qui s'emboîtent, et leur treillis ; un EPCI n'y est pas et n'est jamais montré au public
    emboitees: Booleens
    lattice: Lattice
    # collectivité × indicateur, NaN sans réponse
    valeurs: pd.DataFrame
    indicateurs: Sequence[Indicateur]
    questions: Mapping[str, Reponses]
    catalogue: Catalogue

    @property
    def repondants(self) -> pd.Index:
        """Les collectivités qui ont répondu."""
        return self.valeurs.index

    def list_indicateurs(self, *, parts: bool) -> list[Indicateur]:
        """Les indicateurs calculables : des parts, ou des grandeurs."""
        return [i for i in self.list_calculables() if i.est_part is parts]

    def list_calculables(self) -> list[Indicateur]:
        """Les indicateurs dont la question a été posée."""
        return [i for i in self.indicateurs if i.id in self.valeurs]

    def count(self, reponses: pd.DataFrame) -> tuple[Reels, Reels]:
        """Cellule × colonne : réponses et « oui » ; `reponses` a une ligne par répondant."""
        valeurs = reponses.to_numpy(dtype=float)
        return self.membres.T @ np.isfinite(valeurs).astype(float), self.membres.T @ np.nan_to_num(valeurs)


def build_design(redressement: Redressement) -> Design:
    """Le plan de sondage d'un redressement, avec ses variables de calage."""
    r = redressement.repondants
    calees = r[list(redressement.marges)] if redressement.calage is not None else None
    return Design(r["strate"], r["population"], r["poids"], calees, base_weights=r["poids_base"])


def build_terrain(
    cube: Cube,
    redressement: Redressement,
    questions: Mapping[str, Reponses],
    valeurs: pd.DataFrame,
    catalogue: Catalogue,
) -> Terrain:
    """Assemble un terrain ; `valeurs` : les lignes de fait_valeur d'un questionnaire à une vague."""
    repondants = redressement.repondants.index
    cellules, membres = cube.build_membership(repondants)
    cellules["participants"] = np.asarray(membres.sum(axis=0)).astype(int)
    emboitees = cellules["niveau"].ne("epci").to_numpy(dtype=bool)
    cadre = cellules[emboitees].assign(n=cellules["participants"]).reset_index(drop=True)
    questionnaire_id = catalogue.get_question(next(iter(questions))).questionnaire_id
    return Terrain(
        vague_id=str(valeurs["periode"].iloc[0]),
        questionnaire_id=questionnaire_id,
        design=build_design(redressement),
        cv=redressement.cv,
        cellules=cellules,
        membres=membres,
        gardees=np.flatnonzero(is_kept(cellules)),
        emboitees=emboitees,
        lattice=Lattice.from_cells(cadre, cube.parents),
        valeurs=pivot_valeurs(valeurs, repondants),
        indicateurs=catalogue.list_indicateurs(questionnaire_id, origine="declare"),
        questions=questions,
        catalogue=catalogue,
    )


def pivot_valeurs(valeurs: pd.DataFrame, repondants: pd.Index) -> pd.DataFrame:
    """Répondant × indicateur ; NaN quand l'état n'est pas « répondu »."""
    table = valeurs.pivot(index="collectivite_id", columns="indicateur_id", values="valeur")
    table.columns = pd.Index(table.columns.astype("str"))
    return table.reindex(repondants).astype("float64")
