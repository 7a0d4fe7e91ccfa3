"""La suppression complémentaire, avec sa preuve.

Menace : des totaux de « oui » montrés, additionnés et soustraits, donnent celui d'un ensemble S de
répondants. Dire que S est isolé, c'est écrire son indicatrice F (0 ou 1 par répondant) comme une somme de
fonctions constantes sur les cellules montrées. On montre qu'un tel S n'est jamais sous le seuil.

On élimine les niveaux du plus fin au plus haut. À un niveau (les départements), F = a(bloc) + B(profil) :
le bloc est la plus petite cellule montrée du niveau qui contient le répondant (le reste non montré a a =
0), le profil est tout ce que les niveaux au-dessus peuvent distinguer (région × strate × couverture). Si le
bloc b a, dans des profils que b' a aussi, un groupe au-dessus du seuil, alors a(b) > a(b') forcerait F = 1
sur tout ce groupe : S ne serait pas petit. Des blocs fortement connexes par ces flèches ont donc le même a ;
on les fusionne et on recommence. Restent des composantes sans profil commun : leur total doit contenir un
reste non montré (a = 0), être déjà connu au-dessus, ou n'y être recoupé par rien. Sinon on cache une
cellule de plus. Arrivé à la France, S est une réunion de blocs au-dessus du seuil. Les trois effectifs
(réponses, oui, non) suivent la même démonstration.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from barometre.stats.secrecy_couverture import settle_couverture
from barometre.stats.secrecy_lattice import (
    Booleens,
    Entiers,
    Lattice,
    Presents,
    Reels,
    list_components,
    rank_codes,
)


@dataclass(frozen=True, eq=False)
class Partition:
    """Des blocs de répondants ; `connu[i]` : l'attaquant peut savoir le total du bloc de l'atome i."""

    bloc: Entiers
    connu: Booleens

    def knows(self, composante: Entiers, atomes: Booleens) -> Booleens:
        """Pour chaque composante (de ces atomes), vrai si elle est une réunion de blocs connus."""
        partout = np.full(len(self.bloc), -1)
        partout[atomes] = composante
        une = np.zeros(int(self.bloc.max()) + 1, dtype=np.int64)
        une[self.bloc] = partout
        defaut = (partout != une[self.bloc]) | ~self.connu
        bloc_en_defaut = np.bincount(self.bloc, defaut) > 0
        connues: Booleens = np.bincount(composante, bloc_en_defaut[self.bloc[atomes]]) == 0
        return connues


@dataclass(frozen=True, eq=False)
class Etage:
    """Un niveau à éliminer : ses grilles (du plus large au plus fin), ce qu'on voit au-dessus."""

    grilles: tuple[tuple[str, str, bool], ...]
    profil: tuple[str, ...]
    parent: tuple[str, ...]


def _geo(niveau: str, dessus: str) -> Etage:
    grilles = tuple((niveau, taille, False) for taille in ("", "type", "strate"))
    return Etage(grilles, (dessus, "strate", "type", "couverture"), (dessus,))


@dataclass(frozen=True, eq=False)
class _Vue:
    """Un étage vu des atomes présents : cellule de chaque grille, profil, reste du parent."""

    places: Sequence[Entiers]
    profil: Entiers
    reste: Entiers

    def deepest(self, montre: Booleens, atomes: Booleens) -> tuple[Entiers, Entiers]:
        """Le bloc de chaque atome : sa plus petite cellule montrée, ou le reste ; et le bloc au-dessus."""
        blocs = dessus = self.reste[atomes]
        for place in self.places:
            ici = place[atomes]
            vu = (ici >= 0) & montre[ici]
            dessus = np.where(vu, blocs, dessus)
            blocs = np.where(vu, ici, blocs)
        return blocs, dessus


@dataclass(frozen=True, eq=False)
class _Blocs:
    """Les blocs d'un étage : cellule (ou reste), bloc au-dessus, effectif, cellule montrée, sous le seuil."""

    noms: Entiers
    parent: Entiers
    tailles: Reels
    libre: Booleens
    petit: Booleens

    def children(self, m: int) -> Entiers:
        """Les cellules montrées posées directement sur le bloc `m`."""
        return self.noms[self.libre & (self.parent == self.noms[m])]


