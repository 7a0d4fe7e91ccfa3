"""Un fichier hostile, abîmé ou d'un autre format est refusé d'une phrase, sans occuper la mémoire."""

from __future__ import annotations

import gzip
import io
import tracemalloc
import zipfile
from pathlib import Path

import openpyxl
import pytest

from barometre.ingest import ImportRefuse, read_export
from barometre.ingest import limits as bornes
from tests.ingest.conftest import Importer
from tests.ingest.test_formats_lus import build_xlsx

MEMOIRE_MAXIMALE = 150 * 2**20
LIGNES = [["SIREN", "Q01"], ["213300635", "Y"]]


def replace_part(classeur: bytes, partie: str, contenu: bytes) -> bytes:
    """Le même classeur, une partie remplacée."""
    sortie = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(classeur)) as avant,
        zipfile.ZipFile(sortie, "w", zipfile.ZIP_DEFLATED) as apres,
    ):
        for info in avant.infolist():
            apres.writestr(info.filename, contenu if info.filename == partie else avant.read(info))
    return sortie.getvalue()


def build_feuille(cellules: bytes) -> bytes:
    """Une feuille XML autour de ces lignes."""
    espace = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    return b'<?xml version="1.0"?><worksheet %s><sheetData>%s</sheetData></worksheet>' % (espace, cellules)


def build_hostile(cellules: bytes) -> bytes:
    return replace_part(build_xlsx(LIGNES), "xl/worksheets/sheet1.xml", build_feuille(cellules))


def check_refuse(tmp_path: Path, contenu: bytes, nom: str, phrase: str) -> None:
    """Refusé par une phrase française, sous la borne de mémoire."""
    chemin = tmp_path / nom
    chemin.write_bytes(contenu)
    tracemalloc.start()
    try:
        with pytest.raises(ImportRefuse, match=phrase) as refus:
            read_export(chemin)
        _, sommet = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sommet < MEMOIRE_MAXIMALE
    assert str(refus.value).endswith((".", "?"))
    assert "Traceback" not in str(refus.value)


def test_cellule_lointaine_en_ligne(tmp_path: Path) -> None:
    loin = b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    contenu = build_hostile(loin)
    assert len(contenu) < 10_000
    check_refuse(tmp_path, contenu, "loin.xlsx", "très éloignée")


def test_cellule_lointaine_ecrite_par_openpyxl(tmp_path: Path) -> None:
    classeur = openpyxl.Workbook()
    classeur.active["A1"] = "SIREN"
    classeur.active.cell(row=1_048_576, column=16_384, value="x")
    classeur.save(tmp_path / "source.xlsx")
    check_refuse(tmp_path, (tmp_path / "source.xlsx").read_bytes(), "loin.xlsx", "très éloignée")


def test_dimension_annoncee_sans_contenu(importer: Importer) -> None:
    """Une dimension annoncée démesurée ne coûte rien : seules les cellules écrites comptent."""
    rangs = b'<row r="1"><c r="A1" t="inlineStr"><is><t>SIREN</t></is></c>'
    rangs += b'<c r="B1" t="inlineStr"><is><t>Q01</t></is></c></row>'
    rangs += b'<row r="2"><c r="A2"><v>213300635</v></c><c r="B2" t="inlineStr"><is><t>Y</t></is></c></row>'
    feuille = build_feuille(rangs).replace(b"<sheetData>", b'<dimension ref="A1:XFD1048576"/><sheetData>')
    lot = importer(replace_part(build_xlsx(LIGNES), "xl/worksheets/sheet1.xml", feuille), "d.xlsx")
    assert lot.charges == 1


def test_bombe_de_decompression(tmp_path: Path) -> None:
    bombe = build_hostile(b" " * (140 * 2**20))
    assert len(bombe) < 2**20
    check_refuse(tmp_path, bombe, "bombe.xlsx", "bombe, refusé")


def test_classeur_trop_lourd(tmp_path: Path) -> None:
    check_refuse(tmp_path, build_hostile(b" " * (160 * 2**20)), "lourd.xlsx", "une fois décompressé")


def test_taille_annoncee_fausse(tmp_path: Path) -> None:
    """Le répertoire de l'archive annonce 10 octets, la partie en contient des millions."""
    contenu = bytearray(build_hostile(b" " * (20 * 2**20)))
    place = contenu.rfind(b"PK\x01\x02", 0, contenu.rfind(b"xl/worksheets/sheet1.xml"))
    contenu[place + 24 : place + 28] = (10).to_bytes(4, "little")
    check_refuse(tmp_path, bytes(contenu), "menteur.xlsx", "tronqué ou abîmé")


