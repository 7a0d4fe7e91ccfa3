"""Le nom, le département ou la population écrits à côté d'un code ne doivent pas le contredire.

Un code postal pris pour un code INSEE désigne une autre commune 69 fois sur 100 : seul ce qui est écrit à
côté le dit.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property, lru_cache

import pandas as pd

from barometre.domain.formats import format_nombre
from barometre.ingest.entetes import Cible
from barometre.ingest.export import Export
from barometre.ingest.genres import find_autre_genre, read_type
from barometre.ingest.identity import Referentiel
from barometre.ingest.labels import clean_label
from barometre.ingest.temoins import (
    find_departement_postal,
    read_code_departement,
    read_code_postal,
    read_population,
)
from barometre.ingest.vocabulary import load_vocabulary

DISCORDANTS = "Code et nom discordants : {} est {}.{}"
DEPARTEMENT_DISCORDANT = "Code et département discordants : {} est dans le département {}."
REGION_DISCORDANTE = "Code et région discordants : {} est dans la région {}."
NATURE_DISCORDANTE = "Code et nom discordants : {} est {}, et le nom est celui d'{}.{}"
EPCI_DISCORDANT = "Code et intercommunalité discordants : {} n'est pas dans le même département que {}."
TYPE_DISCORDANT = "Code et type discordants : {} est {}, et la ligne dit « {} »."
_ARTICLES = {
    "commune": "une commune",
    "epci": "une intercommunalité",
    "ept": "un établissement public territorial",
    "departement": "un département",
    "region": "une région",
    "autre": "une autre structure",
}
CODE_POSTAL_DISCORDANT = "Code et code postal discordants : {} a pour code postal {}, et {} est celui de {}."
CODE_POSTAL_AILLEURS = (
    "Code et code postal discordants : {} a pour code postal {}, et {} est d'un autre département."
)
POPULATION_DISCORDANTE = "Code et population discordants : {} a {} habitants."
# Mots qui ne distinguent pas une collectivité d'une autre.
_GENERIQUES = frozenset(
    re.findall(
        r"\w+",
        """mairie ville commune communes de d du des la le les l et en sur sous aux au a communaute nouvelle
        agglomeration agglo metropole cc ca cu departement region conseil departemental regional cedex""",
    )
)
_SAINTS = frozenset({"saint", "sainte", "villeneuve"})
_MOTS = re.compile(r"[a-z]+")
# « Valence (Drôme) », « Bordeaux - Gironde » : ce qui suit situe la commune, et ne la nomme pas.
_SITUATION = re.compile(r"\s*(?:\(.*|\s[-–—,/]\s.*|,.*|\b\d{5}\b.*)$")
# En dessous de cette ressemblance (0 à 1), deux noms sans mot commun ne sont pas une faute de frappe.
_RESSEMBLANCE = 0.6
# Une population périmée ou arrondie n'atteint pas ce rapport ; un petit écart absolu ne compte pas.
_RAPPORT_POPULATION, _ECART_POPULATION = 3.0, 1_000
# « Valence (Drôme) », « Saint-Denis, Île-de-France ».
_SITUEE = re.compile(r"(?:\(([^()]+)\)|,\s*([^,()]+))\s*$")
# Des noms de personnes sont aussi, une fois sur sept, ceux de communes : jamais quatre fois sur cinq.
_MIN_NOMS, _PART_NOMS = 5, 0.8
_ANCIENS = {"2A": "20", "2B": "20"}
_DIT_COMMUNE = re.compile(r"^(mairie|ville|commune) (de |du |des |d')")


@lru_cache(maxsize=100_000)
def split_nom(nom: str) -> tuple[str, ...]:
    """Les mots qui distinguent un nom : « Ville de St-Malo (35) » → saint, malo."""
    mots = _MOTS.findall(clean_label(_SITUATION.sub("", nom) or nom))
    nets = ["saint" if m == "st" else "sainte" if m == "ste" else m for m in mots]
    return tuple(m for m in nets if m not in _GENERIQUES)


@dataclass(frozen=True)
class Noms:
    """Les noms du référentiel, actuels et anciens."""

    referentiel: Referentiel

    def get_noms(self, cle: str) -> list[str]:
        """Les noms d'une collectivité : l'actuel, et ceux de ce qui l'a rejointe ou qu'elle porte."""
        nom = self.get_fait(cle, "nom")
        return [*([nom] if isinstance(nom, str) else []), *self._autres_noms.get(cle, ())]

    @cached_property
    def _autres_noms(self) -> dict[str, list[str]]:
        """Sans le nom actuel des 35 000 communes : un fichier en cite peu."""
        noms: dict[str, list[str]] = defaultdict(list)
        anciens = self.referentiel.codes_anciens
        for porteur, territoires in self.referentiel.portes.items():
            noms[porteur] += [str(self.get_fait(t, "nom")) for t in territoires]
        if "nom" in anciens:
            for code, nom in zip(anciens["code_actuel"].tolist(), anciens["nom"].tolist(), strict=True):
                noms[f"commune-{code}"].append(nom)
        return dict(noms)

    def list_noms(self, cle: str) -> list[tuple[str, ...]]:
        """Les noms d'une collectivité, en mots."""
        return [split_nom(nom) for nom in self.get_noms(cle)]

    @cached_property
    def par_nom(self) -> dict[tuple[str, ...], list[str]]:
        """Nom actuel → les collectivités qui le portent."""
        cadre, ids = self.referentiel.collectivites, defaultdict(list)
        for cle, nom in zip(cadre["collectivite_id"].tolist(), cadre["nom"].tolist(), strict=True):
            ids[split_nom(nom)].append(cle)
        return dict(ids)

    @cached_property
    def departements(self) -> dict[tuple[str, ...], str]:
        """Nom de département → son code."""
        return self._index_territoires("departement")

    @cached_property
    def regions(self) -> dict[tuple[str, ...], str]:
        """Nom de région → son code."""
        return self._index_territoires("region")

    def _index_territoires(self, type_: str) -> dict[tuple[str, ...], str]:
        """Sans lire les 35 000 communes."""
        cadre = self.referentiel.collectivites
        types = cadre["type"] if "type" in cadre else cadre["collectivite_id"].str.partition("-")[0]
        cadre = cadre[types == type_]
        lignes = zip(cadre["collectivite_id"].tolist(), cadre["nom"].tolist(), strict=True)
        return {split_nom(nom): cle.removeprefix(f"{type_}-") for cle, nom in lignes}

    @cached_property
    def _rangs(self) -> dict[str, int]:
        """Collectivité → sa ligne au référentiel."""
        return {
            cle: rang for rang, cle in enumerate(self.referentiel.collectivites["collectivite_id"].tolist())
        }

    @cached_property
    def _colonnes(self) -> dict[str, list[object]]:
        cadre = self.referentiel.collectivites
        noms = ("nom", "departement", "region", "population", "codes_postaux")
        return {c: cadre[c].tolist() for c in noms if c in cadre}

    def get_fait(self, cle: str, colonne: str) -> object:
        """Le nom, le département, la population ou les codes postaux d'une collectivité ; `None` sinon."""
        rang, valeurs = self._rangs.get(cle), self._colonnes.get(colonne)
        return None if rang is None or valeurs is None else valeurs[rang]

    def is_accord(self, cle: str, nom: str) -> bool:
        """Vrai si le nom écrit est l'un des siens, ou lui ressemble."""
        if nom == self.get_fait(cle, "nom") or nom in self.get_noms(cle):
            return True
        mots = split_nom(nom)
        return not mots or any(_is_proche(mots, sien) for sien in self.list_noms(cle))

    def list_homonymes(self, cle: str, nom: str, type_dit: bool = False) -> list[str]:
        """Les autres collectivités qui portent exactement ce nom ; aucune si c'est aussi le sien.

        `type_dit` : la ligne dit que ce n'est pas une commune qui répond.
        """
        if nom in self.get_noms(cle):
            return []
        mots = split_nom(nom)
        autre_type = not type_dit and not cle.startswith("commune-")
        if autre_type and (communes := self._list_communes_de(cle, nom, mots)):
            return communes
        if not mots or mots in self.list_noms(cle):
            return []
        genre = cle.partition("-")[0]
        autres = self.par_nom.get(mots, [])
        return [a for a in autres if a != cle and (genre == "commune") == a.startswith("commune-")]

    def _list_communes_de(self, cle: str, nom: str, mots: tuple[str, ...]) -> list[str]:
        """Les communes qu'un nom désigne, à côté du SIREN d'une intercommunalité, département ou région.

        « Bordeaux » est le nom de la commune, « Métropole de Bordeaux » celui de l'intercommunalité. Les
        communes qui en sont membres d'abord : leur nom est souvent celui d'autres communes.
        """
        net = clean_label(nom)
        if net in {clean_label(sien) for sien in self.get_noms(cle)}:
            return []
        communes = [
            c
            for c in self.par_nom.get(mots, [])
            if c.startswith("commune-")
            and (
                _DIT_COMMUNE.match(net) or clean_label(_SITUATION.sub("", nom)) == clean_label(self._name(c))
            )
        ]
        membres = [c for c in communes if self.referentiel.epci_de.get(c) == cle]
        return membres or communes

    def check_nom(self, cle: str, nom: str, type_dit: bool = False) -> str:
        """Le motif d'un nom qui contredit le code ; vide s'ils s'accordent (voir `list_homonymes`)."""
        if nom == self.get_fait(cle, "nom") and not _SITUEE.search(nom):
            return ""
        if genre := self.find_autre_genre(cle, nom):
            return self._describe_nature(cle, nom, genre)
        homonymes = self.list_homonymes(cle, nom, type_dit)
        if self.is_accord(cle, nom) and not homonymes:
            # « Valence (Tarn-et-Garonne) » à côté du code de Valence, dans la Drôme.
            situee = _SITUEE.search(nom) if cle.startswith("commune-") else None
            return self.check_situation(cle, situee[1] or situee[2]) if situee else ""
        if not homonymes and not cle.startswith("commune-"):
            # Les sigles d'intercommunalités ne sont pas au référentiel : rien à leur opposer.
            return ""
        candidate = (
            f" Candidate : {self._name(homonymes[0])} ({homonymes[0]})." if len(homonymes) == 1 else ""
        )
        return DISCORDANTS.format(cle, self._name(cle), candidate)

    def find_autre_genre(self, cle: str, nom: str) -> str:
        """La nature d'une autre collectivité que dit un nom : « Rennes Métropole » à côté de Rennes."""
        genre = find_autre_genre(nom, cle.partition("-")[0], self.get_noms(cle))
        return "" if (cle, genre) in self.referentiel.types_portes else genre

    def _describe_nature(self, cle: str, nom: str, genre: str) -> str:
        sien, epci = cle.partition("-")[0], self.referentiel.epci_de.get(cle, "")
        candidate = ""
        if genre == "epci" and epci and self.is_accord(epci, nom):
            candidate = f" Candidate : {self._name(epci)} ({epci})."
        dite = _ARTICLES[genre]
        return NATURE_DISCORDANTE.format(f"{self._name(cle)} ({cle})", _ARTICLES[sien], dite, candidate)

    def check_epci(self, cle: str, texte: str) -> str:
        """L'intercommunalité écrite à côté d'une commune : le motif si elle est d'un autre département.

        D'une année à l'autre, une commune en change, mais reste dans ses environs.
        """
        numero = "".join(texte.split())
        nommees = [c for c in self.par_nom.get(split_nom(texte), []) if c.startswith("epci-")]
        lues = [f"epci-{numero}"] if numero.isdecimal() else nommees
        sien = self.get_fait(cle, "departement")
        if not sien or not lues or self.referentiel.epci_de.get(cle) in lues:
            return ""
        siens = set().union(*(self._departements_d_epci.get(e, set()) for e in lues))
        if not siens or sien in siens:
            return ""
        return EPCI_DISCORDANT.format(f"{self._name(cle)} ({cle})", self._name(lues[0]))

    @cached_property
    def _departements_d_epci(self) -> dict[str, set[object]]:
        departements: dict[str, set[object]] = defaultdict(set)
        for commune, epci in self.referentiel.epci_de.items():
            departements[epci].add(self.get_fait(commune, "departement"))
        return dict(departements)

    def check_situation(self, cle: str, texte: str) -> str:
        """Le département ou la région écrits après le nom d'une commune : le motif s'ils n'en sont pas."""
        sienne, lue = self.get_fait(cle, "region"), self.regions.get(split_nom(texte), "")
        if lue and isinstance(sienne, str) and sienne and lue != sienne:
            return REGION_DISCORDANTE.format(f"{self._name(cle)} ({cle})", self._name(f"region-{sienne}"))
        return self.check_departement(cle, texte)

    def check_departement(self, cle: str, texte: str) -> str:
        """« 33 », « Gironde », « 33 - Gironde » : le motif s'il n'est pas celui de la collectivité."""
        sien = self.get_fait(cle, "departement")
        lu = self._read_departement(texte)
        # « 20 » est la Corse d'avant 1976, et celle des codes postaux.
        if not isinstance(sien, str) or not sien or not lu or lu in {sien, _ANCIENS.get(sien)}:
            return ""
        return DEPARTEMENT_DISCORDANT.format(f"{self._name(cle)} ({cle})", sien)

    def check_region(self, cle: str, texte: str) -> str:
        """« Bretagne » ou « 53 » : le motif si elle n'est pas celle de la collectivité."""
        sienne, lue = self.get_fait(cle, "region"), self._read_region(texte)
        if not isinstance(sienne, str) or not sienne or not lue or lue == sienne:
            return ""
        return REGION_DISCORDANTE.format(f"{self._name(cle)} ({cle})", self._name(f"region-{sienne}"))

    def _read_region(self, texte: str) -> str:
        """« Bretagne », « 53 », « R53 », « 53 - Bretagne », « PACA », « Midi-Pyrénées » : le code."""
        net = clean_label(texte)
        code = re.match(r"r?(\d{2})\b", net)
        if code and code[1] in self.regions.values():
            return code[1]
        autres = load_vocabulary().autres_noms_de_regions
        return self.regions.get(split_nom(texte), "") or autres.get(net.removeprefix("region "), "")

    def check_type(self, cle: str, texte: str) -> str:
        """« Syndicat » à côté du SIREN d'une commune : le motif ; vide d'un type inconnu, qui ne dit rien."""
        mots = [m for m in re.findall(r"[a-z-]+", clean_label(texte)) if m not in {"un", "une", "le", "la"}]
        genre = cle.partition("-")[0]
        if read_type(texte) or not mots or mots[0] not in load_vocabulary().autres_structures:
            return ""
        return TYPE_DISCORDANT.format(f"{self._name(cle)} ({cle})", _ARTICLES[genre], texte)

    def check_code_postal(self, cle: str, texte: str) -> str:
        """Le motif d'un code postal qui est celui d'autres communes.

        Un CEDEX, inconnu ici, ou « 44 » disent au moins leur département.
        """
        siens, net = str(self.get_fait(cle, "codes_postaux") or "").split(), read_code_postal(texte)
        if not cle.startswith("commune-") or not siens or net in siens:
            return ""
        if autres := self.par_postal.get(net, []):
            suite = f" et {len(autres) - 1} autres" if len(autres) > 1 else ""
            return CODE_POSTAL_DISCORDANT.format(
                f"{self._name(cle)} ({cle})", siens[0], net, f"{self._name(autres[0])}{suite}"
            )
        ailleurs = self._find_postal(net) not in {"", *map(find_departement_postal, siens)}
        return CODE_POSTAL_AILLEURS.format(f"{self._name(cle)} ({cle})", siens[0], net) if ailleurs else ""

    def _find_postal(self, net: str) -> str:
        """Le département d'un code postal, d'un CEDEX, d'un code abrégé ; vide si ce n'en est pas un."""
        lu = _ANCIENS.get(net, find_departement_postal(net)) if len(net) in {2, 3, 5} else ""
        connu = lu in self._departements_postaux and (len(net) == 5 or len(net) == len(lu))
        return lu if connu else ""

    @cached_property
    def _departements_postaux(self) -> frozenset[str]:
        return frozenset(find_departement_postal(code) for code in self.par_postal)

    def is_lisible(self, role: str, texte: str) -> bool:
        """Vrai si ce qui est écrit à côté d'un code se compare à la collectivité, ou ne dit rien."""
        lectures: dict[str, Callable[[str], object]] = {
            "population": read_population,
            "code_postal": lambda t: self._find_postal(read_code_postal(t)),
            "departement": self._read_departement,
            "region": self._read_region,
        }
        muets = load_vocabulary().identifiant_vide | load_vocabulary().ne_sait_pas
        return role not in lectures or clean_label(texte) in muets or bool(lectures[role](texte))

    @cached_property
    def par_postal(self) -> dict[str, list[str]]:
        """Code postal → les communes qui l'ont."""
        postaux: dict[str, list[str]] = defaultdict(list)
        cles = self.referentiel.collectivites["collectivite_id"].tolist()
        for cle, codes in zip(cles, self._colonnes.get("codes_postaux", ()), strict=False):
            for code in str(codes or "").split():
                postaux[code].append(cle)
        return dict(postaux)

    def _read_departement(self, texte: str) -> str:
        code, reste = read_code_departement(texte)
        return (
            code or self.departements.get(split_nom(texte), "") or self.departements.get(split_nom(reste), "")
        )

    def check_population(self, cle: str, texte: str) -> str:
        """Le motif d'une population sans rapport avec celle de la collectivité."""
        lue, sienne = read_population(texte), self.get_fait(cle, "population")
        if lue is None or not isinstance(sienne, int | float) or pd.isna(sienne):
            return ""
        bas, haut, sienne = max(lue[0], 1.0), max(lue[1], 1.0), max(float(sienne), 1.0)
        rapport = max(sienne / haut, bas / sienne)
        if rapport < _RAPPORT_POPULATION or max(sienne - haut, bas - sienne) < _ECART_POPULATION:
            return ""
        return POPULATION_DISCORDANTE.format(f"{self._name(cle)} ({cle})", format_nombre(sienne))

    def find_par_postal(self, code_postal: str, nom: str) -> str:
        """« Candidate : … » si une seule commune porte ce nom sous ce code postal."""
        trouvees = [
            cle
            for cle in self.par_nom.get(split_nom(nom), [])
            if code_postal in str(self.get_fait(cle, "codes_postaux") or "").split()
        ]
        return f" Candidate : {self._name(trouvees[0])} ({trouvees[0]})." if len(trouvees) == 1 else ""

    def _name(self, cle: str) -> str:
        return str(self.get_fait(cle, "nom") or cle)


