"""Qui a répondu, quand, en quelle qualité : une passe sur les colonnes d'identité d'un export."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from barometre.domain.enquete import Vague
from barometre.ingest.columns import Plan
from barometre.ingest.concordance import Noms
from barometre.ingest.dates import build_formats, check_periode, read_date
from barometre.ingest.export import Export
from barometre.ingest.identity import (
    CODE_POSTAL,
    Rattachement,
    Referentiel,
    combine,
    count_codes_postaux,
    drop_unknown,
    find_code,
    find_siren,
    find_siret,
    read_type,
)
from barometre.ingest.labels import clean_label
from barometre.ingest.vocabulary import load_vocabulary

_IDENTIFIANTS = ("siren", "siret", "code")
_FINS_D_ESSAI = frozenset({"test", "tests", "essai", "essais"})
_JETONS = frozenset({"token", "jeton", "code d'acces"})
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


def read_respondents(export: Export, plan: Plan, vague: Vague, referentiel: Referentiel) -> Repondants:
    """Lit les colonnes d'identité ; une colonne absente vaut une colonne vide."""
    n = len(export.lignes)
    rejets: list[tuple[int, int, str]] = []
    rattaches = _attach(export, plan, referentiel, n, rejets)
    mots = load_vocabulary()
    return Repondants(
        collectivites=[r.collectivite_id for r in rattaches],
        dates=_read_dates(export, plan, vague, n, rejets),
        profils=[mots.profils.get(clean_label(t)) for t in _colonne(export, plan, "profil", n)],
        simules=[clean_label(t) in mots.coche for t in _colonne(export, plan, "simule", n)],
        valides=[bool(t) for t in _colonne(export, plan, "soumission", n)],
        tests=_read_tests(export, plan, n),
        recodes=[r.recode for r in rattaches],
        rejets=rejets,
    )


@lru_cache(maxsize=50_000)
def is_test(nom: str) -> bool:
    """« Test », « toto », « Test DINUM » : une réponse d'essai. « Testelt » est une commune de personne."""
    mots, essais = clean_label(nom), load_vocabulary().noms_de_test
    suite = mots.replace("_", " ").split()
    return mots in essais or (bool(suite) and (suite[0] in essais or suite[-1] in _FINS_D_ESSAI))


def _read_tests(export: Export, plan: Plan, n: int) -> list[bool]:
    """Un essai se reconnaît au nom de la collectivité, ou à celui ou au courriel de qui répond."""
    tests = [is_test(t) for t in _colonne(export, plan, "nom", n)]
    for rang in plan.colonnes_de.get("personnel", ()):
        for i, texte in enumerate(export.colonnes[rang]):
            tests[i] = tests[i] or is_essai(texte)
    return tests


def is_essai(personne: str) -> bool:
    """« test », « toto@mairie.fr » : le nom ou le courriel de qui répond pour essayer."""
    return clean_label(personne.partition("@")[0]) in load_vocabulary().noms_de_test


def list_repetes(export: Export, plan: Plan, collectivites: list[str]) -> list[str]:
    """Les numéros de réponse et les jetons portés par plusieurs collectivités, en phrases.

    LimeSurvey les donne une seule fois : deux exports ont sans doute été collés. Chaque réponse est
    rattachée par son identifiant, le numéro n'y sert pas : elles restent chargées, et c'est dit.
    """
    rangs = [plan.roles["reponse_id"]] if "reponse_id" in plan.roles else []
    rangs += [r for r in plan.colonnes_de.get("personnel", ()) if clean_label(export.entetes[r]) in _JETONS]
    phrases = []
    for rang in rangs:
        porteurs: dict[str, set[str]] = {}
        for texte, cle in zip(export.colonnes[rang], collectivites, strict=True):
            if texte and cle:
                porteurs.setdefault(texte, set()).add(cle)
        if nombre := sum(len(p) > 1 for p in porteurs.values()):
            phrases.append(
                f"« {export.entetes[rang]} » : des valeurs ({nombre}) que plusieurs collectivités "
                "portent, toutes chargées. Deux exports ont-ils été réunis ?"
            )
    return phrases


def _colonne(export: Export, plan: Plan, role: str, n: int) -> tuple[str, ...]:
    rang = plan.roles.get(role)
    return export.colonnes[rang] if rang is not None else ("",) * n


def _attach(
    export: Export, plan: Plan, referentiel: Referentiel, n: int, rejets: list[tuple[int, int, str]]
) -> list[Rattachement]:
    types = [read_type(t) for t in _colonne(export, plan, "type", n)]
    chercher = _build_finder(referentiel)
    rattaches = []
    for i, type_ in enumerate(types):
        lus = [
            (rang, chercher(role, texte, type_)) for role, rang, texte in _list_identifiants(export, plan, i)
        ]
        gardes = drop_unknown([lu for _, lu in lus], referentiel)
        mauvais = [(i, rang, lu.motif) for rang, lu in lus if lu.motif and lu in gardes]
        lu = Rattachement() if mauvais else combine(gardes, type_, referentiel)
        rejets += mauvais or ([(i, _premiere_colonne(plan), lu.motif)] if lu.motif else [])
        rattaches.append(lu)
    return _check_concordance(export, plan, referentiel, rattaches, rejets)


