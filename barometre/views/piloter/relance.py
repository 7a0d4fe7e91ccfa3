"""Où relancer : où une réponse de plus apporte le plus de précision à un indicateur ou à tout un thème.

Tout naît des comptes et des chiffres que chacun peut lire : une cellule cachée y compte pour ce que le taux
de sa strate laisse attendre, jamais pour ses vraies réponses.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from math import fsum, sqrt
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from barometre.access import Gate
from barometre.catalogue.model import Catalogue
from barometre.domain.formats import format_compte, format_nombre, format_part, format_points
from barometre.domain.indicateur import Indicateur
from barometre.domain.provenance import Provenance
from barometre.domain.secret import SEUIL_PARTICIPATION
from barometre.domain.territoire import FRANCE
from barometre.stats.allocation import allocate, compute_n_eff, compute_variance
from barometre.views.lecture.cellules import read_cellules
from barometre.views.lecture.chiffres import Chiffre
from barometre.views.lecture.libelles import Libelles, lower_initiale
from barometre.views.lecture.ligne import Lecture
from barometre.views.lecture.provenance import build_provenance_lecture
from barometre.views.lecture.selection import Selection
from barometre.views.lecture.tableau import build_tableau
from barometre.views.piloter.buts import BUTS, Atteinte, But, allocate_but
from barometre.views.piloter.participation import read_cadre

# L'identifiant qui vise tout un thème, devant le sien.
THEME = "theme-"
# Un oui sur deux : la plus grande variance, quand la part d'une strate n'est pas montrée.
ECART_INCONNU = 0.5
SANS_REPONSE = (
    "Trop peu de réponses pour dire où d’autres apporteraient le plus\u202f: relancez partout d’abord."
)
SUFFIT_DEJA = "le nombre de réponses et la largeur de l’intervalle y suffisent déjà."
SANS_INTERVALLE = (
    " Aucun intervalle national n’est publié pour cet indicateur : ce qu’il deviendrait n’est pas prévu."
)
# Sous un répondant pour cent sollicitées, le taux observé n'est plus une promesse.
TAUX_PLANCHER = 0.01
BUDGETS = (50, 100, 200, 500, 1000)
COLONNES = ("region", "strate", "cadre", "repondantes", "ajouts", "sollicitations", "reponses_attendues")
COLONNES_LISTE = ("collectivite_id", "nom", "region", "strate")
Entiers = npt.NDArray[np.int64]
Tableau = npt.NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class Cible:
    """Ce qu'il faut préciser : un indicateur, ou toutes les parts déclarées d'un thème à la fois.

    Pour un thème, l'allocation est celle de la moyenne des variances (Cochran 1977, chap. 5A) : aucun de ses
    indicateurs n'y gagne plus qu'en étant visé seul, aucun n'y est oublié.
    """

    id: str
    titre: str
    theme_id: str
    indicateurs: tuple[Indicateur, ...]

    @property
    def en_moyenne(self) -> str:
        """À la fin d'un nombre qui vaut pour plusieurs indicateurs."""
        return " en moyenne des indicateurs" if len(self.indicateurs) > 1 else ""


@dataclass(frozen=True, slots=True)
class Relance:
    """Une cellule région × strate à relancer : `ajouts` réponses à obtenir, `sollicitations` pour cela.

    `repondantes` : le compte que la porte montre, ou rien ; celui que l'allocation suppose d'une cellule
    cachée se lirait comme le sien. `attendues` : ce que les relances apporteraient au taux observé ; moins
    que `ajouts` là où il en reste trop peu.
    """

    region_id: str
    strate_id: str
    region: str
    strate: str
    cadre: int
    repondantes: int | None
    ajouts: int
    sollicitations: int
    attendues: int