def test_trop_de_cellules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("barometre.ingest.xlsx_reader.MAX_CELLULES", 1_000)
    check_refuse(
        tmp_path,
        build_hostile(b"<row>" + b"<c/>" * 2_000 + b"</row>"),
        "c.xlsx",
        "plus de 1\u202f000 cellules",
    )


def test_entites_en_cascade(tmp_path: Path) -> None:
    cascade = b'<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    feuille = build_feuille(b'<row><c t="str"><v>&b;</v></c></row>').replace(b"?>", b"?>" + cascade, 1)
    contenu = replace_part(build_xlsx(LIGNES), "xl/worksheets/sheet1.xml", feuille)
    check_refuse(tmp_path, contenu, "entites.xlsx", "déclaration XML interdite")


def test_liens_vers_d_autres_classeurs_et_noms_qui_sortent(importer: Importer, tmp_path: Path) -> None:
    """Rien n'est suivi ni extrait : seules les cellules de la feuille se lisent."""
    relation = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship '
        b'Id="rId1" Type="x" Target="file:///etc/passwd" TargetMode="External"/></Relationships>'
    )
    tampon = io.BytesIO(build_xlsx(LIGNES))
    with zipfile.ZipFile(tampon, "a") as archive:
        archive.writestr("xl/externalLinks/_rels/externalLink1.xml.rels", relation)
        for nom in ("../evade.txt", f"/{tmp_path}/evade.txt"):
            archive.writestr(nom, b"x")
    assert importer(tampon.getvalue(), "liens.xlsx").charges == 1
    assert list(tmp_path.rglob("evade.txt")) == []


def test_une_feuille_designee_hors_du_classeur(tmp_path: Path) -> None:
    relations = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship '
        b'Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
        b'Target="../../../../etc/passwd"/></Relationships>'
    )
    contenu = replace_part(build_xlsx(LIGNES), "xl/_rels/workbook.xml.rels", relations)
    check_refuse(tmp_path, contenu, "dehors.xlsx", "vide|tronqué ou abîmé")


@pytest.mark.parametrize(
    "contenu",
    [
        b"[" * 200_000 + b"]" * 200_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b'[{"INSEE": "33063", "Q01": ' + b"9" * 6_000 + b"}]",
        b'[{"INSEE": "33063", "INSEE": "69123", "Q01": "A1"}]',
    ],
    ids=["listes", "objets", "nombre", "clé double"],
)
def test_un_json_hostile(tmp_path: Path, contenu: bytes) -> None:
    check_refuse(tmp_path, contenu, "export.json", "export.json")


def test_cellule_demesuree(tmp_path: Path) -> None:
    contenu = build_hostile(b'<row><c t="inlineStr"><is><t>' + b"ab" * 200_000 + b"</t></is></c></row>")
    check_refuse(tmp_path, contenu, "cellule.xlsx", "démesurée")


def test_dix_mille_colonnes(tmp_path: Path) -> None:
    entetes = ";".join(f"Q{i}" for i in range(10_000))
    check_refuse(tmp_path, f"{entetes}\n{';' * 9_999}\n".encode(), "c.csv", "10\u202f000 colonnes")
    colonnes = b"".join(b"<c><v>%d</v></c>" % i for i in range(10_000))
    check_refuse(tmp_path, build_hostile(b"<row>" + colonnes + b"</row>"), "c.xlsx", "très éloignée")


@pytest.mark.parametrize("part", [0.3, 0.6, 0.95])
def test_classeur_tronque(tmp_path: Path, part: float) -> None:
    contenu = build_xlsx(LIGNES)
    check_refuse(tmp_path, contenu[: int(len(contenu) * part)], "t.xlsx", "tronqué")


def test_csv_renomme_xlsx(tmp_path: Path) -> None:
    check_refuse(tmp_path, b"SIREN;Q01\n213300635;Y\n", "r.xlsx", "n'en est pas un")