# Du plus haut au plus fin : chaque étage s'appuie sur ce que les précédents laissent savoir.
SOMMET = Etage((("france", "", False), ("france", "", True)), (), ())
TYPES = Etage((("france", "type", False), ("france", "type", True)), ("couverture",), ())
STRATES = Etage((("france", "strate", False), ("france", "strate", True)), ("type", "couverture"), ("type",))
ZONES = Etage(_geo("zone", "france").grilles, ("strate", "type", "couverture"), ())
REGIONS = _geo("region", "zone")
DEPARTEMENTS = _geo("departement", "region")
EPCI = Etage((("epci", "", False),), ("departement", "strate", "type", "couverture"), ("departement",))
# Une cellule hors du groupe principal sur LOT est cachée à chaque tour.
LOT = 4
HAUTS = (SOMMET, TYPES, STRATES, ZONES, REGIONS)
BAS = (DEPARTEMENTS, EPCI)
REGION_COUVERTURE = ("region", "", True)
# Les grilles que la preuve sait traiter ; une règle qui en montre d'autres est refusée.
GRILLES_PROUVEES = frozenset({g for e in HAUTS + BAS for g in e.grilles} | {REGION_COUVERTURE})


def close(lattice: Lattice, n: Reels, oui: Reels, montre: Booleens, seuils: Sequence[int]) -> Booleens:
    """Les cellules que l'on peut montrer ensemble : `montre`, moins ce que la preuve demande de cacher."""
    effectifs = lattice.split(np.column_stack([n, oui, n - oui]))
    actifs = np.flatnonzero(effectifs[:, 0] > 0.5)
    if not len(actifs):
        return np.zeros_like(montre)
    presents = Presents(lattice, actifs, effectifs[actifs].T, np.array(seuils, dtype=float))
    # Une cellule sans atome n'est dans aucun étage : on ne la montre pas.
    preuve = _Preuve(presents, n, montre & lattice.peuplees)
    for etage in HAUTS:
        preuve.settle(etage)
    preuve.settle_regions_couverture()
    for etage in BAS:
        preuve.settle(etage)
    return preuve.montre


