"""Change chaque fonction d'un rien, pièce par pièce, et compte les changements qu'aucun essai ne voit.

`python -m scripts.mutants` : toutes les pièces de `PIECES` (23 000 changements : des heures) ;
`python -m scripts.mutants exports stats --fonctions 30` : trente fonctions de chacune, toujours les mêmes.
Les essais d'une pièce sont les siens seuls : un survivant peut encore être vu d'une autre. `--dossier` garde
le travail, et y reprend.
"""

from __future__ import annotations

import argparse
import ast
import json
import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from mutmut.stats import status_by_exit_code

RACINE = Path(__file__).parents[1]
# Chaque pièce : ce qui est changé, et les essais qui doivent le voir.
PIECES: dict[str, tuple[str, list[str]]] = {
    "access": ("barometre/access/*.py", ["tests/access", "tests/views/test_exacts.py"]),
    "exports": ("barometre/exports/*.py", ["tests/exports"]),
    "ingest": ("barometre/ingest/*.py", ["tests/ingest"]),
    "stats": ("barometre/stats/*.py", ["tests/stats"]),
    "weights": ("barometre/pipeline/weights.py", ["tests/pipeline/test_redressement.py"]),
}
GRAINE = 20261128
PAS_VUS = ("survived", "no tests", "skipped", "timeout")
MUTMUT = Path(sys.executable).parent / "mutmut"
# Un essai qui change le dossier courant, ou en lit le dépôt, ne tourne pas dans la copie de mutmut.
REGLAGES = """
[tool.mutmut]
source_paths = ["barometre"]
only_mutate = ["{motif}"]
also_copy = ["data", "geo", "pages", "app.py", "docs", "scripts", ".streamlit", "README.md"]
pytest_add_cli_args_test_selection = {essais}
pytest_add_cli_args = ["-p", "no:cacheprovider", "-p", "no:xdist", "-m", "not postgresql and not navigateur"]
"""


def main() -> int:
    """Une pièce après l'autre ; le tableau et la liste des survivants à la fin."""
    lus = _read_arguments()
    for piece in lus.pieces:
        with tempfile.TemporaryDirectory(prefix="mutants-") as provisoire:
            dossier = Path(lus.dossier or provisoire) / piece
            prepare_dossier(dossier, piece)
            noms = draw_fonctions(PIECES[piece][0], lus.fonctions) if lus.fonctions else []
            commande = [str(MUTMUT), "run", "--max-children", str(lus.processus)]
            subprocess.run([*commande, *noms], cwd=dossier, check=False, stdout=sys.stderr)
            print_bilan(piece, read_bilan(dossier))
    return 0


def _read_arguments() -> argparse.Namespace:
    lecteur = argparse.ArgumentParser(description=str(__doc__))
    lecteur.add_argument("pieces", nargs="*", choices=[*PIECES, []], default=list(PIECES))
    lecteur.add_argument("--fonctions", type=int, default=0, help="combien de fonctions tirer ; 0 : toutes")
    lecteur.add_argument("--processus", type=int, default=2)
    lecteur.add_argument("--dossier", help="où travailler, pour reprendre une mesure interrompue")
    return lecteur.parse_args()


def prepare_dossier(dossier: Path, piece: str) -> None:
    """Le dépôt par des liens, et des réglages de mutmut réduits à la pièce."""
    dossier.mkdir(parents=True, exist_ok=True)
    for chemin in RACINE.iterdir():
        lien = dossier / chemin.name
        if chemin.name not in ("pyproject.toml", "mutants", ".git") and not lien.exists():
            lien.symlink_to(chemin)
    motif, essais = PIECES[piece]
    pytest_seul = (RACINE / "pyproject.toml").read_text("utf-8").partition("[tool.pytest.ini_options]")
    reglages = REGLAGES.format(motif=motif, essais=json.dumps(essais)) + "".join(pytest_seul[1:])
    (dossier / "pyproject.toml").write_text(reglages, "utf-8")


def draw_fonctions(motif: str, nombre: int) -> list[str]:
    """Les noms que mutmut donne à `nombre` fonctions tirées parmi celles de la pièce, toujours les mêmes."""
    toutes = sorted(nom for chemin in RACINE.glob(motif) for nom in _list_fonctions(chemin))
    return random.Random(GRAINE).sample(toutes, min(nombre, len(toutes)))


def _list_fonctions(chemin: Path) -> Iterator[str]:
    module = ".".join(chemin.relative_to(RACINE).with_suffix("").parts)
    for noeud in ast.parse(chemin.read_text("utf-8")).body:
        if isinstance(noeud, ast.FunctionDef) and not noeud.decorator_list:
            yield f"{module}.x_{noeud.name}__mutmut_*"
        elif isinstance(noeud, ast.ClassDef):
            methodes = [n for n in noeud.body if isinstance(n, ast.FunctionDef) and not n.decorator_list]
            yield from (f"{module}.xǁ{noeud.name}ǁ{n.name}__mutmut_*" for n in methodes)


def read_bilan(dossier: Path) -> dict[str, str]:
    """Le sort de chaque changement essayé."""
    bilan: dict[str, str] = {}
    for fiche in sorted((dossier / "mutants" / "barometre").rglob("*.meta")):
        codes = json.loads(fiche.read_text("utf-8"))["exit_code_by_key"]
        bilan |= {nom: status_by_exit_code[code] for nom, code in codes.items() if code is not None}
    return bilan


def print_bilan(piece: str, bilan: dict[str, str]) -> None:
    """Une ligne de tableau, puis ce qui a survécu.

    Essayés, vus, survivants, sans essai, hors délai, part. Hors délai ne dit rien : la charge suffit.
    """
    comptes = Counter(bilan.values())
    hors_delai = comptes["timeout"]
    vus = sum(n for sort, n in comptes.items() if sort not in PAS_VUS)
    part = f"{vus / (len(bilan) - hors_delai):.0%}" if len(bilan) > hors_delai else "—"
    survivants = f"{comptes['survived']} | {comptes['no tests']} | {hors_delai}"
    print(f"| {piece} | {len(bilan)} | {vus} | {survivants} | {part} |")
    for nom in sorted(n for n, sort in bilan.items() if sort in ("survived", "no tests", "timeout")):
        print(f"    {bilan[nom]} : {nom}")


if __name__ == "__main__":
    sys.exit(main())
