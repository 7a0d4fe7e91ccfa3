"""Le treillis des cellules : qui contient qui, et les atomes (plus petits groupes de répondants).

Trois dimensions, chacune un arbre : le territoire (france > zone > région > département > EPCI), la taille
(total > type > strate) et la couverture OPSN (total > couverture). Un atome = les répondants qui ont
exactement les mêmes libellés les plus fins. Le treillis se calcule une fois par cadre de participation et
sert à tous les indicateurs de ce cadre.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from barometre.domain.territoire import FRANCE

Entiers = NDArray[np.int64]
Reels = NDArray[np.float64]
Booleens = NDArray[np.bool_]

NIVEAUX: tuple[str, ...] = (FRANCE, "zone", "region", "departement", "epci")
TAILLES: tuple[str, ...] = ("", "type", "strate")
COLONNES: tuple[str, ...] = ("territoire_id", "niveau", "type", "strate", "couverture")
# Sommets en deçà desquels les composantes se calculent par produit de matrices.
PETIT_GRAPHE = 80
# Territoire, type, strate, couverture : la clé d'une cellule.
Cle = tuple[str, str, str, str]
# Une grille : niveau du territoire, taille ('' total, type, strate), croisée avec la couverture ou non.
Grille = tuple[str, str, bool]


def rank_codes(codes: Entiers) -> tuple[Entiers, Entiers]:
    """Comme `np.unique(codes, return_inverse=True)` pour de petits entiers positifs, sans trier."""
    presents = np.zeros(int(codes.max()) + 1, dtype=bool)
    presents[codes] = True
    return np.flatnonzero(presents), (np.cumsum(presents) - 1)[codes]


def list_components(matrice: Booleens, *, fortes: bool = False) -> tuple[int, Entiers]:
    """Les composantes d'un graphe (fortement connexes si `fortes`) : leur nombre, celle de chaque sommet."""
    if len(matrice) > PETIT_GRAPHE:
        connexion = "strong" if fortes else "weak"
        nombre, rangs = connected_components(sparse.csr_matrix(matrice), connection=connexion)
        return int(nombre), rangs.astype(np.int64)
    # Fermeture transitive par carrés successifs : sur ces tailles, plus court que l'appel à scipy.
    atteint = (matrice | np.eye(len(matrice), dtype=bool) | (matrice.T & (not fortes))).astype(np.float32)
    while True:
        carre = ((atteint @ atteint) > 0).astype(np.float32)
        if np.array_equal(carre, atteint):
            break
        atteint = carre
    premiers = (atteint * atteint.T).argmax(axis=1)
    noms, rangs = rank_codes(premiers)
    return len(noms), rangs


class SecretError(ValueError):
    """Des cellules que l'on ne sait pas protéger ; le message dit lesquelles."""


@dataclass(frozen=True, eq=False)
class Lattice:
    """Les cellules d'un cadre de participation, leurs atomes, et leurs inclusions.

    `atomes` (matrice) transforme un vecteur par cellule en un vecteur par atome ; `restes` de même
    vers les restes vides du cadre (de quoi vérifier les comptes) ; `contenu[c, a]` vaut 1
    si l'atome `a` est dans la cellule `c` ; `places[(niveau, taille, couverture)]` donne, pour chaque
    atome, la cellule de cette grille qui le contient (-1 : aucune) ; `libelles` décrit les atomes.
    """

    cells: pd.DataFrame
    libelles: pd.DataFrame
    atomes: sparse.csr_matrix
    restes: sparse.csr_matrix
    contenu: sparse.csr_matrix
    places: Mapping[tuple[str, str, bool], Entiers]
    grille: pd.DataFrame
    codes: dict[tuple[str, ...], Entiers] = field(default_factory=dict)
    choisies: dict[frozenset[Grille], Booleens] = field(default_factory=dict)

    @classmethod
    def from_cells(cls, cells: pd.DataFrame, parents: Mapping[str, str] | None = None) -> Lattice:
        """Le treillis des `cells` ; `parents` donne le territoire qui contient chaque territoire.

        Sans `parents`, la colonne `parent_id` des cellules en tient lieu.
        """
        grille = _normalise(cells)
        geo = _read_parents(cells, grille, parents)
        index = _index(grille)
        mobius = _mobius(grille, geo, index)
        presence = cells["participants"] if "participants" in cells else cells["n"]
        tailles = mobius @ presence.to_numpy(dtype=float)
        _check_tailles(tailles, grille)
        # Un EPCI à cheval sur deux départements n'a pas de parent : jamais montré, il n'a pas d'atome.
        orphelin = (grille["niveau"] == "epci") & ~grille["territoire_id"].isin(list(geo))
        garde = np.flatnonzero((tailles > 0) & ~orphelin.to_numpy())
        libelles = _label_atoms(grille.iloc[garde].reset_index(drop=True), geo)
        places = _place_atoms(libelles, index)
        restes = mobius[np.flatnonzero((tailles <= 0) & ~orphelin.to_numpy())]
        contenu = _contents(places, len(cells))
        return cls(cells, libelles, mobius[garde].tocsr(), restes, contenu, places, grille)

    def split(self, valeurs: Reels) -> Reels:
        """Les effectifs des cellules (une colonne par mesure) ramenés aux atomes, comptes vérifiés."""
        par_atome: Reels = self.atomes @ valeurs
        if (par_atome < -0.5).any() or (np.abs(self.restes @ valeurs) > 0.5).any():
            raise SecretError("Les effectifs des cellules ne s'additionnent pas d'un niveau à l'autre.")
        return par_atome

    @property
    def peuplees(self) -> Booleens:
        """Les cellules qui contiennent au moins un atome."""
        return np.diff(self.contenu.indptr) > 0

    def is_in(self, grilles: frozenset[Grille]) -> Booleens:
        """Les cellules de ces grilles (gardé en mémoire : une règle juge des dizaines d'indicateurs)."""
        if grilles not in self.choisies:
            # Des listes : parcourir une colonne de textes de pandas coûte dix fois plus.
            colonnes = (self.grille["niveau"], self.grille["taille"], self.grille["couverture"] != "")
            triplets = zip(*(c.tolist() for c in colonnes), strict=True)
            self.choisies[grilles] = np.array([t in grilles for t in triplets], dtype=bool)
        return self.choisies[grilles]

    def code(self, *colonnes: str) -> Entiers:
        """Un entier par atome, commun aux atomes de mêmes libellés dans ces colonnes (gardé en mémoire)."""
        if colonnes not in self.codes:
            valeurs = np.zeros(len(self.libelles), dtype=np.int64)
            for colonne in colonnes:
                codes, modalites = pd.factorize(self.libelles[colonne])
                valeurs = valeurs * (len(modalites) + 1) + codes
            self.codes[colonnes] = pd.factorize(valeurs)[0].astype(np.int64)
        return self.codes[colonnes]


