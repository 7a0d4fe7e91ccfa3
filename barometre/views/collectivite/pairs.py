"""À qui l'on se compare : la façon de choisir les pairs, l'échelon atteint, et leurs chiffres.

Deux façons : la strate (et la couverture), les plus semblables. Deux lectures : des cellules publiées, qui
comptent la collectivité elle-même ; ou, pour qui en a le droit, les pairs sans elle.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import pandas as pd

from barometre.access import Gate
from barometre.catalogue.model import Catalogue
from barometre.domain.indicateur import Indicateur
from barometre.domain.territoire import FRANCE, LIBELLES_COUVERTURES, Collectivite
from barometre.formats import format_compte, format_nombre
from barometre.stats.peers import K_DEFAUT, MINIMUM, MINIMUM_CYBER
from barometre.stats.secrecy import is_safe_subset
from barometre.views.collectivite.groupe import read_groupe
from barometre.views.collectivite.structure import Structure, rank_semblables
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
    """Un cercle de pairs : un territoire, ou les k plus semblables ; `autres` : les répondantes sauf soi."""

    id: str
    nom: str
    membres: tuple[str, ...]
    autres: tuple[str, ...]


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
    # Vrai si la collectivité n'est pas comptée parmi eux.
    sans_soi: bool
    chiffres: Mapping[str, ChiffrePair]
    autres: tuple[str, ...] = ()
    messages: tuple[str, ...] = ()

    def get(self, indicateur_id: str) -> Chiffre | None:
        """Le chiffre des pairs s'il est montré."""
        trouve = self.chiffres.get(indicateur_id)
        return trouve.chiffre if trouve and trouve.chiffre.montre else None

    @property
    def phrase(self) -> str:
        """L'échelon atteint et son effectif, en mots."""
        if not self.suffisant:
            return (
                f"Moins de {minimum_of(self.theme_id)} de vos pairs ont répondu, même dans la France entière."
            )
        compte = format_compte(self.n_repondants, "répondante")
        qui = ", ".join(filter(None, (self.champ, self.echelon)))
        return f"{qui} : {compte}{'' if self.sans_soi else ' au total'}."


def minimum_of(theme_id: str) -> int:
    """Le nombre d'autres répondantes qu'il faut : 10, ou 20 en cybersécurité."""
    return MINIMUM_CYBER if theme_id == "cybersecurite" else MINIMUM


