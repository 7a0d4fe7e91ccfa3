"""L'attaquant : il ne connaît que la porte publique, et ce qu'elle dit de qui a répondu.

Une question et celles qu'elle commande parlent des mêmes « oui » : le `n` d'une question posée sous condition
est celui de la question qui la commande. Il met donc ensemble toutes leurs cellules montrées.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from barometre.access import Gate
from barometre.catalogue.model import Catalogue
from barometre.pipeline.cube import COLONNES, Cube
from barometre.warehouse.repository import Repository

MONTRES = ("published", "indicative")
PAS = 8
HORS_PISTE = 0.05


class DepotSansComplement:
    """Le même dépôt, où seule la suppression primaire aurait été faite : la contre-épreuve.

    `seulement` : les indicateurs mal protégés ; les autres gardent leur état.
    """

    def __init__(
        self,
        depot: Repository,
        grilles: frozenset[tuple[str, str, bool]],
        seuil: int,
        seulement: frozenset[str] = frozenset(),
    ) -> None:
        self._depot, self._grilles, self._seuil, self._seulement = depot, grilles, seuil, seulement

    def __getattr__(self, nom: str) -> object:
        return getattr(self._depot, nom)

    def list_agregats(self, *args: object, **filtres: object) -> pd.DataFrame:
        """Toute cellule d'une grille publique qui atteint le seuil."""
        lignes = self._depot.list_agregats(*args, **filtres)  # type: ignore[arg-type]
        grille = [
            (niveau, "strate" if strate else "type" if type_ else "", bool(couverture)) in self._grilles
            for niveau, type_, strate, couverture in zip(
                lignes["niveau"], lignes["type"], lignes["strate"], lignes["couverture"], strict=True
            )
        ]
        etat = np.where(lignes["n"].ge(self._seuil) & np.array(grille), "published", "primary")
        vises = lignes["indicateur_id"].isin(self._seulement) | (not self._seulement)
        return lignes.assign(etat=lignes["etat"].where(~vises, etat))


class Terrain:
    """La géométrie, de faits publics : qui a répondu, et dans quelles cellules chacune se trouve."""

    def __init__(self, depot: Repository, catalogue: Catalogue) -> None:
        self.depot, self.catalogue = depot, catalogue
        self.participations = Gate(depot).list_participations()
        self.cube = Cube(depot.list_collectivites().set_index("collectivite_id"))

    def list_linked(self, question_id: str) -> list[str]:
        """Les indicateurs de la question, et de celles qu'elle commande, de proche en proche."""
        questions, a_voir = {question_id}, [question_id]
        posees = self.catalogue.get_questionnaire(self.catalogue.get_question(question_id).questionnaire_id)
        while a_voir:
            courante = a_voir.pop()
            for question in posees.questions:
                filtree = question.condition is not None and question.condition.question_id == courante
                if filtree and question.id not in questions:
                    questions.add(question.id)
                    a_voir.append(question.id)
        return [
            i.id
            for i in self.catalogue.list_indicateurs(posees.id, origine="declare")
            if i.calcul.question_id == question_id
            # Compté « non », l'effectif est celui de toute la question qui commande : il n'en dit rien.
            or (i.calcul.question_id in questions and i.calcul.non_concerne == "exclu")
        ]

    def look(self, gate: Gate, indicateur_id: str, vague_id: str) -> Vue | None:
        """Ce que la porte montre de cet indicateur et de tous ceux qui lui sont liés."""
        indicateur = self.catalogue.get_indicateur(indicateur_id)
        lies = self.list_linked(indicateur.calcul.question_id)
        valeurs = self.depot.list_valeurs(indicateur_id, vague_id)
        reponses = valeurs[valeurs["etat"] == "repondu"].set_index("collectivite_id")["valeur"]
        if reponses.empty:
            return None
        cellules, membres = self.cube.build_membership(reponses.index)
        vues = gate.list_agregats(lies, vague_id)
        montrees = vues[vues["etat"].isin(MONTRES)].drop_duplicates(list(COLONNES))[list(COLONNES)]
        rangs = pd.MultiIndex.from_frame(cellules[list(COLONNES)]).isin(
            list(montrees.itertuples(index=False, name=None))
        )
        return Vue(sparse.csr_matrix(membres)[:, rangs], reponses.to_numpy(dtype=float))


