"""Qui lit quoi, surface par surface : tiré du code, sans rien exécuter.

De chaque page, commande ou adresse, on suit les fonctions nommées jusqu'aux lectures nommées de la porte ; ce
que chaque rôle en reçoit vient de la décision elle-même (`access.droits`). Le parcours est un majorant : une
fonction citée compte comme appelée, une classe citée compte avec toutes ses méthodes.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import get_args

from barometre.access.droits import AUCUNE, Sujet, list_lisibles
from barometre.cli.analyse import COMMANDES
from barometre.domain.portee import ROLES, Portee
from barometre.ui.navigation import list_pages

RACINE = Path(__file__).resolve().parents[2]
# Ce que lit chaque méthode de la porte qui nomme une collectivité, ou un import.
LECTURES: dict[str, str] = {
    "list_participations": "participation",
    "list_reponses": "reponse",
    "list_valeurs_collectivite": "reponse",
    "list_declarations": "reponse",
    "list_exactes": "reponse",
    "list_lots": "imports",
    "list_quarantaine": "imports",
}
# La porte et l'entrepôt définissent ces lectures ; ils n'en sont pas des surfaces.
DEFINITIONS = ("barometre.access", "barometre.warehouse")
ADRESSES = {
    "/fichiers/{jeton}": "barometre.ui.serving.recettes",
    "/images/{jeton}.png": "barometre.ui.serving.images",
    "/api/v1": "barometre.api.lectures",
}
SIENNE, PERIMETRE, AUTRE = "commune-1", "commune-2", "commune-3"
MOTS = {"participation": "qui a répondu", "reponse": "réponses", "cyber": "cybersécurité"}
ETENDUES = {"collectivite": "soi", "opsn": "périmètre", "programme": "toutes"}
PORTEES: dict[str, Portee] = {
    "public": Portee(),
    "collectivite": Portee("collectivite", SIENNE),
    "opsn": Portee("opsn", opsn_id="o"),
    "programme": Portee("programme"),
    "operateur": Portee("operateur"),
}
RESTE = "Toute autre page, commande ou adresse, et tout format : rien de nommé, pour aucun rôle."
Reference = tuple[str, str]


@cache
def _list_modules() -> dict[str, ast.Module]:
    fichiers = [*(RACINE / "barometre").rglob("*.py"), *(RACINE / "pages").rglob("*.py")]
    noms = {
        f: ".".join(f.relative_to(RACINE).with_suffix("").parts).removesuffix(".__init__") for f in fichiers
    }
    return {nom: ast.parse(fichier.read_text(encoding="utf-8")) for fichier, nom in noms.items()}


@cache
def _list_imports(module: str) -> dict[str, Reference]:
    """Nom local → (module, nom) ; le nom est vide pour un module entier."""
    noms: dict[str, Reference] = {}
    for noeud in ast.walk(_list_modules()[module]):
        if isinstance(noeud, ast.ImportFrom) and noeud.module:
            for alias in noeud.names:
                entier = f"{noeud.module}.{alias.name}"
                vise = (entier, "") if entier in _list_modules() else (noeud.module, alias.name)
                noms[alias.asname or alias.name] = vise
    return noms


@cache
def _list_definitions(module: str) -> dict[str, ast.stmt]:
    definitions: dict[str, ast.stmt] = {}
    for noeud in _list_modules()[module].body:
        if isinstance(noeud, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            definitions[noeud.name] = noeud
        elif isinstance(noeud, ast.Assign | ast.AnnAssign):
            cibles = noeud.targets if isinstance(noeud, ast.Assign) else [noeud.target]
            definitions |= {c.id: noeud for c in cibles if isinstance(c, ast.Name)}
    return definitions


def _follow(module: str, corps: ast.AST) -> Iterator[Reference]:
    """Ce que cite ce morceau de code : ses voisins, ce qu'il importe, les fonctions d'un module importé."""
    imports, voisins = _list_imports(module), _list_definitions(module)
    for noeud in ast.walk(corps):
        if isinstance(noeud, ast.Name):
            if noeud.id in voisins:
                yield module, noeud.id
            elif noeud.id in imports and imports[noeud.id][1]:
                yield imports[noeud.id]
        elif isinstance(noeud, ast.Attribute) and isinstance(noeud.value, ast.Name):
            vise = imports.get(noeud.value.id, ("", "x"))
            if not vise[1]:
                yield vise[0], noeud.attr


def _resolve(reference: Reference) -> Reference:
    """Un nom réexporté par un paquet mène à sa définition."""
    module, nom = reference
    if module in _list_modules() and nom not in _list_definitions(module) and nom in _list_imports(module):
        return _list_imports(module)[nom]
    return reference


@cache
def _read_corps(reference: Reference) -> tuple[frozenset[Reference], frozenset[str]]:
    """Ce que cite une définition (ou un module entier, nom vide), et les lectures qu'elle fait elle-même."""
    module, nom = reference
    if module not in _list_modules() or module.startswith(DEFINITIONS):
        return frozenset(), frozenset()
    corps = _list_definitions(module).get(nom) if nom else _list_modules()[module]
    if corps is None:
        return frozenset(), frozenset()
    attributs = {n.attr for n in ast.walk(corps) if isinstance(n, ast.Attribute)}
    lues = frozenset(LECTURES[attribut] for attribut in attributs & set(LECTURES))
    return frozenset(map(_resolve, _follow(module, corps))), lues