@dataclass(frozen=True, slots=True)
class VueRelance:
    """Où aller chercher `budget` réponses de plus pour une cible, France entière."""

    cible: Cible
    budget: int
    relances: tuple[Relance, ...]
    # Demi-largeurs de l'intervalle national : aujourd'hui, en ciblant, sans cibler.
    avant: float | None
    apres: float | None
    sans_cibler: float | None
    n_eff: tuple[float, float, float]
    provenance: Provenance
    # Le but visé, vide pour un simple nombre de réponses ; les régions où tout le cadre n'y suffirait pas.
    but: str = ""
    hors_d_atteinte: tuple[str, ...] = ()
    # Sans une réponse, aucune variance ni aucun taux n'est connu : une allocation serait inventée.
    est_sans_reponse: bool = False
    # Vrai si le but n'est à portée nulle part.
    est_hors_d_atteinte: bool = False

    @property
    def attendues(self) -> int:
        """Les réponses que ces relances apporteraient, au taux déjà observé dans chaque cellule."""
        return sum(r.attendues for r in self.relances)

    @property
    def phrase_taux(self) -> str:
        """Où solliciter toutes celles qui restent ne suffirait pas, au taux observé ; vide si nulle part."""
        courtes = sum(r.attendues < r.ajouts for r in self.relances)
        if not courtes:
            return ""
        attendues, voulues = format_nombre(self.attendues), format_nombre(self.budget)
        groupes = format_compte(len(self.relances), "groupe")
        ou = "un" if courtes == 1 else str(courtes)
        return (
            f"Au taux de réponse observé, ces relances n’en apporteraient qu’environ {attendues} sur "
            f"{voulues} : dans {ou} des {groupes}, solliciter toutes celles qui n’ont pas répondu n’y "
            "suffirait pas."
        )

    @property
    def phrase_but(self) -> str:
        """Combien de réponses de plus pour le but, et où il est hors d'atteinte ; vide sans but."""
        if not self.but or self.est_sans_reponse:
            return ""
        hors = f"Hors d’atteinte, même si tout le cadre répondait : {', '.join(self.hors_d_atteinte)}."
        but = f"{self.but}{self.cible.en_moyenne}"
        if self.est_hors_d_atteinte:
            return f"{but}. {hors}"
        if self.budget:
            debut = f"{but} : {format_compte(self.budget, 'réponse')} de plus au moins, bien placées."
            return f"{debut} {hors}" if self.hors_d_atteinte else debut
        if self.hors_d_atteinte:
            return f"{but}. {hors} Ailleurs, {SUFFIT_DEJA}"
        return f"{but} : {SUFFIT_DEJA}"

    @property
    def phrase(self) -> str:
        """Ce que la relance apporterait, à côté de ce qu'elle apporterait au hasard ; `phrase_but` sinon."""
        if self.est_sans_reponse:
            return SANS_REPONSE
        if not self.relances:
            return "" if self.but else "Tout le cadre a répondu : rien à relancer."
        premiere = self.relances[0]
        debut = (
            f"{format_compte(self.budget, 'réponse')} de plus iraient d’abord aux "
            f"{lower_initiale(premiere.strate)} ({premiere.region})."
        )
        # En part : ce calcul n'a que la taille et la région, et son compte n'est pas celui du redressement,
        # que la page dit plus haut.
        ciblee, prorata = (format_part(n / self.n_eff[0] - 1) for n in self.n_eff[1:])
        return (
            f"{debut} Une fois redressées, les réponses en vaudraient {ciblee} de plus en relançant ainsi, "
            f"{prorata} de plus si elles viennent comme les précédentes.{self._describe_intervalle()}"
        )

    def _describe_intervalle(self) -> str:
        if self.avant is None or self.apres is None or self.sans_cibler is None:
            return SANS_INTERVALLE
        textes = [format_points(2 * x, 1).lstrip("+") for x in (self.avant, self.apres, self.sans_cibler)]
        debut = f" L’intervalle national, large de {textes[0]}{self.cible.en_moyenne} aujourd’hui"
        return f"{debut}, le serait de {textes[1]} (sans cibler : {textes[2]})."

    @property
    def table(self) -> pd.DataFrame:
        """Le tableau de lecture, et celui qui se télécharge."""
        lignes = (
            (r.region, r.strate, r.cadre, r.repondantes, r.ajouts, r.sollicitations, r.attendues)
            for r in self.relances
        )
        return build_tableau(lignes, COLONNES)


