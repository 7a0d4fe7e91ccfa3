"""Les noms des fonctions publiques : la règle du glossaire, lue dans le glossaire, est celle du code."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

RACINE = Path(__file__).resolve().parents[2]
PAQUET = RACINE / "barometre"
# Ce qui n'est pas un verbe, et pourquoi.
COMMANDES = {
    "construire",
    "importer",
    "recalculer",
    "recuperer",
    "restaurer",
    "sauvegarder",
    "verifier",
}  # le nom de la commande
REGISTRE = {"accorder", "refuser", "retirer", "lister", "journaliser"}  # les mots d'`acces`
APPELES = {  # par une bibliothèque : argparse, expat, PyYAML, Alembic, Starlette, la console, asyncio
    "error", "exit", "main", "end", "text", "construct", "upgrade", "downgrade", "healthz", "image",
    "contours", "connection",
}  # fmt: skip
VOCABULAIRE = {"texte", "parmi", "lien", "heading", "collectivite", "rows", "at", "descend"}
# `stats/` : une méthode s'y appelle comme dans les livres.
METHODES = {
    "contrast", "covariance", "cross", "gower", "logit", "mcnemar", "nearest", "newcombe",
    "normal", "pooled", "residuals", "student", "variance", "wilson",
}  # fmt: skip
HORS_REGLE = COMMANDES | REGISTRE | APPELES | VOCABULAIRE


def list_verbes() -> set[str]:
    """Les verbes que le glossaire admet."""
    glossaire = (RACINE / "GLOSSAIRE.md").read_text(encoding="utf-8")
    partie = glossaire.split("## Les verbes du code", 1)[1].split("\n## ", 1)[0]
    return {
        v for ligne in partie.splitlines() if ligne.startswith("|") for v in re.findall(r"`(\w+)`", ligne)
    }


# « ligne(s) », « réponse(s) » : un nombre se dit par `format_compte`, qui sait le pluriel.
_PLURIEL = re.compile(r"[a-zàâçéèêëîïôûü]\((?:s|es|x)\)")


def test_aucun_pluriel_entre_parentheses() -> None:
    """Ni dans le code, ni dans les questionnaires et les fiches : chaque texte, docstrings comprises."""
    fautes = [
        f"{fichier.relative_to(PAQUET)} : {constante[:60]}"
        for fichier in sorted(PAQUET.rglob("*.py"))
        for constante in list_textes(ast.parse(fichier.read_text(encoding="utf-8")))
        if _PLURIEL.search(constante)
    ]
    fiches = [f for fin in ("yml", "toml") for f in sorted(PAQUET.rglob(f"*.{fin}"))]
    fautes += [str(f) for f in fiches if _PLURIEL.search(f.read_text(encoding="utf-8"))]
    assert fautes == []


def list_textes(arbre: ast.AST) -> Iterator[str]:
    """Les textes d'un fichier ; d'un texte composé, chaque morceau."""
    for noeud in ast.walk(arbre):
        if isinstance(noeud, ast.Constant) and isinstance(noeud.value, str):
            yield noeud.value


@cache
def list_fonctions() -> tuple[tuple[Path, str], ...]:
    """Les fonctions et méthodes publiques, lues une fois ; une propriété porte le nom de sa valeur."""
    fichiers = sorted(PAQUET.rglob("*.py"))
    arbres = ((ast.parse(f.read_text(encoding="utf-8")), f.relative_to(PAQUET)) for f in fichiers)
    return tuple(trouve for arbre, chemin in arbres for trouve in _walk(arbre, chemin))


def _walk(noeud: ast.AST, chemin: Path) -> Iterator[tuple[Path, str]]:
    for enfant in ast.iter_child_nodes(noeud):
        if isinstance(enfant, ast.ClassDef):
            yield from _walk(enfant, chemin)
        elif isinstance(enfant, ast.FunctionDef | ast.AsyncFunctionDef):
            decorateurs = {ast.unparse(d).rsplit(".", 1)[-1] for d in enfant.decorator_list}
            if not enfant.name.startswith("_") and not decorateurs & {
                "property",
                "cached_property",
                "setter",
            }:
                yield chemin, enfant.name


def test_chaque_fonction_publique_commence_par_un_verbe_du_glossaire() -> None:
    verbes = list_verbes()
    fautes = [
        f"{chemin}: {nom}"
        for chemin, nom in list_fonctions()
        if (mot := nom.split("_")[0]) not in verbes | HORS_REGLE
        and not (chemin.parts[0] == "stats" and mot in METHODES)
    ]
    assert fautes == []


def test_aucun_verbe_du_glossaire_n_est_sans_emploi() -> None:
    employes = {nom.split("_")[0] for _, nom in list_fonctions()}
    assert sorted(list_verbes() - employes) == []
    assert sorted(HORS_REGLE - employes) == []


def test_aucun_module_fourre_tout() -> None:
    interdits = {"utils", "util", "helpers", "common", "misc", "tools"}
    assert [str(c) for c in PAQUET.rglob("*.py") if c.stem in interdits] == []
