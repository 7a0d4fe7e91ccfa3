"""Un même contenu, sous toutes les formes que LimeSurvey et les tableurs lui donnent."""

from __future__ import annotations

import io
from datetime import datetime

import pytest
import xlsxwriter

from barometre.ingest import ImportRefuse
from tests.ingest.conftest import Importer, check_counts, get_reponse

CODES = (
    "id,submitdate,lastpage,startlanguage,seed,SIRET,PROFIL,Q01,Q02[SQ001],Q02[SQ002],Q02[other],Q03,Q04,Q05,Q06,\n"
    "1,2023-11-25 10:00:00,3,fr,884,21330063500017,agent,Y,Y,,Mastodon,1200,Rien,A2,N,\n"
)
TEXTES = (
    "ID de la réponse,Date de soumission,Dernière page,Langue de départ,Tête de série,"
    "Quel est le numéro SIRET de votre collectivité ?,Vous répondez en tant que :,"
    "Votre  collectivité a-t-elle un site internet ? ,"
    "Quels réseaux sociaux utilisez-vous ? [Facebook],Quels réseaux sociaux utilisez-vous ? [Instagram],"
    "Quels réseaux sociaux utilisez-vous ? [Autre],Combien d'habitants reçoivent l'infolettre ?,"
    "Que manque-t-il ?,Le site est-il accessible ?,La mairie a-t-elle un panneau ?,,Temps total :,"
    "filecount - Déposez un fichier\n"
    '1,2023-11-25 10:00:00,3,fr,884,213 300 635 00017,Un agent,Oui,Oui,Non,Mastodon,"1 200",Rien,'
    "En partie,Non,,35.2,0\n"
)
CODES_ET_TEXTES = (
    "id. ID de la réponse;submitdate. Date de soumission;SIRET. Numéro SIRET;PROFIL. Profil;"
    "Q01. Votre collectivité a-t-elle un site internet ?;Q02[SQ001]. Quels réseaux ? [Facebook];"
    "Q02[SQ002]. Quels réseaux ? [Instagram];Q02[other]. Quels réseaux ? [Autre];Q03. Combien ?;"
    "Q04. Que manque-t-il ?;Q05. Le site est-il accessible ?;Q06. La mairie a-t-elle un panneau ?\n"
    "1;25/11/2023 10:00;21330063500017;agent;Oui;Oui;;Mastodon;1200,0;Rien;En partie;Non\n"
)


def check_bordeaux(lot) -> None:
    """Les six réponses, quelle que soit la forme du fichier."""
    check_counts(lot)
    assert (lot.lus, lot.charges) == (1, 1), lot.rejets
    ligne = lot.participation.iloc[0]
    assert (ligne["collectivite_id"], ligne["profil"]) == ("commune-33063", "agent")
    assert ligne["date_reponse"].isoformat() == "2023-11-25"
    assert get_reponse(lot, "commune-33063", "q01") == [("oui", "repondu", 1.0, None)]
    assert ("facebook", "repondu", 1.0, None) in get_reponse(lot, "commune-33063", "q02")
    assert ("instagram", "repondu", 0.0, None) in get_reponse(lot, "commune-33063", "q02")
    assert get_reponse(lot, "commune-33063", "q03") == [("", "repondu", 1200.0, None)]
    assert get_reponse(lot, "commune-33063", "q04") == [("", "repondu", None, "Rien")]
    assert get_reponse(lot, "commune-33063", "q05") == [("partiel", "repondu", 1.0, None)]
    assert get_reponse(lot, "commune-33063", "q06") == [("non", "repondu", 1.0, None)]


