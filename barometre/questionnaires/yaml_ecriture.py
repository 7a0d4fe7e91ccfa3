"""Le `questionnaire.yml` d'un thème, écrit de façon à se relire et à se comparer ligne à ligne."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from barometre.domain.enquete import CODE_NE_SAIT_PAS, Formulation, Option, Question, Questionnaire

Echelles = Mapping[str, tuple[Option, ...]]


class _Ecrivain(yaml.SafeDumper):
    """Les listes d'options sur une ligne chacune, comme on les écrit à la main."""


# PyYAML nommerait (« &id001 ») ce qui est écrit deux fois ; un fichier que l'on relit le répète.
_Ecrivain.ignore_aliases = lambda *_: True  # type: ignore[method-assign]


class _EnLigne(dict[str, Any]):
    """Un ensemble de clés à écrire sur une ligne."""


_Ecrivain.add_representer(
    _EnLigne,
    lambda ecrivain, valeur: ecrivain.represent_mapping("tag:yaml.org,2002:map", valeur, flow_style=True),
)


def to_yaml(questionnaire: Questionnaire, echelles: Echelles) -> str:
    """Le texte du fichier ; une liste d'options déjà partagée y est nommée."""
    contenu = {
        "id": questionnaire.id,
        "titre": questionnaire.titre,
        "introduction": questionnaire.introduction,
        "modele": questionnaire.modele,
        "groupes": [
            _keep_dit(id=g.id, titre=g.titre, description=g.description) for g in questionnaire.groupes
        ],
        "tableaux": [{"code": t.code, "libelle": t.libelle} for t in questionnaire.tableaux],
        "questions": [_describe_question(q, echelles) for q in questionnaire.questions],
    }
    dits = {cle: valeur for cle, valeur in contenu.items() if valeur != []}
    return yaml.dump(dits, Dumper=_Ecrivain, allow_unicode=True, sort_keys=False, width=110)


def _describe_question(question: Question, echelles: Echelles) -> dict[str, Any]:
    condition = question.condition
    return _keep_dit(
        id=question.id,
        code=question.code,
        libelle=question.libelle,
        aide=question.aide,
        type=question.type,
        groupe=question.groupe,
        classement=question.classement,
        types=list(question.types),
        condition=condition and _EnLigne(question=condition.question_id, options=list(condition.options)),
        **_describe_options(question.options, echelles),
        ne_sait_pas=question.ne_sait_pas,
        code_nsp="" if question.code_nsp == CODE_NE_SAIT_PAS else question.code_nsp,
        unite=question.unite,
        minimum=question.minimum,
        maximum=question.maximum,
        depuis=question.depuis,
        retiree=question.retiree,
        reformulee=list(question.reformulee),
        anciennes=[_describe_formulation(ancienne) for ancienne in question.anciennes],
    )


def _describe_options(options: tuple[Option, ...], echelles: Echelles) -> dict[str, Any]:
    nom = next((nom for nom, communes in echelles.items() if communes == options), "")
    if nom:
        return {"echelle": nom}
    return {"options": _list_options(options)}


def _list_options(options: tuple[Option, ...]) -> list[_EnLigne]:
    return [_EnLigne(id=o.id, code=o.code, libelle=o.libelle) for o in options]


def _describe_formulation(ancienne: Formulation) -> dict[str, Any]:
    return _keep_dit(
        avant=ancienne.avant,
        libelle=ancienne.libelle,
        code=ancienne.code,
        options=_list_options(ancienne.options),
    )


def _keep_dit(**cles: Any) -> dict[str, Any]:
    """Sans les clés qui ne disent rien ; zéro est une borne."""
    return {cle: valeur for cle, valeur in cles.items() if valeur or (valeur == 0 and valeur is not False)}