@pytest.mark.parametrize(
    ("contenu", "phrase"),
    [
        pytest.param(b"", "est vide", id="vide"),
        pytest.param(b"\n\n  \n", "est vide|n'a que ses entêtes|aucune réponse", id="lignes blanches"),
        pytest.param(b"SIREN;Q01\n", "que ses entêtes", id="entêtes seuls"),
        pytest.param(b"SIREN;Q01\n;\n;\n", "que ses entêtes", id="entêtes et lignes vides"),
        pytest.param(bytes(range(256)) * 50, "binaire", id="binaire"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + bytes(100), "une image", id="image"),
        pytest.param(b"$FL2@(#) SPSS DATA FILE\x00\x02", "SPSS tronqué ou mal formé", id="sav"),
        pytest.param(b"%PDF-1.7\n%\xe2\xe3", "un document PDF", id="pdf"),
        pytest.param(gzip.compress(b"SIREN;Q01\n"), "gzip", id="gzip"),
        pytest.param(b"<html><table><tr><td>SIREN</td></tr></table></html>", "page HTML", id="html"),
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "ancien classeur", id="xls"),
        pytest.param(
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            "mot de passe",
            id="protégé",
        ),
        pytest.param(b'SIREN;Q01\n213300635;"Y\n210100012;N\n', "jamais refermé", id="guillemet ouvert"),
        pytest.param(b"SIREN;Q04\n213300635;" + b"a" * 200_000 + b"\n", "démesurée", id="cellule géante"),
        pytest.param(b"\x81\x8d\x8f SIREN;Q01\n1;Y\n", "encodage", id="encodage inconnu"),
        pytest.param(b"a" * (9 * 2**20), "une ligne de plus de", id="ligne sans fin"),
    ],
)
def test_faux_csv(tmp_path: Path, contenu: bytes, phrase: str) -> None:
    check_refuse(tmp_path, contenu, "reponses.csv", phrase)


@pytest.mark.parametrize(
    ("parties", "phrase"),
    [
        (("mimetype", "content.xml"), "tronqué ou abîmé"),
        (("xl/workbook.bin",), "XLSB"),
        (("word/document.xml",), "une archive, pas un classeur"),
    ],
)
def test_autres_archives(tmp_path: Path, parties: tuple[str, ...], phrase: str) -> None:
    sortie = io.BytesIO()
    with zipfile.ZipFile(sortie, "w") as archive:
        for partie in parties:
            archive.writestr(partie, "x")
    check_refuse(tmp_path, sortie.getvalue(), "r.xlsx", phrase)


def test_fichier_absent_ou_trop_lourd(tmp_path: Path) -> None:
    with pytest.raises(ImportRefuse, match="introuvable"):
        read_export(tmp_path / "absent.csv")
    with pytest.raises(ImportRefuse, match="introuvable"):
        read_export(tmp_path)
    lourd = tmp_path / "lourd.csv"
    with lourd.open("wb") as flux:
        flux.truncate(bornes.MAX_OCTETS + 1)
    with pytest.raises(ImportRefuse, match="la limite est de 200 Mo"):
        read_export(lourd)


def test_trop_de_lignes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("barometre.ingest.csv_reader.MAX_LIGNES", 1_000)
    check_refuse(tmp_path, b"SIREN;Q01\n" + b"1;Y\n" * 2_000, "l.csv", "plus de 1\u202f000 lignes")
    check_refuse(tmp_path, b"\n" * 2_000, "l.csv", "plus de 1\u202f000 lignes")


@pytest.mark.parametrize(
    ("texte", "chargees", "avalees"),
    [
        (
            'B;"il manque;Y\nA;rien;N\nJ;tout";Y\n',
            0,
            "ligne 2 fait un texte des suivantes, jusqu'à la ligne 4",
        ),
        (
            'B;"il manque;Y\nA;rien";N\nJ;tout;Y\n',
            1,
            "ligne 2 fait un texte des suivantes, jusqu'à la ligne 3",
        ),
        ('B;"il manque\nbeaucoup ; vraiment ; de choses\net puis ; voilà";Y\nA;"a\nb";N\n', 2, ""),
        ('B;"un tableau\n12 ; 33063 ; 14\nfin";Y\nA;b;N\n', 2, ""),
    ],
)
def test_un_guillemet_qui_avale_des_lignes(
    importer: Importer, texte: str, chargees: int, avalees: str
) -> None:
    """Refermé plus loin, il faisait un texte libre des réponses des suivantes, en silence."""
    for lettre, siren in {"B;": "213300635;", "A;": "210100012;", "J;": "212000046;"}.items():
        texte = texte.replace(lettre, siren)
    lot = importer(f"SIREN;Q04;Q01\n{texte}")
    assert lot.charges == chargees
    assert [avalees in r.motif for r in lot.rejets] == [True] * bool(avalees)
