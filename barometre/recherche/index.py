"""Trouver une collectivité parmi 36 000 : un index en mémoire, construit une fois par version."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from barometre.recherche.codes import Codes, build_codes
from barometre.recherche.demande import (
    ARTICLES_DE_NOM,
    Demande,
    list_demandes,
    list_situees,
    list_villes,
    move_article,
    read_code_nomme,
)
from barometre.recherche.mentions import list_anciennes, list_usages
from barometre.recherche.noms import compact_nom, is_abrege, normalise_nom
from barometre.recherche.resultats import Entree, Filtre, Trouvaille, build_filtre
from barometre.recherche.sigles import MOTS_VIDES, REGIONS

RESULTATS = 20
# Codes que l'on rend, au plus, de ceux qui commencent par les signes tapés.
CODES_SUIVANTS = 500
# Ressemblance demandée à un nom mal écrit, de 0 à 100.
RESSEMBLANCE = 80.0
# Une faute dans un mot que rien n'écrit exactement ; combien de fois plus peuplée est une plus connue.
_FAUTE, _LETTRES_D_UNE_FAUTE, _FOIS_PLUS_CONNUE = 87.0, 6, 5
_PARENTHESE = re.compile(r"^(?P<nom>.+?)\s*\((?P<ou>[^()]*)\)\s*$")
# Un code : « 33063 », « 2A004 », « 6AE », « 213 300 635 », « 213 300 635 00017 ».
_CODE = re.compile(r"^(6AE|(\d|2[AB])[\d ]*)$", re.IGNORECASE)
# « CD33 », « dept 35 », « département de l'Ain (01) » se dit aussi « département 01 ».
_DEPARTEMENT = re.compile(
    r"^(?:cd|(?:dans )?le|d(?:[ée]p(?:t|artement)?|pt)\.?"
    r"|conseil (?:d[ée]partemental|g[ée]n[ée]ral))[ -]*(?:du |de l[ae’'] ?)?"
    r"(?P<code>\d{1,3}|2[ab])$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class SearchIndex:
    """Noms et codes triés ; `cibles` : des rangs dans `collectivites`."""

    collectivites: pd.DataFrame
    # code ou nom d'un département, nom ou sigle d'une région → ses départements
    lieux: dict[str, tuple[str, ...]]
    # par collectivité : ce qu'un filtre ou un tri relit des milliers de fois
    types: list[str]
    departements: list[str | None]
    populations: NDArray[np.int64]
    noms_departements: dict[str, str]
    codes: Codes
    # par nom, dans l'ordre : où il mène, et le rang dans `mentions` de ce qui le distingue, ou −1
    noms: list[str]
    cibles: NDArray[np.int32]
    rangs_mentions: NDArray[np.int32]
    mentions: list[Entree]
    # rangs des noms sans espace, du plus court au plus long
    compacts: NDArray[np.int32]
    mots: list[str]
    mots_entrees: NDArray[np.int32]

    def search(self, texte: str, limite: int = RESULTATS) -> list[Trouvaille]:
        """Les collectivités qui répondent au texte, la meilleure d'abord."""
        demande = move_article(" ".join(texte.split()))[:120]
        if departement := _DEPARTEMENT.match(demande):
            codes = self._search_codes(departement["code"].upper().zfill(2))
            # « Département 2A » mène à la collectivité de Corse, qui est une région.
            trouves = [e for e in codes if e.motif.startswith("code du département")]
        elif nomme := read_code_nomme(demande):
            trouves = self._search_codes(*nomme)
        elif _CODE.match(demande):
            trouves = self._search_codes(demande.replace(" ", "").upper())
        else:
            trouves = self._search_demandes(demande, limite)
        return [self._build(rang_entree) for rang_entree in _unique(trouves)[:limite]]

    def _search_demandes(self, texte: str, limite: int) -> list[Entree]:
        """La première lecture du texte qui trouve ; en dernier, un nom mal écrit ou la fin d'une adresse."""
        nom, departements = self._split_lieu(texte)
        if exacts := self._search_situee(nom):
            return exacts
        for un_nom, ou in ((nom, departements), *list_situees(nom, self.lieux)):
            if trouves := self._search_lectures(un_nom, ou, limite):
                return self._add_proche(un_nom, trouves, Filtre((), ou))
        # « CC du Pays de Châteaugiron » : son nom n'a pas ce « du ».
        pleins = " ".join(m for m in normalise_nom(nom).split() if m not in MOTS_VIDES)
        if len(pleins.split()) > 1 and (trouves := self._search_lectures(pleins, departements, limite)):
            return trouves
        *_, derniere = list_demandes(nom)
        filtre, cle = build_filtre(derniere, departements), derniere.nom
        if abreges := self._search_abreges(cle, filtre):
            return abreges
        proches = self._proches(cle, limite) if len(cle) >= 4 else []
        filtres = [self._get_entree(i) for i in proches if self._is_in(i, filtre)]
        return filtres or self._search_ville(nom) or self._search_codes(derniere.code or "?")

    def _search_situee(self, nom: str) -> list[Entree]:
        """« Saint-Denis Seine-Saint-Denis » : un nom exact, puis son département en toutes lettres.

        Avant la lecture littérale, dont les mots sont aussi tous dans « Seine-Saint-Denis ».
        """
        cle = normalise_nom(nom)
        # « l'Ain » est le département, bien que « Lain » soit une commune : un nom recollé ne compte pas ici.
        if any(self.noms[i] == cle for i in self._exact(cle)):
            return []
        for un_nom, ou in list_situees(nom, self.lieux):
            for demande in list_demandes(un_nom):
                filtre = build_filtre(demande, ou)
                if exacts := [i for i in self._exact(demande.nom) if self._is_in(i, filtre)]:
                    return [self._get_entree(i) for i in exacts]
        return []

    def _search_lectures(self, nom: str, departements: tuple[str, ...], limite: int) -> list[Entree]:
        demandes = list(list_demandes(nom))
        # « Département du Nord » : un nom exact passe avant « le Nord », que d'autres noms contiennent.
        exactes = [d for d in demandes if self._has_exact(d, build_filtre(d, departements))]
        for demande in [*exactes[:1], *demandes]:
            trouves = self._search_noms(demande.nom, limite, build_filtre(demande, departements))
            if trouves:
                return self._sort_by_code(self._sort_by_type(trouves, demande.types), demande.code)
        return []

    def _has_exact(self, demande: Demande, filtre: Filtre) -> bool:
        return any(self._is_in(i, filtre) for i in self._exact(demande.nom))

    def _search_ville(self, texte: str) -> list[Entree]:
        for ville in list_villes(texte):
            communes = [self._get_entree(i) for i in self._exact(ville)]
            trouvees = [e for e in communes if self.types[e.cible] == "commune"]
            if trouvees:
                return trouvees
        return []

    def _sort_by_type(self, entrees: list[Entree], types: tuple[str, ...]) -> list[Entree]:
        """Dans l'ordre des types que le préfixe désigne : un conseil départemental est un département."""
        rangs = {genre: i for i, genre in enumerate(types)}
        return sorted(entrees, key=lambda e: rangs.get(self.types[e.cible], len(rangs)))

    def _sort_by_code(self, entrees: list[Entree], code: str) -> list[Entree]:
        """Celles dont c'est le code INSEE ou postal d'abord."""
        cibles = {e.cible for e in self.codes.list_entrees(code)}
        return sorted(entrees, key=lambda e: e.cible not in cibles)

    def _search_codes(self, code: str, genres: tuple[str, ...] = ()) -> list[Entree]:
        code = code[:9] if len(code) == 14 else code
        exacts = self.codes.search(code, genres)
        if exacts or len(code) < 2:
            return exacts or self.codes.list_entrees(code.zfill(2))
        # « 1000 » : un tableur a perdu le zéro de 01000.
        perdus = self.codes.list_entrees(code.zfill(5)) if len(code) == 4 else []
        suite = self.codes.list_suivants(code, CODES_SUIVANTS)
        return perdus + sorted(suite, key=lambda e: -self.populations[e.cible])

    def _search_noms(self, cle: str, limite: int, filtre: Filtre) -> list[Entree]:
        if not cle:
            return []
        exacts = self._exact(cle) or self._sans_article(cle)
        debuts = self._debut(cle, limite, filtre)
        paliers = self._list_plus_connues(exacts, debuts) + exacts + debuts + self._mots(cle, limite, filtre)
        return [self._get_entree(i) for i in paliers if self._is_in(i, filtre)]

    def _list_plus_connues(self, exacts: list[int], debuts: list[int]) -> list[int]:
        """« Boulogne » : Boulogne-Billancourt, avant la commune qu'une Boulogne a rejointe."""
        if not exacts or any(not self._get_entree(i).ancien_nom for i in exacts):
            return []
        seuil = _FOIS_PLUS_CONNUE * max(self.populations[self.cibles[i]] for i in exacts)
        return [i for i in debuts if self.rangs_mentions[i] < 0 and self.populations[self.cibles[i]] >= seuil]

    def _search_abreges(self, cle: str, filtre: Filtre) -> list[Entree]:
        """« Clermont Fd », « Aix en Pce » : mot à mot, l'un entier, les autres réduits à leurs consonnes."""
        mots = cle.split()
        entier = max(mots, key=len, default="")
        if len(mots) < 2 or len(entier) < 3:
            return []
        rangs = np.unique(self.mots_entrees[slice(*self._range(self.mots, entier))])
        trouves = [int(i) for i in rangs if is_abrege(mots, self.noms[int(i)].split())]
        return [self._get_entree(i) for i in sorted(trouves, key=self._rank) if self._is_in(i, filtre)]

    def _add_proche(self, nom: str, trouves: list[Entree], filtre: Filtre) -> list[Entree]:
        """« Toulouze » commence « Toulouzette », et c'est Toulouse mal écrite : la grande commune d'abord."""
        cle = compact_nom(normalise_nom(nom))
        if len(cle) < _LETTRES_D_UNE_FAUTE or self._exact(cle):
            return trouves
        proche = next((i for i in self._proches(cle, 1, _FAUTE) if self._is_in(i, filtre)), None)
        if proche is None or abs(self._len(proche) - len(cle)) > 1:
            return trouves
        connue = self.populations[self.cibles[proche]] > 50 * self.populations[trouves[0].cible]
        return [self._get_entree(proche), *trouves] if connue else trouves

    def _split_lieu(self, demande: str) -> tuple[str, tuple[str, ...]]:
        """« Sainte-Colombe (Gironde) », « Sainte-Colombe (33) » → le nom et les départements du lieu."""
        trouve = _PARENTHESE.match(demande)
        lieu = normalise_nom(trouve["ou"]) if trouve else ""
        departements = self.lieux.get(lieu) or self.lieux.get(lieu.upper())
        return (trouve["nom"], departements) if trouve and departements else (demande, ())

    def _get_entree(self, rang: int) -> Entree:
        mention = self.rangs_mentions[rang]
        return Entree(int(self.cibles[rang])) if mention < 0 else self.mentions[mention]

    def _is_in(self, rang: int, filtre: Filtre) -> bool:
        cible = self.cibles[rang]
        return filtre.accepts(self.types[cible], self.departements[cible])

    def _range(self, tries: list[str], debut: str) -> tuple[int, int]:
        return bisect_left(tries, debut), bisect_left(tries, debut + "~")

    def _exact(self, cle: str) -> list[int]:
        """Les noms égaux, actuels puis anciens, par population."""
        rangs = []
        for forme in {cle, compact_nom(cle)}:
            i = bisect_left(self.noms, forme)
            while i < len(self.noms) and self.noms[i] == forme:
                rangs.append(i)
                i += 1
        return sorted(set(rangs), key=self._rank)

    def _sans_article(self, cle: str) -> list[int]:
        """« Rochelle », « Mans » : le nom exact, son article oublié."""
        rangs = {i for article in ARTICLES_DE_NOM for i in self._exact(article + cle)}
        return sorted(rangs, key=self._rank)

    def _debut(self, cle: str, limite: int, filtre: Filtre) -> list[int]:
        bornes = {self._range(self.noms, cle), self._range(self.noms, compact_nom(cle))}
        rangs = np.unique(np.concatenate([np.arange(a, b) for a, b in bornes]))
        trouves = self._largest(rangs, limite, filtre)
        # « Bordeau » finit un mot, « Bordeaux Métropole » en ajoute un : la commune d'abord.
        return sorted(trouves, key=lambda i: self._is_allonge(i, len(cle.split())))

    def _is_allonge(self, rang: int, mots: int) -> bool:
        """Vrai d'un nom qui a plus de mots que ceux tapés, ou d'un nom qui n'est plus le sien."""
        nom = self.collectivites["nom"].array[self.cibles[rang]]
        return bool(self.rangs_mentions[rang] >= 0) or len(normalise_nom(nom).split()) > mots

    def _mots(self, cle: str, limite: int, filtre: Filtre) -> list[int]:
        """Les noms dont chaque mot demandé commence un mot."""
        # Le mot le plus rare d'abord : « de » à lui seul est dans la moitié des noms.
        bornes = sorted((self._range(self.mots, mot) for mot in cle.split()), key=lambda b: b[1] - b[0])
        communs = np.unique(self.mots_entrees[slice(*bornes[0])])
        for borne in bornes[1:]:
            if not communs.size:
                break
            communs = communs[np.isin(communs, self.mots_entrees[slice(*borne)])]
        return self._largest(communs, limite, filtre)

    def _largest(self, rangs: NDArray[np.integer[Any]], limite: int, filtre: Filtre) -> list[int]:
        if filtre.types or filtre.departements:
            rangs = np.array([i for i in rangs if self._is_in(int(i), filtre)], dtype=np.intp)
        # Un nom en vigueur passe avant un ancien ; quatre fois la limite, car une collectivité a
        # plusieurs entrées.
        poids, anciens = self.populations[self.cibles[rangs]], self.rangs_mentions[rangs] >= 0
        ordre = np.lexsort((-poids, anciens))[: limite * 4]
        return [int(i) for i in rangs[ordre]]

    def _proches(self, cle: str, limite: int, ressemblance: float = RESSEMBLANCE) -> list[int]:
        """Les noms mal écrits : ceux dont la longueur permet la ressemblance demandée, comparés un à un."""
        forme = compact_nom(cle)
        # Ressemblance = 2 × lettres communes / somme des longueurs : au mieux 2 × min / (min + max).
        rapport = RESSEMBLANCE / (200 - RESSEMBLANCE)
        debut = bisect_left(self.compacts, len(forme) * rapport, key=self._len)
        fin = bisect_left(self.compacts, len(forme) / rapport + 1, key=self._len)
        rangs = self.compacts[debut:fin].tolist()
        trouves = process.extract(
            forme,
            [self.noms[i] for i in rangs],
            scorer=fuzz.ratio,
            score_cutoff=ressemblance,
            limit=limite * 2,
        )
        notes = [(note, rangs[i]) for _, note, i in trouves]
        notes.sort(key=lambda t: (-round(t[0]), -self.populations[self.cibles[t[1]]]))
        return [i for _, i in notes]

    def _rank(self, rang: int) -> tuple[bool, int, int]:
        """À population égale, l'ordre de l'index : un ensemble n'en a pas, d'un processus à l'autre."""
        return bool(self.rangs_mentions[rang] >= 0), -int(self.populations[self.cibles[rang]]), rang

    def _len(self, rang: int) -> int:
        return len(self.noms[rang])

    def _build(self, entree: Entree) -> Trouvaille:
        cible, departement = entree.cible, self.departements[entree.cible]
        identifiant, nom, code, siren, population = (
            self.collectivites[c].array[cible]
            for c in ("collectivite_id", "nom", "code", "siren", "population")
        )
        type_ = self.types[cible]
        return Trouvaille(
            collectivite_id=identifiant,
            nom=nom,
            type=type_,
            code=code,
            siren=None if pd.isna(siren) else siren,
            departement=departement,
            population=None if pd.isna(population) else int(population),
            libelle=_label(nom, type_, departement, self.noms_departements),
            motif=entree.motif,
            ancien_nom=entree.ancien_nom,
        )


