"""Trouver une collectivité parmi 36 000 : un index en mémoire, construit une fois par version."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from barometre.recherche.demande import list_demandes, list_situees, list_villes
from barometre.recherche.noms import compact_nom, normalise_nom
from barometre.recherche.resultats import Entree, Filtre, Trouvaille, build_filtre
from barometre.recherche.sigles import EPCI, REGIONS, list_sigles

RESULTATS = 20
# Ressemblance demandée à un nom mal écrit, de 0 à 100.
RESSEMBLANCE = 80.0
_PARENTHESE = re.compile(r"^(?P<nom>.+?)\s*\((?P<ou>[^()]*)\)\s*$")
# Un code : « 33063 », « 2A004 », « 6AE », « 213 300 635 », « 213 300 635 00017 ».
_CODE = re.compile(r"^(6AE|(\d|2[AB])[\d ]*)$", re.IGNORECASE)
# « CD33 », « dept 35 », « département de l'Ain (01) » se dit aussi « département 01 ».
_DEPARTEMENT = re.compile(
    r"^(?:cd|d[ée]p(?:t|artement)?\.?|conseil (?:d[ée]partemental|g[ée]n[ée]ral))[ -]*(?:du |de l[ae’'] ?)?"
    r"(?P<code>\d{1,3}|2[ab])$",
    re.IGNORECASE,
)


@dataclass(slots=True)
class SearchIndex:
    """Noms et codes triés ; `cible` est un rang dans `collectivites`."""

    collectivites: pd.DataFrame
    # code ou nom d'un département, nom ou sigle d'une région → ses départements
    lieux: dict[str, tuple[str, ...]]
    codes: dict[str, list[Entree]]
    codes_tries: list[str]
    noms: list[str]
    entrees: list[Entree]
    anciens: NDArray[np.bool_]
    poids: NDArray[np.float64]
    # rangs des noms sans espace, du plus court au plus long
    compacts: NDArray[np.int32]
    mots: list[str]
    mots_entrees: NDArray[np.int64]
    _lignes: list[dict[str, Any]] = field(default_factory=list)

    def search(self, texte: str, limite: int = RESULTATS) -> list[Trouvaille]:
        """Les collectivités qui répondent au texte, la meilleure d'abord."""
        demande = " ".join(texte.split())[:120]
        if departement := _DEPARTEMENT.match(demande):
            codes = self._search_codes(departement["code"].upper().zfill(2))
            trouves = [e for e in codes if self._lignes[e.cible]["type"] == "departement"]
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
                return trouves
        derniere = list(list_demandes(nom))[-1]
        filtre, cle = build_filtre(derniere, departements), derniere.nom
        proches = [self.entrees[i] for i in self._proches(cle, limite)] if len(cle) >= 4 else []
        filtres = [e for e in proches if filtre.accepts(self._lignes[e.cible])]
        return filtres or self._search_ville(nom) or self._search_codes(derniere.code or "?")

    def _search_situee(self, nom: str) -> list[Entree]:
        """« Saint-Denis Seine-Saint-Denis » : un nom exact, puis son département en toutes lettres.

        Avant la lecture littérale, dont les mots sont aussi tous dans « Seine-Saint-Denis ».
        """
        if self._exact(normalise_nom(nom)):
            return []
        for un_nom, ou in list_situees(nom, self.lieux):
            for demande in list_demandes(un_nom):
                filtre = build_filtre(demande, ou)
                if exacts := [i for i in self._exact(demande.nom) if self._is_in(i, filtre)]:
                    return [self.entrees[i] for i in exacts]
        return []

    def _search_lectures(self, nom: str, departements: tuple[str, ...], limite: int) -> list[Entree]:
        for demande in list_demandes(nom):
            trouves = self._search_noms(demande.nom, limite, build_filtre(demande, departements))
            if trouves:
                return self._sort_by_code(self._sort_by_type(trouves, demande.types), demande.code)
        return []

    def _search_ville(self, texte: str) -> list[Entree]:
        for ville in list_villes(texte):
            communes = [self.entrees[i] for i in self._exact(ville)]
            trouvees = [e for e in communes if self._lignes[e.cible]["type"] == "commune"]
            if trouvees:
                return trouvees
        return []

    def _sort_by_type(self, entrees: list[Entree], types: tuple[str, ...]) -> list[Entree]:
        """Dans l'ordre des types que le préfixe désigne : un conseil départemental est un département."""
        rangs = {genre: i for i, genre in enumerate(types)}
        return sorted(entrees, key=lambda e: rangs.get(self._lignes[e.cible]["type"], len(rangs)))

    def _sort_by_code(self, entrees: list[Entree], code: str) -> list[Entree]:
        """Celles dont c'est le code INSEE ou postal d'abord."""
        cibles = {e.cible for e in self.codes.get(code, [])}
        return sorted(entrees, key=lambda e: e.cible not in cibles)

    def _search_codes(self, code: str) -> list[Entree]:
        code = code[:9] if len(code) == 14 else code
        exacts = list(self.codes.get(code, []))
        if exacts or len(code) < 2:
            return exacts
        debut = bisect_left(self.codes_tries, code)
        fin = bisect_left(self.codes_tries, code + "~")
        suite = [e for c in self.codes_tries[debut : min(fin, debut + 500)] for e in self.codes[c]]
        return sorted(suite, key=lambda e: -self._lignes[e.cible]["population_tri"])

    def _search_noms(self, cle: str, limite: int, filtre: Filtre) -> list[Entree]:
        if not cle:
            return []
        paliers = self._exact(cle) + self._debut(cle, limite, filtre) + self._mots(cle, limite, filtre)
        return [self.entrees[i] for i in paliers if self._is_in(i, filtre)]

    def _split_lieu(self, demande: str) -> tuple[str, tuple[str, ...]]:
        """« Sainte-Colombe (Gironde) », « Sainte-Colombe (33) » → le nom et les départements du lieu."""
        trouve = _PARENTHESE.match(demande)
        lieu = normalise_nom(trouve["ou"]) if trouve else ""
        departements = self.lieux.get(lieu) or self.lieux.get(lieu.upper())
        return (trouve["nom"], departements) if trouve and departements else (demande, ())

    def _is_in(self, entree: int, filtre: Filtre) -> bool:
        return filtre.accepts(self._lignes[self.entrees[entree].cible])

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
        return sorted(set(rangs), key=lambda i: (bool(self.anciens[i]), -self.poids[i]))

    def _debut(self, cle: str, limite: int, filtre: Filtre) -> list[int]:
        bornes = {self._range(self.noms, cle), self._range(self.noms, compact_nom(cle))}
        rangs = np.unique(np.concatenate([np.arange(a, b) for a, b in bornes]))
        return self._largest(rangs, limite, filtre)

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

    def _largest(self, rangs: NDArray[np.int64], limite: int, filtre: Filtre) -> list[int]:
        if filtre.types or filtre.departements:
            rangs = np.array([i for i in rangs if self._is_in(int(i), filtre)], dtype=np.int64)
        # Un nom en vigueur passe avant un ancien ; quatre fois la limite, car une collectivité a
        # plusieurs entrées.
        ordre = np.lexsort((-self.poids[rangs], self.anciens[rangs]))[: limite * 4]
        return [int(i) for i in rangs[ordre]]

    def _proches(self, cle: str, limite: int) -> list[int]:
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
            score_cutoff=RESSEMBLANCE,
            limit=limite * 2,
        )
        notes = [(note, rangs[i]) for _, note, i in trouves]
        return [i for _, i in sorted(notes, key=lambda t: (-round(t[0]), -self.poids[t[1]]))]

    def _len(self, rang: int) -> int:
        return len(self.noms[rang])

    def _build(self, entree: Entree) -> Trouvaille:
        ligne = self._lignes[entree.cible]
        return Trouvaille(
            collectivite_id=ligne["collectivite_id"],
            nom=ligne["nom"],
            type=ligne["type"],
            code=ligne["code"],
            siren=ligne["siren"],
            departement=ligne["departement"],
            population=ligne["population"],
            libelle=ligne["libelle"],
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
    lignes = _rows(collectivites)
    rang = {ligne["collectivite_id"]: i for i, ligne in enumerate(lignes)}
    cibles = [rang.get(ligne["porteur_id"] or "", i) for i, ligne in enumerate(lignes)]
    nommees = [(ligne["nom"], Entree(c)) for ligne, c in zip(lignes, cibles, strict=True)]
    passees = _former(anciens, rang) + _short(lignes, rang)
    return _assemble(collectivites, lignes, nommees + passees, _codes(lignes, cibles, anciens, rang))


def _assemble(
    collectivites: pd.DataFrame,
    lignes: list[dict[str, Any]],
    nommees: list[tuple[str, Entree]],
    codes: dict[str, list[Entree]],
) -> SearchIndex:
    # Le même mot est dans des milliers de noms : un seul objet pour tous.
    uns: dict[str, str] = {}
    formes = [(uns.setdefault(forme, forme), e) for nom, e in nommees for forme in _forms(nom)]
    formes.sort(key=lambda f: f[0])
    poids = np.array([lignes[e.cible]["population_tri"] for _, e in formes], dtype=np.float64)
    mots = sorted(
        (uns.setdefault(mot, mot), i) for i, (forme, _) in enumerate(formes) for mot in forme.split()
    )
    return SearchIndex(
        collectivites=collectivites,
        lieux=_list_lieux(lignes),
        codes=codes,
        codes_tries=sorted(codes),
        noms=[f for f, _ in formes],
        entrees=[e for _, e in formes],
        anciens=np.array([bool(e.ancien_nom or e.motif) for _, e in formes], dtype=bool),
        poids=poids,
        compacts=_sort_compacts([f for f, _ in formes]),
        mots=[m for m, _ in mots],
        mots_entrees=np.array([i for _, i in mots], dtype=np.int64),
        _lignes=lignes,
    )


def _list_lieux(lignes: list[dict[str, Any]]) -> dict[str, tuple[str, ...]]:
    """Ce qui situe une commune ; un ancien nom de région n'y est pas, il n'en couvre qu'une part."""
    lieux: dict[str, tuple[str, ...]] = {}
    for ligne in (x for x in lignes if x["type"] == "departement"):
        lieux[ligne["code"]] = lieux[normalise_nom(ligne["nom"])] = (ligne["code"],)
    for region in (x for x in lignes if x["type"] == "region"):
        siens = tuple(
            x["code"] for x in lignes if x["type"] == "departement" and x["region"] == region["code"]
        )
        sigles = (s for s in REGIONS.get(region["code"], ()) if s.isupper() and len(s) > 2)
        for nom in (region["nom"], *sigles):
            lieux.setdefault(normalise_nom(nom), siens)
    return {nom: lieux[nom] for nom in sorted(lieux, key=len, reverse=True) if lieux[nom]}


def _sort_compacts(noms: list[str]) -> NDArray[np.int32]:
    compacts = (i for i, nom in enumerate(noms) if " " not in nom)
    return np.array(sorted(compacts, key=lambda i: len(noms[i])), dtype=np.int32)


def _forms(nom: str) -> set[str]:
    cle = normalise_nom(nom)
    return {cle, compact_nom(cle)}


def _rows(collectivites: pd.DataFrame) -> list[dict[str, Any]]:
    colonnes = ["collectivite_id", "nom", "type", "code", "siren", "departement", "region", "population",
                "codes_postaux", "porteur_id"]  # fmt: skip
    objets = collectivites[colonnes].astype("object")
    lignes = [
        dict(zip(colonnes, valeurs, strict=True))
        for valeurs in objets.where(objets.notna(), None).itertuples(index=False, name=None)
    ]
    noms = {x["code"]: x["nom"] for x in lignes if x["type"] == "departement"}
    for ligne in lignes:
        ligne["population"] = None if ligne["population"] is None else int(ligne["population"])
        ligne["population_tri"] = ligne["population"] or 0
        ligne["libelle"] = _label(ligne, noms)
    return lignes


def _label(ligne: dict[str, Any], departements: dict[str, str]) -> str:
    """« Sainte-Colombe (Gironde) » ; le type distingue un département d'une commune du même nom."""
    if ligne["type"] in ("departement", "region"):
        return f"{ligne['nom']} ({'département' if ligne['type'] == 'departement' else 'région'})"
    code = ligne["departement"]
    return f"{ligne['nom']} ({departements.get(code, code)})" if code else str(ligne["nom"])


def _former(anciens: pd.DataFrame, rang: dict[str, int]) -> list[tuple[str, Entree]]:
    entrees = []
    for ancien in anciens.itertuples():
        cible = rang.get(f"commune-{ancien.code_actuel}")
        if cible is not None:
            motif = f"{_NATURES[str(ancien.nature)]} {ancien.nom}"
            entrees.append((str(ancien.nom), Entree(cible, str(ancien.nom), motif)))
    return entrees


def _short(lignes: list[dict[str, Any]], rang: dict[str, int]) -> list[tuple[str, Entree]]:
    """Les sigles et les noms d'usage ou d'avant des EPCI et des régions."""
    sigles = [
        (sigle, Entree(i, motif=f"sigle {sigle}"))
        for i, ligne in enumerate(lignes)
        if ligne["type"] in ("epci", "ept")
        for sigle in set(list_sigles(ligne["nom"]))
    ]
    usages = [*((f"region-{c}", n) for c, n in REGIONS.items()), *((f"epci-{c}", n) for c, n in EPCI.items())]
    autres = [
        (nom, Entree(rang[cle], motif=f"aussi dite {nom}"))
        for cle, noms in usages
        if cle in rang
        for nom in noms
    ]
    return sigles + autres


_NATURES = {
    "ancien-code": "ancienne commune",
    "commune-deleguee": "commune déléguée",
    "commune-associee": "commune associée",
    "arrondissement-municipal": "arrondissement",
}
_CODES_NATURES = {"arrondissement-municipal": "code INSEE", "commune-deleguee": "code INSEE délégué"}
_GENRES = {"commune": "code INSEE", "departement": "code du département", "region": "code de la région"}


def _codes(
    lignes: list[dict[str, Any]], cibles: list[int], anciens: pd.DataFrame, rang: dict[str, int]
) -> dict[str, list[Entree]]:
    codes: dict[str, list[Entree]] = {}
    for ligne, cible in zip(lignes, cibles, strict=True):
        for code, motif in _codes_of(ligne):
            codes.setdefault(code, []).append(Entree(cible, motif=motif))
    for ancien in anciens.itertuples():
        trouve = rang.get(f"commune-{ancien.code_actuel}")
        if trouve is not None and str(ancien.code) != str(ancien.code_actuel):
            motif = (
                f"{_CODES_NATURES.get(str(ancien.nature), 'ancien code INSEE')} {ancien.code} ({ancien.nom})"
            )
            codes.setdefault(str(ancien.code), []).append(Entree(trouve, str(ancien.nom), motif))
    for entrees in codes.values():
        # Le code INSEE et le SIREN désignent ; le code postal, partagé, vient après, par population.
        # « 75 » est d'abord Paris, ensuite la Nouvelle-Aquitaine.
        entrees.sort(key=lambda e: (_rang(e.motif), -lignes[e.cible]["population_tri"]))
    return codes


def _rang(motif: str) -> int:
    """Un ancien code passe après le code postal, que l'on tape plus souvent : « 75011 » est d'abord Paris."""
    suites = {"code de la région": 1, "code postal": 2, "ancien code INSEE": 3}
    return next((rang for debut, rang in suites.items() if motif.startswith(debut)), 0)


def _codes_of(ligne: dict[str, Any]) -> list[tuple[str, str]]:
    genre = _GENRES.get(ligne["type"])
    codes = [(ligne["code"], f"{genre} {ligne['code']}")] if genre else []
    if ligne["siren"]:
        codes.append((ligne["siren"], f"SIREN {ligne['siren']}"))
    codes += [(c, f"code postal {c}") for c in (ligne["codes_postaux"] or "").split()]
    return codes