def _list_identifiants(export: Export, plan: Plan, ligne: int) -> list[tuple[str, int, str]]:
    """Les identifiants remplis d'une ligne : rôle, colonne, texte. « N/A » ou « - » n'en est pas un.

    Rangés par ordre de confiance s'il est déclaré : le premier rempli sert seul.
    """
    remplis = [
        (role, rang, texte)
        for role in _IDENTIFIANTS
        for rang in plan.colonnes_de.get(role, ())
        if (texte := export.colonnes[rang][ligne])
    ]
    vides = load_vocabulary().identifiant_vide
    dits = [r for r in remplis if (clean_label(r[2]) or r[2]) not in vides]
    if plan.confiance:
        dits = sorted(dits, key=lambda r: _rang_confiance(plan, r[1]))[:1]
    return dits or remplis


def _rang_confiance(plan: Plan, rang: int) -> int:
    return plan.confiance.index(rang) if rang in plan.confiance else len(plan.confiance)


def _check_concordance(
    export: Export,
    plan: Plan,
    referentiel: Referentiel,
    rattaches: list[Rattachement],
    rejets: list[tuple[int, int, str]],
) -> list[Rattachement]:
    """Ce qui est écrit à côté du code (nom, département, population) ne doit pas le contredire."""
    noms = Noms(referentiel)
    rattaches = _check_codes_postaux(export, plan, noms, rattaches, rejets)
    controles: dict[str, Callable[[str, str], str]] = {
        "departement": noms.check_departement,
        "population": noms.check_population,
    }
    if _is_colonne_de_noms(export, plan, noms, rattaches):
        controles["nom"] = noms.check_nom
    for role, controle in controles.items():
        rang, vus = plan.roles.get(role), lru_cache(maxsize=None)(controle)
        for i, lu in enumerate(rattaches if rang is not None else ()):
            texte = export.colonnes[rang][i] if rang is not None else ""
            if (
                lu.collectivite_id
                and texte
                and rang is not None
                and (motif := vus(lu.collectivite_id, texte))
            ):
                rejets.append((i, rang, motif))
    return rattaches


def _is_colonne_de_noms(export: Export, plan: Plan, noms: Noms, rattaches: list[Rattachement]) -> bool:
    """Faux si la colonne nomme des services ou des personnes : elle ne contredit alors rien."""
    rang = plan.roles.get("nom")
    if rang is None:
        return False
    paires = [
        (lu.collectivite_id, nom)
        for lu, nom in zip(rattaches, export.colonnes[rang], strict=True)
        if nom and lu.collectivite_id
    ]
    nommees = sum(noms.is_accord(c, n) or bool(noms.list_homonymes(c, n)) for c, n in paires)
    return 2 * nommees >= len(paires)


def _check_codes_postaux(
    export: Export,
    plan: Plan,
    noms: Noms,
    rattaches: list[Rattachement],
    rejets: list[tuple[int, int, str]],
) -> list[Rattachement]:
    """Une colonne « Code INSEE » remplie de codes postaux est dite telle, en entier."""
    for rang in plan.colonnes_de.get("code", ()):
        codes = [c for c in export.colonnes[rang] if c]
        nombre = count_codes_postaux(codes, noms.referentiel)
        if not nombre:
            continue
        rejets[:] = [r for r in rejets if r[1] != rang]
        for i in (i for i, c in enumerate(export.colonnes[rang]) if c):
            candidate = noms.find_par_postal(export.colonnes[rang][i], _texte(export, plan, "nom", i))
            rejets.append((i, rang, CODE_POSTAL.format(nombre, len(codes), candidate)))
            rattaches[i] = Rattachement()
    return rattaches


def _texte(export: Export, plan: Plan, role: str, ligne: int) -> str:
    rang = plan.roles.get(role)
    return export.colonnes[rang][ligne] if rang is not None else ""


def _premiere_colonne(plan: Plan) -> int:
    return next((plan.roles[role] for role in _IDENTIFIANTS if role in plan.roles), -1)


def _build_finder(referentiel: Referentiel) -> Callable[[str, str, str], Rattachement]:
    @lru_cache(maxsize=200_000)
    def chercher(role: str, texte: str, type_: str) -> Rattachement:
        if role == "siren":
            return find_siren(texte, referentiel)
        return find_siret(texte, referentiel) if role == "siret" else find_code(texte, type_, referentiel)

    return chercher


def _read_dates(
    export: Export, plan: Plan, vague: Vague, n: int, rejets: list[tuple[int, int, str]]
) -> list[date | None]:
    """La première date remplie : soumission, dernière action, début."""
    lues: list[date | None] = [None] * n
    presentes = [plan.roles[role] for role in _DATES if role in plan.roles]
    formats = build_formats({r: export.colonnes[r] for r in presentes})
    lire, aujourd_hui = lru_cache(maxsize=100_000)(read_date), date.today()
    for i in range(n):
        rang = next((r for r in presentes if export.colonnes[r][i]), None)
        if rang is None:
            continue
        lue, motif = lire(export.colonnes[rang][i], formats[rang])
        motif = motif or (check_periode(lue, vague, aujourd_hui) if lue else "")
        lues[i] = None if motif else lue
        if motif:
            rejets.append((i, rang, motif))
    return lues
