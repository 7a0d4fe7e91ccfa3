"""Chaque classeur se relit avec une bibliothèque qui ne l'a pas écrit, et vaut le tableau d'origine."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from xml.etree.ElementTree import Element, fromstring

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from barometre.domain.colonnes import get_colonne
from barometre.exports import to_ods, to_xlsx
from barometre.exports.feuilles import list_couverture
from tests.exports.test_exports import PROVENANCE

TABLE = pd.DataFrame(
    {
        "code": ["01004", "2A004", "33063"],
        "nom": ["=1+1", "L'Haÿ & <Œuilly>", "a\x00b\x0bc"],
        "redresse": [23.5, None, None],
        "n": pd.array([41, None, None], dtype="Int64"),
        "marque": ["", "[c]", "[x]"],
    }
)
ATTENDU = [
    ["code", "nom", "redresse", "n", "marque"],
    ["01004", "=1+1", 23.5, 41.0, ""],
    ["2A004", "L'Haÿ & <Œuilly>", "[c]", "[c]", "[c]"],
    ["33063", "abc", "[x]", "[x]", "[x]"],
]
ECRITURES = pytest.mark.parametrize("write", [to_xlsx, to_ods], ids=["xlsx", "ods"])


@ECRITURES
def test_calamine_relit_valeurs_et_marques(write: Callable[..., bytes]) -> None:
    classeur = CalamineWorkbook.from_filelike(io.BytesIO(write(TABLE, PROVENANCE)))
    assert classeur.sheet_names == ["Couverture", "Données", "Définitions"]
    assert classeur.get_sheet_by_name("Données").to_python() == ATTENDU
    couverture = dict(ligne[:2] for ligne in classeur.get_sheet_by_name("Couverture").to_python())
    assert couverture["Marque [c]"].startswith("Confidentiel")
    assert couverture["Version des données"] == "v1"
    definitions = classeur.get_sheet_by_name("Définitions").to_python()
    assert definitions[:2] == [
        ["Objet", "Définition", "Base", "Unité", "Source", "Précautions"],
        ["Part", "Une part.", "Qui a répondu", "%", "S", "Prudence"],
    ]


@ECRITURES
def test_deux_ecritures_donnent_les_memes_octets(write: Callable[..., bytes]) -> None:
    assert write(TABLE, PROVENANCE) == write(TABLE, PROVENANCE)


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice n'est pas installé")
@pytest.mark.parametrize(("write", "extension"), [(to_xlsx, "xlsx"), (to_ods, "ods")])
def test_libreoffice_ouvre_les_donnees(write: Callable[..., bytes], extension: str, tmp_path: Path) -> None:
    (tmp_path / f"vue.{extension}").write_bytes(write(TABLE, PROVENANCE))
    commande = ["soffice", f"-env:UserInstallation=file://{tmp_path}/profil", "--headless", "--convert-to"]
    # Le dernier nombre du filtre CSV choisit la feuille : la deuxième, « Données ».
    filtre = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,2"
    subprocess.run(
        [*commande, filtre, "--outdir", str(tmp_path), str(tmp_path / f"vue.{extension}")],
        check=True, capture_output=True,
    )  # fmt: skip
    texte = (tmp_path / "vue-Données.csv").read_text(encoding="utf-8")
    lus = list(csv.reader(io.StringIO(texte)))
    assert lus == [[str(v).replace("41.0", "41") for v in ligne] for ligne in ATTENDU]


@settings(deadline=None, max_examples=50)
@given(st.text(max_size=40))
def test_aucun_texte_ne_casse_un_classeur(texte: str) -> None:
    table = pd.DataFrame({"texte": [texte, "témoin"]})
    for write in (to_xlsx, to_ods):
        classeur = CalamineWorkbook.from_filelike(io.BytesIO(write(table, PROVENANCE)))
        assert classeur.get_sheet_by_name("Données").to_python()[2][0] == "témoin"


@pytest.mark.parametrize(
    ("titres", "ecrits"),
    [
        (["Part", "part"], ["Part", "part (2)"]),
        # Au troisième, « part (2) » revenait : XlsxWriter n'écrivait plus ni tableau ni titres.
        (["Part", "part", "PART"], ["Part", "part (2)", "PART (3)"]),
        (["Part", "part (2)", "part"], ["Part", "part (2)", "part (3)"]),
    ],
)
def test_des_titres_qui_se_repetent_restent_un_tableau_excel(titres: list[str], ecrits: list[str]) -> None:
    table = pd.DataFrame([range(len(titres))], columns=titres)
    feuille = openpyxl.load_workbook(io.BytesIO(to_xlsx(table, PROVENANCE)))["Données"]
    assert [c.value for c in feuille[1]] == ecrits
    assert feuille.tables["Donnees"].ref.startswith("A1:")


def test_un_texte_plie_a_sa_hauteur_et_une_feuille_tient_en_largeur() -> None:
    """Vu dans LibreOffice : les précautions se recouvraient, et la couverture s'imprimait coupée."""
    lignes = "un mot\net deux\net trois"
    longue = replace(PROVENANCE, precautions=("mot " * 120, "court", lignes))
    classeur = openpyxl.load_workbook(io.BytesIO(to_xlsx(TABLE, longue)))
    couverture = classeur["Couverture"]
    hauteurs = {
        couverture.cell(rang, 2).value: couverture.row_dimensions[rang].height or 15
        for rang in range(1, couverture.max_row + 1)
    }
    assert hauteurs["mot " * 120] >= 5 * hauteurs["court"]
    assert hauteurs[lignes] == 3 * hauteurs["court"]
    for feuille in classeur:
        assert (feuille.page_setup.paperSize, feuille.page_setup.fitToWidth or 1) == (9, 1)
        assert (feuille.page_setup.orientation, feuille.page_setup.fitToHeight) == ("landscape", 0)
        assert feuille.sheet_properties.pageSetUpPr.fitToPage
        assert feuille.print_title_rows == "$1:$1"


