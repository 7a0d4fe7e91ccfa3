"""Qui a répondu, quand, en quelle qualité : une passe sur les colonnes d'identité d'un export."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

import numpy as np

from barometre.domain.enquete import Vague
from barometre.domain.formats import format_compte
from barometre.ingest.attachement import get_colonne, match_collectivites
from barometre.ingest.columns import Plan
from barometre.ingest.dates import build_formats, check_ordre, check_periode, read_date
from barometre.ingest.export import Export
from barometre.ingest.genres import read_type
from barometre.ingest.identity import Referentiel
from barometre.ingest.labels import clean_label
from barometre.ingest.personal import mask_extrait
from barometre.ingest.suites import list_etirees
from barometre.ingest.vocabulary import load_vocabulary

_FINS_D_ESSAI = frozenset({"test", "tests", "essai", "essais"})
_SIGNES = re.compile(r"[^\w'-]+|_|(?<!\w)-|-(?!\w)")
# « Status » numérique de Qualtrics : aperçu, test, indésirable, et ce qui en fut importé.
_APERCUS_DE_QUALTRICS = frozenset({"1", "2", "8", "9", "12", "17", "40", "48"})
_JETONS = frozenset({"token", "jeton", "code d'acces"})
MARQUE_INCONNUE = "Rien ne dit si cette réponse est simulée : écrivez « oui » ou « non »."
_DATES = ("soumission", "derniere_action", "debut")


@dataclass(slots=True)
class Repondants:
    """Un élément par ligne lue ; `rejets` : (rang de ligne, rang de colonne ou -1, motif)."""

    collectivites: list[str]
    dates: list[date | None]
    profils: list[str | None]
    simules: list[bool]
    # Le questionnaire est-il allé au bout ? None : rien dans le fichier ne le dit.
    valides: list[bool] | None
    tests: list[bool]
    recodes: list[bool]
    # Dossiers refusés, classés sans suite, supprimés.
    ecartes: list[bool]
    rejets: list[tuple[int, int, str]] = field(default_factory=list)
    # En phrases : ce qui est écrit à côté des codes et ne s'y compare pas.
    illisibles: list[str] = field(default_factory=list)


def read_respondents(export: Export, plan: Plan, vague: Vague, referentiel: Referentiel) -> Repondants:
    """Lit les colonnes d'identité ; une colonne absente vaut une colonne vide."""
    n = len(export.lignes)
    rejets: list[tuple[int, int, str]] = []
    illisibles: list[str] = []
    rattaches = match_collectivites(export, plan, referentiel, rejets, illisibles)
    mots, collectivites = load_vocabulary(), [r.collectivite_id for r in rattaches]
    rejets += list_etirees(export, plan, rattaches)
    return Repondants(
        collectivites=collectivites,
        dates=_read_dates(export, plan, vague, n, rejets),
        profils=[mots.profils.get(clean_label(t)) for t in get_colonne(export, plan, "profil", n)],
        simules=_read_simules(export, plan, n, rejets),
        valides=read_valides(export, plan, n),
        tests=_read_tests(export, plan, n),
        recodes=[r.recode for r in rattaches],
        ecartes=[clean_label(t) in mots.dossier_ecarte for t in get_colonne(export, plan, "dossier", n)],
        rejets=rejets,
        illisibles=illisibles,
    )


def _read_simules(export: Export, plan: Plan, n: int, rejets: list[tuple[int, int, str]]) -> list[bool]:
    """La réponse est-elle simulée ? Une marque que rien ne reconnaît ne fait pas une vraie réponse."""
    mots, rang = load_vocabulary(), plan.roles.get("simule", -1)
    faux = mots.non_coche | mots.vide | mots.est_reel | {""}
    cles = [clean_label(t) for t in get_colonne(export, plan, "simule", n)]
    vrais = mots.coche | mots.est_simule
    rejets += [(i, rang, MARQUE_INCONNUE) for i, cle in enumerate(cles) if cle not in vrais | faux]
    return [cle in vrais for cle in cles]


def read_valides(export: Export, plan: Plan, n: int) -> list[bool] | None:
    """« Completed » (Y ou N), sinon « Draft », sinon une date de soumission.

    Un export dont aucune ligne n'a de date ne dit pas ce qui a été validé, sauf s'il donne la dernière page.
    """
    mots = load_vocabulary()
    if "valide" in plan.roles:
        faux = mots.non_valide | mots.non_coche | {""}
        rangs = plan.colonnes_de["valide"]
        # « Status » de Qualtrics ne dit pas si le questionnaire est allé au bout ; « Finished » le dit.
        rangs = [r for r in rangs if not _is_statut(export.entetes[r])] or rangs
        lues = [[clean_label(t) not in faux for t in export.colonnes[r]] for r in rangs]
        return [all(ligne) for ligne in zip(*lues, strict=True)]
    if "brouillon" in plan.roles:
        return [clean_label(t) not in mots.coche for t in export.colonnes[plan.roles["brouillon"]]]
    if "soumission" not in plan.roles:
        return None
    valides = [bool(t) for t in get_colonne(export, plan, "soumission", n)]
    return valides if any(valides) or "derniere_page" in plan.roles else None


