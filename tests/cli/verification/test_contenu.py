"""Un fichier réenregistré dit toujours la même chose ; une case changée se voit, où qu'elle soit."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from PIL import Image

from barometre.cli.verification.contenu import ENTETE, Illisible, read_contenu
from barometre.cli.verification.ecarts import (
    find_ecart,
    has_memes_lignes,
    is_meme,
)
from barometre.domain.provenance import Provenance
from barometre.exports import build_fichier
from barometre.rapports.formats_document import FORMATS_DOCUMENT
from tests.rapports.conftest import build_document

TABLE = pd.DataFrame(
    {
        "code": ["01", "2A", "33"],
        "groupe": ["Moins de 500", "500 à 999 ; dites « petites »", 'Œuvre, "citée"'],
        "redresse": [12.5, None, 40.0],
        "marque": ["", "[c]", "[u]"],
        "n": pd.array([12, None, 40], dtype="Int64"),
        "vrai": [True, False, True],
    }
)
PROVENANCE = Provenance(
    "Titre", "barometre_essai", "France ; vague 1, toutes", "Baromètre", "29 novembre 2026", "V", (),
    precautions=("À lire ; avec soin.",), simulee=True, adresse="explorer?par=strate&version=V",
)  # fmt: skip
RELUS = ("csv", "csv_international", "xlsx", "ods", "parquet", "zip")


def _lire(
    format_: str, table: pd.DataFrame = TABLE, dite: Provenance = PROVENANCE
) -> dict[str, list[list[str]]]:
    return read_contenu(build_fichier(table, dite, format_), format_.partition("_")[0])


@pytest.mark.parametrize("format_", RELUS)
def test_une_case_changee_se_nomme(format_: str) -> None:
    touchee = TABLE.assign(redresse=[12.5, None, 41.0])
    ecart = find_ecart(_lire(format_), _lire(format_, touchee))
    assert ecart is not None
    assert (ecart.ligne, ecart.colonne) == (4, "redresse")
    assert is_meme(ecart.attendu, "40")
    assert is_meme(ecart.lu, "41")
    assert find_ecart(_lire(format_), _lire(format_)) is None


@pytest.mark.parametrize("format_", RELUS)
def test_une_mention_otee_de_la_provenance_est_un_ecart(format_: str) -> None:
    """« Réponses simulées » effacé, les chiffres intacts : ce n'est plus le fichier de l'outil."""
    lu = _lire(format_, dite=replace(PROVENANCE, simulee=False))
    assert find_ecart(_lire(format_), lu) is not None


@pytest.mark.parametrize("format_", RELUS)
def test_une_ligne_otee_ou_ajoutee_se_voit(format_: str) -> None:
    assert find_ecart(_lire(format_), _lire(format_, TABLE.iloc[:2])) is not None
    assert find_ecart(_lire(format_, TABLE.iloc[:2]), _lire(format_)) is not None


def test_des_lignes_triees_restent_les_memes_mais_pas_sous_d_autres_titres() -> None:
    triee = TABLE.iloc[::-1]
    assert find_ecart(_lire("csv"), _lire("csv", triee)) is not None
    assert has_memes_lignes(_lire("csv"), _lire("csv", triee))
    assert not has_memes_lignes(_lire("csv"), _lire("csv", triee.rename(columns={"n": "m"})))
    assert not has_memes_lignes(_lire("csv"), _lire("csv", triee, replace(PROVENANCE, titre="Autre")))


@pytest.mark.parametrize(
    ("attendu", "lu"), [("12.5", "12,5"), ("12.0", "12"), ("True", "VRAI"), ("a  b", "a b ")]
)
def test_un_tableur_ecrit_autrement_la_meme_chose(attendu: str, lu: str) -> None:
    assert is_meme(attendu, lu)


@pytest.mark.parametrize(
    ("attendu", "lu"), [("01", "1"), ("2A", "2a"), ("", "0"), ("12", "12.01"), ("a", "b")]
)
def test_un_code_qui_perd_son_zero_n_est_plus_le_meme(attendu: str, lu: str) -> None:
    assert not is_meme(attendu, lu)


def test_un_csv_reenregistre_par_un_tableur_se_retrouve() -> None:
    """Mentions fermées de cases vides, lettres de Windows, guillemets ôtés : les mêmes mots."""
    texte = build_fichier(TABLE, PROVENANCE, "csv").decode("utf-8-sig")
    lignes = [f"{ligne};;;;;" if ligne.startswith("#") else ligne for ligne in texte.split("\r\n")]
    refait = "\n".join(lignes).replace("True", "VRAI").replace("False", "FAUX").encode("cp1252")
    assert find_ecart(_lire("csv"), read_contenu(refait, "csv")) is None


def test_un_csv_sans_ses_mentions_garde_ses_donnees() -> None:
    texte = build_fichier(TABLE, PROVENANCE, "csv").decode("utf-8-sig")
    nu = "\r\n".join(ligne for ligne in texte.split("\r\n") if not ligne.startswith("#")).encode()
    lu = read_contenu(nu, "csv")
    assert ENTETE not in lu
    assert find_ecart(_lire("csv"), lu) is None


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice n'est pas installé")
@pytest.mark.parametrize("format_", ["xlsx", "ods"])
def test_un_classeur_reenregistre_par_libreoffice_se_retrouve(format_: str, tmp_path: Path) -> None:
    origine = tmp_path / f"vue.{format_}"
    origine.write_bytes(build_fichier(TABLE, PROVENANCE, format_))
    subprocess.run(
        ["soffice", f"-env:UserInstallation={(tmp_path / 'profil').as_uri()}", "--headless", "--convert-to",
         format_, "--outdir", str(tmp_path / "refait"), str(origine)],
        check=True, capture_output=True,
    )  # fmt: skip
    refait = (tmp_path / "refait" / origine.name).read_bytes()
    assert refait != origine.read_bytes()
    assert find_ecart(_lire(format_), read_contenu(refait, format_)) is None


def test_un_parquet_reecrit_et_une_archive_recompressee_se_retrouvent() -> None:
    tampon = io.BytesIO()
    pq.write_table(
        pq.read_table(io.BytesIO(build_fichier(TABLE, PROVENANCE, "parquet"))), tampon, compression="gzip"
    )
    assert find_ecart(_lire("parquet"), read_contenu(tampon.getvalue(), "parquet")) is None
    tampon = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(build_fichier(TABLE, PROVENANCE, "zip"))) as lu,
        zipfile.ZipFile(tampon, "w") as ecrit,
    ):
        for nom in lu.namelist():
            ecrit.writestr(nom, lu.read(nom))
    assert find_ecart(_lire("zip"), read_contenu(tampon.getvalue(), "zip")) is None


def test_une_piece_ajoutee_a_l_archive_se_voit() -> None:
    tampon = io.BytesIO(build_fichier(TABLE, PROVENANCE, "zip"))
    with zipfile.ZipFile(tampon, "a") as paquet:
        paquet.writestr("en-plus.txt", "à lire")
    ecart = find_ecart(_lire("zip"), read_contenu(tampon.getvalue(), "zip"))
    assert ecart is not None
    assert ecart.feuille == "en-plus.txt"


def _replace_piece(octets: bytes, motif: str, change: Callable[[bytes], bytes]) -> bytes:
    """Le même paquet, où la première pièce de ce nom est changée."""
    tampon = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(octets)) as lu, zipfile.ZipFile(tampon, "w") as ecrit:
        visee = next(nom for nom in lu.namelist() if re.fullmatch(motif, nom))
        for nom in lu.namelist():
            piece = lu.read(nom)
            ecrit.writestr(nom, change(piece) if nom == visee else piece)
    return tampon.getvalue()


def _write_noire(octets: bytes) -> bytes:
    image, sortie = Image.open(io.BytesIO(octets)), io.BytesIO()
    Image.new("RGB", image.size).save(sortie, "PNG")
    return sortie.getvalue()


@pytest.mark.parametrize(
    ("extension", "motif", "change", "feuille"),
    [
        ("pptx", r"ppt/charts/chart\d+\.xml", lambda p: p.replace(b">0.68<", b">0.86<"), "Graphiques"),
        ("pptx", r"ppt/media/.+\.png", _write_noire, "Images"),
        ("docx", r"word/media/.+\.png", _write_noire, "Images"),
        ("odt", r"Pictures/.+\.png", _write_noire, "Images"),
    ],
)
def test_un_graphique_ou_une_image_d_un_document_change_se_voit(
    extension: str, motif: str, change: Callable[[bytes], bytes], feuille: str
) -> None:
    """Les phrases seules étaient comparées : une barre poussée de 68 à 86 % passait pour réenregistrée."""
    octets = FORMATS_DOCUMENT[extension].write(build_document())
    attendu, refait = (
        read_contenu(_replace_piece(octets, motif, geste), extension) for geste in (bytes, change)
    )
    assert find_ecart(read_contenu(octets, extension), attendu) is None
    ecart = find_ecart(attendu, refait)
    assert ecart is not None
    assert ecart.feuille == feuille


def test_une_archive_au_flux_abime_est_une_phrase() -> None:
    """Un octet changé au milieu d'une pièce serrée : zlib tombait, et la commande avec lui."""
    octets = bytearray(build_fichier(TABLE, PROVENANCE, "zip"))
    debut = octets.index(b"LISEZ-MOI.txt") + len(b"LISEZ-MOI.txt")
    octets[debut : debut + 40] = bytes(40)
    with pytest.raises(Illisible):
        read_contenu(bytes(octets), "zip")


def test_une_image_recompressee_a_les_memes_points() -> None:
    def _ecrire(image: Image.Image, **options: object) -> bytes:
        sortie = io.BytesIO()
        image.save(sortie, "PNG", **options)
        return sortie.getvalue()

    image = Image.new("RGB", (40, 30), "white")
    attendu, lu = (read_contenu(_ecrire(image, compress_level=n), "png") for n in (0, 9))
    assert find_ecart(attendu, lu) is None
    image.putpixel((3, 4), (0, 0, 0))
    assert find_ecart(attendu, read_contenu(_ecrire(image), "png")) is not None


@pytest.mark.parametrize(
    "extension", ["csv", "xlsx", "ods", "parquet", "gpkg", "zip", "docx", "png", "pdf", "svg"]
)
def test_un_fichier_abime_ou_sans_cases_le_dit(extension: str) -> None:
    if extension == "csv":
        assert read_contenu(b"\xff\x00;", "csv")
        return
    with pytest.raises(Illisible):
        read_contenu(b"PK\x03\x04 rien d'utile", extension)
