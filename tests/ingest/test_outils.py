"""Les outils de questionnaire : cases jointes, entêtes sur plusieurs lignes, page de garde, ODS, JSON, VV."""

from __future__ import annotations

import io
import json
import zipfile

import pandas as pd
import pytest
import xlsxwriter

from barometre.domain.enquete import Option, Question, Questionnaire
from barometre.ingest import ImportRefuse, Lot
from barometre.ingest.columns import build_plan
from tests.ingest.conftest import QUESTIONNAIRE, Importer, check_counts, get_reponse

CODES = "SIREN;Q01;Q02[SQ001];Q02[SQ002];Q03;Q05\n213300635;Y;Y;Y;12;A2\n210100012;Y;;Y;3;A1\n"


def check_meme(lot: Lot, temoin: Lot) -> None:
    check_counts(lot)
    assert lot.charges == temoin.charges, lot.rejets
    ids = ["collectivite_id", "question_id", "option_id"]
    a, b = (x.fait_reponse.query("valeur == 1 or etat != 'repondu' or valeur > 1") for x in (lot, temoin))
    pd.testing.assert_frame_equal(
        a.sort_values(ids).reset_index(drop=True), b.sort_values(ids).reset_index(drop=True)
    )


@pytest.mark.parametrize(
    "entetes",
    [
        "SIREN;Q01;Q02_SQ001;Q02_SQ002;Q03;Q05",
        "SIREN;Q01;Q02.SQ001.;Q02.SQ002.;Q03;Q05",
        "SIREN;Q01 - Un site ?;Q02[SQ001] - Réseaux [Facebook];Q02[SQ002] - Réseaux [Instagram];Q03: N ?;Q05 Accès",  # noqa: E501
        "SIREN;Q01_Un_site;Q02_SQ001_Facebook;Q02_SQ002_Instagram;Q03_Combien;Q05_Accessible",
        "SIREN;Votre collectivit..;Quels réseaux s.. [Facebook];Quels réseaux s.. [Instagram];Combien d’habit..;Le site est-il ..",  # noqa: E501
        "SIREN;Votre_collectivité_a-t-elle_un_site_internet_?;Quels_réseaux_sociaux_utilisez-vous_?_[Facebook];"
        "Quels_réseaux_sociaux_utilisez-vous_?_[Instagram];Combien_d’habitants_reçoivent_l’infolettre_?;"
        "Le_site_est-il_accessible_?",
        "SIREN;Q01;Facebook;Instagram;Q03;Q05",
        "SIREN;Q01;Q02/SQ001;Q02/SQ002;Q03;Q05",
        "SIREN;page1/Q01;page1/Q02/SQ001;page1/Q02/SQ002;page2/bloc/Q03;page2/bloc/Q05",
        "SIREN;Q01;Quels réseaux sociaux utilisez-vous ? (Facebook);Quels réseaux sociaux utilisez-vous ? - Instagram;Q03;Q05",  # noqa: E501
        "SIREN;Q01;Quels réseaux sociaux utilisez-vous ?/Facebook;Quels réseaux sociaux utilisez-vous ? : Instagram;Q03;Q05",  # noqa: E501
        "SIREN;1. Votre collectivité a-t-elle un site internet ?;2) Quels réseaux sociaux utilisez-vous ? [Facebook];"  # noqa: E501
        "2) Quels réseaux sociaux utilisez-vous ? [Instagram];Question 3 : Combien d’habitants reçoivent l’infolettre ?;"  # noqa: E501
        "5. Le site est-il accessible ?",
    ],
)  # fmt: skip
def test_entetes_de_limesurvey(importer: Importer, entetes: str) -> None:
    check_meme(importer(f"{entetes}\n" + CODES.partition("\n")[2]), importer(CODES))


def test_y_et_n_convertis(importer: Importer) -> None:
    un_deux = CODES.replace(";Y", ";1").replace(";;", ";2;")
    check_meme(importer(un_deux), importer(CODES))
    declare = importer(CODES.replace(";Y", ";V").replace(";;", ";F;"), correspondance={
        "colonnes": {}, "valeurs": {"cases": {"V": "oui", "F": "non"}, "communication_q01": {"V": "oui"}}
    })  # fmt: skip
    check_meme(declare, importer(CODES))


