"""Un questionnaire à une vague, prêt à être estimé : plan de sondage, cellules, réponses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from barometre.catalogue import Catalogue
from barometre.domain.indicateur import Indicateur
from barometre.domain.secret import QUESTIONNAIRES_SENSIBLES, get_seuil
from barometre.pipeline.cube import Cube, count_sures, is_kept
from barometre.pipeline.parallele import run_parallel
from barometre.pipeline.rules import Reponses
from barometre.pipeline.secret import is_grille_cyber
from barometre.pipeline.weights import Redressement
from barometre.stats.design import Design
from barometre.stats.guessing import Audit, open_audit
from barometre.stats.perturbation import Perturbation
from barometre.stats.publication import publish_members

# Ce que chacun sait d'une collectivité du cadre, et dont il lit les taux.
GROUPES_CONNUS = ("strate", "departement", "region", "couverture")


@dataclass(frozen=True)
class Terrain:
    """Les répondants d'un questionnaire à une vague, les cellules où ils sont, leurs réponses."""

    vague_id: str
    questionnaire_id: str
    design: Design
    redressement: Redressement
    # la dispersion des propensions à répondre, que la note des chiffres lit
    cv: float
    # toutes les cellules ; `gardees` : les rangs de celles que l'on estime
    cellules: pd.DataFrame
    membres: csr_array
    gardees: NDArray[np.intp]
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


def build_design(redressement: Redressement, perturbation: Perturbation | None = None) -> Design:
    """Le plan de sondage d'un redressement, avec ses variables de calage et les clés de ses répondantes."""
    r = redressement.repondants
    calees = r[list(redressement.marges)] if redressement.calage is not None else None
    return Design(
        r["strate"],
        r["population"],
        r["poids"],
        calees,
        base_weights=r["poids_base"],
        perturbation=perturbation,
    )


def build_terrain(  # noqa: PLR0917 — tout ce qu'un terrain assemble
    cube: Cube,
    redressement: Redressement,
    questions: Mapping[str, Reponses],
    valeurs: pd.DataFrame,
    catalogue: Catalogue,
    perturbation: Perturbation,
) -> Terrain:
    """Assemble un terrain ; `valeurs` : les lignes de fait_valeur d'un questionnaire à une vague."""
    repondants = redressement.repondants.index
    cellules, membres = cube.build_membership(repondants, perturbation)
    cellules["comptees"] = np.asarray(membres.sum(axis=0)).astype(int)
    cellules["participants"] = publish_members(perturbation, csr_array(membres.T)).ravel().astype(int)
    questionnaire_id = catalogue.get_question(next(iter(questions))).questionnaire_id
    indicateurs = catalogue.list_indicateurs(questionnaire_id, origine="declare")
    return Terrain(
        vague_id=str(valeurs["periode"].iloc[0]),
        questionnaire_id=questionnaire_id,
        design=build_design(redressement, perturbation),
        redressement=redressement,
        cv=redressement.cv,
        cellules=cellules,
        membres=membres,
        gardees=np.flatnonzero(is_kept(cellules)),
        valeurs=pivot_valeurs(valeurs, repondants),
        indicateurs=indicateurs,
        questions=questions,
        catalogue=catalogue,
    )


def draw_keys(terrain: Terrain, cadre: pd.DataFrame, processus: int = 1) -> Perturbation:
    """Les clés du terrain, où les cellules qui feraient deviner une réponse tirent un autre bruit.

    `processus` : combien de lots de questions à la fois.
    Seules les parts se devinent : une grandeur se lit à trois chiffres, sur un bruit à sa mesure.
    """
    return _open_audit(terrain, cadre).draw_safe(partial(run_parallel, processus=processus))


def list_devinees(terrain: Terrain, cadre: pd.DataFrame) -> list[str]:
    """Les indicateurs dont les chiffres du terrain, tels qu'ils se publient, laissent deviner une réponse."""
    return _open_audit(terrain, cadre).list_guessed()


def _open_audit(terrain: Terrain, cadre: pd.DataFrame) -> Audit:
    """Ce que l'attaque lit : les clés, les poids, les cellules montrées, les groupes du cadre, les parts."""
    cles, parts = terrain.design.perturbation, terrain.list_indicateurs(parts=True)
    assert cles is not None
    cyber = terrain.questionnaire_id in QUESTIONNAIRES_SENSIBLES
    montrees = count_sures(terrain.cellules) >= get_seuil(cyber)
    montrees &= is_grille_cyber(terrain.cellules) | (not cyber)
    traits = cadre.loc[terrain.repondants, list(GROUPES_CONNUS)].astype("str")
    groupes = pd.get_dummies(traits, dtype=float).to_numpy()
    noms = [i.id for i in parts]
    cellules = csr_array(terrain.membres[:, np.flatnonzero(montrees)].T)
    valeurs = terrain.valeurs[noms].to_numpy()
    return open_audit(cles, terrain.design.weights, cellules, groupes, valeurs, noms)


def pivot_valeurs(valeurs: pd.DataFrame, repondants: pd.Index) -> pd.DataFrame:
    """Répondant × indicateur ; NaN quand l'état n'est pas « répondu »."""
    table = valeurs.pivot(index="collectivite_id", columns="indicateur_id", values="valeur")
    table.columns = pd.Index(table.columns.astype("str"))
    return table.reindex(repondants).astype("float64")