def build_vue_relance(
    gate: Gate, catalogue: Catalogue, cible_id: str, vague_id: str, demande: str, *, cadre: pd.DataFrame
) -> VueRelance:
    """L'allocation par région × strate ; `demande` : un nombre de réponses de plus, ou un but (`BUTS`).

    `cible_id` : un indicateur, ou `theme-` et un thème (`list_cibles`) ; `cadre` : `read_cadre`.
    """
    cible = read_cible(catalogue, cible_id)
    cellules = count_cells(gate, vague_id, cible.theme_id, cadre)
    population = cellules["cadre"].to_numpy(dtype=float)
    n = cellules["repondantes"].to_numpy(dtype=np.int64)
    lues = _read_chiffres(gate, catalogue, cible, vague_id)
    ecart_type = _measure_spreads(c for c in lues if c.strate)
    s = np.array([ecart_type.get(strate, ECART_INCONNU) for strate in cellules["strate"]], dtype=float)
    avant = _half_width(c for c in lues if not c.type and not c.strate)
    but = BUTS.get(demande)
    atteinte = _allocate(but, demande, cellules, s, avant) if n.any() else Atteinte(np.zeros_like(n), ())
    ajouts, budget = atteinte.ajouts, int(atteinte.ajouts.sum())
    prorata = _spread_as_before(population, n, budget)
    lecture = Lecture(gate, catalogue, Selection(vague_id))
    return VueRelance(
        cible=cible,
        budget=budget,
        but=but.titre if but else "",
        hors_d_atteinte=tuple(_name_regions(gate, catalogue, atteinte.hors_d_atteinte)),
        est_hors_d_atteinte=bool(but) and len(atteinte.hors_d_atteinte) == _count_champs(but, cellules),
        relances=_list_relances(Libelles(catalogue, gate), cellules.assign(ajouts=ajouts)),
        avant=avant,
        apres=_scale(avant, population, n, ajouts, s),
        sans_cibler=_scale(avant, population, n, prorata, s),
        n_eff=tuple(compute_n_eff(population, n + plus) for plus in (0 * n, ajouts, prorata)),  # type: ignore[arg-type]
        est_sans_reponse=not n.any(),
        provenance=build_provenance_lecture(
            lecture, f"Où relancer, {cible.titre}", "relance", cible.indicateurs
        ),
    )


def list_cibles(catalogue: Catalogue, theme_id: str) -> dict[str, str]:
    """Ce qui peut être visé, par identifiant : chaque part déclarée du thème, puis toutes à la fois."""
    parts = {i.id: i.titre for i in _list_parts(catalogue, theme_id)}
    return parts | {f"{THEME}{theme_id}": "Tout le thème"}


def read_cible(catalogue: Catalogue, cible_id: str) -> Cible:
    """La cible d'un identifiant de `list_cibles`."""
    if not cible_id.startswith(THEME):
        indicateur = catalogue.get_indicateur(cible_id)
        return Cible(cible_id, indicateur.titre, indicateur.theme_id, (indicateur,))
    theme = catalogue.get_theme(cible_id.removeprefix(THEME))
    return Cible(cible_id, f"tout le thème, {theme.titre}", theme.id, _list_parts(catalogue, theme.id))


def _list_parts(catalogue: Catalogue, theme_id: str) -> tuple[Indicateur, ...]:
    return tuple(i for i in catalogue.list_indicateurs(theme_id, origine="declare") if i.est_part)


