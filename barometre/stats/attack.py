"""Ce qu'un lecteur de tout devine d'une réponse : l'attaque que le calcul se fait avant de publier.

Il sait qui a répondu, recalcule les poids et lit toutes les cellules au pour cent, brut et redressé. Sa
meilleure combinaison de tout ce qu'il lit est linéaire (régression bayésienne, réponses et bruit tenus pour
normaux : Rasmussen et Williams 2006, §2.2) ; son a priori, les taux qu'il lit de la strate, du département,
de la région et de la couverture.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import csc_array, csr_array

from barometre.domain.secret import DECIMALES, DEVINE, DEVINE_TAUX, MARGE_EXTREME
from barometre.stats.design import Design
from barometre.stats.factor import Factor, list_disjoint
from barometre.stats.perturbation import Perturbation
from barometre.stats.publication import POIDS_EGAUX, Structure, build_structure

Tableau = npt.NDArray[np.float64]
Booleens = npt.NDArray[np.bool_]
Entiers = npt.NDArray[np.intp]
# Ce dont deux groupes du cadre diffèrent d'ordinaire, en part de « oui » : un écart-type, par dimension.
ECART_GROUPES = 0.1
# Un nombre pris au hasard dans un intervalle de largeur 1.
VARIANCE_UNIFORME = 1 / 12
# Les publics gardés ensemble : les questions se lisent public par public.
PUBLICS = 1


class Lu(NamedTuple):
    """Une question, cellule par cellule : brut et redressé au pour cent, et ceux qui ne sont que bornés.

    `double` : celles où le redressé se lit à côté du brut, d'après l'effectif publié.
    """

    brut: Tableau
    redresse: Tableau
    borne: Booleens
    double: Booleens


class Devinees(NamedTuple):
    """Les classes devinées, de combien en tout elles passent le seuil, dans quel sens, et les poids lus.

    Est devinée celle qu'un rapport aussi fort rendrait probable à plus de `DEVINE`, qu'il dise ce que les
    taux disaient ou le contraire. `vrai` : de combien passent celles qui le sont dans le sens lu.
    """

    classes: Entiers
    exces: float
    vrai: float
    sens: Tableau
    resolu: Tableau


class Membres(NamedTuple):
    """Qui est où : la cellule et la classe de chaque appartenance, par classe ; où chacune commence."""

    cellules: Entiers
    classes: Entiers
    debuts: Entiers


@dataclass(frozen=True)
class Lecteur:
    """Ce que l'attaquant sait avant de lire : les cellules (cellule × unité), les poids, les groupes."""

    keys: Perturbation
    weights: Tableau
    cells: csr_array
    groups: Tableau

    @cached_property
    def design(self) -> Design:
        """Le plan qui suffit aux sommes brouillées."""
        return Design(None, None, self.weights, perturbation=self.keys)

    @cached_property
    def structure(self) -> Structure:
        """Ce que les membres de chaque cellule sont, réponses mises à part."""
        return build_structure(self.design, self.cells)

    @property
    def inequality(self) -> Tableau:
        """Le plus grand écart d'un poids au poids moyen, par cellule."""
        return self.structure.inequality[:, 0]

    @cached_property
    def classes(self) -> tuple[Entiers, Entiers]:
        """Une unité de chaque classe, et la classe de chacune : mêmes cellules, poids et groupes."""
        # Les unités se groupent d'abord par leurs octets : toutes les communes × toutes les cellules, triées,
        # coûteraient vingt secondes et deux gigaoctets ; les classes y sont sept fois moins nombreuses.
        seules, groupes = _group_units(self.cells, self.weights, self.groups)
        # Les appartenances en bits : des octets se trient dans l'ordre de leurs lignes, bien plus vite.
        bits = np.packbits(self.cells[:, seules].astype(bool).toarray().T, axis=1)
        lignes = np.ascontiguousarray(bits).view(f"S{max(bits.shape[1], 1)}").ravel()
        ordre = np.lexsort([*self.groups[seules].T[::-1], self.weights[seules], lignes])
        rangs = np.empty_like(ordre)
        rangs[ordre] = np.arange(ordre.size)
        return seules[ordre], rangs[groupes]

    @cached_property
    def members(self) -> Membres:
        """Dans quelles cellules est chaque classe."""
        par_classe = csc_array(self.cells[:, self.classes[0]])
        par_classe.sort_indices()
        combien = np.diff(par_classe.indptr)
        return Membres(par_classe.indices, np.repeat(np.arange(combien.size), combien), par_classe.indptr)

    @cached_property
    def apart(self) -> Booleens:
        """Vrai pour des cellules qui n'ont deux à deux aucun membre."""
        seules = np.zeros(self.cells.shape[0], dtype=bool)
        seules[list_disjoint(csr_array(self.cells[:, self.classes[0]]))] = True
        return seules

    @cached_property
    def class_groups(self) -> Tableau:
        """Classe × groupe du cadre, 0 ou 1."""
        return self.groups[self.classes[0]]

    @cached_property
    def _publics(self) -> dict[bytes, Public]:
        return {}

    def prepare(self) -> None:
        """Calcule ce que toutes les questions partagent : des processus qui naissent le reçoivent fait."""
        _ = self.structure, self.members, self.class_groups, self.apart

    def count_answers(self, answered: Booleens) -> Tableau:
        """Combien de chaque classe ont répondu."""
        premieres, rangs = self.classes
        return np.bincount(rangs[answered], minlength=premieres.size).astype(float)

    def get_public(self, answered: Booleens) -> Public:
        """Ce que pèse chaque cellule chez celles qui ont répondu ; une question posée à toutes le partage."""
        effectifs = self.count_answers(answered)
        cle = effectifs.tobytes()
        if cle not in self._publics:
            while len(self._publics) >= PUBLICS:
                self._publics.pop(next(iter(self._publics)))
            poids = self.weights[self.classes[0]]
            lieux = self.cells.shape[0], self.members
            self._publics[cle] = build_public(*lieux, poids, self.class_groups, effectifs)
        return self._publics[cle]