def find_colonnes_de_noms(export: Export, referentiel: Referentiel) -> dict[int, Cible]:
    """« Nom », « Organisation » : qui répond, ou la collectivité si les cellules le disent.

    Ignorée, une telle colonne décalée d'une ligne laissait toutes les réponses à d'autres, sans un mot.
    """
    entetes = load_vocabulary().noms_possibles
    rangs = [i for i, entete in enumerate(export.entetes) if clean_label(entete) in entetes]
    connus = {split_nom(nom) for nom in referentiel.collectivites["nom"]} if rangs else set()
    cibles = {}
    for rang in rangs:
        noms = {split_nom(texte) for texte in export.colonnes[rang] if texte}
        if len(noms & connus) >= max(_MIN_NOMS, _PART_NOMS * len(noms)):
            cibles[rang] = Cible("role", role="nom")
    return cibles


def _is_proche(mots: tuple[str, ...], sien: tuple[str, ...]) -> bool:
    """Un nom complété, abrégé ou mal écrit ; « Saint-Martin-du-Bois » n'est pas « Saint-Martin-d'Auxy »."""
    communs = set(mots) & set(sien)
    restes = [" ".join(m for m in nom if m not in communs) for nom in (mots, sien)]
    if communs and not all(restes):
        return not communs <= _SAINTS or not any(restes)
    return SequenceMatcher(None, restes[0], restes[1]).ratio() >= _RESSEMBLANCE