def _unique(entrees: list[Entree]) -> list[Entree]:
    """Une seule fois chaque collectivité, par sa meilleure entrée."""
    vues: dict[int, Entree] = {}
    for entree in entrees:
        vues.setdefault(entree.cible, entree)
    return list(vues.values())


def build_search_index(collectivites: pd.DataFrame, anciens: pd.DataFrame) -> SearchIndex:
    """L'index des noms et des codes ; un territoire mène à la collectivité qui le porte."""
    ids = pd.Index(collectivites["collectivite_id"].astype("object"))
    porteurs = ids.get_indexer(pd.Index(collectivites["porteur_id"].astype("object")))
    cibles = np.where(porteurs < 0, np.arange(len(ids)), porteurs).astype(np.int32)
    populations = collectivites["population"].fillna(0).to_numpy(dtype=np.int64)
    types, departements, regions = (_intern(collectivites[c]) for c in ("type", "departement", "region"))
    communes = ids.get_indexer(pd.Index("commune-" + anciens["code_actuel"].astype("object")))
    noms = collectivites["nom"].astype("object").tolist()
    mentions = list_anciennes(anciens, communes) + list_usages(noms, types, ids)
    codes = collectivites["code"].astype("object").tolist()
    lieux = [
        (t, codes[i], noms[i], regions[i]) for i, t in enumerate(types) if t in ("departement", "region")
    ]
    # Le même mot est dans des milliers de noms : un seul objet pour tous.
    uns: dict[str, str] = {}
    nommes = [*enumerate(noms), *((len(noms) + k, nom) for k, (nom, _) in enumerate(mentions))]
    formes = [(uns.setdefault(forme, forme), rang) for rang, nom in nommes for forme in _forms(nom)]
    formes.sort(key=itemgetter(0))
    rangs = np.array([rang for _, rang in formes], dtype=np.int32) - len(noms)
    vers = np.concatenate([cibles, np.array([e.cible for _, e in mentions], dtype=np.int32)])
    tries = [forme for forme, _ in formes]
    mots = sorted((uns.setdefault(mot, mot), i) for i, forme in enumerate(tries) for mot in forme.split())
    return SearchIndex(
        collectivites,
        _list_lieux(lieux),
        types,
        departements,
        populations,
        {code: nom for t, code, nom, _ in lieux if t == "departement"},
        build_codes(collectivites, cibles, populations, anciens, communes),
        noms=tries,
        cibles=vers[rangs + len(noms)],
        rangs_mentions=np.maximum(rangs, -1),
        mentions=[entree for _, entree in mentions],
        compacts=_sort_compacts(tries),
        mots=[mot for mot, _ in mots],
        mots_entrees=np.array([i for _, i in mots], dtype=np.int32),
    )


