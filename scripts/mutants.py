"""Change chaque fonction d'un rien, pièce par pièce, et compte les changements qu'aucun essai ne voit.

`python -m scripts.mutants` : toutes les pièces de `PIECES` (23 000 changements : des heures) ;
`python -m scripts.mutants exports stats --fonctions 30` : trente fonctions de chacune, toujours les mêmes.
Les essais d'une pièce sont les siens seuls : un survivant peut encore être vu d'une autre. `--dossier` garde
le travail : relancée, la commande ne rejoue que ce qui n'était pas vu, et ce dont le code a changé.

mutmut écrit les changements (`mutate_file_contents`) ; `scripts.mutants_essais` les joue.
"""

from __future__ import annotations

import argparse
import ast
import difflib
import json
import random
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

from mutmut.mutation.file_mutation import MutatedFile, mutate_file_contents

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
# Le programme est une copie, tout le reste un lien : un essai qui lit le dépôt (Git) n'y tourne pas.
COPIES = ("pyproject.toml", "barometre", "mutants", ".git")
REGLAGES = '[tool.mutmut]\nsource_paths = ["barometre"]\ntrack_dependencies = false\n\n'
PYTEST = (
    "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-p", "scripts.mutants_essais", "--basetemp=provisoire",
    "-m", "not postgresql and not navigateur",
)  # fmt: skip


def main() -> int:
    """Une pièce après l'autre ; le tableau et la liste des survivants à la fin."""
    lus, code = _read_arguments(), 0
    for piece in lus.pieces:
        with tempfile.TemporaryDirectory(prefix="mutants-") as provisoire:
            dossier = Path(lus.dossier or provisoire) / piece
            noms = draw_fonctions(PIECES[piece][0], lus.fonctions, lus.graine)
            prepare_dossier(dossier)
            changes = write_mutants(dossier, noms)
            demande = {"secondes": lus.secondes, "changes": changes}
            (dossier / "demande.json").write_text(json.dumps(demande), "utf-8")
            commande = [sys.executable, "-m", "pytest", *PYTEST, *(lus.essais or PIECES[piece][1])]
            code |= subprocess.run(commande, cwd=dossier, check=False, stdout=sys.stderr).returncode
            print_bilan(piece, read_bilan(dossier, changes), changes)
    return code


def _read_arguments() -> argparse.Namespace:
    lecteur = argparse.ArgumentParser(description=str(__doc__))
    lecteur.add_argument("pieces", nargs="*", choices=[*PIECES, []], default=list(PIECES))
    lecteur.add_argument("--fonctions", type=int, help="combien de fonctions tirer ; toutes, à défaut")
    lecteur.add_argument("--graine", type=int, default=GRAINE, help="un autre tirage")
    aide = "durée des essais de chaque changement, rapides d'abord : au-delà, il est dit survivant"
    lecteur.add_argument("--secondes", type=float, default=float("inf"), help=aide)
    aide = (
        "d'abord ces seuls essais, tout petits : relancer sans l'option ne rejoue que ce qu'ils n'ont pas vu"
    )
    lecteur.add_argument("--essais", nargs="*", help=aide)
    lecteur.add_argument("--dossier", help="où travailler, pour reprendre une mesure interrompue")
    return lecteur.parse_args()


def draw_fonctions(motif: str, nombre: int | None, graine: int = GRAINE) -> list[str]:
    """`nombre` fonctions de la pièce, « module.fonction » ou « module.Classe.methode » ; toutes, à défaut.

    Chacune a un rang à elle : en ajouter une ou en demander plus ne change pas le rang des autres, et deux
    mesures se comparent. Un essai écrit pour un tirage se juge sur un autre : `graine`.
    """
    toutes = [nom for chemin in RACINE.glob(motif) for nom in _list_fonctions(chemin)]
    return sorted(toutes, key=lambda nom: random.Random(f"{graine} {nom}").random())[:nombre]


def _list_fonctions(chemin: Path) -> Iterator[str]:
    module = ".".join(chemin.relative_to(RACINE).with_suffix("").parts)
    return (f"{module}:{nom}" for nom in _list_definitions(chemin.read_text("utf-8")))


def _list_definitions(source: str) -> dict[str, ast.FunctionDef]:
    """Les fonctions que mutmut change : sans décorateur, d'un module ou d'une de ses classes."""
    trouvees: dict[str, ast.FunctionDef] = {}
    for noeud in ast.parse(source).body:
        classe = f"{noeud.name}." if isinstance(noeud, ast.ClassDef) else ""
        for n in noeud.body if isinstance(noeud, ast.ClassDef) else [noeud]:
            if isinstance(n, ast.FunctionDef) and not n.decorator_list:
                trouvees[classe + n.name] = n
    return trouvees