@dataclass(frozen=True)
class Comparaison:
    """Tout ce qu'il faut pour trouver les pairs d'une collectivité, thème après thème."""

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
    def sans_soi(self) -> bool:
        """Vrai si cette portée voit les pairs sans la collectivité elle-même."""
        return self.gate.can_count_pairs(self.collectivite.id)

    @cached_property
    def champ(self) -> str:
        """Qui sont les pairs, en mots."""
        if self.demande.methode == SEMBLABLES and self.sans_soi:
            return ""
        couverture = LIBELLES_COUVERTURES[self.collectivite.couverture]
        public = self.libelles.get_strate(self.collectivite.strate or "")
        return f"{public}, {couverture[0].lower()}{couverture[1:]}" if self._accompagnees else public

    @property
    def _accompagnees(self) -> bool:
        return self.demande.accompagnement and self.demande.methode == "strate"

    @cached_property
    def memes(self) -> Mapping[str, tuple[str, ...]]:
        """Les pairs possibles de chaque territoire, du plus proche au plus large."""
        cadre = self.structure.cadre
        meme = cadre["type"].eq(self.collectivite.type) & cadre["strate"].eq(self.collectivite.strate or "")
        if self._accompagnees:
            meme &= cadre["couverture"].eq(self.collectivite.couverture)
        meme &= cadre.index != self.collectivite.id
        pairs = cadre[meme]
        return {t: tuple(_within(pairs, t)) for t in list_territoires(self.collectivite)}

    @cached_property
    def ordre(self) -> tuple[str, ...]:
        """Toutes les collectivités du type, de la plus à la moins semblable ; importances par défaut."""
        return tuple(rank_semblables(self.structure, self.collectivite.id, k=None)["unit"])

    def build(self, theme_id: str, indicateurs: Sequence[Indicateur]) -> Pairs:
        """Les pairs de ce thème, au premier échelon qui suffit."""
        vagues = [v.id for v in self.catalogue.vagues]
        vague_id = self.structure.get_vague(self.collectivite.id, theme_id, vagues)
        echelons = self._list_echelons(theme_id, vague_id)
        chiffres = self._read(echelons, theme_id, vague_id, indicateurs)
        retenu = self._choose(echelons, chiffres, indicateurs)
        outre_mer = self.collectivite.zone == "outre_mer"
        return Pairs(
            demande=self.demande,
            theme_id=theme_id,
            vague_id=vague_id,
            champ=self.champ,
            echelon=retenu.nom,
            echelon_id=retenu.id,
            n_repondants=len(retenu.autres) if self.sans_soi else self._count_all(retenu, theme_id, vague_id),
            suffisant=len(retenu.autres) >= minimum_of(theme_id),
            sans_soi=self.sans_soi,
            chiffres=self._select(echelons[echelons.index(retenu) :], chiffres, indicateurs),
            autres=retenu.autres,
            messages=self._list_messages(retenu, outre_mer),
        )

    def _list_echelons(self, theme_id: str, vague_id: str) -> list[Echelon]:
        repondantes = self.structure.get_repondantes(vague_id, theme_id)
        if self.demande.methode == SEMBLABLES and self.sans_soi:
            return [self._widen_semblables(theme_id, repondantes)]
        return [
            Echelon(t, self._noms[t], ids, tuple(i for i in ids if i in repondantes))
            for t, ids in self.memes.items()
        ]

    def _widen_semblables(self, theme_id: str, repondantes: frozenset[str]) -> Echelon:
        """Les 30 plus semblables, ou autant qu'il en faut pour que dix autres aient répondu."""
        k = min(K_DEFAUT, len(self.ordre))
        autres = [i for i in self.ordre[:k] if i in repondantes]
        while k < len(self.ordre) and not self._is_safe(autres, theme_id, repondantes):
            if self.ordre[k] in repondantes:
                autres.append(self.ordre[k])
            k += 1
        nom = f"Les {format_nombre(k)} collectivités les plus semblables"
        return Echelon(SEMBLABLES, nom, self.ordre[:k], tuple(autres))

    def _is_safe(self, autres: Sequence[str], theme_id: str, repondantes: frozenset[str]) -> bool:
        """Assez de répondantes, et jamais presque toutes celles d'une cellule publiée."""
        seuil = minimum_of(theme_id)
        if len(autres) < seuil:
            return False
        retenues = frozenset(autres)
        cellules = [[i for i in ids if i in repondantes] for ids in self.memes.values()]
        return all(
            is_safe_subset(len(cellule), len(autres), seuil)
            for cellule in cellules
            if retenues <= frozenset(cellule)
        )

    def _count_all(self, echelon: Echelon, theme_id: str, vague_id: str) -> int:
        soi = self.collectivite.id in self.structure.get_repondantes(vague_id, theme_id)
        return len(echelon.autres) + soi

    def _read(
        self, echelons: Sequence[Echelon], theme_id: str, vague_id: str, indicateurs: Sequence[Indicateur]
    ) -> dict[str, Mapping[str, Chiffre]]:
        """Les chiffres de chaque échelon, par indicateur."""
        if not indicateurs:
            return {}
        if self.sans_soi:
            return self._read_sans_soi(echelons, theme_id, vague_id, indicateurs)
        lues = [c for c in self._cellules if c.vague_id == vague_id]
        return {e.id: {c.indicateur_id: c for c in lues if c.territoire_id == e.id} for e in echelons}

    @cached_property
    def _cellules(self) -> list[Chiffre]:
        """Toutes les cellules publiées de la strate, aux échelons de l'échelle : une seule lecture."""
        selection = Selection(
            type=self.collectivite.type,
            strate=self.collectivite.strate or "",
            couverture=self.collectivite.couverture if self._accompagnees else "",
        )
        ids = [i.id for i in self.catalogue.list_indicateurs(origine="declare")]
        return list(read_cellules(self.gate, ids, selection, territoire_id=list(self.memes)).values())

    @cached_property
    def _noms(self) -> Mapping[str, str]:
        """Le nom de chaque échelon."""
        return {t: self.libelles.get_territoire(t) for t in self.memes}

    def _read_sans_soi(
        self, echelons: Sequence[Echelon], theme_id: str, vague_id: str, indicateurs: Sequence[Indicateur]
    ) -> dict[str, Mapping[str, Chiffre]]:
        """Du premier échelon qui suffit jusqu'à ce que tous les indicateurs se montrent : pas au-delà."""
        minimum = minimum_of(theme_id)
        lus: dict[str, Mapping[str, Chiffre]] = {}
        restants = list(indicateurs)
        for echelon in echelons:
            if len(echelon.autres) < minimum or not restants:
                continue
            lus[echelon.id] = read_groupe(
                self.gate, self.collectivite.id, echelon.autres, indicateurs, vague_id
            )
            montres = {i for i, c in lus[echelon.id].items() if is_comparable(c, minimum)}
            restants = [i for i in restants if i.id not in montres]
        return lus

    def _choose(
        self,
        echelons: Sequence[Echelon],
        chiffres: Mapping[str, Mapping[str, Chiffre]],
        indicateurs: Sequence[Indicateur],
    ) -> Echelon:
        """Le premier échelon assez fourni où la moitié au moins des indicateurs se montre."""
        echelon_theme = indicateurs[0].theme_id if indicateurs else ""
        for echelon in echelons:
            lus = chiffres.get(echelon.id, {})
            montres = sum(i.id in lus and lus[i.id].montre for i in indicateurs)
            fournis = len(echelon.autres) >= minimum_of(echelon_theme)
            if fournis and montres and montres * 2 >= len(indicateurs):
                return echelon
        return echelons[-1]

    def _select(
        self,
        echelons: Sequence[Echelon],
        chiffres: Mapping[str, Mapping[str, Chiffre]],
        indicateurs: Sequence[Indicateur],
    ) -> dict[str, ChiffrePair]:
        """Pour chaque indicateur, le premier échelon où il se montre."""
        choisis: dict[str, ChiffrePair] = {}
        minimum = minimum_of(indicateurs[0].theme_id) if indicateurs and self.sans_soi else MINIMUM
        for indicateur in indicateurs:
            lus = [(e, chiffres.get(e.id, {}).get(indicateur.id)) for e in echelons]
            montre = next(((e, c) for e, c in lus if c is not None and is_comparable(c, minimum)), None)
            if montre is not None:
                echelon, chiffre = montre
                choisis[indicateur.id] = ChiffrePair(
                    indicateur, chiffre, echelon.nom, elargi=echelon is not echelons[0]
                )
            else:
                caches = (c for _, c in lus if c is not None and not c.montre)
                choisis[indicateur.id] = ChiffrePair(indicateur, next(caches, _absent(indicateur)))
        return choisis

    def _list_messages(self, retenu: Echelon, outre_mer: bool) -> tuple[str, ...]:
        if not retenu.autres:
            return ()
        messages = []
        zones = self.structure.cadre.loc[list(retenu.autres), "zone"]
        ailleurs = int(zones.ne(self.collectivite.zone or "").sum())
        if outre_mer and ailleurs:
            messages.append(
                "Trop peu de collectivités d’outre-mer ont répondu : comparaison faite avec "
                f"{format_compte(ailleurs, 'collectivité')} de l’Hexagone."
            )
        elif ailleurs:
            messages.append(f"Parmi elles, {format_compte(ailleurs, 'collectivité')} d’outre-mer.")
        if retenu.id == SEMBLABLES and len(retenu.membres) > K_DEFAUT:
            messages.append(
                f"Parmi les {K_DEFAUT} plus semblables, trop peu ont répondu : il a fallu élargir aux "
                f"{format_nombre(len(retenu.membres))} plus semblables."
            )
        return tuple(messages)


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


def is_comparable(chiffre: Chiffre, minimum: int) -> bool:
    """Vrai si le chiffre se montre et repose sur assez de pairs, quel que soit le rôle."""
    return chiffre.montre and (chiffre.n or 0) >= minimum


def _absent(indicateur: Indicateur) -> Chiffre:
    return Chiffre(indicateur.id, "", "", "", "", "", etat=ABSENT)
