"""Les colonnes qui disent qui répond : le plus souvent un SIRET, parfois un SIREN ou un code INSEE."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np

from barometre.ingest.identity import is_luhn
from barometre.pipeline.demo.cells import Colonne, Forme
from barometre.pipeline.demo.frame import Cadre
from barometre.pipeline.demo.hypotheses import Hypotheses

TYPES = {
    "commune": "Une commune",
    "epci": "Un EPCI",
    "ept": "Un EPT",
    "departement": "Un département",
    "region": "Une région",
}
# entête par code, entête par texte
SIRET = ("SIRET", "Numéro SIRET de votre collectivité")
CODE = ("INSEE", "Code INSEE de votre collectivité")
TYPE = ("TYPE", "Type de collectivité")
PROFIL = ("PROFIL", "Vous répondez en tant que")
SIMULE = ("SIMULE", "Réponse simulée")


@lru_cache(maxsize=50_000)
def build_siret(siren: str) -> str:
    """Un SIRET plausible : le premier établissement du SIREN, clé juste."""
    return next(siret for cle in range(10) if is_luhn(siret := f"{siren}0001{cle}"))


@dataclass(frozen=True, slots=True)
class Identites:
    """Un élément par ligne : ce qui s'écrit dans les colonnes d'identité."""

    sirets: np.ndarray
    codes: np.ndarray
    types: np.ndarray


def build_identites(
    cadre: Cadre,
    rangs: np.ndarray,
    anciens: dict[str, str],
    hypotheses: Hypotheses,
    hasard: np.random.Generator,
) -> Identites:
    """Surtout des SIRET ; quelques SIREN, des codes INSEE, et de vieux codes que l'import doit recoder."""
    salissures = hypotheses["salissures"]
    types = np.array([TYPES[t] for t in cadre.types[rangs]], dtype=object)
    sirens = cadre.sirens[rangs]
    sirets = np.array([build_siret(s) if len(s) == 9 else "" for s in sirens], dtype=object)
    codes = np.where(sirets == "", cadre.codes[rangs], "").astype(object)
    par_siren = _pick(hasard, sirets != "", salissures["siren_pour_siret"])
    sirets[par_siren] = sirens[par_siren]
    communes = cadre.types[rangs] == "commune"
    par_code = _pick(hasard, communes & (sirets != ""), salissures["par_code"])
    vieux = np.array([c in anciens for c in cadre.codes[rangs]]) & communes
    par_vieux_code = _pick(hasard, vieux, salissures["anciens_codes"])
    codes[par_code] = cadre.codes[rangs][par_code]
    codes[par_vieux_code] = [anciens[c] for c in cadre.codes[rangs][par_vieux_code]]
    sirets[np.concatenate([par_code, par_vieux_code])] = ""
    return Identites(sirets, codes, types)


def _pick(hasard: np.random.Generator, possibles: np.ndarray, nombre: int) -> np.ndarray:
    rangs = np.flatnonzero(possibles)
    return hasard.choice(rangs, size=min(nombre, len(rangs)), replace=False)


def build_colonnes_identite(identites: Identites, elus: np.ndarray, forme: Forme) -> list[Colonne]:
    """SIRET, code, type, profil, et la marque « simulé » sur chaque ligne."""
    elu, agent = ("elu", "agent") if forme.codes else ("Un élu", "Un agent")
    profils = np.where(elus, elu, agent).astype(object)
    marque = np.full(len(elus), "Y" if forme.codes else "Oui", dtype=object)
    paires = [
        (SIRET, identites.sirets),
        (CODE, identites.codes),
        (TYPE, identites.types),
        (PROFIL, profils),
        (SIMULE, marque),
    ]
    return [Colonne(_entete(noms, forme), cellules) for noms, cellules in paires]


def build_colonnes_systeme(dates: list[date], forme: Forme, hasard: np.random.Generator) -> list[Colonne]:
    """Les colonnes que LimeSurvey met en tête de chaque export."""
    n = len(dates)
    heures = hasard.integers(8 * 60, 19 * 60, size=n)
    soumissions = [
        f"{d.isoformat()} {h // 60:02d}:{h % 60:02d}:00" for d, h in zip(dates, heures, strict=True)
    ]
    paires: list[tuple[tuple[str, str], list[object]]] = [
        (("id", "ID de la réponse"), [str(i) for i in range(1, n + 1)]),
        (("submitdate", "Date de soumission"), list(soumissions)),
        (("lastpage", "Dernière page"), ["4"] * n),
        (("startlanguage", "Langue de départ"), ["fr"] * n),
        (("seed", "Tête de série"), [str(s) for s in hasard.integers(10**8, 2 * 10**9, size=n)]),
    ]
    return [Colonne(_entete(noms, forme), np.array(cellules, dtype=object)) for noms, cellules in paires]


def _entete(noms: tuple[str, str], forme: Forme) -> str:
    code, texte = noms
    return {"codes": code, "textes": texte}.get(forme.entetes, f"{code}. {texte}")
