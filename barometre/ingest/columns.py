"""À quoi sert chaque colonne d'un export : question, option, identifiant, colonne de service."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from typing import Literal

from barometre.domain.enquete import Option, Question, Questionnaire
from barometre.ingest.errors import ImportRefuse
from barometre.ingest.labels import clean_label, heading_key
from barometre.ingest.vocabulary import Vocabulaire, load_vocabulary

Nature = Literal["question", "option", "autre", "nsp", "rang", "role", "service", "commentaire", "inconnue"]
# « Q01 », « Q01[SQ002] », « Q01. Texte », « Q01[SQ002]. Texte [Option] ».
_CODE = re.compile(r"^\s*([A-Za-z]\w{0,60})\s*(?:\[\s*([^\[\]]{0,200}?)\s*\])?\s*(?:$|\.\s)")
_COMMENTAIRE = re.compile(r"comment(aire)?\]?$", re.IGNORECASE)
_CODE_LIBRE = re.compile(r"^\s*(?P<code>[A-Za-z]+\d+)(?P<reste>[\[_.\s:;|,)\-–—/].*)?$", re.DOTALL)
_SOUS_CODE = re.compile(r"^(?:\[(?P<crochets>[^\]]*)\]|[_.](?P<code>[A-Za-z]+\d*)(?=[_.\s:;|\-–—]|$))")
_ABREGE = re.compile(r"\.\.+|…")
# Un intitulé abrégé plus court ne désigne plus rien.
_MIN_ABREGE = 8
_MOTS = re.compile(r"[a-z]+")
# Une vraie question peut parler du SIRET en une longue phrase ; un intitulé d'identifiant est court.
_MAX_MOTS_IDENTIFIANT = 14
_RANG = re.compile(r"^(\w+ )?\d{1,3}$")


@dataclass(frozen=True, slots=True)
class Cible:
    """Ce que désigne une colonne."""

    nature: Nature
    question: Question | None = None
    option: Option | None = None
    role: str = ""


@dataclass(slots=True)
class Plan:
    """Les colonnes d'un export, rangées par ce qu'elles désignent (numéros de colonne)."""

    roles: dict[str, int] = field(default_factory=dict)
    # Toutes les colonnes d'un rôle (« SIRET » demandé deux fois) ; `roles` n'en garde que la première.
    colonnes_de: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    # Identifiants déclarés par ordre de confiance : le premier rempli sert seul.
    confiance: list[int] = field(default_factory=list)
    questions: dict[str, int] = field(default_factory=dict)
    options: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    autres: dict[str, int] = field(default_factory=dict)
    nsp: dict[str, int] = field(default_factory=dict)
    rangs: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    inconnues: list[str] = field(default_factory=list)
    commentaires: list[str] = field(default_factory=list)

    @property
    def question_ids(self) -> set[str]:
        """Les questions dont au moins une colonne est là."""
        return {*self.questions, *self.options, *self.rangs, *self.nsp}


def build_plan(
    entetes: tuple[str, ...], questionnaire: Questionnaire, declares: dict[int, Cible] | None = None
) -> Plan:
    """Reconnaît chaque colonne ; une correspondance déclarée l'emporte sur l'entête."""
    index, declares = build_index(questionnaire), declares or {}
    plan, vus = Plan(), Counter[str]()
    cibles = [declares.get(rang) or _find_cible(e, index, vus) for rang, e in enumerate(entetes)]
    _find_options_seules(entetes, cibles, questionnaire)
    for rang, (entete, cible) in enumerate(zip(entetes, cibles, strict=True)):
        _place(plan, rang, entete, cible)
    _check_ambiguites(index, vus)
    if not plan.question_ids:
        raise ImportRefuse(
            f"Aucune colonne ne correspond à une question du questionnaire « {questionnaire.titre} » : "
            f"est-ce le bon questionnaire ? {describe_entetes(entetes, questionnaire)}"
        )
    return plan


def find_cibles(entetes: tuple[str, ...], questionnaire: Questionnaire) -> list[str]:
    """Ce que chaque colonne semble désigner, écrit comme dans une correspondance ; vide : implicite."""
    index, vus = build_index(questionnaire), Counter[str]()
    cibles = [_find_cible(e, index, vus) for e in entetes]
    _find_options_seules(entetes, cibles, questionnaire)
    return [_name_cible(c) for c in cibles]


def _name_cible(cible: Cible) -> str:
    if cible.nature == "role":
        return cible.role
    if cible.question is None:
        return "ignorer"
    if cible.nature == "option" and cible.option is not None:
        return f"{cible.question.id}[{cible.option.id}]"
    return cible.question.id if cible.nature == "question" else ""


def describe_entetes(entetes: tuple[str, ...], questionnaire: Questionnaire) -> str:
    """Les entêtes lus, les plus proches connus, et comment les déclarer."""
    connus = {clean_label(n): n for q in questionnaire.questions for n in (q.code, q.libelle)}
    lus = [e for e in entetes if e]
    proches = [
        f"« {e[:60]} » ressemble à « {connus[p[0]][:60]} »"
        for e in lus
        if (p := get_close_matches(clean_label(e), connus, 1, 0.75))
    ]
    cites = ", ".join(f"« {e[:40]} »" for e in lus[:8]) + (
        f" et {len(lus) - 8} autres" if len(lus) > 8 else ""
    )
    suite = f" {' ; '.join(proches[:3])}." if proches else ""
    return (
        f"Colonnes lues : {cites}.{suite} « importer --proposer » écrit la correspondance à compléter, "
        "à donner par --correspondance."
    )


def build_recognizer(questionnaire: Questionnaire) -> Callable[[str], bool]:
    """Dit si un texte est un entête connu : rôle, question, option d'une question à cases."""
    index, options = build_index(questionnaire), _index_options(questionnaire)

    def is_connu(entete: str) -> bool:
        if clean_label(entete) in options:
            return True
        cible = _find_cible(entete, index, Counter())
        return cible.nature not in {"inconnue", "service"}

    return lru_cache(maxsize=10_000)(is_connu)