@pytest.mark.parametrize(
    "contenu",
    [
        pytest.param(CODES.encode(), id="codes, UTF-8, virgule"),
        pytest.param(TEXTES.encode("utf-8-sig"), id="textes complets, BOM"),
        pytest.param(TEXTES.replace("'", "’").encode("cp1252"), id="apostrophes typographiques, cp1252"),
        pytest.param(
            CODES_ET_TEXTES.encode("cp1252"), id="codes et textes, point-virgule, décimale à virgule"
        ),
        pytest.param(CODES_ET_TEXTES.replace(";", "\t").encode("utf-16"), id="tabulation, UTF-16"),
        pytest.param(CODES_ET_TEXTES.encode("utf-16-le"), id="UTF-16 sans marque"),
        pytest.param(
            b"sep=;\r\n" + CODES_ET_TEXTES.replace("\n", "\r\n").encode(), id="sep=, retours Windows"
        ),
    ],
)
def test_csv_sous_toutes_ses_formes(importer: Importer, contenu: bytes) -> None:
    check_bordeaux(importer(contenu))


def build_xlsx(lignes: list[list[object]]) -> bytes:
    """Un classeur comme Excel l'écrit ; les nombres y sont des nombres."""
    sortie = io.BytesIO()
    with xlsxwriter.Workbook(sortie, {"in_memory": True, "default_date_format": "dd/mm/yyyy"}) as classeur:
        feuille = classeur.add_worksheet("Réponses")
        for i, ligne in enumerate(lignes):
            for j, valeur in enumerate(ligne):
                feuille.write(i, j, valeur)
    return sortie.getvalue()


def test_xlsx_nombres_et_dates(importer: Importer) -> None:
    entetes = [e.split(".")[0] for e in CODES_ET_TEXTES.split("\n", maxsplit=1)[0].split(";")]
    valeurs = [1, datetime(2023, 11, 25, 10), 21330063500017, "agent"]
    valeurs += ["Oui", "Oui", None, "Mastodon", 1200.0, "Rien", "A2", "N"]
    lot = importer(build_xlsx([entetes, valeurs]), "reponses.xlsx")
    check_bordeaux(lot)


def test_xlsx_numero_de_ligne_et_lignes_blanches(importer: Importer) -> None:
    lot = importer(
        build_xlsx([["SIREN", "Q01"], ["213300635", "Y"], [], ["210100012", "peut-être"]]), "r.xlsx"
    )
    check_counts(lot)
    assert [r.ligne for r in lot.rejets] == [4]
    assert lot.charges == 1


def test_format_reconnu(importer: Importer) -> None:
    assert importer(CODES).format == "limesurvey"
    assert importer("SIREN;Q01\n213300635;Y\n").format == "csv"
    with pytest.raises(ImportRefuse, match="est un fichier CSV, pas XLSX"):
        importer("SIREN;Q01\n213300635;Y\n", format="xlsx")


def test_retours_a_la_ligne_dans_une_cellule(importer: Importer) -> None:
    contenu = 'SIREN;Q01;Q04\n213300635;Y;"un\ndeux\ntrois"\n210100012;peut-être;\n'
    lot = importer(contenu)
    assert [r.ligne for r in lot.rejets] == [5]  # 1 entête + 3 lignes physiques
    assert get_reponse(lot, "commune-33063", "q04") == [("", "repondu", None, "un\ndeux\ntrois")]


def test_etats_de_reponse(importer: Importer) -> None:
    lot = importer(
        "SIREN;Q01;Q02[SQ001];Q02[SQ002];Q02[NSP];Q03;Q05\n"
        "213300635;N;;;Y;NSP;\n"  # sans site : l'accessibilité n'est pas demandée
        "210100012;Y;N/A;N/A;;;Je ne sais pas\n"
    )
    assert get_reponse(lot, "commune-33063", "q02") == [("", "ne_sait_pas", None, None)]
    assert get_reponse(lot, "commune-33063", "q03") == [("", "ne_sait_pas", None, None)]
    assert get_reponse(lot, "commune-33063", "q05") == [("", "non_concerne", None, None)]
    # « N/A » ne dit pas si la question a été posée : sans condition au catalogue, elle est sans réponse.
    assert get_reponse(lot, "commune-01001", "q02") == [("", "sans_reponse", None, None)]
    assert get_reponse(lot, "commune-01001", "q03") == [("", "sans_reponse", None, None)]
    assert get_reponse(lot, "commune-01001", "q05") == [("", "ne_sait_pas", None, None)]
    assert get_reponse(lot, "commune-01001", "q04") == [("", "sans_reponse", None, None)]


