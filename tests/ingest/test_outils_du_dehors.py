"""Ce que d'autres outils de questionnaire et de calcul écrivent : lu comme il faut, ou mis de côté et dit."""

from __future__ import annotations

import io
import zipfile

import pytest

from barometre.ingest import ImportRefuse
from barometre.ingest.ecritures import read_enumeration
from barometre.ingest.labels import compact_heading, compact_label
from barometre.ingest.ods_reader import is_zero_affiche
from tests.classeurs import build_classeur
from tests.ingest.conftest import QUESTIONNAIRE, Importer, check_counts, get_reponse

BORDEAUX, ABERGEMENT, AJACCIO = "213300635", "210100012", "212000046"
Q01, Q02, Q03, Q04, Q05, Q06 = (q.libelle for q in QUESTIONNAIRE.questions)


def read_reseaux(importer: Importer, contenu: str) -> set[str]:
    lot = importer(contenu)
    assert lot.charges == 1, lot.rejets
    return {option for option, _, valeur, _ in get_reponse(lot, "commune-33063", "q02") if valeur == 1}


QUALTRICS = f"""Status;Finished;Progress;ResponseId;Q1;Q2_1;Q2_2;Q2_3_TEXT;SIREN
Response Type;Finished;Progress;Response ID;{Q01};{Q02} - Selected Choice - Facebook;\
{Q02} - Selected Choice - Autre;{Q02} - Autre - Text;SIREN
{{"ImportId":"s"}};{{"ImportId":"f"}};{{"ImportId":"p"}};{{"ImportId":"r"}};{{"ImportId":"1"}};\
{{"ImportId":"2"}};{{"ImportId":"3"}};{{"ImportId":"4"}};{{"ImportId":"5"}}
{{reel}};True;100;R1;Oui;Facebook;Autre;TikTok;{BORDEAUX}
{{apercu}};True;100;R2;Non;;;;{BORDEAUX}
""".replace("\\\n", "")


@pytest.mark.parametrize(("reel", "apercu"), [("IP Address", "Survey Preview"), ("0", "1"), ("0", "8")])
def test_l_apercu_de_qualtrics_n_est_pas_une_reponse(importer: Importer, reel: str, apercu: str) -> None:
    lot = importer(QUALTRICS.replace("{reel}", reel).replace("{apercu}", apercu))
    check_counts(lot)
    assert (lot.charges, lot.ignores, lot.doublons) == (1, 1, 0)
    assert get_reponse(lot, "commune-33063", "q01")[0][0] == "oui"
    assert ("autre", "repondu", 1.0, "TikTok") in get_reponse(lot, "commune-33063", "q02")
    assert not any("non validée" in a for a in lot.avertissements)


def test_la_seconde_ligne_de_surveymonkey(importer: Importer) -> None:
    lot = importer(
        f"Respondent ID;SIREN;{Q01};{Q02};;;{Q03}\n"
        ";Open-Ended Response;Response;Facebook;Instagram;Autre (veuillez préciser);Réponse ouverte\n"
        f"1;{BORDEAUX};Oui;Facebook;;TikTok;12\n"
    )
    assert (lot.charges, lot.quarantaine) == (1, 0)
    assert get_reponse(lot, "commune-33063", "q01")[0][0] == "oui"
    assert get_reponse(lot, "commune-33063", "q03")[0][2] == 12
    assert {o for o, _, v, _ in get_reponse(lot, "commune-33063", "q02") if v == 1} == {"facebook", "autre"}


@pytest.mark.parametrize("suffixe", ["_time", " - temps (s)", ".duree", "_score", " (Page Submit)"])
def test_le_temps_passe_n_est_pas_la_reponse(importer: Importer, suffixe: str) -> None:
    lot = importer(f"SIREN;Q01;Q01{suffixe};Q03{suffixe}\n{BORDEAUX};Y;9;8\n")
    assert get_reponse(lot, "commune-33063", "q01")[0][0] == "oui"
    assert get_reponse(lot, "commune-33063", "q03")[0][1] == "sans_reponse"  # sa colonne n'y est pas


@pytest.mark.parametrize(
    "cellule",
    [
        "['Facebook', 'Instagram']",
        "{'Instagram', 'Facebook'}",
        "('Facebook', 'Instagram')",
        '{Facebook,"Instagram"}',
        "Facebook<br />Instagram",
        '"- Facebook\n- Instagram"',
    ],
)
def test_une_liste_ecrite_par_un_programme(importer: Importer, cellule: str) -> None:
    ecrite = _quote(cellule) if '"' in cellule else cellule
    lus = read_reseaux(importer, f"SIREN;Q01;Q02\n{BORDEAUX};Y;{ecrite}\n")
    assert lus == {"facebook", "instagram"}


