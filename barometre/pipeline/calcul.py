"""Tout ce qui se calcule d'un questionnaire : valeurs, poids, chiffres, évolutions, qualité."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from itertools import pairwise
from typing import Any

import pandas as pd

from barometre.catalogue import Catalogue
from barometre.domain.secret import SEUIL
from barometre.pipeline.aggregates import compute_agregats
from barometre.pipeline.changes import compute_evolutions
from barometre.pipeline.cles import Tirages, build_perturbation
from barometre.pipeline.contrastes import compare_groupes, judge_contrastes
from barometre.pipeline.cube import Cube
from barometre.pipeline.donnees import Donnees
from barometre.pipeline.models import compute_modeles
from barometre.pipeline.parallele import run_parallel
from barometre.pipeline.quality import Reference, build_quality, build_variance_check
from barometre.pipeline.rules import Reponses, compute_valeurs, list_asked, split_questions
from barometre.pipeline.structure_egale import build_tranches
from barometre.pipeline.terrain import Terrain, build_terrain, draw_keys, list_devinees
from barometre.pipeline.weights import Redressement, compute_weights
from barometre.stats.design import LoneStratumWarning
from barometre.stats.perturbation import take_asked

# Les tables qui se calculent d'un questionnaire : à refaire quand le cadre change.
CALCULEES = ("fait_valeur", "poids", "agregat", "qualite", "evolution", "estimation_modele", "contraste")


@dataclass(frozen=True)
class Contexte:
    """Ce que tous les questionnaires partagent."""

    cube: Cube
    catalogue: Catalogue

    @property
    def cadre(self) -> pd.DataFrame:
        """Les collectivités du cadre, par identifiant."""
        return self.cube.cadre

    @cached_property
    def tranches(self) -> pd.Series:
        """La tranche de chaque collectivité, pour les chiffres à structure égale."""
        return build_tranches(self.cadre, self.catalogue)

    @cached_property
    def reference(self) -> Reference:
        """Le cadre, pour le rapport de qualité."""
        return Reference(self.cadre)


def build_contexte(collectivites: pd.DataFrame, catalogue: Catalogue) -> Contexte:
    """Le cadre de l'enquête : les collectivités qu'aucune autre ne porte."""
    cadre = collectivites[collectivites["porteur_id"].isna()].set_index("collectivite_id")
    return Contexte(Cube(cadre), catalogue)


@dataclass(frozen=True, slots=True)
class Vaguee:
    """Les réponses d'un questionnaire à une vague."""

    vague_id: str
    questionnaire_id: str
    repondants: pd.Index
    faits: pd.DataFrame
    secret: str = field(repr=False)
    # celles dont la réponse a rejoint la vague déjà publiée : leur bruit est à elles
    tardives: frozenset[str] = frozenset()


def split_vagues(
    participations: pd.DataFrame, faits: pd.DataFrame, ordre: Sequence[str], tirages: Tirages
) -> list[list[Vaguee]]:
    """Par questionnaire, ses vagues dans l'ordre du catalogue, chacune avec de quoi refaire son bruit."""
    cle = ["questionnaire_id", "vague_id"]
    lignes = faits.groupby(cle, sort=False).indices
    groupes: dict[str, list[Vaguee]] = {}
    for (questionnaire, vague), presents in participations.groupby(cle, sort=True):
        indices = lignes.get((questionnaire, vague), [])
        repondants = pd.Index(presents["collectivite_id"])
        lieu = str(questionnaire), str(vague)
        tardives = tirages.tardives.get(lieu, frozenset())
        reponses = faits.iloc[indices]
        vaguee = Vaguee(lieu[1], lieu[0], repondants, reponses, tirages.cles[lieu], tardives)
        groupes.setdefault(str(questionnaire), []).append(vaguee)
    return [sorted(vagues, key=lambda v: ordre.index(v.vague_id)) for vagues in groupes.values()]


@dataclass(frozen=True, slots=True)
class Comptee:
    """Une vague dont les réponses sont comptées : ce que chacune vaut à chaque indicateur."""

    vague: Vaguee
    questions: dict[str, Reponses]
    # les lignes de `fait_valeur`
    valeurs: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Calculee:
    """Une vague calculée : son terrain et ses chiffres, que la vague suivante relit, et toutes ses tables."""

    terrain: Terrain
    agregats: pd.DataFrame
    donnees: Donnees


def compute_questionnaire(contexte: Contexte, vagues: Sequence[Vaguee]) -> Donnees:
    """Les tables calculées d'un questionnaire, à toutes ses vagues."""
    comptees = [count_vague(contexte, vague) for vague in vagues]
    donnees = join_vagues(contexte, [compute_vague(contexte, comptee) for comptee in comptees])
    for comptee in comptees:
        donnees.add("fait_valeur", comptee.valeurs)
    return donnees


def join_vagues(contexte: Contexte, calculees: Sequence[Calculee]) -> Donnees:
    """Les tables de ces vagues, dans leur ordre, et les évolutions de chacune à la suivante."""
    donnees = Donnees()
    for calculee in calculees:
        donnees.extend(calculee.donnees)
    for avant, apres in pairwise(calculees):
        terrains, agregats = (avant.terrain, apres.terrain), (avant.agregats, apres.agregats)
        evolutions = compute_evolutions(*terrains, *agregats, contexte.tranches)
        donnees.add("evolution", evolutions)
    return donnees