def _intern(valeurs: pd.Series) -> list[Any]:
    """Les valeurs, None où il n'y en a pas ; un seul objet pour toutes les égales."""
    rangs, modalites = pd.factorize(valeurs.astype("object"))
    objets = [*modalites.tolist(), None]
    return [objets[rang] for rang in rangs.tolist()]


def _list_lieux(lieux: list[tuple[str, str, str, str]]) -> dict[str, tuple[str, ...]]:
    """Ce qui situe une commune ; un ancien nom de région n'y est pas, il n'en couvre qu'une part.

    `lieux` : type, code, nom et région de chaque département et région.
    """
    situes: dict[str, tuple[str, ...]] = {}
    departements = [x for x in lieux if x[0] == "departement"]
    for _, code, nom, _ in departements:
        situes[code] = situes[normalise_nom(nom)] = (code,)
    for _, code, nom, _ in (x for x in lieux if x[0] == "region"):
        siens = tuple(autre for _, autre, _, region in departements if region == code)
        sigles = (s for s in REGIONS.get(code, ()) if s.isupper() and len(s) > 2)
        for dit in (nom, *sigles):
            situes.setdefault(normalise_nom(dit), siens)
    return {nom: situes[nom] for nom in sorted(situes, key=len, reverse=True) if situes[nom]}


def _sort_compacts(noms: list[str]) -> NDArray[np.int32]:
    compacts = (i for i, nom in enumerate(noms) if " " not in nom)
    return np.array(sorted(compacts, key=lambda i: len(noms[i])), dtype=np.int32)


def _forms(nom: str) -> set[str]:
    cle = normalise_nom(nom)
    return {cle, compact_nom(cle)}


def _label(nom: str, type: str, departement: str | None, departements: dict[str, str]) -> str:
    """« Sainte-Colombe (Gironde) » ; le type distingue un département d'une commune du même nom."""
    if type in ("departement", "region"):
        return f"{nom} ({'département' if type == 'departement' else 'région'})"
    return f"{nom} ({departements.get(departement, departement)})" if departement else nom