def _quote(cellule: str) -> str:
    return '"' + cellule.strip('"').replace('"', '""') + '"'


def test_une_enumeration_demesuree_ou_qui_n_en_est_pas_une() -> None:
    assert read_enumeration("[" * 4_000) is None
    assert read_enumeration("['a'" + ", 'a'" * 5_000 + "]") is None
    assert read_enumeration('{"a": 1}') is None or read_enumeration('{"a": 1}') == ['a": 1']


def test_un_virgule_zero_dans_une_case(importer: Importer) -> None:
    lot = importer(
        f"SIREN;Q01;Q02[SQ001];Q02[SQ002];Q03;Q06\n{BORDEAUX};1.0;1.0;0.0;12.0;0.0\n{AJACCIO};0.0;0.0;1.0;3.0;\n"
    )
    assert lot.charges == 2, lot.rejets
    assert get_reponse(lot, "commune-33063", "q01")[0][0] == "oui"
    assert get_reponse(lot, "commune-33063", "q03")[0][2] == 12
    assert get_reponse(lot, "commune-2A004", "q02")[1][:3] == ("instagram", "repondu", 1.0)


@pytest.mark.parametrize(("seconde", "chargees"), [("Y", 1), ("N", None)])
def test_une_colonne_en_double(importer: Importer, seconde: str, chargees: int | None) -> None:
    contenu = f"SIREN;Q01;Q01.1\n{BORDEAUX};Y;{seconde}\n"
    if chargees:
        assert importer(contenu).charges == chargees
        return
    with pytest.raises(ImportRefuse, match=r"Q01\.1"):
        importer(contenu)


def test_un_code_et_l_intitule_d_une_autre_question(importer: Importer) -> None:
    with pytest.raises(ImportRefuse, match="celui de Q01, l'intitulé celui de Q06"):
        importer(f"SIREN;Q01. {Q06};Q06. {Q01}\n{BORDEAUX};Y;N\n")


def test_apostrophes_et_virgules_otees(importer: Importer) -> None:
    lot = importer(
        f"SIREN;Q01;Combien dhabitants recoivent linfolettre;Q05\n{BORDEAUX};Y;12;Non et ce nest pas prevu\n"
    )
    assert get_reponse(lot, "commune-33063", "q03")[0][2] == 12
    assert get_reponse(lot, "commune-33063", "q05")[0][0] == "non"
    assert compact_label("Oui") == ""
    # « Autre » et « Q01 », trop courts l'un et l'autre, ne se confondent pas.
    assert compact_heading(Q02, "Autre") == compact_heading(Q02, "Q01") == ""


def test_un_texte_force_pour_un_tableur(importer: Importer) -> None:
    lot = importer(f'SIREN;Q01;Q03\n"=""{BORDEAUX}""";"=""Oui""";"=""12"""\n')
    assert get_reponse(lot, "commune-33063", "q03")[0][2] == 12


def test_la_plupart_des_lignes_discordantes_n_en_laissent_passer_aucune(importer: Importer) -> None:
    lignes = [f"{siren};{nom};Y\n" for siren, nom in zip(5 * [BORDEAUX], 5 * ["Ajaccio"], strict=True)]
    lot = importer(f"SIREN;Commune;Q01\n{''.join(lignes)}{AJACCIO};Ajaccio;Y\n")
    assert (lot.charges, lot.quarantaine) == (0, 6)
    assert "5 lignes sur 6" in lot.rejets[-1].motif
    peu = importer(f"SIREN;Commune;Q01\n{lignes[0]}{AJACCIO};Ajaccio;Y\n")
    assert (peu.charges, peu.quarantaine) == (1, 1)


SYNONYMES = [("Meta", "Facebook"), ("meta", "Facebook")]


@pytest.mark.parametrize(("ecrit", "option"), SYNONYMES)
def test_un_synonyme_d_une_option_n_est_pas_autre(importer: Importer, ecrit: str, option: str) -> None:
    jointe = importer(f"SIREN;Q01;Q02\n{BORDEAUX};Y;Instagram, {ecrit}\n")
    a_cote = importer(f"SIREN;Q01;Q02[SQ001];Q02[SQ002];Q02[other]\n{BORDEAUX};Y;;Y;{ecrit}\n")
    for lot in (jointe, a_cote):
        assert lot.charges == 0
        assert f"peut-être l'option « {option} »" in lot.rejets[0].motif