class Vue:
    """Une question à une vague : cellules montrées, atomes que l'on y distingue, leurs effectifs."""

    def __init__(self, membres: sparse.csr_matrix, reponses: NDArray[np.float64]) -> None:
        # Deux répondantes des mêmes cellules montrées ne se distinguent pas : un seul atome.
        empreinte = (membres @ np.random.default_rng(0).random(membres.shape[1])).round(9)
        _, premieres, atomes = np.unique(empreinte, return_index=True, return_inverse=True)
        oui = np.clip(reponses, 0, 1)
        mesures = (np.ones_like(oui), oui, 1 - oui)
        self.poids = np.column_stack([np.bincount(atomes, m) for m in mesures])
        self.contenu = membres[premieres].T.tocsr()

    @cached_property
    def communs(self) -> NDArray[np.float64]:
        """Le nombre d'atomes communs à deux cellules."""
        return np.asarray((self.contenu @ self.contenu.T).todense())

    def draw(self, rng: np.random.Generator, suites: int) -> sparse.csr_matrix:
        """Des suites de filtres : une cellule, moins des parties disjointes, parfois une voisine."""
        communs, tailles = self.communs, np.diag(self.communs)
        voisins = communs > 0
        dedans = (communs == tailles[None, :]) & (tailles[None, :] < tailles[:, None])
        cellules = self.contenu.shape[0]
        depart = rng.integers(cellules, size=suites)
        parties = dedans[depart]
        lignes, colonnes, signes = [np.arange(suites)], [depart], [np.ones(suites)]
        for pas in range(PAS):
            ailleurs = rng.random(suites) < HORS_PISTE
            permis = np.where(ailleurs[:, None], voisins[depart], parties)
            cible = np.where(permis, rng.random((suites, cellules), dtype=np.float32), -1).argmax(axis=1)
            joue = (rng.random(suites) < 0.85) & permis.any(axis=1)
            parties &= ~(voisins[cible] & joue[:, None])
            lignes.append(np.flatnonzero(joue))
            colonnes.append(cible[joue])
            signes.append(np.where(ailleurs & (pas % 2 == 1), 1.0, -1.0)[joue])
        cases = (np.concatenate(lignes), np.concatenate(colonnes))
        return sparse.csr_matrix((np.concatenate(signes), cases), shape=(suites, cellules))

    def play(self, rng: np.random.Generator, suites: int) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
        """Pour chaque suite : isole-t-elle un groupe (des 0 et des 1), et quels sont ses effectifs."""
        resultat = (self.draw(rng, suites) @ self.contenu).tocsr()
        resultat.eliminate_zeros()
        lignes = np.repeat(np.arange(suites), np.diff(resultat.indptr))
        groupe = np.bincount(lignes[resultat.data != 1], minlength=suites) == 0
        return groupe, resultat @ self.poids


def count_leaks(vues: Sequence[Vue], seuils: tuple[int, int, int], suites: int, seed: int) -> tuple[int, int]:
    """Les suites qui isolent un groupe sous un seuil, et celles qui isolent un groupe, toutes vagues."""
    rng = np.random.default_rng(seed)
    joue = rng.integers(1, 2 ** len(vues), size=suites)
    groupe, effectifs = np.ones(suites, dtype=bool), np.zeros((suites, 3))
    for rang, vue in enumerate(vues):
        ici = (joue >> rang & 1) == 1
        est_groupe, poids = vue.play(rng, suites)
        groupe &= est_groupe | ~ici
        effectifs += np.where(ici[:, None], poids, 0)
    non_vide = groupe & (effectifs[:, 0] > 0.5)
    return int((non_vide & (effectifs < np.array(seuils) - 0.5).any(axis=1)).sum()), int(non_vide.sum())
