"""Importer un questionnaire : tout préparer, tout vérifier, puis écrire un seul fichier d'un seul geste."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from barometre.catalogue.loader import DONNEES, DOSSIER, build_catalogue
from barometre.catalogue.model import Catalogue
from barometre.catalogue.questionnaires import build_echelles
from barometre.catalogue.validation import read_yaml
from barometre.domain.enquete import Questionnaire
from barometre.domain.indicateur import Indicateur
from barometre.fichiers import write_atomic
from barometre.questionnaires.fusion import Epoque, merge_questionnaires
from barometre.questionnaires.lecture import Lecture, QuestionnaireRefuse
from barometre.questionnaires.limesurvey_lecture import read_limesurvey
from barometre.questionnaires.rapprochement import Rapprochement, match_questions
from barometre.questionnaires.xlsform_lecture import read_xlsform
from barometre.questionnaires.yaml_ecriture import to_yaml

LECTURES = {".lss": read_limesurvey, ".xlsx": read_xlsform}


@dataclass(frozen=True, slots=True)
class Preparation:
    """Ce qui serait écrit, et ce que cela change ; rien ne l'est encore."""

    avant: Questionnaire
    apres: Questionnaire
    rapprochement: Rapprochement
    # Les indicateurs dont la question n'est plus posée, et ceux dont la série est coupée par d'autres mots.
    perdus: tuple[Indicateur, ...]
    coupes: tuple[Indicateur, ...]
    remarques: tuple[str, ...]
    texte: str

    @property
    def est_inchange(self) -> bool:
        """Vrai si le catalogue pose déjà exactement ce questionnaire."""
        return self.avant == self.apres


def read_questionnaire(chemin: Path, langue: str = "") -> Lecture:
    """Le questionnaire d'un fichier LimeSurvey ou XLSForm, reconnu à son extension."""
    lecture = LECTURES.get(chemin.suffix.lower())
    if lecture is None:
        raise QuestionnaireRefuse(
            f"« {chemin.name} » : donnez une structure LimeSurvey (.lss) ou un XLSForm (.xlsx)."
        )
    return lecture(chemin, langue)


def prepare_import(
    lecture: Lecture,
    theme_id: str,
    catalogue: Catalogue,
    *,
    vague_id: str = "",
    declarees: Mapping[str, str] | None = None,
    dossier: Path = DOSSIER,
) -> Preparation:
    """Le questionnaire fondu dans le catalogue, et le catalogue entier revérifié avec lui.

    `QuestionnaireRefuse` ou `CatalogueError` disent ce qui ne tient pas. Sans `vague_id`, le questionnaire
    est celui que le thème pose depuis sa première vague : il remplace, il ne date rien.
    """
    connu = catalogue.questionnaires.get(theme_id)
    if connu is None:
        connus = ", ".join(catalogue.questionnaires)
        raise QuestionnaireRefuse(f"Le thème « {theme_id} » n'existe pas ; thèmes : {connus}.")
    epoque = _find_epoque(catalogue, theme_id, vague_id)
    lu = lecture.questionnaire
    rapprochement = match_questions(lu.questions, connu.keep_actuelles().questions, declarees or {})
    gardees = _list_gardees(catalogue, connu, epoque)
    apres = merge_questionnaires(lu, connu, rapprochement, epoque, gardees)
    echelles = build_echelles(read_yaml(dossier / "echelles.yml", "echelles.yml"))
    texte = to_yaml(apres, echelles)
    _check(texte, theme_id, dossier)
    return Preparation(
        connu, apres, rapprochement, *_list_touches(catalogue, connu, apres), tuple(lecture.remarques), texte
    )


def write_import(preparation: Preparation, dossier: Path = DOSSIER) -> Path:
    """Le `questionnaire.yml` remplacé d'un seul geste."""
    chemin = dossier / "themes" / preparation.apres.id / "questionnaire.yml"
    write_atomic(chemin, preparation.texte.encode())
    return chemin


def read_correspondance(chemin: Path | None) -> dict[str, str]:
    """« Q05: communication_q07 » ou « Q05: nouvelle » : un YAML de code à question."""
    if chemin is None:
        return {}
    try:
        lu = yaml.safe_load(chemin.read_text("utf-8")) or {}
    except (yaml.YAMLError, UnicodeDecodeError) as erreur:
        raise QuestionnaireRefuse(f"« {chemin.name} » n'est pas un YAML lisible.") from erreur
    if not isinstance(lu, dict) or not all(isinstance(valeur, str) for valeur in lu.values()):
        raise QuestionnaireRefuse(f"« {chemin.name} » : une ligne par question, « Q05: communication_q07 ».")
    return {str(code): valeur for code, valeur in lu.items()}


def _find_epoque(catalogue: Catalogue, theme_id: str, vague_id: str) -> Epoque:
    ouvrent = [vague.id for vague in catalogue.vagues if theme_id in vague.questionnaires]
    if vague_id and vague_id not in ouvrent:
        raise QuestionnaireRefuse(
            f"La vague « {vague_id} » n'ouvre pas « {theme_id} » ; l'ouvrent : {', '.join(ouvrent)}."
        )
    if not ouvrent:
        raise QuestionnaireRefuse(f"Aucune vague n'ouvre « {theme_id} » : déclarez-la dans vagues.yml.")
    return Epoque(vague_id or ouvrent[0], vague_id in {"", ouvrent[0]})


def _list_gardees(catalogue: Catalogue, connu: Questionnaire, epoque: Epoque) -> list[str]:
    """Les questions qui restent, retirées : toutes si une vague les a posées, sinon celles que l'on cite."""
    if not epoque.premiere:
        return [q.id for q in connu.questions]
    citees = {i.calcul.question_id for i in catalogue.indicateurs.values()}
    visees = {q.id: q.condition.question_id for q in connu.questions if q.condition}
    # La question qui en conditionne une autre reste avec elle.
    suite = [q.id for q in connu.questions if q.id in citees]
    for id_ in suite:
        if visees.get(id_) and visees[id_] not in suite:
            suite.append(visees[id_])
    return suite


def _list_touches(
    catalogue: Catalogue, avant: Questionnaire, apres: Questionnaire
) -> tuple[tuple[Indicateur, ...], tuple[Indicateur, ...]]:
    deja = {q.id: q for q in avant.questions}
    perdues = {q.id for q in apres.questions if q.retiree and not deja[q.id].retiree}
    coupees = {q.id for q in apres.questions if q.id in deja and q.reformulee != deja[q.id].reformulee}
    declares = catalogue.list_indicateurs(avant.id, origine="declare")
    return (
        tuple(i for i in declares if i.calcul.question_id in perdues),
        tuple(i for i in declares if i.calcul.question_id in coupees),
    )


def _check(texte: str, theme_id: str, dossier: Path) -> None:
    """Le catalogue entier, relu avec ce fichier dans une copie : ce que l'application lira demain."""
    with TemporaryDirectory() as copie:
        essai = Path(copie) / "catalogue"
        shutil.copytree(dossier, essai, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
        (essai / "themes" / theme_id / "questionnaire.yml").write_text(texte, "utf-8")
        build_catalogue(essai, DONNEES)