@pytest.mark.parametrize("joint", ["{}, {}", "{};{};", "{} / {}", "{}|{}"])
def test_cases_jointes(importer: Importer, joint: str) -> None:
    lot = importer(
        f'SIREN\tQ01\tQ02\tQ06\n213300635\tY\t"{joint.format("Facebook", "Instagram")}"\tY\n'
        f'210100012\tY\t"{joint.format("Facebook", "Mastodon")}"\tY\n'
    )
    coches = [o for o, _, v, _ in get_reponse(lot, "commune-33063", "q02") if v == 1]
    assert coches == ["facebook", "instagram"], lot.rejets
    assert ("autre", "repondu", 1.0, "Mastodon") in get_reponse(lot, "commune-01001", "q02")
    assert any("Réponses libres comptées « Autre » : Q02 (1)" in a for a in lot.avertissements)


def test_une_colonne_sans_option_connue_est_refusee(importer: Importer) -> None:
    lot = importer("SIREN\tQ01\tQ02\n213300635\tY\tMySpace\n210100012\tY\tSkyblog, Orkut\n")
    assert lot.quarantaine == 2


def test_trois_lignes_d_entetes(importer: Importer) -> None:
    lot = importer(
        "Baromètre\t\t\t\t\n\tQuels réseaux sociaux utilisez-vous ?\t\t\t\n"
        "SIREN\tFacebook\tInstagram\tAutre\tQ01\n213300635\tX\t\tX\tY\n"
    )
    check_counts(lot)
    assert [o for o, _, v, _ in get_reponse(lot, "commune-33063", "q02") if v == 1] == ["facebook", "autre"]
    assert any("Entêtes lus à la ligne 3" in a for a in lot.avertissements)


def test_vv_de_limesurvey(importer: Importer) -> None:
    """Une ligne de textes, une ligne de codes, puis les réponses."""
    lot = importer(
        "ID de la réponse\tDate de soumission\tNuméro SIREN\tVotre collectivité a-t-elle un site internet ?\n"
        "id\tsubmitdate\tSIREN\tQ01\n1\t2023-12-05 10:00:00\t213300635\tY\n"
    )
    assert (lot.lus, lot.charges) == (1, 1), lot.rejets


def test_vv_caracteres_remplaces(importer: Importer) -> None:
    """LimeSurvey y remplace tabulations, fins de ligne et guillemets, qu'un texte libre doit retrouver."""
    lot = importer(
        "Date de soumission\tNuméro SIREN\tQue manque-t-il ?\tQuels réseaux ? [Facebook]\n"
        "submitdate\tSIREN\tQ04\tQ02_SQ001\n"
        "2023-12-05 10:00:00\t213300635\t{quote}Du temps{newline}et des {lbrace}outils{rbrace}\tY\n"
        "2023-12-05 10:00:00\t210100012\t{question_not_shown}\tY\n"
    )
    assert get_reponse(lot, "commune-33063", "q04")[0][3] == '"Du temps\net des {outils}'
    assert get_reponse(lot, "commune-01001", "q04")[0][1] == "sans_reponse"


@pytest.mark.parametrize("entete", ["Q07[SQ001]", "Q07_SQ001", "Q07.SQ001.", "Q07[SQ001] : Freins [Le temps]",
                                    "Freins rencontrés [Le temps]"])  # fmt: skip
def test_tableau_d_une_echelle(entete: str) -> None:
    """Une ligne d'un tableau est une question du catalogue, « Q07_SQ001 », à choix unique."""
    echelle = (Option("fort", "Fort", "A1"), Option("faible", "Faible", "A2"))
    lignes = [
        Question(f"communication_q{n}", "communication", f"Q07_SQ00{i}", f"Freins rencontrés [{sujet}]",
                 "choix_unique", echelle)
        for i, (n, sujet) in enumerate([("07", "Le temps"), ("08", "L’argent")], 1)
    ]  # fmt: skip
    plan = build_plan(("SIREN", entete), Questionnaire("communication", "", "", True, tuple(lignes)))
    assert plan.questions == {"communication_q07": 1}