def _lire_ods(piece: str, table: pd.DataFrame = TABLE) -> Element:
    return fromstring(zipfile.ZipFile(io.BytesIO(to_ods(table, PROVENANCE))).read(piece))


def test_ods_tient_sa_premiere_ligne_en_vue() -> None:
    """Ce que LibreOffice relit : la seule feuille des données, figée sous sa première ligne."""
    ns = "{urn:oasis:names:tc:opendocument:xmlns:config:1.0}"
    chemin = ["config-item-set", "config-item-map-indexed", "config-item-map-entry"]
    chemin += ["config-item-map-named", "config-item-map-entry"]
    racine = _lire_ods("settings.xml")
    office = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
    assert (racine.tag, racine.attrib[f"{office}version"]) == (f"{office}document-settings", "1.3")
    noeud = racine[0]
    assert noeud.tag == f"{office}settings"
    noms = []
    for nom in chemin:
        assert [enfant.tag for enfant in noeud] == [ns + nom]
        noeud = noeud[0]
        noms.append(noeud.attrib.get(f"{ns}name"))
    assert noms == ["ooo:view-settings", "Views", None, "Tables", "Données"]
    assert [(e.tag, e.attrib[f"{ns}name"], e.attrib[f"{ns}type"], e.text) for e in noeud] == [
        (f"{ns}config-item", "HorizontalSplitMode", "short", "0"),
        (f"{ns}config-item", "VerticalSplitMode", "short", "2"),
        (f"{ns}config-item", "VerticalSplitPosition", "int", "1"),
        (f"{ns}config-item", "PositionBottom", "int", "1"),
        (f"{ns}config-item", "ActiveSplitRange", "short", "2"),
    ]
    assert "".join(racine.itertext()) == "02112"  # rien d'écrit hors des réglages


def test_ods_plie_ses_phrases_et_tient_en_largeur() -> None:
    """Vu dans LibreOffice : la couverture s'imprimait en quatre feuilles, ses phrases coupées."""
    ns = {nom: f"urn:oasis:names:tc:opendocument:xmlns:{nom}:1.0" for nom in ("style", "table", "office")}
    contenu = _lire_ods("content.xml")
    feuilles = contenu.findall(".//table:table", ns)
    assert {f.attrib[f"{{{ns['table']}}}style-name"] for f in feuilles} == {"ta"}
    couverture = feuilles[0].findall("table:table-row/table:table-cell", ns)
    assert {c.attrib[f"{{{ns['table']}}}style-name"] for c in couverture} == {"plie"}
    (page,) = _lire_ods("styles.xml").findall(".//style:page-layout-properties", ns)
    assert [page.attrib[f"{{{ns['style']}}}scale-to-{axe}"] for axe in "XY"] == ["1", "0"]


