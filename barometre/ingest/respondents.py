"""Qui a répondu, quand, en quelle qualité : une passe sur les colonnes d'identité d'un export."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from barometre.ingest.columns import Plan
from barometre.ingest.dates import read_date
from barometre.ingest.export import Export
from barometre.ingest.identity import (
    Rattachement,
    Referentiel,
    combine,
    drop_unknown,
    find_code,
    find_siren,
    find_siret,
    read_type,
)
from barometre.ingest.labels import clean_label
from barometre.ingest.vocabulary import load_vocabulary

_IDENTIFIANTS = ("siren", "siret", "code")
_DATES = ("soumission", "derniere_action", "debut")


@dataclass(slots=True)
class Repondants:
    """Un élément par ligne lue ; `rejets` : (rang de ligne, rang de colonne ou -1, motif)."""

    collectivites: list[str]
    dates: list[date | None]
    profils: list[str | None]
    simules: list[bool]
    valides: list[bool]
    tests: list[bool]
    recodes: list[bool]
    rejets: list[tuple[int, int, str]] = field(default_factory=list)


def read_respondents(export: Export, plan: Plan, referentiel: Referentiel) -> Repondants:
    """Lit les colonnes d'identité ; une colonne absente vaut une colonne vide."""
    n = len(export.lignes)
    rejets: list[tuple[int, int, str]] = []
    rattaches = _attach(export, plan, referentiel, n, rejets)
    mots = load_vocabulary()
    return Repondants(
        collectivites=[r.collectivite_id for r in rattaches],
        dates=_read_dates(export, plan, n, rejets),
        profils=[mots.profils.get(clean_label(t)) for t in _colonne(export, plan, "profil", n)],
        simules=[clean_label(t) in mots.coche for t in _colonne(export, plan, "simule", n)],
        valides=[bool(t) for t in _colonne(export, plan, "soumission", n)],
        tests=[clean_label(t) in mots.noms_de_test for t in _colonne(export, plan, "nom", n)],
        recodes=[r.recode for r in rattaches],
        rejets=rejets,
    )


def _colonne(export: Export, plan: Plan, role: str, n: int) -> tuple[str, ...]:
    rang = plan.roles.get(role)
    return export.colonnes[rang] if rang is not None else ("",) * n


def _attach(
    export: Export, plan: Plan, referentiel: Referentiel, n: int, rejets: list[tuple[int, int, str]]
) -> list[Rattachement]:
    types = [read_type(t) for t in _colonne(export, plan, "type", n)]
    colonnes = {role: _colonne(export, plan, role, n) for role in _IDENTIFIANTS}
    chercher = _build_finder(referentiel)
    rattaches = []
    for i, type_ in enumerate(types):
        trouves = {
            role: chercher(role, colonnes[role][i], type_) for role in _IDENTIFIANTS if colonnes[role][i]
        }
        gardes = drop_unknown(list(trouves.values()), referentiel)
        mauvais = [(i, plan.roles[role], t.motif) for role, t in trouves.items() if t.motif and t in gardes]
        lu = Rattachement() if mauvais else combine(gardes, type_, referentiel)
        rejets += mauvais or ([(i, _premiere_colonne(plan), lu.motif)] if lu.motif else [])
        rattaches.append(lu)
    return rattaches


def _premiere_colonne(plan: Plan) -> int:
    return next((plan.roles[role] for role in _IDENTIFIANTS if role in plan.roles), -1)


def _build_finder(referentiel: Referentiel) -> Callable[[str, str, str], Rattachement]:
    @lru_cache(maxsize=200_000)
    def chercher(role: str, texte: str, type_: str) -> Rattachement:
        if role == "siren":
            return find_siren(texte, referentiel)
        return find_siret(texte, referentiel) if role == "siret" else find_code(texte, type_, referentiel)

    return chercher


def _read_dates(export: Export, plan: Plan, n: int, rejets: list[tuple[int, int, str]]) -> list[date | None]:
    """La première date remplie : soumission, dernière action, début."""
    lues: list[date | None] = [None] * n
    lire = lru_cache(maxsize=100_000)(read_date)
    presentes = [plan.roles[role] for role in _DATES if role in plan.roles]
    for i in range(n):
        rang = next((r for r in presentes if export.colonnes[r][i]), None)
        if rang is None:
            continue
        lues[i], motif = lire(export.colonnes[rang][i])
        if motif:
            rejets.append((i, rang, motif))
    return lues