def _index_options(questionnaire: Questionnaire) -> dict[str, list[Cible]]:
    options: dict[str, list[Cible]] = defaultdict(list)
    for question in questionnaire.questions:
        for option in question.options if question.type == "choix_multiple" else ():
            options[clean_label(option.libelle)].append(Cible("option", question, option))
    return dict(options)


def _find_options_seules(entetes: tuple[str, ...], cibles: list[Cible], questionnaire: Questionnaire) -> None:
    """« Facebook » seul en entête : l'option de la seule question qui l'offre, ou de celle d'à côté."""
    options, precedente = _index_options(questionnaire), None
    for rang, cible in enumerate(cibles):
        if cible.nature == "inconnue":
            candidates = options.get(clean_label(entetes[rang]), [])
            voisines = [c for c in candidates if c.question == precedente]
            choix = candidates if len(candidates) == 1 else voisines
            cibles[rang] = choix[0] if len(choix) == 1 else cible
        if cibles[rang].nature == "option":
            precedente = cibles[rang].question


def _check_ambiguites(index: dict[str, list[Cible]], vus: Counter[str]) -> None:
    """Un entête commun à plusieurs questions ne se lit que si toutes sont là, dans l'ordre."""
    for cle, nombre in vus.items():
        if 1 < len(index[cle]) != nombre:
            raise ImportRefuse(
                f"L'entête « {cle} » est celui de {len(index[cle])} questions : exportez leurs codes."
            )


def list_ecarts(entetes: tuple[str, ...], plan: Plan, questionnaire: Questionnaire) -> list[str]:
    """Les questions dont l'intitulé, écrit après le code, n'est pas celui du catalogue."""
    ecarts = []
    for question in questionnaire.questions:
        entete = entetes[plan.questions[question.id]] if question.id in plan.questions else ""
        trouve = _CODE.match(entete)
        texte = entete[trouve.end() :] if trouve else ""
        if texte and heading_key(texte) != heading_key(question.libelle):
            ecarts.append(question.code)
    return ecarts


def build_index(questionnaire: Questionnaire) -> dict[str, list[Cible]]:
    """Toutes les façons d'écrire chaque question et chaque option ; un entête répété a plusieurs cibles."""
    index: dict[str, list[Cible]] = defaultdict(list)
    for question in questionnaire.questions:
        for cle, cible in _iter_cles(question):
            if cible not in index[cle]:
                index[cle].append(cible)
    return dict(index)


def _iter_cles(question: Question) -> Iterable[tuple[str, Cible]]:
    mots = load_vocabulary()
    if "_" in question.code:
        # La ligne d'un tableau de LimeSurvey, « Q03_SQ001 » au catalogue : « Q03[SQ001] » dans l'export.
        code, _, sous = question.code.partition("_")
        yield heading_key(f"{code}[{sous}]"), Cible("question", question)
    for nom in (question.code, question.id, question.libelle):
        prefixe = heading_key(nom)
        yield prefixe, Cible("question", question)
        for option in question.options if question.type == "choix_multiple" else ():
            for sous in (option.code, option.id, option.libelle):
                yield f"{prefixe}[{clean_label(sous)}]", Cible("option", question, option)
        for sous in mots.ne_sait_pas_sous_question if question.type == "choix_multiple" else ():
            yield f"{prefixe}[{sous}]", Cible("nsp", question)


def _find_cible(entete: str, index: dict[str, list[Cible]], vus: Counter[str]) -> Cible:
    """D'abord par le code, puis par le texte ; le même entête répété désigne les questions dans l'ordre."""
    if _COMMENTAIRE.search(entete):
        return Cible("commentaire")
    for cle in (
        *_iter_cles_entete(entete),
        *_iter_cles_code(entete, index),
        *_iter_cles_texte(entete, index),
    ):
        candidats = index.get(cle)
        if candidats:
            rang, vus[cle] = vus[cle], vus[cle] + 1
            return candidats[min(rang, len(candidats) - 1)]
    return _find_annexe(entete, index)