@cache
def list_lectures(module: str) -> frozenset[str]:
    """Les lectures nommées qu'atteint un module, de proche en proche."""
    reste, vues, lues = {(module, "")}, set[Reference](), set[str]()
    while reste:
        reference = reste.pop()
        vues.add(reference)
        citees, ici = _read_corps(reference)
        lues |= ici
        reste |= citees - vues
    return frozenset(lues)


@cache
def build_matrice() -> dict[str, frozenset[str]]:
    """Surface → les lectures nommées qu'elle peut faire."""
    pages = {f"page {p.adresse or 'accueil'}": _get_module(p.script) for p in list_pages()}
    commandes = {f"commande {nom}": f"barometre.cli.{nom}" for nom in COMMANDES}
    formats = {
        "formats de fichier": "barometre.exports.formats_fichier",
        "formats de document": "barometre.rapports.formats_document",
    }
    surfaces = pages | commandes | formats | {f"adresse {a}": module for a, module in ADRESSES.items()}
    return {nom: list_lectures(module) for nom, module in surfaces.items()}


def _get_module(script: str) -> str:
    return "pages." + script.removesuffix(".py").replace("/", ".")


def describe(surface: str, role: str) -> str:
    """Ce que ce rôle en reçoit, au-delà des chiffres de tous.

    Une commande et l'API lisent au nom du public, quel que soit l'appelant ; les imports, l'opérateur.
    """
    publique = surface.startswith(("commande", "adresse /api"))
    mots = {"imports": "imports" if role == "operateur" else ""}
    for sujet in get_args(Sujet):
        mots[sujet] = "" if publique else _describe_sujet(sujet, role)
    return ", ".join(mots[lu] for lu in sorted(build_matrice()[surface]) if mots[lu]) or "—"


def _describe_sujet(sujet: Sujet, role: str) -> str:
    portee = PORTEES[role]
    if list_lisibles(portee, sujet, {PERIMETRE}) != AUCUNE:
        return f"{MOTS[sujet]} ({ETENDUES[role]})"
    nommee = list_lisibles(replace(portee, nominatif=True), sujet, {PERIMETRE})
    return "" if nommee == AUCUNE else f"{MOTS[sujet]} (droit nominatif)"


def write_tableau() -> str:
    """Le tableau de docs/securite.md ; les surfaces où nul ne lit rien de plus tiennent en une phrase."""
    themes = {f"page {p.adresse}" for p in list_pages() if p.theme_id}
    cases = {
        "page d'un thème" if s in themes else s: [describe(s, role) for role in ROLES]
        for s in build_matrice()
    }
    lignes = [f"| {s} | " + " | ".join(lues) + " |" for s, lues in cases.items() if set(lues) != {"—"}]
    tete = ["| surface | " + " | ".join(ROLES) + " |", "|---" * (len(ROLES) + 1) + "|"]
    return "\n".join([*tete, *lignes, "", RESTE])


if __name__ == "__main__":
    print(write_tableau())
