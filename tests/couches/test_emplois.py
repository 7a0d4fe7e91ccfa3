"""Ce que rien n'emploie n'est pas écrit : constantes, types, fonctions et méthodes, lus dans l'arbre."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

RACINE = Path(__file__).resolve().parents[2]
# Alembic lit ces noms-là dans chaque migration.
SAUF = Path("barometre/access/migrations")
# Sans emploi dans le programme, et pourquoi ils restent.
GARDES = {
    "check_catalogue": "les dates qu'un jour à venir rendrait fausses : les essais le demandent chaque jour",
    "covariance": "la matrice que les références de R donnent",
    "estimate_means": "les moyennes, seules, face aux références de R",
    "FilGroupe": "servir le nomme à uvicorn",
    "connection_made": "uvicorn l'appelle",
    "forget": "les essais vident une mémoire que le programme garde",
    "generate": "les fichiers de la démonstration, pour les essais qui les relisent",
    "_repr_html_": "Streamlit la cherche par son nom",
    "_template": "branca la cherche par son nom",
    "check_config": "Starlette l'appelle avant de servir",
    "model_config": "pydantic la lit",
}


def list_arbres() -> Iterator[tuple[Path, ast.Module]]:
    for chemin in (*RACINE.glob("barometre/**/*.py"), *RACINE.glob("pages/**/*.py"), RACINE / "app.py"):
        yield chemin.relative_to(RACINE), ast.parse(chemin.read_text("utf-8"))


def list_definitions(corps: list[ast.stmt]) -> Iterator[str]:
    """Les noms du module et de ses classes ; ce qu'un décorateur inscrit ailleurs est employé par lui."""
    for noeud in corps:
        if isinstance(noeud, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            if not _is_inscrit(noeud):
                yield noeud.name
            if isinstance(noeud, ast.ClassDef):
                yield from (n for n in list_definitions(noeud.body) if not n.isupper())
        elif isinstance(noeud, ast.Assign):
            yield from (n.id for cible in noeud.targets for n in ast.walk(cible) if isinstance(n, ast.Name))


def _is_inscrit(noeud: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    return any(
        isinstance(d, ast.Call) and ast.unparse(d.func).startswith("lectures.") for d in noeud.decorator_list
    )


def list_emplois(arbre: ast.Module) -> Iterator[str]:
    """Un nom lu, ou un attribut ; une importation seule n'emploie rien."""
    for noeud in ast.walk(arbre):
        if isinstance(noeud, ast.Attribute):
            yield noeud.attr
        elif isinstance(noeud, ast.Name) and isinstance(noeud.ctx, ast.Load):
            yield noeud.id


def test_rien_n_est_defini_sans_emploi() -> None:
    arbres = list(list_arbres())
    employes = {nom for _, arbre in arbres for nom in list_emplois(arbre)}
    sans = [
        f"{chemin} : {nom}"
        for chemin, arbre in arbres
        if SAUF not in chemin.parents
        for nom in list_definitions(arbre.body)
        if nom not in employes | set(GARDES) and not (nom.startswith("__") and nom.endswith("__"))
    ]
    assert sans == []
    # Un nom gardé qui n'existe plus ne garde rien.
    assert sorted(set(GARDES) - {nom for _, arbre in arbres for nom in list_definitions(arbre.body)}) == []