def count_vague(contexte: Contexte, vague: Vaguee) -> Comptee:
    """Ce que chaque réponse vaut à chaque indicateur : tout le reste s'en calcule."""
    questions = split_questions(vague.faits, vague.repondants)
    indicateurs = contexte.catalogue.list_indicateurs(vague.questionnaire_id)
    valeurs = compute_valeurs(questions, vague.repondants, vague.vague_id, indicateurs)
    return Comptee(vague, questions, valeurs)


def compute_vague(contexte: Contexte, comptee: Comptee, processus: int = 1) -> Calculee:
    """Tout ce qui se calcule d'une vague comptée ; `processus` : combien de parts à la fois."""
    redressement, terrain = _compute_terrain(contexte, comptee, processus)
    donnees = Donnees()
    donnees.add("poids", _poids(comptee.vague, redressement))
    # Trois parts qui ne s'attendent pas, la plus longue d'abord : elle dure autant que les deux autres.
    parts: dict[str, Callable[[], Any]] = {
        "contrastes": partial(compare_groupes, terrain, contexte.cadre),
        "chiffres": partial(compute_agregats, terrain, contexte.tranches),
        "à côté": partial(_compute_a_cote, contexte, redressement, terrain),
    }
    comparees, agregats, a_cote = run_parallel(lambda nom: parts[nom](), list(parts), processus)
    donnees.add("agregat", agregats)
    donnees.add("contraste", judge_contrastes(comparees, agregats))
    donnees.extend(a_cote)
    return Calculee(terrain, agregats, donnees)


def _compute_a_cote(contexte: Contexte, redressement: Redressement, terrain: Terrain) -> Donnees:
    """Ce qui ne relit pas les chiffres : les estimations par modèle, le rapport de qualité."""
    donnees = Donnees()
    donnees.add("estimation_modele", compute_modeles(terrain, contexte.cadre))
    lieu = terrain.vague_id, terrain.questionnaire_id
    qualite = build_quality(*lieu, redressement, contexte.reference, terrain.design.perturbation)
    donnees.add("qualite", qualite)
    donnees.add("qualite", build_variance_check(terrain))
    return donnees


def find_devinees(contexte: Contexte, vague: Vaguee) -> list[str]:
    """L'attaque refaite sur une vague publiée : les indicateurs qui laissent deviner une réponse."""
    return list_devinees(_compute_terrain(contexte, count_vague(contexte, vague))[1], contexte.cadre)


def resume_vague(contexte: Contexte, vague: Vaguee, agregats: pd.DataFrame, processus: int = 1) -> Calculee:
    """Une vague dont les chiffres sont déjà dans l'entrepôt : de quoi en calculer les évolutions."""
    terrain = _compute_terrain(contexte, count_vague(contexte, vague), processus)[1]
    return Calculee(terrain, agregats, Donnees())


def _compute_terrain(
    contexte: Contexte, comptee: Comptee, processus: int = 1
) -> tuple[Redressement, Terrain]:
    catalogue, vague = contexte.catalogue, comptee.vague
    redressement = compute_weights(contexte.cadre, vague.repondants, catalogue.regroupements)
    # L'entrepôt garde les strates regroupées dans `qualite` ; l'avertissement n'a pas d'autre lecteur.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", LoneStratumWarning)
        presents = redressement.repondants.index
        declares = catalogue.list_indicateurs(vague.questionnaire_id, origine="declare")
        tous = list_asked(catalogue, comptee.questions, declares, vague.repondants.isin(vague.tardives))
        asked = take_asked(tous, vague.repondants.get_indexer(presents))
        cles = build_perturbation(vague.secret, presents, declares, vague.tardives, asked)
        terrain = build_terrain(
            contexte.cube, redressement, comptee.questions, comptee.valeurs, catalogue, cles
        )
    return redressement, _draw_keys(contexte, vague, terrain, processus)


def _draw_keys(contexte: Contexte, vague: Vaguee, terrain: Terrain, processus: int) -> Terrain:
    """Le terrain dont aucun bruit ne laisse deviner une réponse ; les tardives n'en changent aucun.

    Les bruits d'une vague complétée restent ceux de ses premières : tirés de nouveau, la même cellule en
    montrerait deux d'une version à l'autre.
    """
    cles = terrain.design.perturbation
    assert cles is not None
    if not cles.is_late.any():
        cles = draw_keys(terrain, contexte.cadre, processus)
    elif (~cles.is_late).sum() >= SEUIL:
        faits = vague.faits[~vague.faits["collectivite_id"].isin(vague.tardives)]
        restantes = vague.repondants[~vague.repondants.isin(vague.tardives)]
        premieres = replace(vague, repondants=restantes, faits=faits, tardives=frozenset())
        _, premier = _compute_terrain(contexte, count_vague(contexte, premieres), processus)
        gardees = premier.design.perturbation
        cles = replace(cles, redrawn=gardees.redrawn) if gardees is not None else cles
    return replace(terrain, design=terrain.design.replace_keys(cles))


def _poids(vague: Vaguee, redressement: Redressement) -> pd.DataFrame:
    r = redressement.repondants
    return pd.DataFrame(
        {
            "vague_id": vague.vague_id,
            "questionnaire_id": vague.questionnaire_id,
            "collectivite_id": r.index,
            "strate_poids": r["strate"].to_numpy(),
            "poids_base": r["poids_base"].to_numpy(),
            "poids": r["poids"].to_numpy(),
        }
    )