def test_autre_coche_et_garde_son_texte(importer: Importer) -> None:
    lot = importer("SIREN;Q02[SQ001];Q02[SQ003];Q02[other]\n213300635;Y;;Mastodon\n")
    assert ("autre", "repondu", 1.0, "Mastodon") in get_reponse(lot, "commune-33063", "q02")


def test_classement(importer: Importer) -> None:
    entete = "Quels réseaux sociaux utilisez-vous ? [Classement {}]"
    lot = importer(f"SIREN;{entete.format(1)};{entete.format(2)}\n213300635;Instagram;\n210100012;MySpace;\n")
    assert ("instagram", "repondu", 1.0, None) in get_reponse(lot, "commune-33063", "q02")
    assert ("facebook", "repondu", 0.0, None) in get_reponse(lot, "commune-33063", "q02")
    assert lot.rejets[0].valeur == "MySpace"


def test_question_non_posee_a_ce_type(importer: Importer) -> None:
    lot = importer("SIREN;Q01;Q06\n200000172;Y;Y\n")
    assert get_reponse(lot, "epci-200000172", "q06") == [("", "non_concerne", None, None)]
    assert any("n'était pas posée" in a for a in lot.avertissements)


def test_colonnes_inconnues_et_questions_absentes_sont_dites(importer: Importer) -> None:
    lot = importer("SIREN;Q01;Q77\n213300635;Y;Y\n")
    assert any("« Q77 »" in a for a in lot.avertissements)
    assert any("Q02, Q03" in a for a in lot.avertissements)


def test_donnees_personnelles_jamais_gardees(importer: Importer) -> None:
    lot = importer(
        "SIREN;Nom;Courriel;Téléphone;Fonction;Q01;Q04\n"
        "213300635;Dupont;jean@exemple.fr;0601020304;Maire;Y;Écrire à jean@exemple.fr ou 06 01 02 03 04\n"
        "210100012;Durand;x@exemple.fr;0601020304;DGS;bof;\n"
    )
    tout = lot.participation.to_csv() + lot.fait_reponse.to_csv() + str(lot.to_dict())
    for secret in ("Dupont", "Durand", "exemple.fr", "0601020304", "06 01 02 03 04", "Maire", "DGS"):
        assert secret not in tout
    assert get_reponse(lot, "commune-33063", "q04")[0][3] == (
        "Écrire à [courriel retiré] ou [téléphone retiré]"
    )


def test_correspondance_declaree(importer: Importer) -> None:
    correspondance = {
        "colonnes": {
            "Mairie": "siren",
            "Web": "communication_q01",
            "FB": "communication_q02[facebook]",
            "Note": "ignorer",
        },
        "valeurs": {"communication_q01": {"en ligne": "oui", "rien": "non"}},
    }
    contenu = "Mairie;Web;FB;Note\n213300635;En ligne;x;4\n"
    lot = importer(contenu, correspondance=correspondance)
    assert get_reponse(lot, "commune-33063", "q01") == [("oui", "repondu", 1.0, None)]
    assert get_reponse(lot, "commune-33063", "q02") == [("facebook", "repondu", 1.0, None)]
    with pytest.raises(ImportRefuse, match="n'est pas dans le fichier"):
        importer(contenu, correspondance={"colonnes": {"Absente": "siren"}})
    with pytest.raises(ImportRefuse, match="ni une question, ni un rôle"):
        importer(contenu, correspondance={"colonnes": {"Web": "question_99"}})
    with pytest.raises(ImportRefuse, match="n'a pas l'option « jamais »"):
        importer(contenu, correspondance={"valeurs": {"communication_q01": {"rien": "jamais"}}})


def test_un_code_postal_n_est_pas_un_code_insee(importer: Importer) -> None:
    """« 01003 » est un code postal possible : une colonne « Code » ou « Code postal » ne rattache rien."""
    for entete in ("Code", "Code postal"):
        with pytest.raises(ImportRefuse, match="Aucune colonne d'identifiant"):
            importer(f"{entete};Q01\n01003;Y\n")
