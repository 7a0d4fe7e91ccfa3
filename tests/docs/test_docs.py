"""La documentation tient parole : commandes, options, liens, réglages existent ; un mot banni n’y est pas."""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from barometre.cli.analyse import Mesuse, build_parser
from barometre.stats.prudence import PRUDENCE_FACTOR
from barometre.ui.blocks import methode

RACINE = Path(__file__).resolve().parents[2]
DOCUMENTS = [RACINE / "README.md", *sorted((RACINE / "docs").glob("*.md"))]
LIES = [*DOCUMENTS, RACINE / "GLOSSAIRE.md", RACINE / "CHANGELOG.md"]
COMMANDE = re.compile(r"python -m barometre(?: +([^`\n#]*))?")
LIEN = re.compile(r"\]\((?!https?:|mailto:|#)([^)#]+)")
REGLAGE = re.compile(r"\bBAROMETRE_[A-Z]+(?:_[A-Z]+)*\b")
# Le seul mot d'un sondage que l'on n'emploie pas ; déclaré interdit dans ces deux textes.
BANNI = re.compile(r"marges?\s+d.erreur", re.IGNORECASE)
DECLARE_INTERDIT = {"GLOSSAIRE.md", "docs/methode.md"}
LUS = {".py", ".md", ".yml", ".csv", ".js", ".css", ".svg", ".html", ".toml"}


def list_commandes() -> Iterator[tuple[str, str]]:
    for document in DOCUMENTS:
        for arguments in COMMANDE.findall(document.read_text("utf-8")):
            yield document.name, arguments.strip()


def list_options(analyseur: argparse.ArgumentParser) -> Iterator[str]:
    """Toutes les options d'une commande, celles de ses actions comprises."""
    for action in analyseur._actions:
        yield from action.option_strings
        if isinstance(action, argparse._SubParsersAction):
            for dessous in action.choices.values():
                yield from list_options(dessous)


def is_understood(mots: list[str]) -> bool:
    """Vrai si la commande s'analyse ; « --help » s'arrête aussi, mais sans rien reprocher."""
    try:
        build_parser(mots).parse_args(mots)
    except Mesuse as erreur:
        return erreur.code == 0
    return True


def get_sous_commandes() -> dict[str, argparse.ArgumentParser]:
    actions = (a for a in build_parser([])._actions if isinstance(a, argparse._SubParsersAction))
    return dict(next(actions).choices)


@pytest.mark.parametrize(("document", "arguments"), sorted(set(list_commandes())))
def test_une_commande_citee_est_comprise(document: str, arguments: str) -> None:
    assert is_understood(shlex.split(arguments)), f"{document} : « python -m barometre {arguments} »"


def test_une_commande_inventee_serait_vue() -> None:
    assert not is_understood(["convertir"])
    assert not is_understood(["construire", "--vite"])


def test_la_documentation_cite_des_commandes() -> None:
    citees = {arguments.split()[0] for _, arguments in list_commandes() if arguments}
    assert {"construire", "importer", "sources", "verifier", "versions", "estimer", "acces"} <= citees


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: d.name)
def test_une_option_citee_en_passant_existe(document: Path) -> None:
    commandes = get_sous_commandes()
    inconnues = [
        (nom, option)
        for nom, suite in re.findall(r"`(\w+)((?: [^`\n]+)?)`", document.read_text("utf-8"))
        if nom in commandes
        for option in re.findall(r"--[a-z-]+", suite)
        if option not in set(list_options(commandes[nom]))
    ]
    assert inconnues == []


@pytest.mark.parametrize("document", LIES, ids=lambda d: d.name)
def test_un_lien_relatif_mene_quelque_part(document: Path) -> None:
    cibles = LIEN.findall(document.read_text("utf-8"))
    assert [c for c in cibles if not (document.parent / c).exists()] == []


def test_le_readme_nomme_chaque_piece_de_la_maison() -> None:
    maison = (RACINE / "README.md").read_text("utf-8").partition("## La maison")[2]
    pieces = {d.name for d in (RACINE / "barometre").iterdir() if (d / "__init__.py").is_file()}
    assert {p for p in pieces if not re.search(rf"\b{p}/", maison)} == set()


def test_chaque_reglage_est_documente_et_aucun_n_est_invente() -> None:
    code = "".join(f.read_text("utf-8") for f in (RACINE / "barometre").rglob("*.py"))
    texte = (RACINE / "docs" / "exploitation.md").read_text("utf-8")
    assert set(REGLAGE.findall(texte)) == set(REGLAGE.findall(code))


def list_textes() -> Iterator[Path]:
    """Ce qu'un lecteur peut voir : écrans, catalogue, données, documents."""
    yield from (f for f in RACINE.glob("*") if f.suffix in LUS)
    for dossier in ("barometre", "pages", "docs", "data"):
        yield from (f for f in (RACINE / dossier).rglob("*") if f.suffix in LUS)


def test_un_intervalle_ne_se_dit_jamais_autrement() -> None:
    fautes = []
    for fichier in list_textes():
        nom = fichier.relative_to(RACINE).as_posix()
        for ligne in fichier.read_text("utf-8").splitlines():
            declare = nom in DECLARE_INTERDIT and "jamais" in ligne
            if BANNI.search(ligne) and not declare:
                fautes.append((nom, ligne.strip()))
    assert fautes == []


def test_le_mot_banni_est_reconnu() -> None:
    assert all(BANNI.search(t) for t in ("marge d'erreur", "Marges d’erreur", "marge  d'erreur"))
    assert not BANNI.search("marge de calage")


@pytest.mark.parametrize("nom", ["docs/methode.md", "docs/lire_un_chiffre.md"])
def test_ce_qu_un_statisticien_nous_reprocherait_est_dit_au_statisticien_et_au_lecteur(nom: str) -> None:
    """La page « Sources et méthode » rend le second document ; g y est celui du code."""
    texte = (RACINE / nom).read_text("utf-8").replace("'", "’")
    partie = texte.partition("## Ce qu’un statisticien nous reprocherait\n")[2].partition("\n## ")[0]
    assert f"{PRUDENCE_FACTOR:.2f}".replace(".", ",") in partie
    for reproche in ("précis, si les répondantes ressemblent aux autres", "sondage", "tiré", "modèle"):
        assert reproche in partie
    assert methode.DOCUMENT == "docs/lire_un_chiffre.md"
    assert "render_methode(" in (RACINE / "pages/donnees/sources_methode.py").read_text("utf-8")
