"""Dessine les imports entre les pièces du paquet, lus dans le code, dans `docs/architecture.md`.

PYTHONPATH=. python scripts/dessiner_architecture.py
Une flèche va de qui importe vers qui est importé ; celles qu'une autre route redit sont tues.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path

RACINE = Path(__file__).resolve().parents[1]
PAQUET = RACINE / "barometre"
DOCUMENT = RACINE / "docs" / "architecture.md"
DEBUT, FIN = "<!-- dessin : scripts/dessiner_architecture.py -->\n", "<!-- fin du dessin -->"
Imports = Mapping[str, set[str]]


def list_pieces() -> list[str]:
    """Les dossiers du paquet."""
    return sorted(d.name for d in PAQUET.iterdir() if (d / "__init__.py").is_file())


def read_imports() -> dict[str, set[str]]:
    """Pièce → pièces qu'elle importe, elle-même exclue."""
    pieces = set(list_pieces())
    return {piece: (_read_piece(piece) & pieces) - {piece} for piece in sorted(pieces)}


def _read_piece(piece: str) -> set[str]:
    trouves: set[str] = set()
    for fichier in (PAQUET / piece).rglob("*.py"):
        for noeud in ast.walk(ast.parse(fichier.read_text(encoding="utf-8"))):
            if isinstance(noeud, ast.ImportFrom) and noeud.module:
                chemin = [noeud.module, *(f"{noeud.module}.{alias.name}" for alias in noeud.names)]
                trouves |= {m.split(".")[1] for m in chemin if m.startswith("barometre.")}
            elif isinstance(noeud, ast.Import):
                trouves |= {a.name.split(".")[1] for a in noeud.names if a.name.startswith("barometre.")}
    return trouves


def find_atteintes(imports: Imports, piece: str) -> set[str]:
    """Toutes les pièces que celle-ci atteint, de proche en proche."""
    vues: set[str] = set()
    reste = list(imports[piece])
    while reste:
        suivante = reste.pop()
        if suivante not in vues:
            vues.add(suivante)
            reste += imports[suivante]
    return vues


def reduce_imports(imports: Imports) -> dict[str, set[str]]:
    """Sans les flèches qu'une route plus longue redit."""
    atteintes = {piece: find_atteintes(imports, piece) for piece in imports}
    return {
        piece: {d for d in directes if not any(d in atteintes[autre] for autre in directes - {d})}
        for piece, directes in imports.items()
    }


def build_dessin(imports: Imports) -> str:
    """Le graphe, en Mermaid : la forge le dessine, un éditeur le lit."""
    fleches = [f"  {a} --> {b}" for a, bs in reduce_imports(imports).items() for b in sorted(bs)]
    return "\n".join(["```mermaid", "flowchart TD", *fleches, "```", ""])


def write_document() -> None:
    """Remplace le dessin du document."""
    avant, _, reste = DOCUMENT.read_text(encoding="utf-8").partition(DEBUT)
    apres = reste.partition(FIN)[2]
    DOCUMENT.write_text(f"{avant}{DEBUT}{build_dessin(read_imports())}{FIN}{apres}", encoding="utf-8")


if __name__ == "__main__":
    write_document()
