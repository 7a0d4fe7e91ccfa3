"""À quoi sert chaque colonne d'un export : le plan de lecture, refusé s'il est ambigu."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Container
from dataclasses import dataclass, field
from functools import lru_cache

from barometre.domain.enquete import Questionnaire
from barometre.ingest.entetes import CODE, Cible, build_index, describe_entetes, find_cible
from barometre.ingest.errors import ImportRefuse
from barometre.ingest.labels import clean_label, heading_key

# Quelques intitulés réécrits se disent ; au-delà, ce n'est pas le questionnaire.
_MIN_ECARTS, _PART_ECARTS = 5, 0.5


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
    # Les questions à choix, dont une cellule est un mot ou un code.
    choix: frozenset[str] = frozenset()

    @property
    def question_ids(self) -> set[str]:
        """Les questions dont au moins une colonne est là."""
        return {*self.questions, *self.options, *self.rangs, *self.nsp}


def build_plan(
    entetes: tuple[str, ...], questionnaire: Questionnaire, declares: dict[int, Cible] | None = None
) -> Plan:
    """Reconnaît chaque colonne ; une correspondance déclarée l'emporte sur l'entête."""
    index, declares = build_index(questionnaire), declares or {}
    choix = frozenset(q.id for q in questionnaire.questions if q.type.startswith("choix"))
    plan, vus = Plan(choix=choix), Counter[str]()
    cibles = [declares.get(rang) or find_cible(e, index, vus) for rang, e in enumerate(entetes)]
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
    cibles = [find_cible(e, index, vus) for e in entetes]
    _find_options_seules(entetes, cibles, questionnaire)
    return [_name_cible(c) for c in cibles]


def list_ecarts(entetes: tuple[str, ...], plan: Plan, questionnaire: Questionnaire) -> tuple[list[str], int]:
    """Les questions dont l’intitulé, après le code, n’est pas celui du catalogue ; et combien en ont un."""
    ecarts, ecrits = [], 0
    for question in questionnaire.questions:
        entete = entetes[plan.questions[question.id]] if question.id in plan.questions else ""
        trouve = CODE.match(entete)
        # Deux lignes d'entêtes, l'une sur l'autre : « Q01. Votre site ? [Q01] ».
        texte = entete[trouve.end() :].removesuffix(f"[{question.code}]") if trouve else ""
        ecrits += bool(texte)
        if texte and heading_key(texte) != heading_key(question.libelle):
            ecarts.append(question.code)
    return ecarts, ecrits


def check_intitules(entetes: tuple[str, ...], plan: Plan, questionnaire: Questionnaire) -> None:
    """Refuse un fichier dont la plupart des intitulés sont ceux d’un autre questionnaire."""
    ecarts, ecrits = list_ecarts(entetes, plan, questionnaire)
    if len(ecarts) < _MIN_ECARTS or len(ecarts) <= _PART_ECARTS * ecrits:
        return
    raise ImportRefuse(
        f"Les intitulés de {len(ecarts)} questions sur {ecrits} ne sont pas ceux du questionnaire "
        f"« {questionnaire.titre} » ({', '.join(ecarts[:5])}…) : est-ce le bon ? Sinon, déclarez ces "
        "colonnes par --correspondance."
    )


def check_croises(
    entetes: tuple[str, ...], plan: Plan, questionnaire: Questionnaire, declares: Container[int]
) -> None:
    """Refuse une colonne dont le code est celui d’une question, et l’intitulé celui d’une autre."""
    par_intitule = {heading_key(q.libelle): q for q in questionnaire.questions}
    for question in questionnaire.questions:
        rang = plan.questions.get(question.id, -1)
        trouve = CODE.match(entetes[rang]) if rang >= 0 and rang not in declares else None
        autre = par_intitule.get(heading_key(entetes[rang][trouve.end() :])) if trouve else None
        if autre is not None and heading_key(autre.libelle) != heading_key(question.libelle):
            raise ImportRefuse(
                f"« {entetes[rang][:120]} » : le code est celui de {question.code}, l'intitulé celui de "
                f"{autre.code} au catalogue, et rien ne dit lequel croire. Déclarez ces colonnes par "
                "--correspondance."
            )


def _name_cible(cible: Cible) -> str:
    if cible.nature == "role":
        return cible.role
    if cible.question is None:
        return "ignorer"
    if cible.nature == "option" and cible.option is not None:
        return f"{cible.question.id}[{cible.option.id}]"
    return cible.question.id if cible.nature == "question" else ""


def build_recognizer(questionnaire: Questionnaire) -> Callable[[str], bool]:
    """Dit si un texte est un entête connu : rôle, question, option d'une question à cases."""
    index, options = build_index(questionnaire), _index_options(questionnaire)

    def is_connu(entete: str) -> bool:
        if clean_label(entete) in options:
            return True
        cible = find_cible(entete, index, Counter())
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
