"""Des entrées comme en font d’autres outils : lues justes, mises de côté ou dites, jamais fausses."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import replace
from datetime import date

import pytest

from barometre.catalogue import load_catalogue
from barometre.ingest.dates import check_periode
from barometre.ingest.depouillement import find_enquete
from barometre.ingest.errors import ImportRefuse
from barometre.ingest.xlsx_parts import clean_echappes
from barometre.ingest.xlsx_reader import format_nombre_xml, format_pourcent
from tests.ingest.conftest import QUESTIONNAIRE, VAGUE, Importer, check_counts, get_reponse
from tests.ingest.test_lignes import get_motif

RESEAUX = (
    "SIREN;Q01;Quels réseaux sociaux utilisez-vous ?\n213300635;Y;{}\n"
    "210100012;Y;Facebook\n212000046;Y;Facebook"
)


def list_coches(importer: Importer, cellule: str) -> set[str]:
    lot = importer(RESEAUX.format(cellule) + "\n")
    check_counts(lot)
    assert lot.charges == 3, lot.rejets
    return {o for o, _, v, _ in get_reponse(lot, "commune-33063", "q02") if v == 1}


@pytest.mark.parametrize(
    ("cellule", "coches"),
    [
        ("SQ001 SQ002", {"facebook", "instagram"}),  # Kobo, sans ses cases à côté
        ("facebook instagram", {"facebook", "instagram"}),
        ("Facebook • Instagram", {"facebook", "instagram"}),
        ('"[""L"",""Facebook"",""Instagram""]"', {"facebook", "instagram"}),  # Grist
        ("Facebook, TikTok", {"facebook", "autre"}),
        ("Face book", {"facebook"}),
        ("Facebook, Autre : TikTok", {"facebook", "autre"}),
    ],
)
def test_une_liste_jointe(importer: Importer, cellule: str, coches: set[str]) -> None:
    assert list_coches(importer, cellule) == coches


@pytest.mark.parametrize(
    ("cellule", "motif"),
    [
        ("Facebook - Instagram", "contient l'option « Facebook »"),
        ("Facebook # Instagram", "contient l'option « Facebook »"),
        ("pas Facebook", "contient l'option « Facebook »"),
        ("Facebook en projet", "contient l'option « Facebook »"),
        ("Autre : Instagram", "contient l'option « Instagram »"),
        ("SQ001, SQ009", "n'est pas dans la liste"),
        ("1, 2", "n'est pas dans la liste"),
    ],
)
def test_un_texte_qui_contient_une_option_n_est_pas_autre(
    importer: Importer, cellule: str, motif: str
) -> None:
    assert motif in get_motif(importer, RESEAUX.format(cellule) + "\n")


def test_un_et_deux_a_cote_de_ne_sait_pas(importer: Importer) -> None:
    """La conversion « Y → 1, N → 2 » de LimeSurvey laisse « NSP » tel quel."""
    lot = importer("SIREN;Q01;Q02[SQ001];Q02[SQ002];Q06\n213300635;1;1;2;NSP\n210100012;2;2;1;2\n")
    assert [r.colonne for r in lot.rejets] == ["Q06"]
    assert get_reponse(lot, "commune-01001", "q01") == [("non", "repondu", 1.0, None)]
    assert {o for o, _, v, _ in get_reponse(lot, "commune-01001", "q02") if v == 1} == {"instagram"}


def test_des_colonnes_vides_a_la_fin_des_lignes(importer: Importer) -> None:
    lignes = "".join(f"{siren};Y;12,5;;\n" for siren in ("213300635", "210100012", "212000046"))
    lot = importer(f"SIREN;Q01;Q03\n{lignes}")
    assert (lot.charges, lot.quarantaine) == (3, 0)


def test_une_ligne_qui_a_glisse_d_une_case_n_est_pas_une_ligne_allongee(importer: Importer) -> None:
    """Sa dernière réponse vide, rien ne la distingue d'une ligne allongée, sauf les autres lignes."""
    lot = importer("SIREN;Q01;Q05;Q04\n213300635;Y;A1;Rien\n210100012;;Y;A1;\n212000046;N;A1;\n")
    assert (lot.lus, lot.charges, lot.quarantaine) == (3, 2, 1)
    assert "5 colonnes au lieu de 4" in lot.rejets[0].motif
    assert lot.rejets[0].ligne == 3


@pytest.mark.parametrize(
    ("entete", "cellule", "dit"),
    [
        ("Q03", "3", True),  # le début de 35 ?
        ("Q05", "Non", False),
        ("Q02", "Facebook", True),
        ("Q04", "Rien", False),
    ],
)
def test_un_fichier_coupe_dans_sa_derniere_cellule(
    importer: Importer, entete: str, cellule: str, dit: bool
) -> None:
    contenu = f"SIREN;Q01;{entete}\n210100012;Y;\n213300635;Y;{cellule}"
    coupe, entier = importer(contenu), importer(contenu + "\n")
    assert any("saut de ligne" in a for a in coupe.avertissements) == dit
    assert not any("saut de ligne" in a for a in entier.avertissements)


@pytest.mark.parametrize(
    ("entete", "etat", "motif"),
    [
        ("État du dossier", "Refusé", "Dossier refusé"),
        ("Statut du dossier", "Classé sans suite", "Dossier refusé"),
        ("_validation_status", "validation_status_not_approved", "Dossier refusé"),
        ("Statut", "Supprimé", "Dossier refusé"),
    ],
)
def test_un_dossier_que_l_instructeur_n_a_pas_retenu(
    importer: Importer, entete: str, etat: str, motif: str
) -> None:
    lot = importer(f"SIREN;{entete};Q01\n213300635;{etat};Y\n210100012;Accepté;Y\n")
    check_counts(lot)
    assert list(lot.participation["collectivite_id"]) == ["commune-01001"]
    assert motif in lot.lignes_ignorees[0].motif


