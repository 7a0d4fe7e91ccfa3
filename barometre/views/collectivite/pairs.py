"""À qui l'on se compare : la façon de choisir les pairs, l'échelon atteint, et leurs chiffres.

Les chiffres sont ceux des cellules communes, les mêmes pour tous les lecteurs : la collectivité y est comptée
si elle a répondu. Un groupe fait sur mesure, ou le même sans elle, rendrait une réponse par différence.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import pandas as pd

from barometre.access import Gate
from barometre.catalogue.model import Catalogue
from barometre.domain.formats import format_effectif
from barometre.domain.indicateur import Indicateur
from barometre.domain.secret import QUESTIONNAIRES_SENSIBLES, get_seuil
from barometre.domain.territoire import FRANCE, LIBELLES_COUVERTURES, Collectivite
from barometre.views.collectivite.structure import Structure
from barometre.views.lecture.cellules import read_cellules
from barometre.views.lecture.chiffres import ABSENT, Chiffre
from barometre.views.lecture.libelles import Libelles
from barometre.views.lecture.selection import Selection

Methode = Literal["strate", "semblables"]
SEMBLABLES = "semblables"


@dataclass(frozen=True, slots=True)
class Demande:
    """Les pairs que l'on demande ; `accompagnement` : à taille et accompagnement égaux."""

    collectivite_id: str
    methode: Methode = "strate"
    accompagnement: bool = False


@dataclass(frozen=True, slots=True)
class Echelon:
    """Un cercle de pairs : un territoire, et ses collectivités de même taille, répondantes ou non."""

    id: str
    nom: str
    membres: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChiffrePair:
    """Le chiffre des pairs pour un indicateur, et l'échelon où il a été trouvé."""

    indicateur: Indicateur
    chiffre: Chiffre
    echelon: str = ""
    elargi: bool = False


@dataclass(frozen=True, slots=True)
class Pairs:
    """Les pairs d'une collectivité pour un thème, à une vague."""

    demande: Demande
    theme_id: str
    vague_id: str
    champ: str
    echelon: str
    echelon_id: str
    n_repondants: int
    suffisant: bool
    chiffres: Mapping[str, ChiffrePair]
    messages: tuple[str, ...] = ()

    def get(self, indicateur_id: str) -> Chiffre | None:
        """Le chiffre des pairs s'il est montré."""
        trouve = self.chiffres.get(indicateur_id)
        return trouve.chiffre if trouve and trouve.chiffre.montre else None

    @property
    def phrase(self) -> str:
        """L'échelon atteint et son effectif, en mots."""
        if not self.suffisant:
            seuil = get_minimum(self.theme_id)
            return f"Moins de {seuil} de vos pairs ont répondu, même dans la France entière."
        compte = format_effectif(self.n_repondants, "répondante")
        qui = ", ".join(filter(None, (self.champ, self.echelon)))
        return f"{qui} : {compte} au total."


def get_minimum(theme_id: str) -> int:
    """Le nombre de répondantes qu'il faut : 10, ou 20 en cybersécurité."""
    return get_seuil(theme_id in QUESTIONNAIRES_SENSIBLES)


