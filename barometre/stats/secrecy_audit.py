"""L'audit du secret, par un autre chemin que la preuve : algèbre exacte, bornes, différences emboîtées.

- différences : deux cellules montrées, l'une dans l'autre, dont l'écart est sous le seuil ;
- algèbre : une cellule cachée, ou un petit groupe d'atomes (jusqu'à quatre), est combinaison linéaire des
  cellules montrées. Calcul modulo un grand nombre premier : un vecteur au hasard, nul sur toutes les
  cellules montrées, est nul sur tout ce qu'elles déterminent, et sur rien d'autre (à 2⁻⁶¹ près) ;
- encadrement : les valeurs montrées ne laissent qu'un nombre de « oui » possible à une cellule cachée.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
import scipy
from scipy import sparse

from barometre.stats.secrecy import PUBLIC, Rule
from barometre.stats.secrecy_lattice import Booleens, Entiers, Lattice, Reels

PREMIER = 2**31 - 1
MONTREES = ("published", "indicative")
Genre = Literal["seuil", "difference", "algebre", "encadrement"]


@dataclass(frozen=True, slots=True)
class Fuite:
    """Un groupe de répondants trop petit que les cellules montrées laissent isoler."""

    genre: Genre
    n: int
    phrase: str


def audit(
    cells: pd.DataFrame,
    rule: Rule = PUBLIC,
    parents: Mapping[str, str] | None = None,
    *,
    encadrements: int = 0,
    seed: int = 0,
) -> list[Fuite]:
    """Les fuites d'un cube protégé (colonne `state`) ; liste vide : rien trouvé.

    `encadrements` : nombre de cellules cachées, tirées au hasard, passées au programme linéaire.
    """
    vue = _Vue(cells, rule, parents)
    if not rule.complementaire:
        return vue.list_shown_below()
    fuites = vue.list_shown_below() + vue.list_nested() + vue.list_algebra(seed)
    return fuites + vue.list_bounds(encadrements, seed)


class _Vue:
    """Ce que voit l'attaquant : les cellules montrées, les atomes présents, leurs effectifs."""

    def __init__(self, cells: pd.DataFrame, rule: Rule, parents: Mapping[str, str] | None) -> None:
        self.lattice, self.rule = Lattice.from_cells(cells, parents), rule
        n = cells["n"].to_numpy(dtype=float)
        oui = next(
            (cells[c].to_numpy(dtype=float) for c in ("n_yes", "n_oui") if c in cells), np.zeros_like(n)
        )
        self.poids = np.stack([n, oui, n - oui])
        self.montre = cells["state"].isin(MONTREES).to_numpy()
        atomes = self.lattice.split(self.poids.T)
        self.actifs = atomes[:, 0] > 0.5
        self.atomes = atomes[self.actifs].T
        self.contenu = self.lattice.contenu[:, self.actifs]

    def is_small(self, poids: Reels) -> Booleens:
        """Groupes (colonnes) non vides sous l'un des seuils de la règle."""
        seuils = np.array([self.rule.n, self.rule.oui, self.rule.non])
        sous: Booleens = (seuils > poids.T).any(axis=-1).T & (poids[0] > 0.5)
        return sous

    def name(self, rang: int | np.integer) -> str:
        ligne = self.lattice.grille.iloc[rang]
        return " × ".join(ligne[c] for c in ("territoire_id", "strate", "couverture") if ligne[c]) + (
            f" ({ligne['type']})" if ligne["taille"] == "type" else ""
        )

    def list_shown_below(self) -> list[Fuite]:
        sous = np.flatnonzero(self.montre & self.is_small(self.poids))
        return [
            Fuite("seuil", int(self.poids[0, i]), f"« {self.name(i)} » est montrée sous le seuil.")
            for i in sous
        ]

    def list_nested(self) -> list[Fuite]:
        montrees = np.flatnonzero(self.montre)
        contenu = self.contenu[montrees]
        commun = (contenu.multiply(self.atomes[0]) @ contenu.T).toarray()
        dedans = np.abs(commun - np.diag(commun)[None, :]) < 0.5
        ecarts = self.poids[:, montrees][:, :, None] - self.poids[:, montrees][:, None, :]
        grand, petit = np.nonzero(dedans & self.is_small(ecarts.reshape(3, -1)).reshape(dedans.shape))
        return [
            Fuite(
                "difference",
                int(ecarts[0, i, j]),
                f"« {self.name(montrees[i])} » moins « {self.name(montrees[j])} ».",
            )
            for i, j in zip(grand, petit, strict=True)
        ]

    def list_algebra(self, seed: int) -> list[Fuite]:
        montrees = self.contenu[np.flatnonzero(self.montre)].toarray().astype(np.int64)
        noyau = draw_null_vectors(montrees, 2, seed)
        somme = np.asarray(self.contenu.astype(np.int64) @ noyau.T) % PREMIER
        isolees = np.flatnonzero(~self.montre & (somme == 0).all(axis=1) & self.is_small(self.poids))
        fuites = [
            Fuite("algebre", int(self.poids[0, i]), f"« {self.name(i)} » se recalcule.") for i in isolees
        ]
        for groupe in list_zero_sums(noyau, np.flatnonzero(self.is_small(self.atomes))):
            poids = self.atomes[:, list(groupe)].sum(axis=1)
            if self.is_small(poids[:, None])[0]:
                fuites.append(
                    Fuite("algebre", int(poids[0]), f"Un groupe de {len(groupe)} atomes se recalcule.")
                )
        return fuites

    def list_bounds(self, nombre: int, seed: int) -> list[Fuite]:
        cachees = np.flatnonzero(~self.montre & self.is_small(self.poids))
        tirees = np.random.default_rng(seed).permutation(cachees)[:nombre]
        egalites = self.contenu[np.flatnonzero(self.montre)]
        fuites = []
        for i in tirees:
            bas, haut = self._bounds(self.contenu[[i]].toarray().ravel(), egalites)
            if haut - bas < 1 - 1e-6 and not self._is_unanimous(bas, self.poids[0, i]):
                phrase = f"Le nombre de « oui » de « {self.name(i)} » n'a qu'une valeur possible."
                fuites.append(Fuite("encadrement", int(self.poids[0, i]), phrase))
        return fuites

    def _is_unanimous(self, oui: float, n: float) -> bool:
        """Un groupe au-dessus du seuil à 0 ou 100 % dit la réponse de toutes ses parties.

        La règle publique l'admet ; celle de la cybersécurité (3 oui et 3 non au moins) l'exclut.
        """
        return self.rule.oui == 0 and (oui < 0.5 or oui > n - 0.5)

    def _bounds(self, cible: Reels, egalites: sparse.csr_matrix) -> tuple[float, float]:
        """Le plus petit et le plus grand nombre de « oui » que permettent les valeurs montrées."""
        bornes = np.stack([np.zeros(len(cible)), self.atomes[0]], axis=1)
        # scipy ne charge `optimize` qu'ici : tout le monde n'attend pas.
        bas, haut = (
            scipy.optimize.linprog(
                signe * cible, A_eq=egalites, b_eq=self.poids[1, self.montre], bounds=bornes, method="highs"
            ).fun
            for signe in (1, -1)
        )
        return float(bas), float(-haut)