@pytest.mark.parametrize("entete", ["Q08[SQ002]", "Q08_SQ002", "Q08.SQ002.", "Q08[SQ002] - Agents [Le soir]"])
def test_nombres_d_une_question_a_lignes(entete: str) -> None:
    """« Saisie numérique multiple » : un nombre par sous-question, donc une question du catalogue chacune."""
    assert place_sous_questions(entete, "Q08_SQ001", "Q08_SQ002") == {"communication_q12": 1}


@pytest.mark.parametrize("entete", ["Q08[SQ002_SQ001]", "Q08_SQ002_SQ001", "Q08.SQ002_SQ001.",
                                    "Q08[SQ002_SQ001]. Postes [Le soir][2023]"])  # fmt: skip
def test_tableau_de_nombres(entete: str) -> None:
    """Un tableau de nombres croise deux sous-questions, par « _ » dans toutes les écritures de LimeSurvey."""
    assert place_sous_questions(entete, "Q08_SQ001_SQ001", "Q08_SQ002_SQ001") == {"communication_q12": 1}


@pytest.mark.parametrize("entete", ["Q08_SQ001#1", "Q08[SQ001][2]", "Q08[2][SQ001]", "Q08_SQ001_1",
                                    "Q08.SQ001..2.", "Q08_SQ001.1", "Q08[SQ001][2] - Usage"])  # fmt: skip
def test_tableau_a_deux_echelles(entete: str) -> None:
    """L'échelle se compte de 0 après « # », « _ » ou « . », de 1 entre crochets."""
    assert place_sous_questions(entete, "Q08_SQ001#0", "Q08_SQ001#1") == {"communication_q12": 1}


def place_sous_questions(entete: str, *codes: str) -> dict[str, int]:
    questions = [
        Question(f"communication_q1{i}", "communication", code, f"Intitulé {i}", "nombre")
        for i, code in enumerate(codes, 1)
    ]
    plan = build_plan(("SIREN", entete), Questionnaire("communication", "", "", True, tuple(questions)))
    return plan.questions


ECRITURES = ("A1 - {}", "A1. {}", "A1 : {}", "A1 {}", "[A1] {}", "(A1) {}", "A1;{}", "A1 | {}", "A1={}",
             "1 - {}", "1) {}", "☑ {}", "☑ {} ☐ En partie ☐ Non, et ce n’est pas prévu")  # fmt: skip


@pytest.mark.parametrize("cellule", [ecriture.format("Oui, entièrement") for ecriture in ECRITURES])
def test_code_et_texte_dans_une_cellule(importer: Importer, cellule: str) -> None:
    lot = importer(f"SIREN\tQ01\tQ05\n213300635\tY - Oui\t{cellule}\n")
    assert get_reponse(lot, "commune-33063", "q05") == [("oui", "repondu", 1.0, None)], lot.rejets
    assert get_reponse(lot, "commune-33063", "q01") == [("oui", "repondu", 1.0, None)]


@pytest.mark.parametrize("cellule", ["A2 - Oui, entièrement", "B1 - Oui, entièrement", "A1 - 2",
                                     "☑ Oui, entièrement ☑ En partie", "En partie ☑ ou non ☐"])  # fmt: skip
def test_code_et_texte_qui_se_contredisent(importer: Importer, cellule: str) -> None:
    assert importer(f"SIREN\tQ01\tQ05\n213300635\tY\t{cellule}\n").quarantaine == 1


@pytest.mark.parametrize("cellule", ["SQ001 - Facebook; SQ003 - Autre", "☑ Facebook ☐ Instagram ☑ Autre",
                                     "☒ Facebook\v☐ Instagram\v☒ Autre"])  # fmt: skip
