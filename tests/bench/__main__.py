"""`make bench` : exécute les modules `bench_*.py` et écrit leurs lignes dans `rapports/bench.md`.

Un module donne `run() -> list[dict]` : des lignes prêtes à lire. Rien n'est jugé ici, on mesure.
"""

from __future__ import annotations

import importlib
import pkgutil
import platform
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import tests.bench
from tests.bench.mesure import measure_etalon

RAPPORT = Path(__file__).resolve().parents[2] / "rapports" / "bench.md"


def list_modules() -> list[str]:
    """Les modules de mesure, par ordre de nom."""
    noms = (module.name for module in pkgutil.iter_modules(tests.bench.__path__))
    return sorted(nom for nom in noms if nom.startswith("bench_"))


def build_tableau(lignes: list[dict[str, Any]]) -> str:
    """Un tableau Markdown ; les colonnes sont celles de toutes les lignes, dans l'ordre où elles viennent."""
    colonnes = list(dict.fromkeys(cle for ligne in lignes for cle in ligne))
    rangs = [colonnes, ["---"] * len(colonnes)]
    rangs += [[_ecrire(ligne.get(c, "")) for c in colonnes] for ligne in lignes]
    return "\n".join(f"| {' | '.join(rang)} |" for rang in rangs)


def _ecrire(valeur: Any) -> str:
    texte = f"{valeur:.3g}" if isinstance(valeur, float) else str(valeur)
    return texte.replace("|", "\\|").replace("\n", " ")


def merge_parties(ancien: str, parties: dict[str, str]) -> str:
    """Le rapport où ces parties remplacent les leurs : refaire une mesure n'efface pas les autres."""
    gardees = dict(re.findall(r"^## ([^\n]+)\n\n(.*?)\s*(?=^## |\Z)", ancien, flags=re.MULTILINE | re.DOTALL))
    ecrites = [f"## {titre}\n\n{partie}" for titre, partie in (gardees | parties).items()]
    return "\n\n".join(["# Mesures", *ecrites]) + "\n"


def main(voulus: list[str]) -> None:
    """Exécute tous les modules, ou ceux que l'on nomme (`python -m tests.bench cartes`)."""
    noms = [nom for nom in list_modules() if not voulus or nom.removeprefix("bench_") in voulus]
    quand = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    parties: dict[str, str] = {}
    for nom in noms:
        module = importlib.import_module(f"tests.bench.{nom}")
        titre = (module.__doc__ or nom).strip().splitlines()[0]
        print(titre, flush=True)
        machine = f"{quand}, {platform.machine()}, Python {platform.python_version()}"
        avant, tableau, apres = measure_etalon(), build_tableau(module.run()), measure_etalon()
        etalon = f"étalon de la machine : {avant:.0f} ms avant, {apres:.0f} ms après"
        parties[titre] = f"{machine} ; {etalon}.\n\n{tableau}"
    RAPPORT.parent.mkdir(exist_ok=True)
    ancien = RAPPORT.read_text(encoding="utf-8") if RAPPORT.exists() else ""
    RAPPORT.write_text(merge_parties(ancien, parties), encoding="utf-8")
    print(RAPPORT)


if __name__ == "__main__":
    main(sys.argv[1:])
