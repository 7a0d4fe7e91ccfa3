"""Construire les fiches d'indicateurs et refuser un calcul qui vise une question ou une option absente."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from barometre.catalogue.questionnaires import list_doublons
from barometre.catalogue.validation import CatalogueError
from barometre.domain.enquete import Question, Questionnaire
from barometre.domain.indicateur import Action, Calcul, Indicateur, Origine

# Les types de questions auxquels chaque règle de calcul s'applique.
_TYPES_PAR_REGLE = {
    "part_options": ("choix_unique", "choix_multiple"),
    "part_au_moins": ("choix_multiple",),
    "part_seuil": ("nombre",),
    "moyenne": ("nombre",),
}


def build_indicateurs(
    contenu: Iterable[Any], theme_id: str | None, nom: str, publies: Mapping[str, Sequence[str]]
) -> list[Indicateur]:
    """Les fiches d'un fichier ; `theme_id` vaut `None` dans mesures/, où chaque fiche dit le sien."""
    origine: Origine = "mesure" if theme_id is None else "declare"
    mal_rangees = [
        f"{nom}, {f['id']} › calcul › regle : « {f['calcul']['regle']} » n'est pas d'origine « {origine} »."
        for f in contenu
        if (f["calcul"]["regle"] == "mesure") != (origine == "mesure")
    ]
    if mal_rangees:
        raise CatalogueError(mal_rangees)
    return [_fiche(f, theme_id or f["theme"], origine, publies.get(f["id"], ())) for f in contenu]


def check_indicateurs(
    indicateurs: Sequence[Indicateur], questionnaires: Mapping[str, Questionnaire], themes: Iterable[str]
) -> None:
    """Refuse un identifiant en double, un thème inconnu, une question ou une option absente."""
    connus = set(themes)
    phrases = [
        f"L'identifiant d'indicateur « {id_} » est en double."
        for id_ in list_doublons(i.id for i in indicateurs)
    ]
    for indicateur in indicateurs:
        lieu = f"{indicateur.theme_id}, indicateur {indicateur.id}"
        if indicateur.theme_id not in connus:
            phrases.append(f"{lieu} › theme : le thème « {indicateur.theme_id} » n'existe pas.")
        elif indicateur.origine == "declare":
            questions = _questions(questionnaires.get(indicateur.theme_id))
            phrases += [f"{lieu} › calcul : {p}" for p in _calcul_faux(indicateur.calcul, questions)]
    mesures = {i.id for i in indicateurs if i.origine == "mesure"}
    phrases += [
        f"indicateur {i.id} › remplacee_par : la mesure « {i.remplacee_par} » n'existe pas."
        for i in indicateurs
        if i.remplacee_par and i.remplacee_par not in mesures
    ]
    if phrases:
        raise CatalogueError(phrases)


def mark_conditions(
    indicateurs: Iterable[Indicateur], questionnaires: Mapping[str, Questionnaire]
) -> Iterator[Indicateur]:
    """Dit de chaque fiche si sa question n'est posée qu'à une partie des répondantes."""
    for indicateur in indicateurs:
        question = _questions(questionnaires.get(indicateur.theme_id)).get(indicateur.calcul.question_id)
        filtree = question is not None and question.condition is not None
        yield replace(indicateur, sous_condition=filtree and indicateur.calcul.non_concerne == "exclu")


def _fiche(f: Any, theme_id: str, origine: Origine, publies: Sequence[str]) -> Indicateur:
    return Indicateur(
        id=f["id"],
        theme_id=theme_id,
        titre=f["titre"],
        definition=f["definition"],
        unite=f["unite"],
        decimales=f["decimales"],
        sens=f["sens"],
        calcul=_calcul(f["calcul"]),
        base=f["base"],
        source_id=f["source"],
        origine=origine,
        precautions=f["precautions"],
        pourquoi=f["pourquoi"],
        actions=tuple(Action(a["texte"], a.get("lien", "")) for a in f["actions"]),
        revision=f["revision"],
        sensibilite=f.get("sensibilite", "normale"),
        reference_legale=f.get("reference_legale", ""),
        groupe=f.get("groupe", ""),
        groupe_titre=f.get("groupe_titre", ""),
        pratique=f.get("pratique", ""),
        cle=f.get("cle", False),
        # Le lien s'écrit dans data/chiffres_publies.csv ; une fiche peut en citer d'autres.
        chiffres_publies=tuple(dict.fromkeys((*publies, *f.get("chiffres_publies", ())))),
        mesure_id=f.get("mesure", ""),
        agregation=f.get("agregation", ""),
        ponderation=f.get("ponderation", ""),
        montee_de=f.get("montee_de", ""),
        perime_apres=f.get("perime_apres", 0),
        part_connue=f.get("part_connue", 0.0),
        remplacee_par=f.get("remplacee_par", ""),
        oui_non=f.get("oui_non", False),
        mots_cles=tuple(f.get("mots_cles", ())),
    )


def _calcul(contenu: Any) -> Calcul:
    return Calcul(
        regle=contenu["regle"],
        question_id=contenu.get("question", ""),
        options=tuple(contenu.get("options", ())),
        seuil=contenu.get("seuil"),
        non_concerne=contenu.get("non_concerne", "exclu"),
    )


def _questions(questionnaire: Questionnaire | None) -> dict[str, Question]:
    return {question.id: question for question in questionnaire.questions} if questionnaire else {}


def _calcul_faux(calcul: Calcul, questions: Mapping[str, Question]) -> Iterator[str]:
    question = questions.get(calcul.question_id)
    if question is None:
        yield f"la question « {calcul.question_id} » n'existe pas dans le questionnaire du thème."
        return
    if question.type not in _TYPES_PAR_REGLE[calcul.regle]:
        yield f"la règle « {calcul.regle} » ne s'applique pas à une question de type « {question.type} »."
    connues = {option.id for option in question.options}
    for option in calcul.options:
        if option not in connues:
            yield f"« {option} » n'est pas une option de {question.id}."