def test_cases_jointes_par_code_et_texte(importer: Importer, cellule: str) -> None:
    cellule = cellule.replace("\v", "\n")
    lot = importer(f'SIREN\tQ02\n213300635\t"{cellule}"\n')
    coches = [o for o, _, v, _ in get_reponse(lot, "commune-33063", "q02") if v == 1]
    assert coches == ["facebook", "autre"], lot.rejets


@pytest.mark.parametrize(
    ("oui", "non"), [("☑", "☐"), ("☒", "□"), ("✔️", ""), ("Y - Oui", "N - Non"), ("SQ001 : Facebook", "")]
)
def test_une_case_dessinee(importer: Importer, oui: str, non: str) -> None:
    lot = importer(f"SIREN\tQ01\tQ02[SQ001]\tQ02[SQ002]\n213300635\tY\t{oui}\t{non}\n")
    cases = [(o, v) for o, _, v, _ in get_reponse(lot, "commune-33063", "q02")]
    assert cases[:2] == [("facebook", 1.0), ("instagram", 0.0)], lot.rejets


def test_json_de_limesurvey(importer: Importer) -> None:
    reponses = [{"id": 1, "SIREN": "213300635", "Q01": "Y", "Q03": 12, "Q04": None}]
    for forme in ({"responses": reponses}, {"responses": [{"1": reponses[0]}]}, reponses):
        lot = importer(json.dumps(forme), "r.json")
        assert (lot.lus, lot.charges) == (1, 1), lot.rejets
    with pytest.raises(ImportRefuse, match="pas une liste de réponses"):
        importer('{"erreur": "droits"}', "r.json")


def test_json_de_l_api_de_kobo_et_de_grist(importer: Importer) -> None:
    reponses = [{"SIREN": "213300635", "Q01": "Y", "Q03": 12}, {"SIREN": "212000046", "Q01": "N", "Q03": 3}]
    kobo = {"count": 2, "next": None, "previous": None, "results": reponses}
    grist = {"records": [{"id": i, "fields": r} for i, r in enumerate(reponses, 1)]}
    for forme in (kobo, grist):
        lot = importer(json.dumps(forme), "r.json")
        assert (lot.lus, lot.charges) == (2, 2), lot.rejets


@pytest.mark.parametrize("suite", [{"count": 340}, {"next": "https://exemple.fr/?start=100"}, {"count": 1}])
def test_une_page_de_kobo_n_est_pas_toute_l_enquete(importer: Importer, suite: dict[str, object]) -> None:
    """Les réponses des pages suivantes se perdaient sans un mot, si l'une seule était lue."""
    reponses = [{"SIREN": "213300635", "Q01": "Y"}, {"SIREN": "212000046", "Q01": "N"}]
    with pytest.raises(ImportRefuse, match="qu'une page : 2\xa0réponses sur"):
        importer(json.dumps({"results": reponses} | suite), "r.json")


def build_ods(feuilles: dict[str, list[list[str]]], fin: str = "", styles: str = "") -> bytes:
    tables = "".join(
        f'<table:table table:name="{nom}">'
        + "".join(
            "<table:table-row>"
            + "".join(f"<table:table-cell {c}</table:table-cell>" for c in r)
            + "</table:table-row>"
            for r in lignes
        )
        + f"{fin}</table:table>"
        for nom, lignes in feuilles.items()
    )
    sortie = io.BytesIO()
    with zipfile.ZipFile(sortie, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "content.xml",
            '<office:document-content xmlns:office="o" xmlns:table="t" xmlns:text="x">'
            f"<office:automatic-styles>{styles}</office:automatic-styles><office:body>"
            f"<office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>",
        )
    return sortie.getvalue()


def _t(texte: str) -> str:
    return f'office:value-type="string"><text:p>{texte}</text:p>'


def test_ods_page_de_garde_et_pourcentage(importer: Importer) -> None:
    contenu = build_ods(
        {
            "Lisez-moi": [[_t("Baromètre")], [_t("Export du 12 mars")]],
            "Données": [
                [_t("SIREN"), _t("Q01"), _t("Q03")],
                [_t("213300635"), _t("Y"), 'office:value-type="percentage" office:value="0.45">'],
                [_t("210100012"), _t("N"), 'office:value-type="float" office:value="1.234">'],
            ],
        }
    )
    lot = importer(contenu, "r.ods")
    assert list(lot.fait_reponse.query("question_id == 'communication_q03'")["valeur"]) == [45.0, 1.234]
    assert any("seule « Données » est lue" in a for a in lot.avertissements)