def count_cells(gate: Gate, vague_id: str, theme_id: str, cadre: pd.DataFrame) -> pd.DataFrame:
    """Par région × strate : `region`, `strate`, `cadre`, `repondantes`, `cachee` (elles y sont supposées)."""
    groupes, siennes, paires = _cross(cadre["region"], cadre["strate"])
    comptes = gate.count_repondantes(groupes, vague_id, theme_id)
    strates = gate.count_repondantes(siennes, vague_id, theme_id)
    noms = [paires[str(groupe)] for groupe in comptes.index]
    par_strate = dict(zip(strates.index, strates["taux"], strict=True))
    taux = np.array([par_strate.get(strate, np.nan) for _, strate in noms], dtype=float)
    total, dites = comptes["cadre"].to_numpy(), comptes["repondantes"].to_numpy()
    attendues = np.minimum(np.round(total * np.nan_to_num(taux)), SEUIL_PARTICIPATION - 1)
    cachee = np.isnan(dites)
    repondantes = np.minimum(np.where(cachee, attendues, dites), total).astype("int64")
    colonnes = {"cadre": total, "repondantes": repondantes, "cachee": cachee}
    return pd.DataFrame(noms, columns=["region", "strate"], dtype="str").assign(**colonnes)


def _cross(regions: pd.Series, strates: pd.Series) -> tuple[pd.Series, pd.Series, dict[str, tuple[str, str]]]:
    """La cellule et la strate de chaque unité (rien s'il lui manque l'une des deux), et ce que nomme chacune.

    Par leurs catégories : trente-cinq mille textes ne s'accolent pas.
    """
    paires = [(str(r), str(t)) for r in regions.cat.categories for t in strates.cat.categories]
    noms = [f"{region}|{strate}" for region, strate in paires]
    codes_r, codes_t = (c.cat.codes.to_numpy(dtype=np.int64) for c in (regions, strates))
    connues = (codes_r >= 0) & (codes_t >= 0)
    codes = np.where(connues, codes_r * len(strates.cat.categories) + codes_t, -1)
    groupes = pd.Series(pd.Categorical.from_codes(codes, pd.Index(noms)), regions.index)
    siennes = pd.Categorical.from_codes(np.where(connues, codes_t, -1), strates.cat.categories)
    return groupes, pd.Series(siennes, regions.index), dict(zip(noms, paires, strict=True))


def _allocate(
    but: But | None, demande: str, cellules: pd.DataFrame, s: Tableau, demi: float | None
) -> Atteinte:
    if but is not None:
        return allocate_but(but, cellules, s, demi)
    population = cellules["cadre"].to_numpy(dtype=float)
    return Atteinte(allocate(population, cellules["repondantes"].to_numpy(), s, int(demande)), ())


def _count_champs(but: But | None, cellules: pd.DataFrame) -> int:
    """Sur combien de champs le but se juge : chaque région, ou la France seule."""
    return int(cellules["region"].nunique()) if but is not None and but.par_region else 1


def _name_regions(gate: Gate, catalogue: Catalogue, ids: Iterable[str]) -> Iterator[str]:
    libelles = Libelles(catalogue, gate)
    return (libelles.get_territoire(id_ or FRANCE) for id_ in ids)


def _read_chiffres(gate: Gate, catalogue: Catalogue, cible: Cible, vague_id: str) -> list[Chiffre]:
    """Les chiffres nationaux montrés de la cible, l'ensemble et chaque strate : lus d'un coup."""
    strates, ids = ["", *(s.id for s in catalogue.strates)], [i.id for i in cible.indicateurs]
    lus = read_cellules(gate, ids, Selection(vague_id), type=None, strate=strates).values()
    return [c for c in lus if c.montre]


def _measure_spreads(chiffres: Iterable[Chiffre]) -> dict[str, float]:
    """L'écart-type d'une réponse, par strate : √ de la moyenne des p·(1 − p)."""
    variances: dict[str, list[float]] = {}
    for c in chiffres:
        if c.valeur is not None:
            variances.setdefault(c.strate, []).append(max(c.valeur * (1 - c.valeur), 0.0))
    return {strate: sqrt(fsum(v) / len(v)) for strate, v in variances.items()}


