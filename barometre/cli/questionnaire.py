"""questionnaire : importer celui d'un outil, ou écrire celui du catalogue pour le mettre en ligne."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from barometre.catalogue import load_catalogue
from barometre.cli.analyse import add_json
from barometre.cli.erreurs import Refus
from barometre.cli.sortie import print_json
from barometre.domain.enquete import Questionnaire
from barometre.domain.formats import format_compte
from barometre.domain.indicateur import Indicateur
from barometre.fichiers import write_atomic
from barometre.questionnaires.limesurvey_ecriture import to_limesurvey
from barometre.questionnaires.preparation import (
    Preparation,
    prepare_import,
    read_correspondance,
    read_questionnaire,
    write_import,
)
from barometre.questionnaires.xlsform_ecriture import to_xlsform
from barometre.rapports.docx import to_docx
from barometre.rapports.pdf import to_pdf
from barometre.rapports.questionnaire import build_document_questionnaire

# Format → extension et écriture ; un XLSForm est un classeur.
FORMATS = {
    "lss": (".lss", to_limesurvey),
    "xlsform": (".xlsx", to_xlsform),
    "docx": (".docx", lambda q: to_docx(build_document_questionnaire(q, date.today()))),
    "pdf": (".pdf", lambda q: to_pdf(build_document_questionnaire(q, date.today()))),
}


def add_command(commandes: Any) -> None:
    """Déclare la commande."""
    aide = "importe un questionnaire de LimeSurvey ou d'XLSForm, ou l'écrit (lss, xlsform, docx, pdf)"
    analyseur = commandes.add_parser("questionnaire", help=aide, description=aide)
    actions = analyseur.add_subparsers(title="actions", metavar="ACTION", dest="action", required=True)
    _add_importer(actions)
    _add_exporter(actions)


def _add_importer(actions: Any) -> None:
    aide = (
        "écrit le questionnaire.yml d'un thème d'après une structure LimeSurvey (.lss) ou un XLSForm (.xlsx)"
    )
    analyseur = actions.add_parser("importer", help=aide, description=aide)
    analyseur.add_argument("fichier", metavar="FICHIER", type=Path, help="structure .lss ou XLSForm .xlsx")
    analyseur.add_argument("--theme", metavar="ID", required=True, help="thème dont c'est le questionnaire")
    analyseur.add_argument(
        "--vague", metavar="ID", default="",
        help="première vague qui le pose ; avant elle, l'ancien reste (défaut : il remplace depuis le début)",
    )  # fmt: skip
    analyseur.add_argument("--langue", metavar="CODE", default="", help="langue du fichier à lire (fr)")
    analyseur.add_argument(
        "--correspondance", metavar="FICHIER", type=Path,
        help="YAML « code du fichier: question du catalogue », ou « code: nouvelle »",
    )  # fmt: skip
    analyseur.add_argument("--essai", action="store_true", help="montre tout, n'écrit rien")
    add_json(analyseur)
    analyseur.set_defaults(execute=execute_importer)


def _add_exporter(actions: Any) -> None:
    aide = "écrit le questionnaire d'un thème"
    analyseur = actions.add_parser("exporter", help=aide, description=aide)
    analyseur.add_argument("theme", metavar="THEME", help="identifiant du thème")
    analyseur.add_argument("--format", choices=tuple(FORMATS), default="pdf", help="format du fichier (pdf)")
    analyseur.add_argument(
        "-o", "--sortie", metavar="CHEMIN", type=Path, default=Path(), help="fichier, ou dossier"
    )
    add_json(analyseur)
    analyseur.set_defaults(execute=execute_exporter)


def execute_importer(demande: argparse.Namespace) -> None:
    """Prépare, dit tout ce qui change, puis écrit."""
    lecture = read_questionnaire(demande.fichier, demande.langue)
    preparation = prepare_import(
        lecture, demande.theme, load_catalogue(), vague_id=demande.vague,
        declarees=read_correspondance(demande.correspondance),
    )  # fmt: skip
    ecrit = not (demande.essai or preparation.est_inchange)
    chemin = str(write_import(preparation)) if ecrit else ""
    if demande.json:
        print_json(describe_preparation(preparation) | {"fichier": chemin})
        return
    print("\n".join(list_phrases(preparation)))
    print(_conclude(preparation, chemin))


def execute_exporter(demande: argparse.Namespace) -> None:
    """Écrit le fichier et dit où."""
    questionnaire = _get_questionnaire(demande.theme)
    extension, write = FORMATS[demande.format]
    chemin = demande.sortie
    if chemin.is_dir():
        chemin /= f"barometre_questionnaire_{questionnaire.id}{extension}"
    write_atomic(chemin, write(questionnaire))
    if demande.json:
        print_json({"fichier": str(chemin), "questions": len(questionnaire.keep_actuelles().questions)})
    else:
        print(chemin)


def _get_questionnaire(theme_id: str) -> Questionnaire:
    questionnaires = load_catalogue().questionnaires
    if theme_id not in questionnaires:
        raise Refus(f"Le thème « {theme_id} » n'existe pas ; thèmes : {', '.join(questionnaires)}.")
    return questionnaires[theme_id]


def describe_preparation(preparation: Preparation) -> dict[str, Any]:
    """Ce que l'import change, pour un programme."""
    return {
        "questionnaire_id": preparation.apres.id,
        "inchange": preparation.est_inchange,
        "correspondance": {p.lue.code: p.ancienne.id for p in preparation.rapprochement.paires},
        "a_decider": preparation.rapprochement.a_decider,
        "nouvelles": _list_nouvelles(preparation),
        "retirees": _list_retirees(preparation),
        "indicateurs_perdus": [i.id for i in preparation.perdus],
        "indicateurs_coupes": [i.id for i in preparation.coupes],
        "remarques": list(preparation.remarques),
    }