def _iter_cles_entete(entete: str) -> Iterable[str]:
    yield heading_key(entete)
    if trouve := _CODE.match(entete):
        code, sous = clean_label(trouve[1]), trouve[2]
        yield code if sous is None else f"{code}[{clean_label(sous)}]"


def _iter_cles_code(entete: str, index: dict[str, list[Cible]]) -> Iterable[str]:
    """« Q03_SQ001 », « Q03.SQ001. » (R), « Q01 - Texte », « Q01: Texte », « Q01_Texte »."""
    trouve = _CODE_LIBRE.match(entete)
    if not trouve:
        return
    code, reste = clean_label(trouve["code"]), trouve["reste"] or ""
    if sous := _SOUS_CODE.match(reste):
        yield f"{code}[{clean_label(sous['crochets'] or sous['code'] or '')}]"
    if code in index and not reste.startswith("["):
        yield code


def _iter_cles_texte(entete: str, index: dict[str, list[Cible]]) -> Iterable[str]:
    """Espaces remplacés par des tirets bas ; intitulé abrégé par des points de suspension."""
    if "_" in entete and " " not in entete.strip():
        yield heading_key(entete.replace("_", " "))
    if not _ABREGE.search(entete):
        return
    question, crochet, option = entete.replace("_", " ").partition("[")
    debut, fin = clean_label(question), clean_label(option.rstrip("] "))
    if len(debut) < _MIN_ABREGE:
        return
    cle = f"{debut}…{crochet}{fin}"
    if cle not in index:
        index[cle] = [
            c
            for longue, cibles in list(index.items())
            if longue.startswith(debut) and ("[" in longue) == bool(crochet)
            if longue.partition("[")[2].startswith(fin) and "…" not in longue
            for c in cibles
        ]
    yield cle


def find_role(entete: str) -> str:
    """Le rôle d'une colonne de service ou d'identité, vide si elle n'en a pas."""
    roles = load_vocabulary().roles
    exact = next((roles[cle] for cle in _iter_cles_entete(entete) if cle in roles), "")
    return exact or _find_identifiant(entete)


def _find_identifiant(entete: str) -> str:
    """« N° de SIRET de votre mairie (14 chiffres) » : un intitulé libre qui nomme un identifiant."""
    mots = set(_MOTS.findall(clean_label(entete)))
    if len(mots) > _MAX_MOTS_IDENTIFIANT:
        return ""
    if mots & {"siret", "sirets"}:
        return "siret"
    if mots & {"siren", "sirens"}:
        return "siren"
    return "code" if mots & {"insee", "cog"} and mots & {"code", "codes", "numero"} else ""


def _find_annexe(entete: str, index: dict[str, list[Cible]]) -> Cible:
    """Colonnes autour d'une question (autre, rang, fichier) ou de la réponse (date, identité)."""
    mots = load_vocabulary()
    for cle in (*_iter_cles_entete(entete), *_iter_cles_code(entete, index)):
        prefixe, _, sous = cle.rstrip("]").partition("[")
        base = next((c for c in index.get(prefixe, ()) if c.nature == "question"), None)
        if base is not None and sous:
            return _annexe_de_question(base, sous, mots)
        if role := mots.roles.get(prefixe, ""):
            return Cible("role", role=role)
        if cle.startswith(mots.prefixes_systeme) or not cle:
            return Cible("service")
    if role := _find_identifiant(entete):
        return Cible("role", role=role)
    return Cible("inconnue")


def _annexe_de_question(base: Cible, sous: str, mots: Vocabulaire) -> Cible:
    if sous in mots.autre:
        return Cible("autre", base.question)
    if sous.endswith(mots.suffixes_systeme):
        return Cible("service")
    multiple = base.question is not None and base.question.type == "choix_multiple"
    if multiple and _RANG.match(sous) and (sous.isdecimal() or sous.split(maxsplit=1)[0] in mots.classement):
        return Cible("rang", base.question)
    return Cible("inconnue")


def _place(plan: Plan, rang: int, entete: str, cible: Cible) -> None:
    if cible.nature == "inconnue":
        plan.inconnues.append(entete)
    elif cible.nature == "commentaire":
        plan.commentaires.append(entete)
    elif cible.nature == "role":
        plan.roles.setdefault(cible.role, rang)
        plan.colonnes_de[cible.role].append(rang)
    elif cible.question is not None:
        _place_question(plan, rang, entete, cible)


def _place_question(plan: Plan, rang: int, entete: str, cible: Cible) -> None:
    assert cible.question is not None
    if cible.nature == "rang":
        plan.rangs[cible.question.id].append(rang)
        return
    if cible.nature == "option" and cible.option is not None:
        place, cle = plan.options[cible.question.id], cible.option.id
    else:
        place, cle = _place_simple(plan, cible), cible.question.id
    if cle in place:
        raise ImportRefuse(f"Deux colonnes désignent la même question : « {entete} » est répétée.")
    place[cle] = rang


def _place_simple(plan: Plan, cible: Cible) -> dict[str, int]:
    return {"autre": plan.autres, "nsp": plan.nsp}.get(cible.nature, plan.questions)