@dataclass(frozen=True, slots=True, eq=False)
class Public:
    """D'un public (celles que la question a atteintes) : combien, par classe (`counts`) et par cellule (`n`).

    `weighted` : de chaque appartenance, le poids rapporté à la moyenne de la cellule. `spread` : cellule ×
    groupe, les effectifs et les pesés.
    """

    counts: Tableau
    n: Tableau
    weighted: Tableau
    spread: tuple[Tableau, Tableau]


def build_public(cells: int, members: Membres, weights: Tableau, groups: Tableau, counts: Tableau) -> Public:
    """`cells` : combien de cellules ; `weights`, `groups`, `counts` : de chaque classe."""
    cellules, classes, _ = members
    n = np.bincount(cellules, counts[classes], cells).astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        moyens = np.where(n > 0, np.bincount(cellules, (counts * weights)[classes], cells) / n, 1.0)
    peses = weights[classes] / moyens[cellules]
    lieux = cellules, classes
    par_groupe = groups * counts[:, None]
    membres, ponderes = (csr_array((x, lieux), (cells, counts.size)) for x in (np.ones(peses.size), peses))
    return Public(counts, n, peses, (np.asarray(membres @ par_groupe), np.asarray(ponderes @ par_groupe)))


class Question:
    """Une question lue dans toutes ses cellules : le rapport oui / non de chaque classe d'unités.

    Les mesures sont, des cellules `lues`, le brut moins `beta` fois le redressé, puis, des `doubles`, le
    redressé. Ce qu'une réponse de chaque classe ajoute à chacune (mesure × classe) ne s'écrit que là où elle
    est : aux appartenances.
    """

    def __init__(self, lecteur: Lecteur, values: Tableau, lu: Lu) -> None:
        self.public = public = lecteur.get_public(np.isfinite(values))
        self.membres, self.groupes = lecteur.members, lecteur.class_groups
        n = public.n
        lues = n > 0
        lois, inegalites = lecteur.keys, lecteur.inequality
        pas = n * 10.0**-DECIMALES
        second = lu.double & (inegalites > POIDS_EGAUX)
        floue = np.where(lu.borne, (MARGE_EXTREME + 1.0) ** 2, pas**2) * VARIANCE_UNIFORME
        commun = lois.share_variance
        v_brut = commun + lois.raw_law.variance * second + floue
        v_redresse = commun + lois.gap_law.variance * inegalites**2 + pas**2 * VARIANCE_UNIFORME
        doubles = lues & ~lu.borne & second
        # Brut et redressé portent le bruit du compte : ôter β fois le second en laisse deux sans rapport.
        self.beta = np.where(doubles, commun / v_redresse, 0.0)
        self.n, self.effectifs, self.lues, self.doubles = n, public.counts, lues, doubles
        self.borne = lu.borne.copy()
        self.variances = v_brut - self.beta * commun, v_redresse
        # Ce qu'une réponse de chaque appartenance ajoute au brut corrigé, et au redressé.
        self.apports = 1 - self.beta[self.membres.cellules] * public.weighted, public.weighted
        self.moyenne = float(np.nanmean(values))
        self.attendues = self.moyenne * self._stack(n * (1 - self.beta), n)
        self.facteur = self._build_factor(lecteur.apart)
        self.leviers = np.full(self.effectifs.size, np.nan)

    @property
    def v(self) -> float:
        """La variance d'une réponse, que rien ne dit."""
        return self.moyenne * (1 - self.moyenne)

    @property
    def matrice(self) -> Tableau:
        """Mesure × classe : ce qu'une réponse de la classe ajoute à la mesure."""
        return self._get_columns(np.arange(self.effectifs.size))

    def _build_factor(self, apart: Booleens) -> Factor:
        """La covariance des mesures : les réponses, ce dont les groupes diffèrent, et le bruit."""
        cellules, classes, _ = self.membres
        racine, combien = np.sqrt(self.v * self.effectifs)[classes], int(self.lues.sum())
        vues = self.lues[cellules], self.doubles[cellules]
        rangs = np.cumsum(self.lues) - 1, combien + np.cumsum(self.doubles) - 1
        lignes = np.concatenate([rang[cellules[vue]] for rang, vue in zip(rangs, vues, strict=True)])
        colonnes = np.concatenate([classes[vue] for vue in vues])
        apports = np.concatenate(
            [(racine * apport)[vue] for apport, vue in zip(self.apports, vues, strict=True)]
        )
        taille = combien + int(self.doubles.sum()), self.effectifs.size
        membres, peses = self.public.spread
        groupes = np.vstack([(membres - self.beta[:, None] * peses)[self.lues], peses[self.doubles]])
        return Factor(
            csr_array((apports, (lignes, colonnes)), taille),
            ECART_GROUPES * groupes,
            self._stack(*self.variances),
            np.concatenate([apart[self.lues], apart[self.doubles]]),
        )

    def estimate(self, lu: Lu) -> tuple[Tableau, Tableau, Tableau]:
        """Par classe : log du rapport oui / non, a priori ; et ce que chaque mesure y pèse."""
        pressions, prior, resolu = self._read(lu)
        return self._get_logs(pressions, np.arange(pressions.size)), prior, resolu

    def find_guessed(self, lu: Lu) -> Devinees:
        """Les classes dont une réponse est devinée, et de combien chacune passe le seuil."""
        pressions, prior, resolu = self._read(lu)
        avant, but = np.log(prior / (1 - prior)), np.log(DEVINE / (1 - DEVINE))
        seuils = but - np.abs(avant)
        douteuses = (np.maximum(prior, 1 - prior) <= DEVINE_TAUX) & (self.effectifs > 0)
        classes = np.flatnonzero(douteuses & (self._bound_logs(pressions) > seuils))
        logs = self._get_logs(pressions[classes], classes)
        exces = np.abs(logs) - seuils[classes]
        passent = exces > 0
        vrai = np.maximum(np.abs(avant[classes] + logs) - but, 0.0)[passent]
        sens = np.sign(logs[passent])
        return Devinees(classes[passent], float(exces[passent].sum()), float(vrai.sum()), sens, resolu)

    def list_guilty(self, devinees: Devinees, combien: int) -> Entiers:
        """Les `combien` cellules qui disent le plus chaque réponse devinée."""
        coupables: set[int] = set()
        bruts, redresses = self._unstack(devinees.resolu)
        for classe, sens in zip(devinees.classes, devinees.sens, strict=True):
            debut, fin = self.membres.debuts[classe : classe + 2]
            cellules, (brut, redresse) = self.membres.cellules[debut:fin], self.apports
            parts = sens * (brut[debut:fin] * bruts[cellules] + redresse[debut:fin] * redresses[cellules])
            coupables |= {int(cellules[c]) for c in np.argsort(-parts)[:combien] if parts[c] > 0}
        return np.array(sorted(coupables), dtype=np.intp)

    def _read(self, lu: Lu) -> tuple[Tableau, Tableau, Tableau]:
        """Par classe : ce que les mesures disent d'elle, a priori ; et ce que chaque mesure y pèse."""
        brut, redresse = self.n * lu.brut, self.n * lu.redresse
        mesures = self._stack(brut - self.beta * redresse, redresse)
        resolu = self.facteur.solve(mesures - self.attendues)
        bruts, redresses = self._unstack(resolu)
        cellules, classes, _ = self.membres
        dites = self.apports[0] * bruts[cellules] + self.apports[1] * redresses[cellules]
        membres, peses = self.public.spread
        par_groupe = bruts @ membres + (redresses - self.beta * bruts) @ peses
        prior = np.clip(self.moyenne + ECART_GROUPES**2 * (self.groupes @ par_groupe), 0.01, 0.99)
        return np.bincount(classes, dites, self.effectifs.size).astype(float), prior, np.asarray(resolu)

    def _get_logs(self, pressions: Tableau, classes: Entiers) -> Tableau:
        """Le log du rapport oui / non de ces classes ; leur levier ne se calcule qu'une fois."""
        neuves = classes[np.isnan(self.leviers[classes])]
        if neuves.size:
            self.leviers[neuves] = self.facteur.measure_leverage(self._get_columns(neuves))
        leviers = self.leviers[classes]
        return np.asarray((pressions + (self.moyenne - 0.5) * leviers) / (1 - self.v * leviers))

    def _bound_logs(self, pressions: Tableau) -> Tableau:
        """Ce que |log du rapport| ne passe pas, classe par classe, sans en calculer le levier."""
        leviers = self._leverage_bound
        return np.asarray((np.abs(pressions) + abs(self.moyenne - 0.5) * leviers) / (1 - self.v * leviers))

    @cached_property
    def _leverage_bound(self) -> Tableau:
        """Plus que le levier : celui qu'aurait la classe si toutes les autres réponses étaient connues.

        La covariance K passe D + v·c·xxᵀ (D : le bruit ; c : l'effectif de la classe), donc
        xᵀK⁻¹x ≤ b / (1 + v·c·b), où b = xᵀD⁻¹x (Sherman et Morrison 1950).
        """
        cellules, classes, _ = self.membres
        b_mesures = [
            np.where(vues, 1 / variance, 0.0)[cellules] * apport**2
            for vues, variance, apport in zip(
                (self.lues, self.doubles), self.variances, self.apports, strict=True
            )
        ]
        b = np.bincount(classes, sum(b_mesures), self.effectifs.size)
        return np.asarray(b / (1 + self.v * np.maximum(self.effectifs, 1) * b))

    def _get_columns(self, classes: Entiers) -> Tableau:
        """Ces colonnes de la matrice."""
        cellules, _, debuts = self.membres
        combien = debuts[classes + 1] - debuts[classes]
        colonnes = np.repeat(np.arange(classes.size), combien)
        rangs = np.arange(colonnes.size) + np.repeat(debuts[classes] - np.cumsum(combien) + combien, combien)
        pleines = np.zeros((2, self.n.size, classes.size))
        for pleine, apport in zip(pleines, self.apports, strict=True):
            pleine[cellules[rangs], colonnes] = apport[rangs]
        return np.vstack([pleines[0][self.lues], pleines[1][self.doubles]])

    def _stack(self, bruts: Tableau, redresses: Tableau) -> Tableau:
        return np.concatenate([bruts[self.lues], redresses[self.doubles]])

    def _unstack(self, mesures: Tableau) -> tuple[Tableau, Tableau]:
        """De chaque cellule : ce que vaut sa mesure brute, et sa redressée ; 0 si elle n'en a pas."""
        bruts, redresses = np.zeros(self.n.size), np.zeros(self.n.size)
        combien = int(self.lues.sum())
        bruts[self.lues], redresses[self.doubles] = mesures[:combien], mesures[combien:]
        return bruts, redresses


def _group_units(cells: csr_array, weights: Tableau, groups: Tableau) -> tuple[Entiers, Entiers]:
    """La première unité de chaque groupe qui a mêmes cellules, poids et groupes, et le groupe de chacune."""
    par_unite = csr_array(cells.T)
    par_unite.sort_indices()
    bornes, dites = par_unite.indptr, par_unite.indices
    vus: dict[tuple[bytes, ...], int] = {}
    rangs = np.empty(weights.size, dtype=np.intp)
    premieres = list[int]()
    for i in range(weights.size):
        cle = (dites[bornes[i] : bornes[i + 1]].tobytes(), weights[i].tobytes(), groups[i].tobytes())
        rangs[i] = vus.setdefault(cle, len(vus))
        if len(premieres) < len(vus):
            premieres.append(i)
    return np.array(premieres, dtype=np.intp), rangs