def list_phrases(preparation: Preparation) -> Iterator[str]:
    """Ce que l'import change, pour un lecteur ; la correspondance se recopie dans un YAML."""
    nouvelles, retirees = _list_nouvelles(preparation), _list_retirees(preparation)
    paires = preparation.rapprochement.paires
    yield (
        f"{format_compte(len(paires), 'question reconnue', 'questions reconnues')}, "
        f"{format_compte(len(nouvelles), 'nouvelle', 'nouvelles')}, "
        f"{format_compte(len(retirees), 'retirée', 'retirées')}."
    )
    yield from (f"  {p.lue.code}: {p.ancienne.id}  # {p.raison}" for p in paires)
    yield from (f"  nouvelle : {nom}" for nom in nouvelles)
    yield from (f"  n'est plus posée : {nom}" for nom in retirees)
    yield from (
        f"  à décider, {code} (--correspondance) : {raison}"
        for code, raison in preparation.rapprochement.a_decider.items()
    )
    yield from (f"  laissé de côté, {phrase}" for phrase in preparation.remarques)
    yield from _list_indicateurs("perd sa question", preparation.perdus)
    yield from _list_indicateurs("a une question qui change de mots : sa série s'y coupe", preparation.coupes)


def _list_indicateurs(sort: str, indicateurs: Sequence[Indicateur]) -> Iterator[str]:
    yield from (f"  l'indicateur {i.id} (« {i.titre} », {i.calcul.question_id}) {sort}." for i in indicateurs)


def _list_nouvelles(preparation: Preparation) -> list[str]:
    connues = {question.id for question in preparation.avant.questions}
    return [f"{q.code} « {q.libelle} »" for q in preparation.apres.questions if q.id not in connues]


def _list_retirees(preparation: Preparation) -> list[str]:
    posees = {question.id for question in preparation.apres.questions if not question.retiree}
    anciennes = preparation.avant.keep_actuelles().questions
    return [f"{q.id} « {q.libelle} »" for q in anciennes if q.id not in posees]


def _conclude(preparation: Preparation, chemin: str) -> str:
    if preparation.est_inchange:
        return "Le catalogue pose déjà ce questionnaire : rien ne change."
    return (
        f"{chemin} est écrit ; relisez-le, puis « recalculer »." if chemin else "Essai : rien n'a été écrit."
    )
