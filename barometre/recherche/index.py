"""Trouver une collectivité parmi 36 000 : un index en mémoire, construit une fois par version."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from barometre.recherche.noms import compact_nom, normalise_nom

RESULTATS = 20
# Ressemblance demandée à un nom mal écrit, de 0 à 100.
RESSEMBLANCE = 80.0
_PARENTHESE = re.compile(r"^(?P<nom>.+?)\s*\((?P<ou>[^()]*)\)\s*$")
# Un code : « 33063 », « 2A004 », « 6AE », « 213 300 635 », « 213 300 635 00017 ».
_CODE = re.compile(r"^(6AE|(\d|2[AB])[\d ]*)$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Trouvaille:
    """Un résultat de recherche ; `motif` dit pourquoi il est là quand le nom ne le dit pas."""

    collectivite_id: str
    nom: str
    type: str
    code: str
    siren: str | None
    departement: str | None
    population: int | None
    libelle: str
    motif: str = ""
    ancien_nom: str = ""

    def to_dict(self) -> dict[str, Any]:
        """La forme écrite par `chercher --json`."""
        valeurs = asdict(self)
        return {c: v for c, v in valeurs.items() if c != "ancien_nom" or v}


@dataclass(frozen=True, slots=True)
class _Entree:
    """Un nom ou un code qui mène à une collectivité."""

    cible: int
    ancien_nom: str = ""
    motif: str = ""


@dataclass(slots=True)
class SearchIndex:
    """Noms et codes triés ; `cible` est un rang dans `collectivites`."""

    collectivites: pd.DataFrame
    departements: dict[str, str]
    codes: dict[str, list[_Entree]]
    codes_tries: list[str]
    noms: list[str]
    entrees: list[_Entree]
    anciens: NDArray[np.bool_]
    poids: NDArray[np.float64]
    mots: list[str]
    mots_entrees: NDArray[np.int64]
    _lignes: list[dict[str, Any]] = field(default_factory=list)

    def search(self, texte: str, limite: int = RESULTATS) -> list[Trouvaille]:
        """Les collectivités qui répondent au texte, la meilleure d'abord."""
        demande = " ".join(texte.split())[:120]
        if _CODE.match(demande):
            trouves = self._search_codes(demande.replace(" ", "").upper())
        else:
            trouves = self._search_noms(demande, limite)
        return [self._build(rang_entree) for rang_entree in _unique(trouves)[:limite]]

    def _search_codes(self, code: str) -> list[_Entree]:
        code = code[:9] if len(code) == 14 else code
        exacts = list(self.codes.get(code, []))
        if exacts or len(code) < 2:
            return exacts
        debut = bisect_left(self.codes_tries, code)
        fin = bisect_left(self.codes_tries, code + "~")
        suite = [e for c in self.codes_tries[debut : min(fin, debut + 500)] for e in self.codes[c]]
        return sorted(suite, key=lambda e: -self._lignes[e.cible]["population_tri"])

    def _search_noms(self, demande: str, limite: int) -> list[_Entree]:
        nom, filtre = self._split_departement(demande)
        cle = normalise_nom(nom)
        if not cle:
            return []
        paliers = self._exact(cle) + self._debut(cle, limite, filtre) + self._mots(cle, limite, filtre)
        if len(paliers) < 3 and len(cle) >= 4:
            paliers += self._proches(cle, limite)
        return [self.entrees[i] for i in paliers if self._is_in(i, filtre)]

    def _split_departement(self, demande: str) -> tuple[str, str]:
        """« Sainte-Colombe (Gironde) » ou « Sainte-Colombe (33) » → le nom et le département."""
        trouve = _PARENTHESE.match(demande)
        if not trouve:
            return demande, ""
        ou = normalise_nom(trouve["ou"])
        codes = [c for c, n in self.departements.items() if ou in (normalise_nom(n), c.lower())]
        return (trouve["nom"], codes[0]) if codes else (demande, "")

    def _is_in(self, entree: int, departement: str) -> bool:
        return not departement or self._lignes[self.entrees[entree].cible]["departement"] == departement

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
        return sorted(set(rangs), key=lambda i: (bool(self.entrees[i].ancien_nom), -self.poids[i]))

    def _debut(self, cle: str, limite: int, filtre: str) -> list[int]:
        bornes = {self._range(self.noms, cle), self._range(self.noms, compact_nom(cle))}
        rangs = np.unique(np.concatenate([np.arange(a, b) for a, b in bornes]))
        return self._largest(rangs, limite, filtre)

    def _mots(self, cle: str, limite: int, filtre: str) -> list[int]:
        """Les noms dont chaque mot demandé commence un mot."""
        communs: NDArray[np.int64] | None = None
        for mot in cle.split():
            a, b = self._range(self.mots, mot)
            trouves = np.unique(self.mots_entrees[a:b])
            communs = trouves if communs is None else np.intersect1d(communs, trouves)
        return self._largest(communs if communs is not None else np.array([], int), limite, filtre)

    def _largest(self, rangs: NDArray[np.int64], limite: int, filtre: str) -> list[int]:
        if filtre:
            rangs = np.array([i for i in rangs if self._is_in(int(i), filtre)], dtype=np.int64)
        # Un nom en vigueur passe avant un ancien ; quatre fois la limite, car une collectivité a
        # plusieurs entrées.
        ordre = np.lexsort((-self.poids[rangs], self.anciens[rangs]))[: limite * 4]
        return [int(i) for i in rangs[ordre]]

    def _proches(self, cle: str, limite: int) -> list[int]:
        forme = compact_nom(cle)
        trouves = process.extract(
            forme, self.noms, scorer=fuzz.ratio, score_cutoff=RESSEMBLANCE, limit=limite * 2
        )
        return [i for _, note, i in sorted(trouves, key=lambda t: (-round(t[1]), -self.poids[t[2]]))]

    def _build(self, entree: _Entree) -> Trouvaille:
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