def test_ods_hostile(importer: Importer) -> None:
    """Un million de lignes ou de colonnes répétées en quelques octets."""
    lignes = [[_t("SIREN"), _t("Q01")], [_t("213300635"), _t("Y")]]
    fin = '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>'
    assert importer(build_ods({"A": lignes}, fin), "r.ods").charges == 1
    for bombe in (
        '<table:table-row table:number-rows-repeated="1048000"><table:table-cell><text:p>x</text:p>'
        "</table:table-cell></table:table-row>",
        '<table:table-row><table:table-cell table:number-columns-repeated="16384"><text:p>x</text:p>'
        "</table:table-cell></table:table-row>",
    ):
        with pytest.raises(ImportRefuse):
            importer(build_ods({"A": lignes}, bombe), "r.ods")


def test_classeur_pourcents_feuilles_et_lignes_masquees(importer: Importer) -> None:
    sortie = io.BytesIO()
    with xlsxwriter.Workbook(sortie) as classeur:
        garde, feuille = classeur.add_worksheet("Garde"), classeur.add_worksheet("Réponses")
        classeur.add_worksheet("Cachée").hide()
        garde.write(0, 0, "Export")
        pourcent = classeur.add_format({"num_format": "0%"})
        feuille.write_row(0, 0, ["Titre"])
        feuille.write_row(1, 0, ["SIREN", "Q01", "Q03"])
        feuille.write_row(2, 0, ["213300635", "Y"])
        feuille.write(2, 2, 0.45, pourcent)
        feuille.write_row(3, 0, ["210100012", "N", 3])
        feuille.set_row(3, None, None, {"hidden": True})
    lot = importer(sortie.getvalue(), "r.xlsx")
    assert list(lot.fait_reponse.query("question_id == 'communication_q03'")["valeur"]) == [45.0, 3.0]
    dits = " ".join(lot.avertissements)
    for phrase in ("seule « Réponses »", "1\xa0feuille masquée", "1\xa0ligne masquée", "ligne 2"):
        assert phrase in dits


def test_ce_qui_est_declare(importer: Importer) -> None:
    contenu = "a;b\nx;y\nMon SIREN;Autre SIREN\n213300635;210100012\n"
    lot = importer(
        contenu.replace("Autre SIREN", "Autre SIREN;Q01")
        .replace("210100012", "210100012;Y")
        .replace(";b", ";b;"),
        correspondance={"entete": 3, "colonnes": {}, "identifiants": ["Autre SIREN", "Mon SIREN"]},
    )
    assert list(lot.participation["collectivite_id"]) == ["commune-01001"], lot.rejets


def test_encodage_abime_et_caracteres_invisibles(importer: Importer) -> None:
    question = QUESTIONNAIRE.questions[4].libelle
    texte = f"SIREN;Q01;{question};Q04\n213300635;Y;Oui, entièrement;é\u202eté\n"
    lot = importer(texte.encode().decode("cp1252", "replace").replace("\ufffd", "").encode())
    assert get_reponse(lot, "commune-33063", "q05") == [("oui", "repondu", 1.0, None)], lot.rejets
    assert any("Encodage abîmé réparé" in a for a in lot.avertissements)
    lot = importer(texte)
    assert get_reponse(lot, "commune-33063", "q04") == [("", "repondu", None, "été")]
    assert any("caractères invisibles" in a for a in lot.avertissements)


def test_un_refus_nomme_les_colonnes(importer: Importer) -> None:
    with pytest.raises(ImportRefuse) as refus:
        importer("Mairie;Le site est il accesible\nx;Y\n")
    assert "Colonnes lues : « Mairie »" in str(refus.value)
    assert "ressemble à « Le site est-il accessible" in str(refus.value)
    assert "--correspondance" in str(refus.value)