@dataclass(frozen=True)
class ComparaisonPublique:
    """Tout ce qu'il faut pour trouver les pairs d'une collectivité, thème après thème, vus du public."""

    gate: Gate
    catalogue: Catalogue
    structure: Structure
    collectivite: Collectivite
    demande: Demande

    @cached_property
    def libelles(self) -> Libelles:
        """Les mots du catalogue et du référentiel."""
        return Libelles(self.catalogue, self.gate)

    @cached_property
    def champ(self) -> str:
        """Qui sont les pairs, en mots."""
        couverture = LIBELLES_COUVERTURES[self.collectivite.couverture]
        public = self.libelles.get_strate(self.collectivite.strate or "")
        return f"{public}, {couverture[0].lower()}{couverture[1:]}" if self._accompagnees else public

    @property
    def _accompagnees(self) -> bool:
        return self.demande.accompagnement and self.demande.methode == "strate"

    @cached_property
    def memes(self) -> Mapping[str, tuple[str, ...]]:
        """Les pairs possibles de chaque territoire, du plus proche au plus large."""
        pairs = self.structure.get_strate(self.collectivite.type, self.collectivite.strate or "")
        meme = pairs.index != self.collectivite.id
        if self._accompagnees:
            meme &= pairs["couverture"].eq(self.collectivite.couverture)
        pairs = pairs[meme]
        return {t: tuple(_within(pairs, t)) for t in list_territoires(self.collectivite)}

    def get_vague(self, theme_id: str) -> str:
        """La dernière vague où elle a répondu, si cela se lit ; sinon la dernière qui a des réponses."""
        posees = self.structure.list_vagues(theme_id, [v.id for v in self.catalogue.vagues])
        siennes = self._list_siennes()
        return ([v for v in posees if (v, theme_id) in siennes] or posees or [""])[-1]

    def _list_siennes(self) -> frozenset[tuple[str, str]]:
        """Les (vague, questionnaire) qu'elle a remplis : le public n'en sait rien."""
        return frozenset()

    def build(self, theme_id: str, indicateurs: Sequence[Indicateur]) -> Pairs:
        """Les pairs de ce thème, au premier échelon qui suffit."""
        vague_id = self.get_vague(theme_id)
        echelons = [Echelon(t, self._noms[t], ids) for t, ids in self.memes.items()]
        chiffres = self._read(echelons, vague_id, indicateurs)
        retenu = self._choose(theme_id, vague_id, echelons)
        montres = [c for c in chiffres.get(retenu.id, {}).values() if c.montre]
        return Pairs(
            demande=self.demande,
            theme_id=theme_id,
            vague_id=vague_id,
            champ=self.champ,
            echelon=retenu.nom,
            echelon_id=retenu.id,
            n_repondants=max((c.n or 0 for c in montres), default=0),
            suffisant=bool(montres),
            chiffres=select_chiffres(echelons[echelons.index(retenu) :], chiffres, indicateurs),
            messages=list_mises_en_garde(self.collectivite, retenu.id) if montres else (),
        )

    def _read(
        self, echelons: Sequence[Echelon], vague_id: str, indicateurs: Sequence[Indicateur]
    ) -> dict[str, Mapping[str, Chiffre]]:
        """Les chiffres de chaque échelon, par indicateur."""
        voulus, lues = [i.id for i in indicateurs], self._cellules
        return {
            e.id: {i: lue for i in voulus if (lue := lues.get((e.id, vague_id, i))) is not None}
            for e in echelons
        }

    @cached_property
    def _cellules(self) -> Mapping[tuple[str, str, str], Chiffre]:
        """Les cellules de la strate aux échelons de l'échelle, par territoire, vague et indicateur.

        Une seule lecture, et d'aucune autre vague que celles où ses thèmes se comparent.
        """
        selection = Selection(
            type=self.collectivite.type,
            strate=self.collectivite.strate or "",
            couverture=self.collectivite.couverture if self._accompagnees else "",
        )
        ids = [i.id for i in self.catalogue.list_indicateurs(origine="declare")]
        vagues = sorted({self.get_vague(theme.id) for theme in self.catalogue.themes})
        lieux = {"territoire_id": list(self.memes), "vague_id": vagues}
        lues = read_cellules(self.gate, ids, selection, **lieux).values()
        return {(c.territoire_id, c.vague_id, c.indicateur_id): c for c in lues}

    @cached_property
    def _noms(self) -> Mapping[str, str]:
        """Le nom de chaque échelon."""
        return {t: self.libelles.get_territoire(t) for t in self.memes}

    def _choose(self, theme_id: str, vague_id: str, echelons: Sequence[Echelon]) -> Echelon:
        """Le premier échelon où la moitié au moins des indicateurs du thème se cite ; sinon, se montre.

        Jugé sur tout ce que le thème pose à ce type, quels que soient les indicateurs qu'une page demande :
        fiche, comparaison, liste et fichiers d'une collectivité ont ainsi le même groupe.
        """
        poses = list_poses(self.catalogue, theme_id, self.collectivite.type)
        lus = self._read(echelons, vague_id, poses)
        return echelons[choose_cercle([list(lus[e.id].values()) for e in echelons], len(poses))]