def _unique(entrees: list[_Entree]) -> list[_Entree]:
    """Une seule fois chaque collectivité, par sa meilleure entrée."""
    vues: dict[int, _Entree] = {}
    for entree in entrees:
        vues.setdefault(entree.cible, entree)
    return list(vues.values())


def build_search_index(collectivites: pd.DataFrame, anciens: pd.DataFrame) -> SearchIndex:
    """L'index des noms et des codes ; un territoire mène à la collectivité qui le porte."""
    lignes = _rows(collectivites)
    rang = {ligne["collectivite_id"]: i for i, ligne in enumerate(lignes)}
    cibles = [rang.get(ligne["porteur_id"] or "", i) for i, ligne in enumerate(lignes)]
    nommees = [(ligne["nom"], _Entree(c)) for ligne, c in zip(lignes, cibles, strict=True)]
    passees = _former(anciens, rang)
    return _assemble(collectivites, lignes, nommees + passees, _codes(lignes, cibles, anciens, rang))


def _assemble(
    collectivites: pd.DataFrame,
    lignes: list[dict[str, Any]],
    nommees: list[tuple[str, _Entree]],
    codes: dict[str, list[_Entree]],
) -> SearchIndex:
    formes = [(forme, e) for nom, e in nommees for forme in _forms(nom)]
    formes.sort(key=lambda f: f[0])
    poids = np.array([lignes[e.cible]["population_tri"] for _, e in formes], dtype=np.float64)
    mots = sorted((mot, i) for i, (forme, _) in enumerate(formes) for mot in forme.split())
    return SearchIndex(
        collectivites=collectivites,
        departements={x["code"]: x["nom"] for x in lignes if x["type"] == "departement"},
        codes=codes,
        codes_tries=sorted(codes),
        noms=[f for f, _ in formes],
        entrees=[e for _, e in formes],
        anciens=np.array([bool(e.ancien_nom) for _, e in formes], dtype=bool),
        poids=poids,
        mots=[m for m, _ in mots],
        mots_entrees=np.array([i for _, i in mots], dtype=np.int64),
        _lignes=lignes,
    )


def _forms(nom: str) -> set[str]:
    cle = normalise_nom(nom)
    return {cle, compact_nom(cle)}


def _rows(collectivites: pd.DataFrame) -> list[dict[str, Any]]:
    colonnes = ["collectivite_id", "nom", "type", "code", "siren", "departement", "population",
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


def _former(anciens: pd.DataFrame, rang: dict[str, int]) -> list[tuple[str, _Entree]]:
    entrees = []
    for ancien in anciens.itertuples():
        cible = rang.get(f"commune-{ancien.code_actuel}")
        if cible is not None:
            motif = f"{_NATURES[str(ancien.nature)]} {ancien.nom}"
            entrees.append((str(ancien.nom), _Entree(cible, str(ancien.nom), motif)))
    return entrees


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
) -> dict[str, list[_Entree]]:
    codes: dict[str, list[_Entree]] = {}
    for ligne, cible in zip(lignes, cibles, strict=True):
        for code, motif in _codes_of(ligne):
            codes.setdefault(code, []).append(_Entree(cible, motif=motif))
    for ancien in anciens.itertuples():
        trouve = rang.get(f"commune-{ancien.code_actuel}")
        if trouve is not None and str(ancien.code) != str(ancien.code_actuel):
            motif = (
                f"{_CODES_NATURES.get(str(ancien.nature), 'ancien code INSEE')} {ancien.code} ({ancien.nom})"
            )
            codes.setdefault(str(ancien.code), []).append(_Entree(trouve, str(ancien.nom), motif))
    for entrees in codes.values():
        # Le code INSEE et le SIREN désignent ; le code postal, partagé, vient après, par population.
        # « 75 » est d'abord Paris, ensuite la Nouvelle-Aquitaine.
        entrees.sort(key=lambda e: (_rang(e.motif), -lignes[e.cible]["population_tri"]))
    return codes


def _rang(motif: str) -> int:
    return 2 if motif.startswith("code postal") else int(motif.startswith("code de la région"))


def _codes_of(ligne: dict[str, Any]) -> list[tuple[str, str]]:
    genre = _GENRES.get(ligne["type"])
    codes = [(ligne["code"], f"{genre} {ligne['code']}")] if genre else []
    if ligne["siren"]:
        codes.append((ligne["siren"], f"SIREN {ligne['siren']}"))
    codes += [(c, f"code postal {c}") for c in (ligne["codes_postaux"] or "").split()]
    return codes
