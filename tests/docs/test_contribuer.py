"""« Contribuer » dit vrai : ses cinq gestes, écrits tels quels dans une copie, font ce qu'ils annoncent."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.dessiner_architecture import DEBUT, DOCUMENT, FIN, build_dessin, list_pieces, read_imports

RACINE = Path(__file__).resolve().parents[2]
COPIES = ("barometre", "data", "docs", "pages", "geo")
BLOC = re.compile(
    r"```\w+ (?P<geste>ajoute|cree|avant|remplace)=(?P<fichier>\S+)(?: repere=(?P<repere>[^\n]+))?\n"
    r"(?P<texte>.*?)```",
    re.DOTALL,
)
# Ce que l'on voit d'une copie, en JSON : lancé chez elle, donc avec son code.
CONSTAT = """
import json, sys
from pathlib import Path
from types import SimpleNamespace
from streamlit.testing.v1 import AppTest
from barometre.catalogue import load_catalogue
from barometre.domain.colonnes import get_colonne
from barometre.domain.secret import get_seuil
from barometre.pipeline.empreintes import compute_empreintes
from barometre.sources.catalogue import load_sources_exterieures
from barometre.sources.modules import get_module
from barometre.ui.navigation import list_pages
from dataclasses import asdict

catalogue = load_catalogue()
source = load_sources_exterieures()["source_essai"]
module = get_module(source)
csv = Path("essai.csv"); csv.write_text("code,valeur\\n01004,1\\n01007,0\\n", encoding="utf-8")
resultat = module.rows(module.read(csv), SimpleNamespace(periode="2026"))
page = AppTest.from_file("pages/donnees/essai.py").run()
print(json.dumps({
    "indicateur": catalogue.get_indicateur("site_essai").titre,
    "source": [source.titre, len(resultat.valeurs)],
    "page": ["essai" in [p.adresse for p in list_pages()], page.title[0].value],
    "colonne": get_colonne("essai").titre,
    "seuil": get_seuil(False),
    "empreintes": asdict(compute_empreintes(catalogue)),
}))
"""
SANS_GESTE = """
import json
from dataclasses import asdict
from barometre.catalogue import load_catalogue
from barometre.pipeline.empreintes import compute_empreintes
print(json.dumps(asdict(compute_empreintes(load_catalogue()))))
"""


def apply_gestes(copie: Path) -> list[str]:
    """Écrit chaque bloc de la page là où il dit l'être ; rend les fichiers touchés."""
    touches = []
    for bloc in BLOC.finditer((RACINE / "docs" / "contribuer.md").read_text(encoding="utf-8")):
        fichier, texte = copie / bloc["fichier"], bloc["texte"]
        ancien = fichier.read_text(encoding="utf-8") if fichier.exists() else ""
        if bloc["geste"] == "cree":
            assert not ancien
            nouveau = texte
        elif bloc["geste"] == "ajoute":
            nouveau = (
                f"{ancien.rstrip()}\n\n{texte}" if fichier.suffix != ".yml" else f"{ancien.rstrip()}\n{texte}"
            )
        else:
            ligne = next(li for li in ancien.splitlines(keepends=True) if bloc["repere"] in li)
            nouveau = ancien.replace(ligne, texte + ligne * (bloc["geste"] == "avant"), 1)
        fichier.write_text(nouveau, encoding="utf-8")
        touches.append(bloc["fichier"])
    return touches


def run(code: str, dossier: Path) -> dict[str, object]:
    """Exécute chez la copie, et rend son JSON."""
    reglages = {"PYTHONPATH": str(dossier), "PATH": "", "HOME": str(dossier)}
    fait = subprocess.run(
        [sys.executable, "-c", code], cwd=dossier, capture_output=True, text=True, check=False, env=reglages
    )
    assert fait.returncode == 0, fait.stderr[-2000:]
    lu: dict[str, object] = json.loads(fait.stdout.splitlines()[-1])
    return lu


@pytest.fixture(scope="module")
def copie(tmp_path_factory: pytest.TempPathFactory) -> Path:
    dossier = tmp_path_factory.mktemp("copie")
    for nom in COPIES:
        shutil.copytree(RACINE / nom, dossier / nom, ignore=shutil.ignore_patterns("__pycache__"))
    return dossier


def test_les_cinq_gestes_font_ce_que_la_page_annonce(copie: Path) -> None:
    avant = run(SANS_GESTE, copie)
    assert len(apply_gestes(copie)) == 7
    constat = run(CONSTAT, copie)
    apres = constat.pop("empreintes")
    assert constat == {
        "indicateur": "Un site internet (essai)",
        "source": ["Une source d'essai", 2],
        "page": [True, "Que dit cette page d’essai ?"],
        "colonne": "Essai",
        "seuil": 12,
    }
    # `verifier` dira ce qui n'est plus à jour : le catalogue, et les règles du domaine ; rien d'autre.
    assert isinstance(apres, dict)
    changees = {nom for nom, empreinte in apres.items() if avant[nom] != empreinte}
    assert changees == {"catalogue_empreinte", "domain_empreinte"}


def test_le_dessin_de_l_architecture_est_celui_du_code() -> None:
    dessin = DOCUMENT.read_text(encoding="utf-8").split(DEBUT)[1].split(FIN)[0]
    assert dessin == build_dessin(read_imports())


def test_chaque_piece_a_son_paragraphe() -> None:
    document = DOCUMENT.read_text(encoding="utf-8")
    assert [piece for piece in list_pieces() if f"**{piece}**" not in document] == []