def find_inacheves(export: Export, plan: Plan) -> np.ndarray | None:
    """Vrai là où la dernière page vue n'est pas la dernière du questionnaire ; None si rien ne la dit."""
    if "derniere_page" not in plan.roles:
        return None
    textes = export.colonnes[plan.roles["derniere_page"]]
    pages = np.array([int(t) if t.isdecimal() and len(t) < 5 else 0 for t in textes])
    return pages < pages.max() if len(set(pages.tolist())) > 1 else None


@lru_cache(maxsize=50_000)
def is_test(nom: str) -> bool:
    """« Test », « toto », « Test DINUM » : une réponse d'essai. « Testelt » est une commune de personne."""
    mots, essais = clean_label(nom), load_vocabulary().noms_de_test
    # « [TEST] Bordeaux », « Bordeaux (test) ».
    suite = _SIGNES.sub(" ", mots).split()
    return mots in essais or (bool(suite) and (suite[0] in essais or suite[-1] in _FINS_D_ESSAI))


def _read_tests(export: Export, plan: Plan, n: int) -> list[bool]:
    """Un essai se reconnaît au nom de la collectivité, ou à celui ou au courriel de qui répond."""
    tests = [is_test(t) for t in get_colonne(export, plan, "nom", n)]
    for rang in plan.colonnes_de.get("personnel", ()):
        for i, texte in enumerate(export.colonnes[rang]):
            tests[i] = tests[i] or is_essai(texte)
    for role in ("dossier", "valide"):
        for rang in plan.colonnes_de.get(role, ()):
            tests = [a or b for a, b in zip(tests, _read_apercus(export, rang), strict=True)]
    return tests


def _read_apercus(export: Export, rang: int) -> list[bool]:
    """Ce que l'outil dit avoir reçu de l'aperçu du formulaire ; Qualtrics le dit aussi par un numéro."""
    apercus = load_vocabulary().apercu
    qualtrics = "finished" in {clean_label(e) for e in export.entetes}
    numeros = _APERCUS_DE_QUALTRICS if qualtrics and _is_statut(export.entetes[rang]) else frozenset()
    return [clean_label(t) in apercus or t in numeros for t in export.colonnes[rang]]


def _is_statut(entete: str) -> bool:
    return clean_label(entete) in {"status", "response type"}


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


def list_modifiables(export: Export, plan: Plan, collectivites: list[str]) -> list[str]:
    """Les dossiers « en construction », que leur auteur peut encore changer, en une phrase."""
    mots = load_vocabulary().dossier_modifiable
    dossiers = get_colonne(export, plan, "dossier", len(collectivites))
    nombre = sum(bool(c) and clean_label(t) in mots for t, c in zip(dossiers, collectivites, strict=True))
    if not nombre:
        return []
    return [
        format_compte(
            nombre,
            "dossier encore en construction, que son auteur peut changer, est chargé.",
            "dossiers encore en construction, que leurs auteurs peuvent changer, sont chargés.",
        )
    ]


def list_types_inconnus(export: Export, plan: Plan, collectivites: list[str]) -> list[str]:
    """Les types que rien ne reconnaît : le code seul rattache la ligne, et c'est dit, en phrases."""
    phrases = []
    for rang in plan.colonnes_de.get("type", ()):
        lus = [t for t, cle in zip(export.colonnes[rang], collectivites, strict=True) if t and cle]
        inconnus = [t for t in lus if not read_type(t)]
        if inconnus:
            exemples = ", ".join(f"« {mask_extrait(t, 40)} »" for t in list(dict.fromkeys(inconnus))[:3])
            valeurs = format_compte(len(inconnus), "type n'est pas reconnu", "types ne sont pas reconnus")
            phrases.append(
                f"« {export.entetes[rang]} » : {valeurs} ({exemples}) : le code seul rattache la ligne."
            )
    return phrases


def _read_dates(
    export: Export, plan: Plan, vague: Vague, n: int, rejets: list[tuple[int, int, str]]
) -> list[date | None]:
    """La première date remplie : soumission, dernière action, début."""
    lues: list[date | None] = [None] * n
    presentes = [plan.roles[role] for role in _DATES if role in plan.roles]
    formats = build_formats({r: export.colonnes[r] for r in presentes})
    lire, aujourd_hui = lru_cache(maxsize=100_000)(read_date), date.today()
    formats = {r: check_ordre(export.colonnes[r], f, vague, aujourd_hui) for r, f in formats.items()}
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
