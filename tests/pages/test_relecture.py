"""Toute page redonne ses fichiers à l’octet près, à l’adresse que chacun porte."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import docx
import openpyxl
import pytest

from barometre.assemblage import depot, memoire
from barometre.cli import main
from barometre.cli.adresse_fichier import find_adresse
from barometre.cli.verification import refaits
from barometre.domain.jour import apply_jour
from barometre.ui.relecture import list_offerts, write_offerts
from tests.visite import RACINE

SERVICE = "https://exemple.invalid"
REFAITES = (
    "inclusion?",
    "inclusion?vue=repartitions&",
    "inclusion?vue=territoires&",
    "inclusion?vue=donnees&",
    "carte?csv=international&",
    "comparer?collectivite=commune-01001&",
    "fiche?collectivite=commune-01001&",
    "explorer?indicateurs=site_internet&par=strate&",
    "explorer?indicateurs=site_internet&indicateurs=site_a_jour&vague=2026-v4&",
    "participation?theme=communication&",
)
# « Données et méthode » n'a pas de figure ; ici, trop peu de pairs ont répondu pour que celle d'une fiche ait
# un point : un axe vide ne s'emporte pas.
SANS_FIGURE = ("vue=donnees", "fiche?")
AUTRES = ("objectifs?", "opsn?", "questionnaires?", "chiffres_cles?", "actions_publiques?")
Fichiers = dict[str, bytes]
Refaire = Callable[[str], tuple[str, Fichiers]]


@pytest.fixture(scope="module")
def gardees() -> dict[str, tuple[str, Fichiers]]:
    """Ce qu'une page a offert la première fois, pour tous les essais du fichier."""
    return {}


@pytest.fixture
def lire_une_fois(refaire: Refaire, gardees: dict[str, tuple[str, Fichiers]]) -> Refaire:
    """Comme `refaire`, sans refaire une page que l'on a déjà lue."""

    def _lire(page: str) -> tuple[str, Fichiers]:
        if page not in gardees:
            gardees[page] = refaire(page)
        return gardees[page]

    return _lire


@pytest.fixture
def refaire(entrepot_factice: str, monkeypatch: pytest.MonkeyPatch) -> Refaire:
    """L'adresse entière d'une page, et tous les fichiers qu'elle offre au public."""
    monkeypatch.setenv("BAROMETRE_ENTREPOT", entrepot_factice)
    monkeypatch.setenv("PYTHONPATH", str(RACINE))

    def _refaire(page: str) -> tuple[str, Fichiers]:
        depot.forget()
        memoire.forget()
        adresse = f"{SERVICE}/{page}version={depot.get_version_id()}"
        return adresse, {nom: build() for nom, build in list_offerts(adresse)}

    return _refaire


def _lire_adresses(fichiers: Fichiers) -> dict[str, str]:
    return {nom: find_adresse(octets) for nom, octets in fichiers.items()}


@pytest.mark.parametrize("page", REFAITES)
def test_une_page_refait_ses_fichiers_a_l_octet_pres(
    refaire: Refaire, lire_une_fois: Refaire, page: str
) -> None:
    adresse, premiers = lire_une_fois(page)
    _, seconds = refaire(page)
    assert premiers
    # Une page qui montre un graphique en offre l'image.
    images = {nom.rpartition(".")[2] for nom in premiers} & {"png", "svg"}
    assert images == (set() if any(sans in page for sans in SANS_FIGURE) else {"png", "svg"})
    assert [nom for nom, octets in premiers.items() if seconds[nom] != octets] == []
    # Un document dit la page et le jour, sans le service : la commande l'écrit de même.
    dites = {nom: lue.partition("#")[0] for nom, lue in _lire_adresses(premiers).items()}
    assert {nom: lue for nom, lue in dites.items() if not lue or not adresse.endswith(lue)} == {}


@pytest.mark.parametrize("page", AUTRES)
def test_tout_fichier_d_une_page_porte_son_adresse(refaire: Refaire, page: str) -> None:
    adresse, fichiers = refaire(page)
    assert set(_lire_adresses(fichiers).values()) == {adresse}


def test_un_fichier_d_une_page_se_verifie_et_son_premier_ecart_se_dit(
    lire_une_fois: Refaire,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Pour de bon : la commande rejoue la page dans un processus à elle."""
    _, fichiers = lire_une_fois("inclusion?vue=repartitions&")
    nom = next(nom for nom in fichiers if nom.endswith(".xlsx"))
    (tmp_path / nom).write_bytes(fichiers[nom])
    assert main(["verifier-fichier", str(tmp_path / nom), "--json"]) == 0
    lu = json.loads(capsys.readouterr().out)
    assert (lu["verdict"], lu["format"]) == ("identique", nom)
    monkeypatch.setattr(refaits, "run_relecture", write_offerts)
    classeur = openpyxl.load_workbook(tmp_path / nom)
    feuille = classeur["Données"]
    colonne = next(c.column for c in feuille[1] if c.value == "redresse")
    feuille.cell(2, colonne).value = 99.9
    classeur.save(tmp_path / "faux.xlsx")
    assert main(["verifier-fichier", str(tmp_path / "faux.xlsx"), "--json"]) == 1
    lu = json.loads(capsys.readouterr().out)
    assert lu["verdict"] == "differe", lu["phrase"]
    assert (lu["ecart"]["feuille"], lu["ecart"]["ligne"], lu["ecart"]["colonne"]) == (
        "Données",
        2,
        "redresse",
    )


def test_une_fiche_et_une_obligation_se_refont_au_jour_ou_elles_ont_ete_lues(
    refaire: Refaire,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Ce qui dépend du jour le porte : relue un autre jour, la feuille est encore celle-là."""
    with apply_jour(date(2024, 3, 1)):
        adresse, fichiers = refaire("obligations?")
    nom = next(nom for nom in fichiers if nom.startswith("barometre_obligations_france") and ".csv" in nom)
    assert find_adresse(fichiers[nom]) == f"{adresse}#2024-03-01"
    assert "Lu le : 1er mars 2024" in fichiers[nom].decode()
    assert refaire("obligations?")[1][nom] != fichiers[nom]
    assert {nom: build() for nom, build in list_offerts(f"{adresse}#2024-03-01")}[nom] == fichiers[nom]
    monkeypatch.setattr(refaits, "run_relecture", write_offerts)
    sortie = tmp_path / "fiche.docx"
    assert main(["fiche", "commune-01001", "-o", str(sortie)]) == 0
    capsys.readouterr()
    assert main(["verifier-fichier", str(sortie)]) == 0
    assert "à l'octet près" in capsys.readouterr().out
    document = docx.Document(str(sortie))
    document.paragraphs[4].text = "Une phrase de trop."
    document.save(str(sortie))
    assert main(["verifier-fichier", str(sortie)]) == 1
    assert "« Une phrase de trop. » au lieu de" in capsys.readouterr().out


def test_une_page_inconnue_ou_un_role_prete_n_offrent_rien_de_plus(
    refaire: Refaire, lire_une_fois: Refaire
) -> None:
    assert refaire("administration/../secret?")[1] == {}
    _, publics = lire_une_fois("fiche?collectivite=commune-01001&")
    _, pretes = refaire("fiche?collectivite=commune-01001&voir_comme=commune-01001&")
    assert {n: f for n, f in pretes.items() if n.endswith((".csv", ".pdf"))} == {
        n: f for n, f in publics.items() if n.endswith((".csv", ".pdf"))
    }
