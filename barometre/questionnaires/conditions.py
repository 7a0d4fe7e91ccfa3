"""« Posée si » : les expressions de LimeSurvey et d'XLSForm, dans les deux sens.

Le catalogue dit une condition sur une seule question (l'une de ses options), et à quels types de
collectivités on la pose. Une expression qui dit davantage n'est pas devinée : elle est rendue à qui importe.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from textwrap import shorten

from barometre.domain.enquete import Condition, Question, Questionnaire

# La question, dans les questionnaires exportés, qui dit à quel type de collectivité on parle.
CODE_TYPE = "TYPE"
CODES_TYPES = {"commune": "COM", "epci": "EPCI", "ept": "EPT", "departement": "DEP", "region": "REG"}
_TYPES = {code: type_ for type_, code in CODES_TYPES.items()}
_LIME = re.compile(r"""^(?P<nom>[A-Za-z]\w*)(?:\.(?:NAOK|value|code))?\s*==?\s*["'](?P<valeur>\w*)["']$""")
_XLS = re.compile(r"""^\$\{(?P<nom>[A-Za-z]\w*)\}\s*=\s*["'](?P<valeur>\w*)["']$""")
_CHOISI = re.compile(r"""^selected\(\s*\$\{(?P<nom>[A-Za-z]\w*)\}\s*,\s*["'](?P<valeur>\w*)["']\s*\)$""")
_SIGNES = {"&&": "and", "||": "or"}
_MORCEAUX = re.compile(r"""("[^"]*"|'[^']*'|\(|\)|&&|\|\||\band\b|\bor\b)""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Portee:
    """À qui une question est posée : sa condition, et les types de collectivités (vide : tous)."""

    condition: Condition | None = None
    types: tuple[str, ...] = ()


# La plus longue des vrais fichiers lus ici a 65 signes ; cinq mille parenthèses prenaient une demi-seconde.
EXPRESSION_MAX = 2_000
Terme = tuple[str, str]  # nom dans l'outil, valeur attendue


def write_limesurvey(question: Question, questionnaire: Questionnaire) -> str:
    """L'expression « relevance » de LimeSurvey ; « 1 » : toujours."""
    return _write(question, questionnaire, _write_terme_lime) or "1"


def write_xlsform(question: Question, questionnaire: Questionnaire) -> str:
    """La colonne « relevant » d'XLSForm ; vide : toujours."""
    return _write(question, questionnaire, _write_terme_xls)


def _write(
    question: Question, questionnaire: Questionnaire, write_terme: Callable[[Question | None, str], str]
) -> str:
    clauses = []
    if question.condition:
        amont = next(q for q in questionnaire.questions if q.id == question.condition.question_id)
        codes = [o.code for o in amont.options if o.id in question.condition.options]
        clauses.append(" or ".join(write_terme(amont, code) for code in codes))
    if question.types:
        clauses.append(" or ".join(write_terme(None, CODES_TYPES[type_]) for type_ in question.types))
    return " and ".join(f"({clause})" for clause in clauses)


def _write_terme_lime(amont: Question | None, code: str) -> str:
    if amont and amont.type == "choix_multiple" and not amont.classement:
        return f'{amont.code}_{code}.NAOK == "Y"'
    # L'échelle d'une ligne, « Q03_SQ001#0 », est « Q03_SQ001_0 » dans une expression.
    return f'{amont.code.replace("#", "_") if amont else CODE_TYPE}.NAOK == "{code}"'


def _write_terme_xls(amont: Question | None, code: str) -> str:
    if amont and amont.type == "choix_multiple":
        return f"selected(${{{amont.code}}}, '{code}')"
    return f"${{{amont.code if amont else CODE_TYPE}}} = '{code}'"


def read_portee(expression: str, questions: Mapping[str, Question]) -> Portee | None:
    """La portée d'une expression de l'un des deux outils ; `None` si le catalogue ne sait pas la dire.

    `questions` : celles d'avant, par code ; leurs identifiants sont encore leurs codes.
    """
    if expression.strip() in {"", "1", "true()"}:
        return Portee()
    if len(expression) > EXPRESSION_MAX:
        return None
    condition, types = None, tuple[str, ...]()
    for clause in _split(expression, "and"):
        termes = [_read_terme(terme) for terme in _split(clause, "or")]
        if None in termes:
            return None
        lus = [terme for terme in termes if terme is not None]
        if {nom for nom, _ in lus} == {CODE_TYPE} and not types:
            types = tuple(_TYPES.get(valeur, "") for _, valeur in lus)
        elif condition is None:
            condition = _read_condition(lus, questions)
            if condition is None:
                return None
        else:
            return None
    return None if "" in types else Portee(condition, types)


def set_portee(
    question: Question, expression: str, questions: Mapping[str, Question], remarques: list[str]
) -> Question:
    """La question avec la portée qu'on lui lit ; ce qui ne se lit pas s'ajoute aux remarques."""
    portee = read_portee(expression, questions)
    if portee is None:
        remarques.append(
            f"{question.code} : sa condition n'est pas reprise, à écrire à la main "
            f"({shorten(expression, EXPRESSION_MAX, placeholder='…')})."
        )
        return question
    return replace(question, condition=portee.condition, types=portee.types)


def _read_condition(termes: list[Terme], questions: Mapping[str, Question]) -> Condition | None:
    cibles = [_find_option(nom, valeur, questions) for nom, valeur in termes]
    if None in cibles or len({cible[0] for cible in cibles if cible}) != 1:
        return None
    trouvees = [cible for cible in cibles if cible]
    return Condition(trouvees[0][0], tuple(option for _, option in trouvees))


def _find_option(nom: str, valeur: str, questions: Mapping[str, Question]) -> tuple[str, str] | None:
    """« Q04_SQ001 == Y » désigne une case de Q04 ; « Q03_SQ001 == A1 », une ligne de tableau."""
    if question := questions.get(nom):
        return (nom, valeur) if any(o.code == valeur for o in question.options) else None
    code, _, sous = nom.rpartition("_")
    if echelle := questions.get(f"{code}#{sous}"):
        return (echelle.code, valeur) if any(o.code == valeur for o in echelle.options) else None
    question = questions.get(code)
    case = question and question.type == "choix_multiple" and any(o.code == sous for o in question.options)
    return (code, sous) if case and valeur == "Y" else None


def _read_terme(texte: str) -> Terme | None:
    texte = _strip(texte)
    trouve = _LIME.match(texte) or _XLS.match(texte) or _CHOISI.match(texte)
    return (trouve["nom"], trouve["valeur"]) if trouve else None


def _split(expression: str, mot: str) -> list[str]:
    """Les parts que `mot` sépare, hors des parenthèses et des guillemets."""
    parts, profondeur = [""], 0
    for morceau in _iter_morceaux(_strip(expression)):
        profondeur += (morceau == "(") - (morceau == ")")
        if profondeur == 0 and _SIGNES.get(morceau, morceau.lower()) == mot:
            parts.append("")
        else:
            parts[-1] += morceau
    return parts


def _strip(expression: str) -> str:
    """Sans les parenthèses qui entourent le tout."""
    texte = expression.strip()
    while texte.startswith("(") and _find_fin(texte) == len(texte) - 1:
        texte = texte[1:-1].strip()
    return texte


def _find_fin(texte: str) -> int:
    """La place de la parenthèse qui ferme la première ; -1 si elle manque."""
    profondeur = place = 0
    for morceau in _iter_morceaux(texte):
        profondeur += (morceau == "(") - (morceau == ")")
        if profondeur == 0:
            return place
        place += len(morceau)
    return -1


def _iter_morceaux(texte: str) -> Iterator[str]:
    return (morceau for morceau in _MORCEAUX.split(texte) if morceau)
