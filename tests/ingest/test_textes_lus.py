"""Un fichier de texte : ce qu'il contient, comment il est écrit, où ses lignes se coupent."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from barometre.ingest import ImportRefuse, sniff
from barometre.ingest.csv_reader import _iter_enregistrements, _note_separateur, iter_csv
from barometre.ingest.json_reader import _build_objet
from barometre.ingest.sniff import Contenant, _check_encodage, _check_texte, is_finie, read_contenant
from tests.ingest.test_refus import zip_parts


@pytest.mark.parametrize(
    ("texte", "separateur", "note"),
    [
        ("a;b\n1;2\n", ";", (True, 1.0, 2)),
        ("a;b\n1;2\n", ",", (False, 0.0, 0)),
        ("", ";", (False, 0.0, 0)),
        ("titre\n\na;b\n1;2\n3;4\n", ";", (True, 0.75, 2)),
        ("a;b;c\n1;2\n3;4;5;;\n6;7;8;9\n", ";", (True, 0.5, 3)),  # vides de trop permises, réponse non
        ("sep=;\na;b\n", ";", (True, 1.0, 2)),
        ("a;b\n" * 40, ";", (True, 1.0, 2)),
        ("a;b\n" * 30 + "c\n" * 9, ";", (True, 1.0, 2)),  # trente lignes au plus
        ('a;b\n"x', ";", (True, 0.5, 2)),
    ],
)
def test_le_separateur_se_juge_a_la_largeur_des_lignes(
    tmp_path: Path, texte: str, separateur: str, note: tuple[bool, float, int]
) -> None:
    chemin = tmp_path / "r.csv"
    chemin.write_text(texte, "utf-8")
    assert _note_separateur(chemin, "utf-8", separateur) == note


def test_les_enregistrements_d_un_csv(tmp_path: Path) -> None:
    chemin = tmp_path / "r.csv"
    chemin.write_text('SIREN; Q04 \n1;"un\ndeux"\n2;"x"y\n3;z\n', "utf-8")
    assert list(iter_csv(chemin, "utf-8")) == [
        (1, ["SIREN", "Q04"], ""),
        (2, ["1", "un\ndeux"], ""),
        (4, [], "Guillemets mal placés, de la ligne 4 à la ligne 4 : illisible."),
        (5, ["3", "z"], ""),
    ]
    avale = '213300635;"rien;Y\n210100012;tout";N\n'
    chemin.write_text(avale, "utf-8")
    motif = (
        "Un guillemet ouvert à la ligne 1 fait un texte des suivantes, jusqu'à la ligne 2 : ôtez-le, ou "
        "refermez-le sur sa ligne."
    )
    with chemin.open(newline="") as flux:
        assert list(_iter_enregistrements(flux, ";", "r.csv")) == [
            (1, [], motif),
        ]


@pytest.mark.parametrize(
    ("octets", "nature", "encodage"),
    [
        (b"SIREN;Q01\n1;Y\n", "csv", "utf-8"),
        ("é;b\n".encode(), "csv", "utf-8"),
        ("é;b\n".encode("utf-8-sig"), "csv", "utf-8-sig"),
        ("é;b\n".encode("cp1252"), "csv", "cp1252"),
        ("SIREN;b\n1;Y\n".encode("utf-16"), "csv", "utf-16"),
        ("SIREN;b\n1;Y\n".encode("utf-16-le"), "csv", "utf-16-le"),
        ("SIREN;b\n1;Y\n".encode("utf-16-be"), "csv", "utf-16-be"),
        (b' [{"SIREN": "1"}]', "json", "utf-8"),
        (b'{"responses": []}', "json", "utf-8"),
        (b"[\n{}]", "json", "utf-8"),
        (b"[note]; b\n", "csv", "utf-8"),
        (b"$FL2 reste", "sav", ""),
        (b"$FL3 reste", "sav", ""),
        (zip_parts("xl/workbook.xml"), "xlsx", ""),
        (zip_parts("mimetype", "content.xml"), "ods", ""),
    ],
)
def test_un_fichier_se_reconnait_a_son_contenu(
    tmp_path: Path, octets: bytes, nature: str, encodage: str
) -> None:
    chemin = tmp_path / "r.txt"
    chemin.write_bytes(octets)
    lu = read_contenant(chemin)
    assert lu == Contenant(nature, encodage, lu.empreinte)
    assert lu.empreinte == hashlib.sha256(octets).hexdigest()


@pytest.mark.parametrize(
    ("texte", "encodage", "finie"),
    [
        ("a;b\n", "utf-8", True),
        ("a;b\r\n", "utf-8", True),
        ("a;b\r", "utf-8", True),
        ("a;b", "utf-8", False),
        ("\n", "utf-8", True),
        ("a\n;b\nfin", "utf-8", False),
        ("a;b\n", "utf-16-le", True),
        ("a;b\n", "utf-16-be", True),
        ("a;b", "utf-16-le", False),
        ("a;b\n", "utf-16", True),
    ],
)
def test_un_texte_coupe_ne_finit_pas_par_un_saut_de_ligne(
    tmp_path: Path, texte: str, encodage: str, finie: bool
) -> None:
    chemin = tmp_path / "r.csv"
    chemin.write_bytes(texte.encode(encodage))
    assert is_finie(chemin, encodage) == finie


def test_un_encodage_qui_ne_se_lit_pas_se_refuse(tmp_path: Path) -> None:
    chemin = tmp_path / "r.csv"
    chemin.write_bytes(b"\x81\x8d;b\n")
    for encodage in ("cp1252", "utf-8"):
        with pytest.raises(ImportRefuse) as refus:
            _check_encodage(chemin, encodage)
        assert str(refus.value) == (
            "L'encodage de « r.csv » n'est pas reconnu : enregistrez-le en UTF-8 (ou Windows-1252)."
        )
    assert _check_encodage(chemin, "latin-1") == "latin-1"


def test_une_cle_deux_fois_dans_un_json_se_refuse() -> None:
    assert _build_objet("r.json", [("a", 1), ("b", 2)]) == {"a": 1, "b": 2}
    with pytest.raises(ImportRefuse) as refus:
        _build_objet("r.json", [("a", 1), ("b" * 80, 2), ("b" * 80, 3), ("a", 1)])
    cle = "b" * 60
    assert str(refus.value) == f"« r.json » : une réponse a deux fois la clé « {cle} », laquelle croire ?"


def _check(tmp_path: Path, octets: bytes) -> str:
    """La phrase du refus, vide si le texte passe."""
    chemin = tmp_path / "r.csv"
    chemin.write_bytes(octets)
    try:
        _check_texte(chemin)
    except ImportRefuse as refus:
        return str(refus)
    return ""


@pytest.mark.parametrize("morceau", [16, 1 << 20])
def test_une_ligne_sans_fin_se_refuse_d_ou_qu_on_la_lise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, morceau: int
) -> None:
    """Un fichier se lit par morceaux : une ligne qui en enjambe plusieurs se mesure entière."""
    monkeypatch.setattr(sniff, "_MORCEAU", morceau)
    monkeypatch.setattr(sniff, "MAX_OCTETS_LIGNE", 100)
    for fin in (b"\n", b"\r", b"\r\n"):
        assert _check(tmp_path, (b"a" * 9 + fin) * 50) == ""
    assert _check(tmp_path, b"a" * 80 + b"\n" + b"b" * 60 + b"\n") == ""  # la fin est au début d'un morceau
    assert _check(tmp_path, b"a" * 100) == ""
    assert "une ligne de plus de" in _check(tmp_path, b"a" * 101)
    assert "une ligne de plus de" in _check(tmp_path, b"a\n" + b"b" * 100)


def test_une_ligne_trop_longue_dit_de_combien(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sniff, "MAX_OCTETS_LIGNE", 2 << 20)
    assert _check(tmp_path, b"a" * (2 << 20) + b"a") == "« r.csv » a une ligne de plus de 2 Mo."


@pytest.mark.parametrize(
    ("lettres", "commandes", "refuse"),
    [(0, 20, False), (0, 21, True), (378, 22, False), (377, 23, True), (3960, 40, False), (3959, 41, True)],
)
def test_un_texte_a_peu_de_caracteres_de_commande(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lettres: int, commandes: int, refuse: bool
) -> None:
    """Vingt, et un de plus pour deux cents octets : au-delà, c'est un binaire."""
    octets = b"a" * lettres + b"\x01" * commandes
    binaire = (
        "« r.csv » n'est pas un texte : son contenu est binaire. "
        "Enregistrez les réponses au format CSV ou XLSX, puis recommencez."
    )
    for morceau in (16, 1 << 20):
        monkeypatch.setattr(sniff, "_MORCEAU", morceau)
        assert _check(tmp_path, octets) == (binaire if refuse else "")
        assert _check(tmp_path, octets + b"\x00") == binaire