@dataclass(frozen=True, eq=False)
class Presents:
    """Les atomes qui ont répondu à un indicateur : leurs effectifs (réponses, oui, non) et leurs seuils."""

    lattice: Lattice
    actifs: Entiers
    effectifs: Reels
    minima: Reels

    @property
    def poids(self) -> Reels:
        """Sans seuil sur les oui et les non, un seul effectif suffit."""
        return self.effectifs[self.minima > 0]

    @property
    def seuils(self) -> Reels:
        return self.minima[self.minima > 0]

    def place(self, niveau: str, taille: str, couverture: bool) -> Entiers:
        return self.lattice.places[niveau, taille, couverture][self.actifs]

    def code(self, *colonnes: str) -> Entiers:
        return self.lattice.code(*colonnes)[self.actifs]


def _normalise(cells: pd.DataFrame) -> pd.DataFrame:
    absentes = [c for c in (*COLONNES, "n") if c not in cells]
    if absentes:
        raise SecretError(f"Il manque aux cellules : {', '.join(absentes)}.")
    grille = cells.loc[:, list(COLONNES)].astype(str).reset_index(drop=True)
    inconnus = sorted(set(grille["niveau"]) - set(NIVEAUX))
    if inconnus:
        raise SecretError(f"Niveau de territoire inconnu : {', '.join(inconnus)}.")
    sans_type = (grille["strate"] != "") & (grille["type"] == "")
    grille.loc[sans_type, "type"] = grille.loc[sans_type, "strate"].str.split("-").str[0]
    doublons = grille.duplicated(["territoire_id", "type", "strate", "couverture"])
    if doublons.any():
        raise SecretError(f"La même cellule figure deux fois : {_decrit(grille[doublons].iloc[0])}.")
    grille["taille"] = np.select([grille["strate"] != "", grille["type"] != ""], ["strate", "type"], "")
    return grille


def _decrit(ligne: pd.Series) -> str:
    details = [ligne[c] for c in ("territoire_id", "type", "strate", "couverture") if ligne[c]]
    return " × ".join(details)


def _read_parents(
    cells: pd.DataFrame, grille: pd.DataFrame, parents: Mapping[str, str] | None
) -> dict[str, str]:
    """Le parent de chaque territoire, en sautant les niveaux absents des cellules."""
    if parents is None and "parent_id" in cells:
        parents = dict(zip(grille["territoire_id"], cells["parent_id"].fillna("").astype(str), strict=True))
    liens = dict(parents or {})
    _check_parents(grille, liens)
    return liens


def _check_parents(grille: pd.DataFrame, liens: Mapping[str, str]) -> None:
    """Sans son parent, un territoire échapperait aux soustractions : on refuse de deviner."""
    fins = grille[grille["niveau"].isin(["region", "departement"])]["territoire_id"].unique()
    hauts = grille["niveau"].isin([FRANCE, "zone", "region"])
    orphelins = [t for t in fins if t not in liens]
    if orphelins and (hauts & ~grille["territoire_id"].isin(orphelins)).any():
        raise SecretError(f"Le territoire qui contient « {orphelins[0]} » n'est pas donné.")