def test_un_texte_que_beaucoup_ecrivent_est_dit_a_part(importer: Importer) -> None:
    sirens = (BORDEAUX, ABERGEMENT, AJACCIO, "200064624")
    contenu = "SIREN;Q02\n" + "".join(f'{s};"Facebook, Bluesky"\n' for s in sirens[:3])
    contenu += f"{sirens[3]};Facebook\n"
    lot = importer(contenu)
    assert lot.charges == 4
    assert any("« Bluesky », compté « Autre », est écrit à l'identique par 3 répondantes sur 4" in a
               for a in lot.avertissements)  # fmt: skip
    # Deux fois le même texte libre n'est qu'un hasard ; « Autre : Bluesky » dit lui-même ce qu'il est.
    for ecrit in (contenu.replace("Bluesky", "Viadeo", 1), contenu.replace("Bluesky", "Autre : Bluesky")):
        assert not any("à l'identique" in a for a in importer(ecrit).avertissements)


def test_deux_feuilles_de_reponses_demandent_laquelle(importer: Importer) -> None:
    entetes: list[object] = ["SIREN", "Q01", "Q03"]
    feuilles = {"Vague 1": [entetes, [BORDEAUX, "Y", 1]], "Vague 2": [entetes, [BORDEAUX, "N", 2]]}
    with pytest.raises(ImportRefuse, match="plusieurs feuilles de réponses"):
        importer(build_classeur(feuilles), "r.xlsx")
    lot = importer(build_classeur(feuilles), "r.xlsx", correspondance={"feuille": "Vague 2"})
    assert get_reponse(lot, "commune-33063", "q03")[0][2] == 2
    copie = {"Réponses": feuilles["Vague 1"], "Copie": feuilles["Vague 1"], "Vide": [entetes]}
    assert importer(build_classeur(copie), "r.xlsx").charges == 1


def test_un_code_insee_au_format_00000(importer: Importer) -> None:
    contenu = build_classeur({"R": [["Code INSEE", "Q01"], [1001, "Y"]]}, "00000")
    lot = importer(contenu, "r.xlsx")
    assert list(lot.participation["collectivite_id"]) == ["commune-01001"]
    assert importer(build_classeur({"R": [["Code INSEE", "Q01"], [1001, "Y"]]}), "r.xlsx").charges == 0


ODS = """<?xml version="1.0"?><d xmlns:o="o" xmlns:t="t" xmlns:s="s" xmlns:x="x"><s:style s:name="ta2">\
<s:table-properties t:display="false"/></s:style><t:table t:name="Brouillon" t:style-name="ta2">{brouillon}\
</t:table><t:table t:name="R">{lignes}</t:table></d>""".replace("\\\n", "")


def build_ods(**feuilles: list[list[str]]) -> bytes:
    def write(lignes: list[list[str]]) -> str:
        return "".join(f"<t:table-row>{''.join(ligne)}</t:table-row>" for ligne in lignes)

    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", ODS.format(**{nom: write(f) for nom, f in feuilles.items()}))
    return tampon.getvalue()


def cell(texte: str, valeur: str = "") -> str:
    genre = f'o:value-type="float" o:value="{valeur}"' if valeur else 'o:value-type="string"'
    return f"<t:table-cell {genre}><x:p>{texte}</x:p></t:table-cell>"


def test_une_feuille_masquee_d_ods_ne_se_lit_pas(importer: Importer) -> None:
    entetes = [cell("Code INSEE"), cell("Q01")]
    lot = importer(
        build_ods(
            brouillon=[entetes, [cell("33063"), cell("N")]],
            lignes=[entetes, [cell("01001", "1001"), cell("Y")]],
        ),
        "r.ods",
    )
    assert list(lot.participation["collectivite_id"]) == ["commune-01001"]
    assert "1\u00a0feuille masquée, non lue." in lot.avertissements
    assert is_zero_affiche("01001", "1001")
    assert not is_zero_affiche("0,5", "0.5")
    assert not is_zero_affiche("0", "")


@pytest.mark.parametrize("entete", ["INSEE_COM", "COG", "N° INSEE", "Code géographique", "com_insee"])
def test_d_autres_entetes_de_code_insee(importer: Importer, entete: str) -> None:
    assert importer(f"{entete};Q01\n33063;Y\n").charges == 1


@pytest.mark.parametrize(
    ("entete", "numero"), [("Id. SIRET", f"{BORDEAUX}00017"), ("Numéro SIRENE", BORDEAUX)]
)
def test_d_autres_entetes_de_siren(importer: Importer, entete: str, numero: str) -> None:
    assert importer(f"{entete};Q01\n{numero};Y\n").charges == 1
