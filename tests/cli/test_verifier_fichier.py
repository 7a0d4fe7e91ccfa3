"""Un fichier repris de main en main : celui de l'outil, modifié, d'une version effacée, ou d'ailleurs."""

from __future__ import annotations

import contextlib
import io
import json
import sqlite3
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from barometre.assemblage import depot, memoire
from barometre.assemblage.emporter import build_emporte
from barometre.assemblage.explorer import load_requete
from barometre.cli import main
from barometre.domain.provenance import SUR_PLACE
from barometre.exports import FORMATS
from barometre.exports.csv import write_donnees
from tests.fakes import build_entrepot_factice

REQUETE = "indicateurs=site_internet&par=strate"


@pytest.fixture(scope="module")
def dossier(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Un fichier de chaque format, d'une même vue."""
    dossier = tmp_path_factory.mktemp("fichiers")
    with pytest.MonkeyPatch.context() as reglage:
        reglage.setenv("BAROMETRE_ENTREPOT", build_entrepot_factice(dossier / "entrepot"))
        depot.forget()
        memoire.forget()
        for nom, format_ in FORMATS.items():
            sortie = str(dossier / f"{nom}.{format_.extension}")
            assert main(["exporter", REQUETE, "--format", nom, "-o", sortie]) == 0
        yield dossier
    depot.forget()
    memoire.forget()


@pytest.mark.parametrize("nom", sorted(FORMATS))
def test_chaque_format_dit_son_adresse_et_se_reconnait(
    dossier: Path, nom: str, capsys: pytest.CaptureFixture[str]
) -> None:
    fichier = dossier / f"{nom}.{FORMATS[nom].extension}"
    assert main(["verifier-fichier", str(fichier), "--json"]) == 0
    lu = json.loads(capsys.readouterr().out)
    assert (lu["conforme"], lu["format"]) == (True, nom)
    assert lu["adresse"].endswith(f"&version={lu['version']}")


@pytest.mark.parametrize("nom", sorted(FORMATS))
def test_le_fichier_de_la_page_porte_le_service_et_se_reconnait(
    dossier: Path, nom: str, capsys: pytest.CaptureFixture[str]
) -> None:
    vue = load_requete(depot.open_gate_publique(), REQUETE)
    fichier = dossier / f"page-{nom}.{FORMATS[nom].extension}"
    situee = replace(vue.provenance, adresse=f"https://exemple.invalid/{vue.provenance.adresse}")
    fichier.write_bytes(build_emporte(vue.fichier, situee, nom))
    assert main(["verifier-fichier", str(fichier)]) == 0
    assert situee.adresse in capsys.readouterr().out


@pytest.mark.parametrize(
    "glissee",
    [
        "https://exemple.invalid/{}&nom=faux",
        "https://exemple.invalid/autre/{}",
        "https://exemple.invalid/explorer?nom=faux&{}",
    ],
)
def test_rien_ne_se_glisse_dans_l_adresse(dossier: Path, glissee: str) -> None:
    vue = load_requete(depot.open_gate_publique(), REQUETE)
    adresse = glissee.format(
        vue.provenance.adresse.partition("?")[2] if "nom=faux&{" in glissee else vue.provenance.adresse
    )
    (dossier / "glisse.csv").write_bytes(
        build_emporte(vue.fichier, replace(vue.provenance, adresse=adresse), "csv")
    )
    assert main(["verifier-fichier", str(dossier / "glisse.csv")]) == 1


def test_un_csv_sans_en_tete_se_reconnait_par_son_adresse(
    dossier: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Celui que rendent les recettes (curl, Python, R)."""
    vue = load_requete(depot.open_gate_publique(), REQUETE)
    (dossier / "vue.csv").write_bytes(write_donnees(vue.fichier, "international").encode())
    assert main(["verifier-fichier", str(dossier / "vue.csv"), vue.provenance.adresse]) == 0
    assert "csv_sans_entete" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("requete", "mot"),
    [
        ("zorglub=3&par=strate", "clé inconnue, «\u202fzorglub"),
        ("type=commune&strate=epci-0-14999", "ôtez l’un"),
    ],
)
def test_exporter_refuse_une_cle_inconnue_ou_un_filtre_impossible(
    dossier: Path, requete: str, mot: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["exporter", requete, "-o", str(dossier / "jamais.csv")]) == 1
    assert mot in capsys.readouterr().err
    assert not (dossier / "jamais.csv").exists()


def test_des_reponses_donnees_sur_place_ne_passent_pas_pour_un_faux(
    dossier: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    vue = load_requete(depot.open_gate_publique(), REQUETE)
    dite = replace(vue.provenance, precautions=(*vue.provenance.precautions, SUR_PLACE))
    (dossier / "visite.csv").write_bytes(build_emporte(vue.fichier, dite, "csv"))
    assert main(["verifier-fichier", str(dossier / "visite.csv")]) == 1
    assert "rien ne peut le refaire" in capsys.readouterr().err


def test_un_octet_change_se_voit(dossier: Path, capsys: pytest.CaptureFixture[str]) -> None:
    faux = dossier / "faux.csv"
    octets = (dossier / "csv.csv").read_bytes()
    faux.write_bytes(octets[:-4] + bytes([octets[-4] ^ 1]) + octets[-3:])
    assert main(["verifier-fichier", str(faux)]) == 1
    assert "modifié" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("nom", "contenu", "mot"),
    [
        ("vide.csv", b"", "ne dit pas l'adresse"),
        ("casse.zip", b"PK\x03\x04rien", "ne dit pas l'adresse"),
        ("autre.csv", b"# Adresse : explorer?par=strate\r\na;b\r\n", "ne dit pas l'adresse"),
        ("page.csv", b"# Adresse : https://exemple.invalid/opsn?version=v\r\n", "ne dit pas l'adresse"),
        ("ancienne.csv", b"# Adresse : explorer?version=20200101T000000Z-abcdef\r\n", "plus gardée"),
        ("hostile.csv", b"# Adresse : explorer?version=..%2F..%2Factif\r\n", "ne dit pas l'adresse"),
    ],
)
def test_un_fichier_d_ailleurs_est_refuse_par_une_phrase(
    dossier: Path, nom: str, contenu: bytes, mot: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (dossier / nom).write_bytes(contenu)
    assert main(["verifier-fichier", str(dossier / nom)]) == 1
    sortie = capsys.readouterr()
    assert mot in sortie.err + sortie.out
    assert "Traceback" not in sortie.err


@pytest.mark.parametrize(
    ("adresse", "mot"),
    [("explorer?par=strate", "ne nomme pas de version"), ("explorer?version=..%2F..%2Factif", "plus gardée")],
)
def test_une_adresse_donnee_en_second_est_lue_de_meme(
    dossier: Path, adresse: str, mot: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (dossier / "nu.csv").write_bytes(b"a;b")
    assert main(["verifier-fichier", str(dossier / "nu.csv"), adresse]) == 1
    assert mot in capsys.readouterr().err


def test_l_archive_porte_questionnaire_methode_licence_et_recettes(dossier: Path) -> None:
    paquet = zipfile.ZipFile(io.BytesIO((dossier / "zip.zip").read_bytes()))
    assert {"questionnaires/communication.csv", "methode.md", "LICENCE.txt", "REFAIRE.txt"} <= set(
        paquet.namelist()
    )
    assert "python -m barometre exporter" in paquet.read("REFAIRE.txt").decode()
    assert "communication_q01" in paquet.read("questionnaires/communication.csv").decode()


def test_exporter_au_dela_de_la_limite_n_ecrit_rien_et_dit_quoi_oter(
    dossier: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("barometre.views.donnees.explorer.MAXIMUM", 1)
    memoire.forget()  # une vue déjà composée ne se recompterait pas
    assert main(["exporter", "theme=donnee&par=type", "-o", str(dossier / "trop.csv")]) == 1
    assert not (dossier / "trop.csv").exists()
    assert "ôtez une répartition" in capsys.readouterr().err


def test_exporter_dit_son_avancement_et_nomme_le_fichier_dans_un_dossier(
    dossier: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Ce que lit un export long : une ligne JSON avant d'écrire, un fichier au nom de la vue."""
    (dossier / "long").mkdir()
    assert main(["exporter", REQUETE, "--avancement", "-o", str(dossier / "long")]) == 0
    premiere = json.loads(capsys.readouterr().out.splitlines()[0])
    (fichier,) = (dossier / "long").iterdir()
    vue = load_requete(depot.open_gate_publique(), REQUETE)
    assert premiere == {"etape": "ecriture", "lignes": len(vue.fichier)}
    assert fichier.name == vue.provenance.get_nom("csv")
    assert fichier.read_bytes() == (dossier / "csv.csv").read_bytes()


def test_un_geopackage_se_reconnait_et_se_dit_modifie(
    dossier: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """La base porte l’adresse au milieu de ses octets ; deux écritures des mêmes données se valent."""
    fichier = dossier / "vue.gpkg"
    demande = "indicateurs=site_internet&par=territoire&niveau=region"
    assert main(["exporter", demande, "--format", "gpkg", "-o", str(fichier)]) == 0
    capsys.readouterr()
    assert main(["verifier-fichier", str(fichier), "--json"]) == 0
    lu = json.loads(capsys.readouterr().out)
    assert (lu["conforme"], lu["format"]) == (True, "gpkg")
    with contextlib.closing(sqlite3.connect(fichier)) as base:
        base.execute("VACUUM")
    assert main(["verifier-fichier", str(fichier)]) == 0
    assert "ses contours n'ont pas été comparés" in capsys.readouterr().out
    with contextlib.closing(sqlite3.connect(fichier)) as base:
        base.execute("UPDATE provenance SET texte = 'autre' WHERE mention = 'Source'")
        base.commit()
    assert main(["verifier-fichier", str(fichier)]) == 1
    assert "modifié" in capsys.readouterr().out