def test_un_dossier_en_construction_est_dit(importer: Importer) -> None:
    lot = importer("SIREN;État du dossier;Q01\n213300635;En construction;Y\n210100012;Accepté;Y\n")
    assert lot.charges == 2
    assert any("encore en construction" in a for a in lot.avertissements)


@pytest.mark.parametrize(
    ("marque", "simulees"),
    [
        ("oui", [True]),
        ("Simulée", [True]),
        ("non", [False]),
        ("Réelle", [False]),
        ("", [False]),
        ("tirée", []),
    ],
)
def test_une_marque_inconnue_ne_fait_pas_une_vraie_reponse(
    importer: Importer, marque: str, simulees: list[bool]
) -> None:
    lot = importer(f"SIREN;simulee;Q01\n213300635;{marque};Y\n")
    assert lot.participation["simulee"].tolist() == simulees
    assert lot.quarantaine == (not simulees)


def test_une_date_de_la_vague_suivante() -> None:
    vague = replace(VAGUE, suivante=date(2026, 2, 2))
    assert "vague suivante" in check_periode(date(2026, 3, 1), vague, date(2026, 11, 30))
    assert not check_periode(date(2026, 2, 1), vague, date(2026, 11, 30))


def test_une_vague_sans_cloture_finit_quand_la_suivante_repose_le_questionnaire() -> None:
    catalogue = load_catalogue()
    assert find_enquete(catalogue, "communication", "2023-v1")[1].suivante == date(2026, 2, 2)
    assert find_enquete(catalogue, "communication", "2026-v4")[1].suivante is None


def test_les_intitules_d_un_autre_questionnaire(importer: Importer) -> None:
    entetes = ";".join(f"Q0{i}. Une toute autre question, la {i}" for i in (1, 3, 4, 5, 6))
    with pytest.raises(ImportRefuse, match="intitulés de 5 questions sur 5"):
        importer(f"SIREN;{entetes}\n213300635;Y;12;Rien;A1;Y\n")


def test_quelques_intitules_reecrits_sont_dits(importer: Importer) -> None:
    lot = importer("SIREN;Q01. Avez-vous un site ?;Q03;Q04;Q05\n213300635;Y;12;Rien;A1\n")
    assert any("L'intitulé n'est pas celui du catalogue pour : Q01" in a for a in lot.avertissements)


@pytest.mark.parametrize(
    ("brut", "lu"),
    [("0.28999999999999998", "29 %"), ("0.68999999999999995", "69 %"), ("0.125", "12.5 %"), ("1", "100 %")],
)
def test_un_pourcentage_tel_qu_excel_le_garde(brut: str, lu: str) -> None:
    assert format_pourcent(brut) == lu


@pytest.mark.parametrize(
    ("brut", "lu"),
    [("12.300000000000001", "12.3"), ("2.9999999999999996", "3"), ("21010001200015", "21010001200015")],
)
def test_un_nombre_tel_qu_excel_le_garde(brut: str, lu: str) -> None:
    assert format_nombre_xml(brut) == lu


def test_un_retour_echappe_dans_un_classeur() -> None:
    assert clean_echappes("Facebook_x000D_\nInstagram") == "Facebook\r\nInstagram"
    assert clean_echappes("mon_xml_x005F_x000D_") == "mon_xml_x000D_"


def test_une_fin_de_ligne_dans_un_paragraphe_d_ods(importer: Importer) -> None:
    espaces = " ".join(
        f'xmlns:{nom}="urn:oasis:names:tc:opendocument:xmlns:{nom}:1.0"'
        for nom in ("office", "table", "text")
    )
    cellules = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{texte}</text:p></table:table-cell>'
        for texte in ("213300635", "Y", "Facebook<text:line-break/>Instagram", "Une<text:s/>phrase")
    )
    entetes = "".join(
        f"<table:table-cell><text:p>{e}</text:p></table:table-cell>" for e in ("SIREN", "Q01", "Q02", "Q04")
    )
    contenu = io.BytesIO()
    with zipfile.ZipFile(contenu, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "content.xml",
            f"<office:document-content {espaces}><office:body><office:spreadsheet>"
            '<table:table table:name="F">'
            f"<table:table-row>{entetes}</table:table-row><table:table-row>{cellules}</table:table-row>"
            "</table:table></office:spreadsheet></office:body></office:document-content>",
        )
    lot = importer(contenu.getvalue(), "r.ods")
    assert {o for o, _, v, _ in get_reponse(lot, "commune-33063", "q02") if v == 1} == {
        "facebook",
        "instagram",
    }
    assert get_reponse(lot, "commune-33063", "q04")[0][3] == "Une phrase"


def test_une_liste_de_grist_en_json(importer: Importer) -> None:
    reponses = [{"SIREN": "213300635", "Q01": "Y", "Q02": ["L", "Facebook", "Instagram"]}]
    lot = importer(json.dumps(reponses), "r.json")
    coches = {o for o, _, v, _ in get_reponse(lot, "commune-33063", "q02") if v == 1}
    assert coches == {"facebook", "instagram"}


def test_deux_lignes_d_entetes_aux_memes_mots(importer: Importer) -> None:
    codes = ("Q01", "Q03", "Q04", "Q05", "Q06")
    libelles = {q.code: q.libelle for q in QUESTIONNAIRE.questions}
    lot = importer(
        f"SIREN;{';'.join(f'{c}. {libelles[c]}' for c in codes)}\nSIREN;{';'.join(codes)}\n"
        "213300635;Y;12;Rien;A1;Y\n"
    )
    assert lot.charges == 1
    assert not any("L'intitulé" in a for a in lot.avertissements)