def draw_null_vectors(matrice: Entiers, nombre: int, seed: int) -> Entiers:
    """Des vecteurs au hasard annulés par toutes les lignes de la matrice, modulo `PREMIER`."""
    reduite, pivots = _reduce(matrice)
    libres = np.setdiff1d(np.arange(matrice.shape[1]), pivots)
    hasard = np.random.default_rng(seed).integers(1, PREMIER, (nombre, len(libres)))
    vecteurs = np.zeros((nombre, matrice.shape[1]), dtype=np.int64)
    vecteurs[:, libres] = hasard
    for rang, pivot in enumerate(pivots):
        # Somme des produits réduits un à un : chaque produit tient dans 62 bits.
        vecteurs[:, pivot] = -((reduite[rang, libres] * hasard % PREMIER).sum(axis=1)) % PREMIER
    return vecteurs


def _reduce(matrice: Entiers) -> tuple[Entiers, list[int]]:
    """La forme échelonnée réduite modulo `PREMIER`, et ses colonnes pivots."""
    a = matrice % PREMIER
    pivots: list[int] = []
    for colonne in range(a.shape[1]):
        rang = len(pivots)
        candidates = np.flatnonzero(a[rang:, colonne])
        if not len(candidates):
            continue
        a[[rang, rang + candidates[0]]] = a[[rang + candidates[0], rang]]
        a[rang] = a[rang] * pow(int(a[rang, colonne]), -1, PREMIER) % PREMIER
        lignes = np.flatnonzero(a[:, colonne])
        lignes = lignes[lignes != rang]
        a[lignes] = (a[lignes] - a[lignes, colonne][:, None] * a[rang]) % PREMIER
        pivots.append(colonne)
    return a[: len(pivots)], pivots


def list_zero_sums(vecteurs: Entiers, atomes: Entiers) -> list[tuple[int, ...]]:
    """Les groupes d'un à quatre atomes dont la somme est nulle pour chaque vecteur."""
    z = vecteurs[:, atomes]
    i, j = np.triu_indices(len(atomes), 1)
    un, deux = _key(z), _key((z[:, i] + z[:, j]) % PREMIER)
    contre_un, contre_deux = _key(-z % PREMIER), _key(-(z[:, i] + z[:, j]) % PREMIER)
    groupes: list[tuple[int, ...]] = [(int(atomes[k]),) for k in np.flatnonzero(un == 0)]
    groupes += [(int(atomes[i[k]]), int(atomes[j[k]])) for k in np.flatnonzero(deux == 0)]
    for a, k in _matches(deux, contre_un):
        groupes.append(tuple(sorted({int(atomes[x]) for x in (i[a], j[a], k)})))
    for a, b in _matches(deux, contre_deux):
        groupes.append(tuple(sorted({int(atomes[x]) for x in (i[a], j[a], i[b], j[b])})))
    return sorted({g for g in groupes if (vecteurs[:, list(g)].sum(axis=1) % PREMIER == 0).all()})


def _key(z: Entiers) -> Entiers:
    return z[0] * PREMIER + z[1]


def _matches(gauche: Entiers, droite: Entiers) -> list[tuple[int, int]]:
    """Les couples de rangs dont les clés sont égales (un seul par valeur suffit à signaler la fuite)."""
    communes = np.intersect1d(gauche, droite, return_indices=True)
    return [(int(a), int(b)) for a, b in zip(communes[1], communes[2], strict=True)]
