"""Un fichier refusé l'est par une phrase : ce qui ne va pas, où, et ce qu'il faut faire."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from barometre.ingest import ImportRefuse, Referentiel, csv_reader, prepare, read_export, sniff
from barometre.ingest.csv_reader import Tableau, check_entetes, check_nombre_de_lignes
from barometre.ingest.layout import Choix, Feuille, pick_feuille
from tests.ingest.conftest import MiniCatalogue

CONSEIL = "Enregistrez les réponses au format CSV ou XLSX, puis recommencez."
UTF8 = "enregistrez-le en UTF-8 (ou Windows-1252)."


def expect(faire: Callable[[], object], phrase: str) -> None:
    with pytest.raises(ImportRefuse) as refus:
        faire()
    assert str(refus.value) == phrase


PAS_EXPORT = f"pas un export de réponses. {CONSEIL}"
HTML = f"« r.csv » est une page HTML ou un fichier XML. {CONSEIL}"
PAS_CLASSEUR = "a un nom de classeur mais n'en est pas un, ou il est tronqué (10 octets)."
ABIME = "Le classeur « r.xlsx » est tronqué ou abîmé : exportez-le ou copiez-le à nouveau."
ARCHIVE = f"une archive, pas un classeur XLSX. {CONSEIL}"
BINAIRE = f"« r.csv » n'est pas un texte : son contenu est binaire. {CONSEIL}"
PAGE = "Demandez toutes les réponses d'un coup, ou exportez le tableau."
OLE = b"\xd0\xcf\x11\xe0"


def zip_parts(*parties: str) -> bytes:
    sortie = io.BytesIO()
    with zipfile.ZipFile(sortie, "w") as archive:
        for partie in parties:
            archive.writestr(partie, "x")
    return sortie.getvalue()


XLSB = zip_parts("xl/workbook.bin")


@pytest.mark.parametrize(
    ("nom", "octets", "phrase"),
    [
        ("r.csv", b"", "Le fichier « r.csv » est vide."),
        ("r.csv", b"\n  \n", "Le fichier « r.csv » est vide."),
        ("r.csv", b"SIREN;Q01\n", "Le fichier « r.csv » n'a que ses entêtes : aucune réponse à charger."),
        ("r.csv", b"%PDF-1.7", f"« r.csv » est un document PDF, {PAS_EXPORT}"),
        ("r.csv", b"\x1f\x8b\x08", f"« r.csv » est une archive compressée (gzip), {PAS_EXPORT}"),
        ("r.csv", b"<html><p>", HTML),
        ("r.csv", b"\xef\xbb\xbf <!DOCTYPE html>", HTML),
        ("r.csv", b"<?xml version='1.0'?>", HTML),
        ("r.csv", b"<TABLE>", HTML),
        ("r.xls", OLE + bytes(99), f"« r.xls » est un ancien classeur Excel (XLS). {CONSEIL}"),
        (
            "r.xls",
            OLE + "EncryptedPackage".encode("utf-16-le"),
            "« r.xls » est protégé par un mot de passe : retirez-le d'abord.",
        ),
        ("r.xlsx", b"SIREN;Q01\n", f"« r.xlsx » {PAS_CLASSEUR}"),
        ("r.XLSM", b"SIREN;Q01\n", f"« r.XLSM » {PAS_CLASSEUR}"),
        ("r.xlsx", b"PK\x03\x04", ABIME),
        ("r.xlsx", XLSB, f"« r.xlsx » est un classeur Excel binaire (XLSB). {CONSEIL}"),
        ("r.docx", zip_parts("word/document.xml"), f"« r.docx » est {ARCHIVE}"),
        ("r.ods", zip_parts("content.xml"), f"« r.ods » est {ARCHIVE}"),
        ("r.csv", b"a;b\x00c\n", BINAIRE),
        ("r.csv", b"a;b" + b"\x01" * 21 + b"\n", BINAIRE),
        ("r.csv", b"\x81\x8d;Q01\n", f"L'encodage de « r.csv » n'est pas reconnu : {UTF8}"),
        ("r.csv", b"\xff\xfea", f"L'encodage de « r.csv » n'est pas reconnu : {UTF8}"),
        (
            "r.csv",
            "SIREN;Q04\n1;été\n".encode("mac-roman"),
            "L'encodage de « r.csv » n'est pas reconnu (celui d'un Mac ?) : enregistrez-le en « CSV UTF-8 ».",
        ),
        ("r.csv", b'SIREN;Q01\n1;"Y\n', "« r.csv » : un guillemet ouvert à la ligne 2 n'est jamais refermé."),
        (
            "r.csv",
            b"SIREN;Q04\n1;" + b"a" * 140_000 + b"\n",
            "« r.csv » : une cellule de la ligne 2 est démesurée (un guillemet n'est pas refermé ?).",
        ),
        ("r.json", b'[{"SIREN": ', "« r.json » est un JSON tronqué ou mal formé."),
        (
            "r.json",
            b'{"reponses": 3}',
            "« r.json » est un JSON, mais pas une liste de réponses (« responses », « results » ou "
            "« records »).",
        ),
        (
            "r.json",
            b'{"count": 300, "results": [{"SIREN": "1"}]}',
            f"« r.json » n'est qu'une page : 1\u00a0réponse sur 300. {PAGE}",
        ),
        (
            "r.json",
            b'{"next": "x", "results": [{"SIREN": "1"}, {"SIREN": "2"}]}',
            f"« r.json » n'est qu'une page : 2\u00a0réponses sur davantage. {PAGE}",
        ),
        ("r.sav", b"$FL2@(#)", "« r.sav » est un fichier SPSS tronqué ou mal formé."),
    ],
)  # fmt: skip
def test_un_fichier_qui_n_est_pas_un_export(tmp_path: Path, nom: str, octets: bytes, phrase: str) -> None:
    (tmp_path / nom).write_bytes(octets)
    expect(lambda: read_export(tmp_path / nom), phrase)


def test_un_fichier_absent_ou_d_un_autre_format_que_celui_demande(tmp_path: Path) -> None:
    chemin = tmp_path / "r.csv"
    expect(lambda: read_export(chemin), "Le fichier « r.csv » est introuvable.")
    chemin.write_text("SIREN;Q01\n1;Y\n", "utf-8")
    expect(lambda: read_export(chemin, "xlsx"), "« r.csv » est un fichier CSV, pas XLSX.")
    formats = ", ".join(["auto", "limesurvey", "csv", "xlsx", "ods", "json", "sav"])
    with pytest.raises(
        ImportRefuse, match=r"^Le format « pdf » n'existe pas ; formats possibles : "
    ) as refus:
        read_export(chemin, "pdf")
    assert set(str(refus.value).partition(" : ")[2].rstrip(".").split(", ")) == set(formats.split(", "))


def test_les_bornes_d_un_fichier(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    chemin = tmp_path / "r.csv"
    chemin.write_text("SIREN;Q01\n1;Y\n2;N\n", "utf-8")
    assert sniff._check_taille(chemin) == 18
    monkeypatch.setattr(sniff, "MAX_OCTETS", 18)
    assert sniff._check_taille(chemin) == 18
    monkeypatch.setattr(sniff, "MAX_OCTETS", 17)
    expect(lambda: read_export(chemin), "« r.csv » pèse 0 Mo ; la limite est de 0 Mo.")
    monkeypatch.setattr(sniff, "MAX_OCTETS", 10_000)
    monkeypatch.setattr(sniff, "MAX_OCTETS_LIGNE", 10)
    assert len(read_export(chemin).lignes) == 2
    monkeypatch.setattr(sniff, "MAX_OCTETS_LIGNE", 9)
    sniff._check_texte(chemin)  # la fin de ligne ne compte pas
    for octets in (b"a" * 10, b"a;b\n" + b"a" * 10, b"a" * 6 + b"\r" + b"a" * 10):
        chemin.write_bytes(octets)
        expect(lambda: sniff._check_texte(chemin), "« r.csv » a une ligne de plus de 0 Mo.")


def test_les_bornes_d_un_tableau(monkeypatch: pytest.MonkeyPatch) -> None:
    check_nombre_de_lignes(100_000)
    expect(
        lambda: check_nombre_de_lignes(100_001),
        "Le fichier a plus de 100\u202f000 lignes : ce n'est pas un export de réponses.",
    )
    assert check_entetes([" SIREN ", "Q01"] * 1_000, "r.csv")[0] == "SIREN"
    expect(
        lambda: check_entetes(["x"] * 2_001, "r.csv"),
        "« r.csv » a 2\u202f001 colonnes ; la limite est de 2\u202f000.",
    )
    monkeypatch.setattr(csv_reader, "MAX_CELLULES", 4)
    tableau = Tableau(["a", "b"])
    for numero in (2, 3):
        tableau.add(numero, ["1", "2"])
    expect(
        lambda: tableau.add(4, ["1", "2"]),
        "Le fichier a plus de 4 cellules : donnez-le en plusieurs fichiers à la même commande.",
    )


def test_une_ligne_trop_longue_ou_trop_courte_part_avec_son_numero() -> None:
    tableau = Tableau(["a", "b", "c"])
    for numero, cellules in enumerate(
        (["1"] * 3, ["1"] * 2, ["1"], ["1"] * 5, [""] * 7, ["1", "2", "3", "", ""]), 2
    ):
        tableau.add(numero, cellules)
    fin = "les réponses seraient décalées."
    assert [(r.ligne, r.motif) for r in tableau.rejets] == [
        (3, f"La ligne a 2 colonnes au lieu de 3 : 1\u00a0colonne manquante, {fin}"),
        (4, f"La ligne a 1 colonne au lieu de 3 : 2\u00a0colonnes manquantes, {fin}"),
        (5, f"La ligne a 5 colonnes au lieu de 3 : 2\u00a0colonnes en trop, {fin}"),
    ]
    assert (tableau.numeros, tableau.vides, tableau.allongees) == ([2, 7], [6], {7: 5})
    # Une seule ligne allongée de vides a pu glisser d'une case ; toutes, c'est le tableur.
    fini = tableau.finish("r.csv")
    assert (fini.numeros, fini.vides) == ([2], [6])
    assert (fini.rejets[-1].ligne, fini.rejets[-1].motif) == (
        7, f"La ligne a 5 colonnes au lieu de 3 : 2\u00a0colonnes en trop, {fin}"
    )  # fmt: skip


def test_une_feuille_declaree_doit_y_etre() -> None:
    feuilles = [Feuille("Réponses", [(1, ["SIREN", "Q01"])]), Feuille("Notes", [(1, ["x"])])]
    connu = {"SIREN", "Q01"}.__contains__
    assert pick_feuille(feuilles, connu, Choix(feuille="Notes"), "r.xlsx").nom == "Notes"
    assert feuilles[1].avertissements == []
    assert pick_feuille(feuilles, connu, Choix(), "r.xlsx").nom == "Réponses"
    assert feuilles[0].avertissements == ["Le classeur a 2 feuilles : seule « Réponses » est lue."]
    assert pick_feuille(feuilles[1:], connu, Choix(), "r.xlsx").avertissements == []
    expect(
        lambda: pick_feuille(feuilles, connu, Choix(feuille="Page 3"), "r.xlsx"),
        "« r.xlsx » n'a pas de feuille « Page 3 » ; feuilles : « Réponses », « Notes ».",
    )


LISTES = "Correspondance : « colonnes » et « valeurs » sont des listes « entête: cible »."


@pytest.mark.parametrize(
    ("correspondance", "phrase"),
    [
        (
            {"colones": {}},
            "La correspondance contient « colonnes » (et, au besoin, d'autres clés parmi colonnes, entete, "
            "feuille, identifiants, separateur, valeurs), rien d'autre.",
        ),
        ({"colonnes": ["a"]}, LISTES),
        ({"valeurs": {"q": "oui"}}, LISTES),
        ({"entete": 0}, "Correspondance : « entete » est le numéro de la ligne d'entêtes (1, 2, 3…)."),
        ({"entete": "1"}, "Correspondance : « entete » est le numéro de la ligne d'entêtes (1, 2, 3…)."),
        ({"entete": 9}, "La ligne d'entêtes déclarée (9) n'est pas dans le fichier."),
        ({"colonnes": {"Rien": "siren"}}, "Correspondance : la colonne « Rien » n'est pas dans le fichier."),
        ({"colonnes": {"Double": "siren"}}, "Correspondance : la colonne « Double » y est plusieurs fois."),
        ({"colonnes": {"Q01": "q99"}}, "Correspondance : « q99 » n'est ni une question, ni un rôle connu."),
        ({"valeurs": {"q99": {"a": "b"}}}, "Correspondance : la question « q99 » n'existe pas."),
        (
            {"valeurs": {"communication_q01": {"a": "jamais"}}},
            "Correspondance : « communication_q01 » n'a pas l'option « jamais ».",
        ),
    ],
)  # fmt: skip
def test_une_correspondance_fautive(
    tmp_path: Path, referentiel: Referentiel, correspondance: dict[str, Any], phrase: str
) -> None:
    chemin = tmp_path / "r.csv"
    chemin.write_text("SIREN;Q01;Double;Double\n213300635;Y;;\n", "utf-8")
    lire = (chemin, "communication", "2023-v1", "auto", referentiel, MiniCatalogue())
    expect(lambda: prepare(*lire, correspondance=correspondance), phrase)


def test_une_correspondance_qui_ne_se_lit_pas(tmp_path: Path, referentiel: Referentiel) -> None:
    chemin, yml = tmp_path / "r.csv", tmp_path / "c.yml"
    chemin.write_text("SIREN;Q01\n213300635;Y\n", "utf-8")

    def lire() -> object:
        return prepare(
            chemin, "communication", "2023-v1", "auto", referentiel, MiniCatalogue(), correspondance=yml
        )

    expect(lire, "La correspondance « c.yml » est introuvable ou illisible.")
    yml.write_text("colonnes: [", "utf-8")
    expect(lire, "La correspondance « c.yml » n'est pas un YAML valable.")
    yml.write_bytes(b"a" * 1_000_001)
    expect(lire, "La correspondance « c.yml » est démesurée.")


@pytest.mark.parametrize(
    ("entetes", "phrase"),
    [
        ("SIREN;Q01;Q01", "Deux colonnes désignent la même question : « Q01 » est répétée."),
        (
            "SIREN;Couleur",
            "Aucune colonne ne correspond à une question du questionnaire « Communication » : est-ce le bon "
            "questionnaire ? Colonnes lues : « SIREN », « Couleur ». « importer --proposer » écrit la "
            "correspondance à compléter, à donner par --correspondance.",
        ),
        (
            "Mairie;Q01",
            "Aucune colonne d'identifiant (SIREN, SIRET ou code INSEE) : le nom seul ne rattache rien. "
            "Colonnes lues : « Mairie », « Q01 ». « importer --proposer » écrit la correspondance à "
            "compléter, à donner par --correspondance.",
        ),
    ],
)
def test_des_entetes_qui_ne_disent_pas_ce_qu_il_faut(
    tmp_path: Path, referentiel: Referentiel, entetes: str, phrase: str
) -> None:
    chemin = tmp_path / "r.csv"
    chemin.write_text(f"{entetes}\n213300635;Y{';N' * (entetes.count(';') - 1)}\n", "utf-8")
    lire = (chemin, "communication", "2023-v1", "auto", referentiel, MiniCatalogue())
    expect(lambda: prepare(*lire), phrase)
