"""Les règles de calcul des indicateurs déclarés : une liste fermée, une fonction chacune."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from barometre.catalogue import Catalogue
from barometre.domain.indicateur import Calcul, Indicateur
from barometre.domain.secret import DECIMALES
from barometre.pipeline.dimensions import BAROMETRE
from barometre.stats.perturbation import Asked

Reels = NDArray[np.float64]
Textes = NDArray[np.object_]
COLONNES = ["indicateur_id", "collectivite_id", "periode", "valeur", "etat", "source_id"]


@dataclass(frozen=True, slots=True)
class Reponses:
    """Les lignes d'une question : rang du répondant, option, valeur ; et un état par répondant."""

    rangs: NDArray[np.intp]
    options: Textes
    valeurs: Reels
    etats: Textes

    def count_options(self, options: tuple[str, ...]) -> Reels:
        """Nombre d'options choisies parmi celles-ci, par répondant."""
        choisies = np.isin(self.options, list(options)) & (self.valeurs == 1)
        return np.bincount(self.rangs, choisies, len(self.etats)).astype(float)


def _part_options(reponses: Reponses, calcul: Calcul) -> Reels:
    """1 si l'une des options est choisie."""
    return (reponses.count_options(calcul.options) > 0).astype(float)


def _part_au_moins(reponses: Reponses, calcul: Calcul) -> Reels:
    """1 si au moins `seuil` des options sont choisies."""
    return (reponses.count_options(calcul.options) >= (calcul.seuil or 0)).astype(float)


def _part_seuil(reponses: Reponses, calcul: Calcul) -> Reels:
    """1 si le nombre atteint le seuil."""
    return (_moyenne(reponses, calcul) >= (calcul.seuil or 0)).astype(float)


def _moyenne(reponses: Reponses, _calcul: Calcul) -> Reels:
    """Le nombre lui-même."""
    nombres = np.full(len(reponses.etats), np.nan)
    nombres[reponses.rangs] = reponses.valeurs
    return nombres


REGLES: dict[str, Callable[[Reponses, Calcul], Reels]] = {
    "part_options": _part_options,
    "part_au_moins": _part_au_moins,
    "part_seuil": _part_seuil,
    "moyenne": _moyenne,
}


def split_questions(faits: pd.DataFrame, repondants: pd.Index) -> dict[str, Reponses]:
    """Les lignes de `fait_reponse` d'un questionnaire à une vague, question par question."""
    rangs = repondants.get_indexer(pd.Index(faits["collectivite_id"]))
    options = faits["option_id"].to_numpy(dtype=object)
    valeurs = faits["valeur"].to_numpy(dtype=float)
    etats = faits["etat"].to_numpy(dtype=object)
    questions = {}
    for question_id, lignes in faits.groupby("question_id", sort=False).indices.items():
        etat = np.full(len(repondants), "sans_reponse", dtype=object)
        etat[rangs[lignes]] = etats[lignes]
        questions[str(question_id)] = Reponses(rangs[lignes], options[lignes], valeurs[lignes], etat)
    return questions


def apply_rule(reponses: Reponses, calcul: Calcul) -> tuple[Reels, Textes]:
    """Valeur et état de chaque répondant ; NaN quand l'état n'est pas « répondu »."""
    valeurs, etats = REGLES[calcul.regle](reponses, calcul), reponses.etats
    if calcul.non_concerne == "non":
        # La question filtrée vaut « non » : sans site internet, pas de site accessible.
        filtree = etats == "non_concerne"
        valeurs, etats = np.where(filtree, 0.0, valeurs), np.where(filtree, "repondu", etats)
    return np.where(etats == "repondu", valeurs, np.nan), etats


def list_asked(
    catalogue: Catalogue,
    questions: Mapping[str, Reponses],
    indicateurs: Iterable[Indicateur],
    tardives: NDArray[np.bool_],
) -> dict[str, Asked]:
    """À qui chaque indicateur sous condition a été demandé, d'après les réponses à la question d'avant.

    La part de celles-là qui y répondent se compte au pour cent, sur les premières : d'une version à l'autre,
    elle ne dit rien d'une tardive. Une question réservée à des types n'a pas la même part partout : elle
    garde son compte.
    """
    colonnes: dict[tuple[str, tuple[str, ...]], Reels] = {}
    posees = {}
    for indicateur in indicateurs:
        question = catalogue.get_question(indicateur.calcul.question_id)
        condition, reponses = question.condition, questions.get(question.id)
        if not indicateur.sous_condition or condition is None or reponses is None or question.types:
            continue
        lieu = condition.question_id, condition.options
        if (avant := questions.get(condition.question_id)) is None:
            continue
        if lieu not in colonnes:
            choisies = (avant.count_options(condition.options) > 0).astype(float)
            colonnes[lieu] = np.where(avant.etats == "repondu", choisies, np.nan)
        recue = (colonnes[lieu] == 1) & ~tardives
        repondent = np.mean(reponses.etats[recue] == "repondu") if recue.any() else 1.0
        posees[indicateur.id] = Asked(lieu[0], colonnes[lieu], float(np.round(repondent, DECIMALES)))
    return posees


def compute_valeurs(
    questions: dict[str, Reponses], repondants: pd.Index, vague_id: str, indicateurs: Iterable[Indicateur]
) -> pd.DataFrame:
    """Les lignes de `fait_valeur` des indicateurs déclarés d'un questionnaire à une vague."""
    calculables = [i for i in indicateurs if i.origine == "declare" and i.calcul.question_id in questions]
    if not calculables:
        return pd.DataFrame(columns=COLONNES)
    n = len(repondants)
    resultats = [apply_rule(questions[i.calcul.question_id], i.calcul) for i in calculables]
    return pd.DataFrame(
        {
            "indicateur_id": pd.Categorical([i.id for i in calculables]).repeat(n),
            "collectivite_id": np.tile(repondants.to_numpy(dtype=object), len(calculables)),
            "periode": pd.Categorical([vague_id]).repeat(n * len(calculables)),
            "valeur": np.concatenate([v for v, _ in resultats]),
            "etat": pd.Categorical(np.concatenate([e for _, e in resultats])),
            "source_id": pd.Categorical([BAROMETRE]).repeat(n * len(calculables)),
        }
    )