def _ancestors(territoire: str, geo: Mapping[str, str]) -> list[str]:
    chaine = [territoire]
    while (parent := geo.get(chaine[-1], "")) and parent not in chaine:
        chaine.append(parent)
    if chaine[-1].startswith(("zone-", "region-")) and FRANCE not in chaine:
        chaine.append(FRANCE)
    return chaine


def _index(grille: pd.DataFrame) -> dict[Cle, int]:
    colonnes = ("territoire_id", "type", "strate", "couverture")
    cles = zip(*(grille[c].tolist() for c in colonnes), strict=True)
    return {cle: rang for rang, cle in enumerate(cles)}


def _mobius(grille: pd.DataFrame, geo: Mapping[str, str], index: dict[Cle, int]) -> sparse.csr_matrix:
    """Cellule → atome : ce qui reste d'une cellule quand on ôte ses enfants, dimension par dimension."""
    liens: dict[str, tuple[list[int], list[int]]] = {"geo": ([], []), "taille": ([], []), "couv": ([], [])}
    for (territoire, type_, strate, couv), rang in index.items():
        candidats = {
            "geo": [(t, type_, strate, couv) for t in _ancestors(territoire, geo)[1:]],
            "taille": _size_parents(territoire, type_, strate, couv),
            "couv": [(territoire, type_, strate, "")] if couv else [],
        }
        for dimension, cles in candidats.items():
            pere = next((index[cle] for cle in cles if cle in index), None)
            if pere is not None:
                liens[dimension][0].append(pere)
                liens[dimension][1].append(rang)
    taille = len(grille)
    matrice = sparse.identity(taille, format="csr")
    for lignes, colonnes in liens.values():
        enfants = sparse.csr_matrix((np.ones(len(lignes)), (lignes, colonnes)), shape=(taille, taille))
        matrice = matrice @ (sparse.identity(taille, format="csr") - enfants)
    return matrice.tocsr()


def _size_parents(territoire: str, type_: str, strate: str, couv: str) -> list[Cle]:
    if strate:
        return [(territoire, type_, "", couv), (territoire, "", "", couv)]
    return [(territoire, "", "", couv)] if type_ else []


def _check_tailles(tailles: Reels, grille: pd.DataFrame) -> None:
    pire = int(np.argmin(tailles)) if len(tailles) else 0
    if len(tailles) and tailles[pire] < -0.5:
        raise SecretError(
            f"Les effectifs de « {_decrit(grille.iloc[pire])} » ne s'additionnent pas : ses parties "
            "dépassent le total, ou le croisement le plus fin manque."
        )


def _label_atoms(atomes: pd.DataFrame, geo: Mapping[str, str]) -> pd.DataFrame:
    """Les territoires de chaque niveau qui contiennent l'atome, à côté de ses autres libellés."""
    niveaux: dict[str, list[str]] = {niveau: [] for niveau in NIVEAUX}
    for territoire, niveau in zip(atomes["territoire_id"], atomes["niveau"], strict=True):
        chaine = _ancestors(territoire, geo)
        par_niveau = {_level_of(t): t for t in chaine[1:]} | {niveau: territoire}
        for cle, liste in niveaux.items():
            liste.append(par_niveau.get(cle, ""))
    return atomes[["type", "strate", "couverture"]].assign(**niveaux)


def _level_of(territoire: str) -> str:
    return territoire.split("-", 1)[0]


def _place_atoms(libelles: pd.DataFrame, index: dict[Cle, int]) -> dict[tuple[str, str, bool], Entiers]:
    vide = [""] * len(libelles)
    # Des listes : parcourir une colonne de textes de pandas coûte dix fois plus.
    textes = {c: libelles[c].tolist() for c in (*NIVEAUX, "type", "strate", "couverture")}
    places = {}
    for niveau in NIVEAUX:
        for taille in TAILLES:
            for couv in (False, True):
                cles = zip(
                    textes[niveau],
                    textes["type"] if taille else vide,
                    textes["strate"] if taille == "strate" else vide,
                    textes["couverture"] if couv else vide,
                    textes["type"],
                    strict=True,
                )
                places[niveau, taille, couv] = np.array(
                    [_find(index, cle, taille, couv) for cle in cles], dtype=np.int64
                )
    return places


def _find(index: dict[Cle, int], cle: tuple[str, str, str, str, str], taille: str, couv: bool) -> int:
    territoire, type_, strate, couverture, _ = cle
    vide = (taille == "strate" and not strate) or (taille and not type_) or (couv and not couverture)
    return -1 if vide or not territoire else index.get((territoire, type_, strate, couverture), -1)


def _contents(places: Mapping[tuple[str, str, bool], Entiers], cellules: int) -> sparse.csr_matrix:
    atomes = len(next(iter(places.values())))
    lignes = np.concatenate(list(places.values()))
    colonnes = np.tile(np.arange(atomes), len(places))
    garde = lignes >= 0
    un = np.ones(int(garde.sum()))
    return sparse.csr_matrix((un, (lignes[garde], colonnes[garde])), shape=(cellules, atomes))
