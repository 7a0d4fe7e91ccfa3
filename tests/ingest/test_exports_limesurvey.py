"""Les mêmes réponses, dans toutes les options d'export de LimeSurvey, donnent les mêmes lignes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from itertools import product
from pathlib import Path
from typing import Any

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from barometre.domain.enquete import Question
from barometre.ingest import Referentiel, prepare
from tests.ingest.conftest import QUESTIONNAIRE, MiniCatalogue

ENTETES = ("code", "expression", "texte", "code_texte", "deux_points", "tiret", "souligne", "abrege")
# Réponses complètes ou codes, conversion de Y et de N, case non cochée, cellule vide.
REPONSES = (
    (False, "Y", "N", "", ""),
    (True, "Y", "N", "Non", ""),
    (True, "Y", "N", "N/A", "N/A"),
    (False, "1", "0", "0", ""),
    (False, "1", "0", "", ""),
    (False, "1", "2", "2", ""),
    (False, "1", "2", "", ""),
    (False, "oui", "non", "non", "NA"),
    (False, "Y", "N", "N", "{question_not_shown}"),
    (False, "Y", "N", "", "NULL"),
)
SIRENS = ("213300635", "210100012", "212000046")
# Réponses aux questions, page quittée (6 : validé) ; une question à cases est un ensemble d'options.
reponse = st.fixed_dictionaries(
    {
        "Q01": st.sampled_from(["Y", "N", ""]),
        "Q02": st.sets(st.sampled_from(["SQ001", "SQ002", "SQ003"])),
        "Q03": st.sampled_from(["12", "0", "1500", ""]),
        "Q04": st.sampled_from(["Rien", ""]),
        "Q05": st.sampled_from(["A1", "A2", "A3", ""]),
        "Q06": st.sampled_from(["Y", "N", ""]),
        "quittee": st.sampled_from([2, 4, 6]),
    }
)


def build_entete(style: str, question: Question, code: str, libelle: str) -> str:
    texte = f"{question.libelle} [{libelle}]" if code else question.libelle
    par_code = f"{question.code}[{code}]" if code else question.code
    return {
        "code": par_code,
        "expression": f"{question.code}_{code}" if code else question.code,
        "texte": texte,
        "code_texte": f"{par_code}. {texte}",
        "deux_points": f"{par_code} : {texte}",
        "tiret": f"{par_code} - {texte}",
        "souligne": texte.replace(" ", "_"),
        "abrege": f"{question.libelle[:22]}...{f' [{libelle}]' if code else ''}",
    }[style]


def write_cellule(
    question: Question, code: str, valeur: Any, vue: bool, ecriture: tuple[bool, str, str, str, str]
) -> str:
    """Comme LimeSurvey : « N/A » pour ce qui n'a pas été vu, ou pour un oui/non laissé vide."""
    long, oui, non, non_coche, vide = ecriture
    if question.type == "choix_multiple":
        if not vue:
            return "N/A" if long else vide
        coche = code in valeur
        return ("Oui" if long else oui) if coche else non_coche
    oui_non = {o.code for o in question.options} == {"Y", "N"}
    if not vue or not valeur:
        return "N/A" if long and (oui_non or not vue) else vide
    if oui_non:
        return {"Y": "Oui", "N": "Non"}[valeur] if long else {"Y": oui, "N": non}[valeur]
    libelles = {o.code: o.libelle for o in question.options}
    return libelles.get(valeur, valeur) if long else valeur


def write_export(
    reponses: list[dict[str, Any]], style: str, ecriture: tuple[bool, str, str, str, str], sep: str
) -> str:
    colonnes = [
        (q, o.code, o.libelle) if o else (q, "", "")
        for q in QUESTIONNAIRE.questions
        for o in (q.options if q.type == "choix_multiple" else (None,))
    ]
    lignes = [["id", "submitdate", "lastpage", "SIREN", *(build_entete(style, *c) for c in colonnes)]]
    for i, r in enumerate(reponses):
        date = "2023-12-05 10:00:00" if r["quittee"] == 6 else ""
        ligne = [str(i), date, str(r["quittee"]), SIRENS[i]]
        for question, code, _ in colonnes:
            rang = int(question.code[1:])
            vue = rang <= r["quittee"] and (question.code != "Q05" or r["Q01"] == "Y")
            ligne.append(write_cellule(question, code, r[question.code], vue, ecriture))
        lignes.append(ligne)
    return "\n".join(sep.join('"' + c.replace('"', '""') + '"' for c in ligne) for ligne in lignes)


def load(contenu: str, referentiel: Referentiel) -> tuple[pd.DataFrame, list[str]]:
    with tempfile.TemporaryDirectory() as dossier:
        chemin = Path(dossier) / "r.csv"
        chemin.write_text(contenu, encoding="utf-8")
        lot = prepare(chemin, "communication", "2023-v1", "auto", referentiel, MiniCatalogue())
    assert not lot.rejets
    return lot.fait_reponse, list(lot.participation["collectivite_id"])


# De tout : chaque sorte de réponse, des vides, une page quittée avant chaque question.
VARIEES: list[dict[str, Any]] = [
    {"Q01": "N", "Q02": {"SQ001", "SQ003"}, "Q03": "1500", "Q04": "", "Q05": "", "Q06": "Y", "quittee": 6},
    {"Q01": "Y", "Q02": set(), "Q03": "", "Q04": "Rien", "Q05": "A2", "Q06": "", "quittee": 6},
    {"Q01": "", "Q02": {"SQ002"}, "Q03": "0", "Q04": "Rien", "Q05": "A1", "Q06": "N", "quittee": 4},
]
Ecriture = tuple[bool, str, str, str, str]


def check_meme_lecture(
    referentiel: Referentiel,
    reponses: list[dict[str, Any]],
    options: Iterable[tuple[str, Ecriture]],
    sep: str,
) -> None:
    """Chaque option d'export se lit comme la première."""
    temoin, presentes = load(write_export(reponses, "code", REPONSES[0], ","), referentiel)
    for style, ecriture in options:
        lus, ids = load(write_export(reponses, style, ecriture, sep), referentiel)
        assert ids == presentes, (style, ecriture)
        pd.testing.assert_frame_equal(lus, temoin, obj=f"{style} {ecriture}")


def test_toutes_les_options_d_export(referentiel: Referentiel) -> None:
    check_meme_lecture(referentiel, VARIEES, product(ENTETES, REPONSES), ";")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    reponses=st.lists(reponse, min_size=1, max_size=3),
    style=st.sampled_from(ENTETES),
    ecriture=st.sampled_from(REPONSES),
    sep=st.sampled_from(",;\t"),
)
def test_une_option_d_export_quelles_que_soient_les_reponses(
    referentiel: Referentiel, reponses: list[dict[str, Any]], style: str, ecriture: Ecriture, sep: str
) -> None:
    # Une conversion en 1 et 2 ne se reconnaît qu'à un « 1 » et un « 2 » dans le fichier.
    reponses = [{**reponses[0], "Q01": "N", "Q06": "Y", "quittee": 6}, *reponses[1:]]
    check_meme_lecture(referentiel, reponses, [(style, ecriture)], sep)