def test_ods_declare_chaque_style_qu_il_nomme_titres_gras_et_decimales() -> None:
    ns = {nom: f"urn:oasis:names:tc:opendocument:xmlns:{nom}:1.0" for nom in ("style", "table")}
    contenu, page = _lire_ods("content.xml"), _lire_ods("styles.xml")
    nommes = {
        v for e in contenu.iter() for cle, v in e.attrib.items() if cle == f"{{{ns['table']}}}style-name"
    }
    declares = {e.attrib[f"{{{ns['style']}}}name"] for e in contenu.findall(".//style:style", ns)}
    assert nommes <= declares
    mises = {e.attrib[f"{{{ns['style']}}}name"] for e in page.findall(".//style:page-layout", ns)}
    (maitre,) = page.findall(".//style:master-page", ns)
    assert maitre.attrib[f"{{{ns['style']}}}page-layout-name"] in mises
    for feuille in contenu.findall(".//table:table", ns):
        titres = feuille.findall("table:table-header-rows/table:table-row/table:table-cell", ns)
        assert {t.attrib[f"{{{ns['table']}}}style-name"] for t in titres} == {"titre"}
    donnees = contenu.findall(".//table:table", ns)[1].find("table:table-row", ns)
    assert donnees is not None
    styles = [c.attrib.get(f"{{{ns['table']}}}style-name") for c in donnees]
    assert styles == [None, None, "ce1", "ce0", None]


def test_chaque_colonne_garde_son_format_de_nombre() -> None:
    """Des colonnes de mêmes largeur et format se suivent : XlsxWriter les dit d'un seul trait."""
    table = pd.DataFrame(
        {"nom": ["x"], "redresse": [23.5], "brut": [24.5], "n": pd.array([41], dtype="Int64"), "code": ["01"]}
    )
    feuille = openpyxl.load_workbook(io.BytesIO(to_xlsx(table, PROVENANCE)))["Données"]
    assert [feuille.cell(2, k).number_format for k in range(1, 6)] == [
        "General",
        "0.0",
        "0.0",
        "0",
        "General",
    ]


@ECRITURES
@pytest.mark.parametrize("marques", [None, ["B", ""]], ids=["sans marque", "une note n'en est pas une"])
def test_un_nombre_absent_sans_marque_est_une_case_vide(
    write: Callable[..., bytes], marques: list[str] | None
) -> None:
    table = pd.DataFrame({"redresse": [None, 23.5]}, index=[7, 9])
    table = table if marques is None else table.assign(marque=marques)
    classeur = CalamineWorkbook.from_filelike(io.BytesIO(write(table, PROVENANCE)))
    assert [ligne[0] for ligne in classeur.get_sheet_by_name("Données").to_python()[1:]] == ["", 23.5]
    fiche = get_colonne("redresse")
    attendue = ["colonne redresse", f"{fiche.titre}. {fiche.definition}", "", "", "", ""]
    lignes = classeur.get_sheet_by_name("Définitions").to_python()
    assert attendue in [[*ligne, *[""] * (6 - len(ligne))] for ligne in lignes]


@ECRITURES
def test_un_texte_absent_est_une_case_vide_et_une_date_un_jour(write: Callable[..., bytes]) -> None:
    table = pd.DataFrame(
        {"nom": ["Œuilly", None], "jour": pd.to_datetime(["2026-05-04", None]), "vrai": [True, False]}
    )
    lues = CalamineWorkbook.from_filelike(io.BytesIO(write(table, PROVENANCE)))
    _, pleine, vide = lues.get_sheet_by_name("Données").to_python()
    assert pleine[0] == "Œuilly"
    assert "2026-05-04" in str(pleine[1])
    assert vide[:2] == ["", ""]


def test_ods_nomme_chacune_de_ses_pieces() -> None:
    ns = "{urn:oasis:names:tc:opendocument:xmlns:manifest:1.0}"
    racine = _lire_ods("META-INF/manifest.xml")
    entrees = [(e.tag, e.attrib[f"{ns}full-path"], e.attrib[f"{ns}media-type"]) for e in racine]
    assert "".join(racine.itertext()) == ""
    assert entrees == [
        (f"{ns}file-entry", "/", "application/vnd.oasis.opendocument.spreadsheet"),
        *(
            (f"{ns}file-entry", f"{piece}.xml", "text/xml")
            for piece in ("content", "styles", "meta", "settings")
        ),
    ]