def prepare_dossier(dossier: Path) -> None:
    """Le dépôt par des liens, le programme par une copie, et des réglages réduits à ceux de pytest."""
    dossier.mkdir(parents=True, exist_ok=True)
    for chemin in RACINE.iterdir():
        lien = dossier / chemin.name
        if chemin.name not in COPIES and not lien.exists():
            lien.symlink_to(chemin)
    for chemin in (RACINE / "barometre").rglob("*"):
        copie = dossier / chemin.relative_to(RACINE)
        if chemin.is_file() and "__pycache__" not in chemin.parts:
            copie.parent.mkdir(parents=True, exist_ok=True)
            copie.write_bytes(chemin.read_bytes())
    pytest_seul = (RACINE / "pyproject.toml").read_text("utf-8").partition("[tool.pytest.ini_options]")
    (dossier / "pyproject.toml").write_text(REGLAGES + "".join(pytest_seul[1:]), "utf-8")


def write_mutants(dossier: Path, noms: list[str]) -> dict[str, str]:
    """Écrit les changements de ces fonctions dans la copie ; chacun, et ce qu'il change."""
    fonctions = defaultdict(list)
    for module, _, nom in (n.partition(":") for n in noms):
        fonctions[module].append(nom)
    changes: dict[str, str] = {}
    with chdir(dossier):
        for module, siennes in sorted(fonctions.items()):
            chemin = Path(module.replace(".", "/") + ".py")
            source = chemin.read_text("utf-8")
            connues = _list_definitions(source)
            lignes = {i for nom in siennes for i in range(connues[nom].lineno, connues[nom].end_lineno + 1)}  # type: ignore[operator]
            ecrit = mutate_file_contents(str(chemin), source, lignes)
            chemin.write_text(ecrit.code, "utf-8")
            changes |= {f"{module}.{nom}": _describe(ecrit, nom) for nom in ecrit.mutant_names}
    rangs = {f"{nom}__mutmut": rang for rang, nom in enumerate(map(_name_function, noms))}
    return dict(sorted(changes.items(), key=lambda c: rangs[c[0].rpartition("_")[0]]))


def _name_function(nom: str) -> str:
    """Le nom que mutmut lui donne."""
    module, _, fonction = nom.partition(":")
    return f"{module}.x_{fonction}" if "." not in fonction else f"{module}.xǁ{fonction.replace('.', 'ǁ')}"


def _describe(ecrit: MutatedFile, nom: str) -> str:
    """Les lignes que le changement ôte et ajoute."""
    lignes = ecrit.code.splitlines()
    avant, apres = (
        [ligne.strip() for ligne in lignes[portee.start - 1 : portee.end]]
        for portee in (
            ecrit.line_span_by_function_name[n]
            for n in (nom.partition("__mutmut_")[0] + "__mutmut_orig", nom)
        )
    )
    ecarts = [e for e in difflib.ndiff(avant, apres) if e[0] in "-+"]
    return "\n".join(ecarts)


def read_bilan(dossier: Path, changes: dict[str, str]) -> dict[str, str]:
    """Le sort de chaque changement essayé, le dernier écrit."""
    journal = dossier / "journal.jsonl"
    lignes = journal.read_text("utf-8").splitlines() if journal.exists() else []
    essayes = [json.loads(ligne) for ligne in lignes]
    return {e["nom"]: e["sort"] for e in essayes if changes.get(e["nom"]) == e["change"]}


def print_bilan(piece: str, bilan: dict[str, str], changes: dict[str, str]) -> None:
    """Une ligne de tableau (fonctions, changements, vus, part), puis ce qui a survécu.

    Un changement qui n'en finit pas est vu : le délai laisse vingt fois la durée des essais.
    """
    vus = sum(sort in ("vu", "hors délai") for sort in bilan.values())
    fonctions = len({nom.partition("__mutmut_")[0] for nom in bilan})
    print(f"| {piece} | {fonctions} | {len(bilan)} | {vus} | {vus / max(len(bilan), 1):.1%} |")
    print(f"    {dict(Counter(bilan.values()))}")
    for nom, sort in sorted(bilan.items()):
        if sort not in ("vu", "hors délai"):
            dits = [ligne for ligne in changes[nom].splitlines() if "__mutmut_" not in ligne]
            print(f"{sort} : {nom}", *dits, sep="\n    ")


if __name__ == "__main__":
    sys.exit(main())