def _spread_as_before(population: Tableau, n: Entiers, budget: int) -> Entiers:
    """Les mêmes réponses de plus, au prorata de celles qui sont déjà venues."""
    parts = n / max(n.sum(), 1)
    return np.minimum(np.round(budget * parts), population - n).astype(np.int64)


def _half_width(chiffres: Iterable[Chiffre]) -> float | None:
    """La demi-largeur publiée ; de plusieurs indicateurs, celle de leur variance moyenne."""
    demis = [(c.haut - c.bas) / 2 for c in chiffres if c.bas is not None and c.haut is not None]
    return float(np.sqrt(np.mean(np.square(demis)))) if demis else None


def _scale(
    avant: float | None,
    population: Tableau,
    n: Entiers,
    ajouts: Entiers,
    s: Tableau,
) -> float | None:
    """La demi-largeur publiée, réduite comme l'erreur type du plan."""
    if avant is None:
        return None
    base = compute_variance(population, n, s)
    return avant * float(np.sqrt(compute_variance(population, n + ajouts, s) / base)) if base else avant


def _list_relances(libelles: Libelles, cellules: pd.DataFrame) -> tuple[Relance, ...]:
    retenues = cellules[cellules["ajouts"] > 0].sort_values("ajouts", ascending=False, kind="stable")
    return tuple(_build_relance(libelles, ligne) for ligne in retenues.to_dict("records"))


def _build_relance(libelles: Libelles, ligne: dict[Hashable, Any]) -> Relance:
    cadre, repondantes, ajouts = (int(ligne[c]) for c in ("cadre", "repondantes", "ajouts"))
    # On n'en sollicite jamais plus qu'il n'en reste : le taux observé dit alors ce qui manquera.
    taux, reste = max(repondantes / cadre, TAUX_PLANCHER), cadre - repondantes
    voulues = round(ajouts / taux)
    return Relance(
        region_id=str(ligne["region"]),
        strate_id=str(ligne["strate"]),
        region=libelles.get_territoire(str(ligne["region"])),
        strate=libelles.get_strate(str(ligne["strate"])),
        cadre=cadre,
        repondantes=None if ligne["cachee"] else repondantes,
        ajouts=ajouts,
        sollicitations=min(voulues, reste),
        attendues=ajouts if voulues <= reste else min(round(reste * taux), ajouts),
    )


def name_liste(vue: VueRelance) -> Provenance:
    """La provenance de la liste nommée : un autre fichier que le tableau des cellules."""
    return replace(vue.provenance, nom_fichier="barometre_a_relancer", titre="Collectivités à relancer")


def list_a_relancer(gate: Gate, vue: VueRelance, vague_id: str) -> pd.DataFrame:
    """Les collectivités des cellules à relancer qui n'ont pas répondu : pour qui peut lire la participation.

    Une portée publique n'en reçoit aucune ; un OPSN, celles de son périmètre.
    """
    cadre = read_cadre(gate)
    lisibles = [id_ for id_ in cadre.index if gate.can_see_participation(str(id_))]
    cadre = cadre.loc[lisibles]
    voulues = {(r.region_id, r.strate_id) for r in vue.relances}
    visees = [paire in voulues for paire in zip(cadre["region"], cadre["strate"], strict=True)]
    cadre = cadre[np.array(visees, dtype=bool)] if len(cadre) else cadre
    cadre = cadre.astype({"region": "string", "strate": "str"})
    if cadre.empty:
        return build_tableau([], COLONNES_LISTE)
    ont = set(gate.list_participations(vague_id, vue.cible.theme_id)["collectivite_id"])
    noms = gate.get_referentiel().set_index("collectivite_id")["nom"]
    restantes = cadre[~cadre.index.isin(ont)].assign(nom=lambda c: noms.reindex(c.index))
    return restantes.reset_index()[list(COLONNES_LISTE)]