def test_ods_dit_son_titre_son_champ_et_sa_langue() -> None:
    dc = "{http://purl.org/dc/elements/1.1/}"
    dits = [(e.tag, e.text) for e in _lire_ods("meta.xml")[0]]
    assert dits == [
        (f"{dc}title", PROVENANCE.titre),
        (f"{dc}description", PROVENANCE.filtres),
        (f"{dc}language", "fr-FR"),
    ]


def test_la_couverture_compte_les_lignes_et_chaque_marque_y_a_son_sens() -> None:
    couverture = dict(list_couverture(TABLE, PROVENANCE))
    assert couverture["Lignes"] == "3"
    assert couverture["Marque [c]"].startswith("Confidentiel")
    assert "Marque [c]" not in dict(list_couverture(TABLE.drop(columns="marque"), PROVENANCE))


def test_un_texte_de_la_couverture_ou_d_un_titre_n_est_ni_formule_ni_lien() -> None:
    piege = replace(PROVENANCE, filtres="=1+1", precautions=("https://exemple.invalid", "+2"))
    classeur = openpyxl.load_workbook(io.BytesIO(to_xlsx(pd.DataFrame({"=1+1": [1]}), piege)))
    for feuille in classeur:
        for case in (case for rang in feuille.iter_rows() for case in rang):
            assert case.data_type != "f", case.value
            assert case.hyperlink is None
    assert classeur["Données"]["A1"].value == "=1+1"


def test_un_classeur_ne_porte_pas_la_date_du_jour() -> None:
    classeur = openpyxl.load_workbook(io.BytesIO(to_xlsx(TABLE, PROVENANCE)))
    assert classeur.properties.created == datetime(2000, 1, 1)


def test_un_grand_nombre_s_ecrit_en_entier_dans_un_ods() -> None:
    """Sa valeur et son texte : un lecteur ne lit parfois que l'un des deux."""
    nombres = [1234567.0, 2102650.5, 0.125, 40.0, 0.1 + 0.2]
    cases = [
        case
        for case in _lire_ods("content.xml", pd.DataFrame({"x": nombres})).iter()
        if any(nom.endswith("value-type") and valeur == "float" for nom, valeur in case.attrib.items())
    ]
    valeurs = [v for case in cases for nom, v in case.attrib.items() if nom.endswith("}value")]
    assert [float(v) for v in valeurs] == nombres
    assert ["".join(case.itertext()) for case in cases] == ["1234567", "2102650.5", "0.125", "40", "0.3"]


def test_chaque_nombre_de_decimales_d_un_ods_a_son_style() -> None:
    quatre = pd.DataFrame({"zero": [1.0], "un": [0.5], "deux": [0.25], "trois": [0.125]})
    racine = _lire_ods("content.xml", quatre)
    noms = [(nom.rpartition("}")[2], v) for case in racine.iter() for nom, v in case.attrib.items()]
    cites = {v for nom, v in noms if nom == "style-name"}
    assert {"ce0", "ce1", "ce2", "ce3"} <= cites
    assert cites <= {v for nom, v in noms if nom == "name"}


def test_un_ods_dit_son_type_en_tete_et_sans_compression() -> None:
    """ODF 1.3, partie 2, §3.3 : c'est à ces octets qu'un système reconnaît le fichier."""
    octets = to_ods(TABLE, PROVENANCE)
    assert octets[30:].startswith(b"mimetypeapplication/vnd.oasis.opendocument.spreadsheet")


@pytest.mark.parametrize("write", [to_xlsx, to_ods])
def test_un_caractere_de_controle_quitte_aussi_la_couverture(write: Callable[..., bytes]) -> None:
    classeur = CalamineWorkbook.from_filelike(
        io.BytesIO(write(TABLE, replace(PROVENANCE, filtres="a\x0bb\x00c")))
    )
    cases = {case for ligne in classeur.get_sheet_by_name("Couverture").to_python() for case in ligne}
    assert "abc" in cases


def test_une_case_excel_ne_depasse_pas_ce_qu_excel_accepte() -> None:
    feuille = openpyxl.load_workbook(io.BytesIO(to_xlsx(pd.DataFrame({"x": ["m" * 40_000]}), PROVENANCE)))
    assert len(feuille["Données"]["A2"].value) == 32_767
    brut = zipfile.ZipFile(io.BytesIO(to_xlsx(pd.DataFrame({"x": [40.0]}), PROVENANCE)))
    assert b"<v>40</v>" in brut.read("xl/worksheets/sheet2.xml")