class _Preuve:
    """L'état de la démonstration pour un indicateur : atomes présents, cellules encore montrées."""

    def __init__(self, presents: Presents, n: Reels, montre: Booleens) -> None:
        self.presents, self.n, self.montre = presents, n, montre
        self.poids, self.seuils = presents.poids, presents.seuils
        self.connus: list[Partition] = []
        # Atomes qu'aucune cellule montrée des étages au-dessus ne contient.
        self.vierges = np.ones(len(presents.actifs), dtype=bool)

    def settle(self, etage: Etage) -> None:
        """Cache à cet étage ce qu'il faut pour que la preuve tienne, et retient ses blocs."""
        vue = _Vue(
            [self.presents.place(*g) for g in etage.grilles],
            self.presents.code(*etage.profil),
            len(self.n) + self.presents.code(*etage.parent),
        )
        # Deux parents n'ont aucun profil commun : on ne reprend que ceux où la preuve a échoué.
        atomes = np.ones(len(vue.profil), dtype=bool)
        while atomes.any():
            echecs, a_cacher = self._list_failures(vue, atomes)
            self.montre[a_cacher] = False
            atomes &= echecs[vue.reste]
        blocs = vue.deepest(self.montre, np.ones_like(atomes))[0]
        self._retain(blocs, (blocs < len(self.n)) | self._knows_parent(etage))

    def _retain(self, blocs: Entiers, connu: Booleens) -> None:
        self.vierges &= blocs >= len(self.n)
        self.connus.append(Partition(rank_codes(blocs)[1], connu))

    def settle_regions_couverture(self) -> None:
        """Région × couverture : un croisement de plus, réglé par ses propres quadruplets."""
        blocs = settle_couverture(self.presents, self.montre)
        region = self.presents.place("region", "", False)
        self._retain(blocs, (region >= 0) & self.montre[region])

    def _knows_parent(self, etage: Etage) -> Booleens:
        """Le reste d'un parent montré se calcule : parent moins enfants montrés."""
        niveau = etage.parent[0] if etage.parent and etage.parent[0] != "type" else "france"
        taille = "type" if etage.parent == ("type",) else ""
        cellule = self.presents.place(niveau, taille, False)
        connu: Booleens = (cellule >= 0) & self.montre[cellule]
        return connu

    def _list_failures(self, vue: _Vue, atomes: Booleens) -> tuple[Booleens, list[int]]:
        """Les parents où la preuve échoue, et les cellules à cacher pour chaque composante en défaut."""
        blocs, dessus = vue.deepest(self.montre, atomes)
        noms, b = rank_codes(blocs)
        poids = self.poids[:, atomes]
        composante, groupe = _merge_blocks(b, vue.profil[atomes], poids, self.seuils)
        libre = noms < len(self.n)
        connue = self._list_known(composante[b], atomes)
        # Une composante est unie si tous ses blocs sont du même groupe que l'un d'eux.
        un_groupe = np.zeros(int(composante.max()) + 1, dtype=np.int64)
        un_groupe[composante] = groupe
        unie = np.bincount(composante, groupe != un_groupe[composante]) == 0
        prouvee = unie & (connue | (np.bincount(composante, ~libre) > 0))
        parents_en_echec = np.zeros(int(vue.reste.max()) + 1, dtype=bool)
        if prouvee.all():
            return parents_en_echec, []
        parents_en_echec[vue.reste[atomes][~prouvee[composante[b]]]] = True
        tailles = np.array([np.bincount(b, w) for w in poids])
        petit: Booleens = np.less(tailles, self.seuils[:, None]).max(axis=0)
        parent = np.zeros(len(noms), dtype=np.int64)
        parent[b] = dessus
        etat = _Blocs(noms, parent, tailles[0], libre, petit)
        echecs = [np.flatnonzero(composante == c) for c in np.flatnonzero(~prouvee)]
        a_cacher = {cellule for membres in echecs for cellule in self._list_to_hide(etat, membres, groupe)}
        return parents_en_echec, sorted(a_cacher)

    def _list_known(self, composante: Entiers, atomes: Booleens) -> Booleens:
        """Les composantes au total déjà connu, ou assez grandes et que rien ne recoupe au-dessus."""
        tailles = np.array([np.bincount(composante, w) for w in self.poids[:, atomes]])
        seule = np.bincount(composante, ~self.vierges[atomes]) == 0
        connues: Booleens = seule & np.greater_equal(tailles, self.seuils[:, None]).min(axis=0)
        return np.logical_or.reduce([connues, *(p.knows(composante, atomes) for p in self.connus)])

    def _list_to_hide(self, blocs: _Blocs, membres: Entiers, groupe: Entiers) -> list[int]:
        """Les plus petites cellules posées sur un reste trop petit, ou hors du plus grand groupe."""
        petits = [m for m in membres[blocs.petit[membres]] if len(blocs.children(m))]
        if petits:
            return [self._smallest(blocs, m) for m in petits]
        poids_groupe = np.bincount(groupe, blocs.tailles, groupe.max() + 1)
        principal = groupe[membres][np.argmax(poids_groupe[groupe[membres]])]
        libres = membres[blocs.libre[membres]]
        dehors = libres[groupe[libres] != principal]
        cibles = dehors if len(dehors) else libres
        ordre = cibles[np.argsort(self.n[blocs.noms[cibles]], kind="stable")]
        # Par lots : une cellule cachée de trop de temps en temps, contre trois fois moins de tours.
        return [self._smallest(blocs, m) for m in ordre[: 1 + len(dehors) // LOT]]

    def _smallest(self, blocs: _Blocs, m: int) -> int:
        """La plus petite cellule posée sur le bloc `m` ; à défaut la sienne."""
        enfants = blocs.children(m)
        return int(enfants[np.argmin(self.n[enfants])]) if len(enfants) else int(blocs.noms[m])


def _merge_blocks(b: Entiers, profil: Entiers, poids: Reels, seuils: Reels) -> tuple[Entiers, Entiers]:
    """Pour chaque bloc : sa composante (profils communs) et son groupe (blocs forcés à la même valeur)."""
    p = rank_codes(profil)[1]
    groupe = np.arange(b.max() + 1)
    while True:
        touche, fleches = _arrows(groupe[b], p, poids, seuils)
        nombre, nouveau = list_components(fleches, fortes=True)
        if nombre == len(fleches):
            composante = list_components(touche)[1]
            return composante[groupe], groupe
        groupe = nouveau[groupe]


def _arrows(g: Entiers, p: Entiers, poids: Reels, seuils: Reels) -> tuple[Booleens, Booleens]:
    """Quels groupes partagent un profil ; lesquels y ont un effectif au-dessus de tous les seuils."""
    forme = (int(g.max()) + 1, int(p.max()) + 1)
    case = g * forme[1] + p
    taille = forme[0] * forme[1]
    present = (np.bincount(case, minlength=taille).reshape(forme) > 0).astype(float)
    partage = [np.bincount(case, w, taille).reshape(forme) @ present.T for w in poids]
    fleches = np.logical_and.reduce([s >= seuil for s, seuil in zip(partage, seuils, strict=True)])
    return partage[0] > 0, fleches