@dataclass(frozen=True)
class Comparaison(ComparaisonPublique):
    """La même, pour un lecteur : la vague est la dernière où elle a répondu, s'il a à le savoir."""

    def _list_siennes(self) -> frozenset[tuple[str, str]]:
        return self.siennes

    @cached_property
    def siennes(self) -> frozenset[tuple[str, str]]:
        """Les (vague, questionnaire) qu'elle a remplis ; vide si le lecteur n'a pas à le savoir."""
        if not self.gate.can_see_participation(self.collectivite.id):
            return frozenset()
        lignes = self.gate.list_participations(collectivite_id=self.collectivite.id)
        return frozenset(
            zip(lignes["vague_id"].astype(str), lignes["questionnaire_id"].astype(str), strict=True)
        )


def choose_cercle(cercles: Sequence[Sequence[Chiffre]], poses: int) -> int:
    """Le rang du premier cercle où la moitié au moins des `poses` questions se cite ; sinon, se montre.

    Aucun n'y suffit : le dernier, le plus large.
    """
    for etat in ("citable", "montre"):
        for rang, chiffres in enumerate(cercles):
            bons = sum(getattr(c, etat) for c in chiffres)
            if bons and bons * 2 >= poses:
                return rang
    return len(cercles) - 1


def select_chiffres(
    echelons: Sequence[Echelon],
    chiffres: Mapping[str, Mapping[str, Chiffre]],
    indicateurs: Sequence[Indicateur],
) -> dict[str, ChiffrePair]:
    """Pour chaque indicateur, le premier échelon où il se montre ; `echelons` : du retenu au plus large."""
    choisis: dict[str, ChiffrePair] = {}
    for indicateur in indicateurs:
        lus = [(e, chiffres.get(e.id, {}).get(indicateur.id)) for e in echelons]
        montre = next(((e, c) for e, c in lus if c is not None and c.montre), None)
        if montre is not None:
            echelon, chiffre = montre
            choisis[indicateur.id] = ChiffrePair(
                indicateur, chiffre, echelon.nom, elargi=echelon is not echelons[0]
            )
        else:
            caches = (c for _, c in lus if c is not None and not c.montre)
            choisis[indicateur.id] = ChiffrePair(indicateur, next(caches, _absent(indicateur)))
    return choisis


def list_mises_en_garde(collectivite: Collectivite, echelon_id: str) -> tuple[str, ...]:
    """Une collectivité d'outre-mer n'est jamais comparée à l'Hexagone sans que ce soit dit."""
    if collectivite.zone != "outre_mer" or echelon_id != FRANCE:
        return ()
    return (
        "Trop peu de collectivités d’outre-mer ont répondu : comparaison faite avec la France entière, "
        "Hexagone compris.",
    )


def list_poses(catalogue: Catalogue, theme_id: str, type_: str) -> list[Indicateur]:
    """Les indicateurs déclarés d'un thème dont la question est posée à ce type de collectivité."""
    return [
        i for i in catalogue.list_indicateurs(theme_id, origine="declare") if is_posee(catalogue, i, type_)
    ]


def is_posee(catalogue: Catalogue, indicateur: Indicateur, type_: str) -> bool:
    """Vrai si la question de cet indicateur est posée à ce type de collectivité."""
    types = catalogue.get_question(indicateur.calcul.question_id).types
    return not types or type_ in types


def list_territoires(collectivite: Collectivite) -> list[str]:
    """L'échelle d'une collectivité : département, région, zone, France ; sans ce qu'elle est elle-même."""
    niveaux = {"departement": collectivite.departement, "region": collectivite.region}
    depart = {"departement": ["region"], "region": []}.get(collectivite.type, ["departement", "region"])
    trouves = [f"{n}-{niveaux[n]}" for n in depart if niveaux[n]]
    return [*trouves, *([f"zone-{collectivite.zone}"] if collectivite.zone else []), FRANCE]


def _within(pairs: pd.DataFrame, territoire_id: str) -> list[str]:
    niveau, _, code = territoire_id.partition("-")
    if niveau == FRANCE:
        return pairs.index.tolist()
    return pairs.index[pairs[niveau].eq(code)].tolist()


def _absent(indicateur: Indicateur) -> Chiffre:
    return Chiffre(indicateur.id, "", "", "", "", "", etat=ABSENT)
