"""Les imports ne vont que dans un sens (CONCEPTION §3, docs/decisions.md) : lus dans l'arbre syntaxique."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

RACINE = Path(__file__).resolve().parents[2]
PAQUET = RACINE / "barometre"

# Ce que chaque pièce a le droit d'importer dans `barometre` (en plus d'elle-même).
PERMIS: dict[str, set[str]] = {
    "domain": set(),
    "fichiers": set(),
    "catalogue": {"fichiers", "domain"},
    "stats": {"domain"},
    "recherche": {"domain"},
    "warehouse": {"fichiers", "recherche", "domain"},
    "access": {"recherche", "warehouse", "domain"},
    "sources": {"fichiers", "recherche", "warehouse", "catalogue", "domain"},
    "ingest": {"recherche", "warehouse", "catalogue", "domain"},
    "questionnaires": {"fichiers", "ingest", "catalogue", "domain"},
    "contours": {"fichiers", "sources", "catalogue", "domain"},
    "charts": {"stats", "domain"},
    "maps": {"contours", "stats", "domain"},
    "exports": {"stats", "catalogue", "domain"},
    "views": {"access", "recherche", "stats", "catalogue", "domain"},
    "pipeline": {"sources", "ingest", "stats", "warehouse", "catalogue", "domain", "fichiers"},
    "assemblage": {
        "views",
        "charts",
        "maps",
        "contours",
        "exports",
        "access",
        "warehouse",
        "catalogue",
        "stats",
        "domain",
    },
    # Les gestes d'un opérateur : ceux des commandes, derrière un droit relu.
    "administration": {
        "pipeline",
        "access",
        "sources",
        "ingest",
        "warehouse",
        "views",
        "catalogue",
        "domain",
    },
    "ui": {
        "administration",
        "api",
        "rapports",
        "assemblage",
        "views",
        "charts",
        "maps",
        "contours",
        "exports",
        "access",
        "warehouse",
        "catalogue",
        "stats",
        "domain",
    },
    "api": {
        "assemblage",
        "views",
        "exports",
        "access",
        "warehouse",
        "catalogue",
        "domain",
    },
    "rapports": {
        "assemblage",
        "views",
        "charts",
        "maps",
        "exports",
        "access",
        "catalogue",
        "domain",
    },
    "cli": {
        "fichiers",
        "questionnaires",
        "rapports",
        "assemblage",
        "views",
        "charts",
        "maps",
        "contours",
        "exports",
        "pipeline",
        "access",
        "sources",
        "ingest",
        "warehouse",
        "catalogue",
        "stats",
        "domain",
    },
}
# Une bibliothèque extérieure n'entre que dans ces pièces.
RESERVEES: dict[str, set[str]] = {
    "streamlit": {"ui", "pages", "app"},
    "streamlit_folium": {"ui"},
    "sqlalchemy": {"warehouse", "access"},
    "duckdb": {"warehouse"},
    "psycopg": {"warehouse"},
    "alembic": {"access"},
    "authlib": {"access"},
    "joserfc": {"access"},
    "plotly": {"charts"},
    "folium": {"maps"},
    "fastapi": {"api"},
    "limits": {"api"},
    "matplotlib": {"maps", "charts", "rapports"},
    "geopandas": {"contours", "maps", "assemblage"},
}
# Et pandas n'entre pas dans celles-ci : le vocabulaire, les nombres écrits et les pages vivent sans tableau.
SANS_PANDAS = {"domain", "fichiers", "catalogue", "formats", "pages", "app"}


def _piece(fichier: Path) -> str:
    relatif = fichier.relative_to(RACINE)
    if relatif.parts[0] == "barometre":
        return relatif.parts[1].removesuffix(".py") if len(relatif.parts) > 1 else "barometre"
    return relatif.parts[0].removesuffix(".py")


def _imports(fichier: Path) -> Iterator[str]:
    """Tous les modules importés, où que soit l'instruction dans le fichier."""
    for noeud in ast.walk(ast.parse(fichier.read_text(encoding="utf-8"))):
        if isinstance(noeud, ast.Import):
            yield from (alias.name for alias in noeud.names)
        elif isinstance(noeud, ast.ImportFrom) and noeud.module and noeud.level == 0:
            yield noeud.module
            yield from (f"{noeud.module}.{alias.name}" for alias in noeud.names)
        elif isinstance(noeud, ast.ImportFrom):
            pytest.fail(f"{fichier} : import relatif, écrivez le nom entier")


def _fichiers() -> list[Path]:
    racines = [*PAQUET.rglob("*.py"), *(RACINE / "pages").rglob("*.py"), RACINE / "app.py"]
    return [f for f in racines if f.exists()]


def _ecarts(fichier: Path) -> Iterator[str]:
    piece = _piece(fichier)
    for module in _imports(fichier):
        racine, *reste = module.split(".")
        if racine == "barometre" and piece in PERMIS and reste and reste[0] in PERMIS:
            if reste[0] != piece and reste[0] not in PERMIS[piece]:
                yield f"{fichier.relative_to(RACINE)} ({piece}) importe {module}"
        elif piece not in RESERVEES.get(racine, {piece}) or (racine == "pandas" and piece in SANS_PANDAS):
            yield f"{fichier.relative_to(RACINE)} ({piece}) importe {module}"


def test_les_imports_vont_dans_un_seul_sens() -> None:
    assert [ecart for fichier in _fichiers() for ecart in _ecarts(fichier)] == []


VUES_DES_PAGES = {"ui", "assemblage", "views", "domain"}


def test_les_pages_ne_connaissent_que_l_interface() -> None:
    interdits = [
        f"{page.relative_to(RACINE)} importe {module}"
        for page in (RACINE / "pages").rglob("*.py")
        for module in _imports(page)
        if module.split(".")[0] == "pandas"
        or (module.startswith("barometre.") and module.split(".")[1] not in VUES_DES_PAGES)
    ]
    assert interdits == []


def test_le_domaine_n_importe_que_la_bibliotheque_standard() -> None:
    modules = {m.split(".")[0] for f in (PAQUET / "domain").glob("*.py") for m in _imports(f)}
    assert modules <= {*sys.stdlib_module_names, "barometre"}


@pytest.mark.parametrize("dossier", ["barometre", "pages"])
def test_aucun_fourre_tout(dossier: str) -> None:
    noms = {f.stem for f in (RACINE / dossier).rglob("*.py")}
    assert noms.isdisjoint({"utils", "helpers", "common", "misc"})


def test_les_pages_et_l_entree_restent_courtes() -> None:
    longues = {
        str(f.relative_to(RACINE)): lignes
        for f in _fichiers()
        if (lignes := len(f.read_text(encoding="utf-8").splitlines()))
        > {"pages": 40, "app": 80}.get(_piece(f), 400)
    }
    assert longues == {}


def test_le_controle_voit_un_import_interdit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Un contrôle qui ne peut pas échouer ne prouve rien."""
    faux = tmp_path / "barometre" / "stats" / "faux.py"
    faux.parent.mkdir(parents=True)
    faux.write_text("import streamlit\nfrom barometre.warehouse import engine\n", encoding="utf-8")
    monkeypatch.setattr("tests.couches.test_couches.RACINE", tmp_path)
    assert len(list(_ecarts(faux))) == 3  # streamlit, barometre.warehouse, barometre.warehouse.engine
