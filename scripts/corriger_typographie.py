"""La typographie française des fichiers du catalogue : la vérifier, ou la corriger sur place.

`python -m scripts.corriger_typographie` réécrit les fichiers YAML du catalogue où une apostrophe est
droite ou une espace n'est pas insécable. Un fichier dont le sens changerait est laissé tel quel.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

CATALOGUE = Path(__file__).resolve().parent.parent / "barometre" / "catalogue"
FINE = "\u202f"  # espace fine insécable
INSECABLE = "\u00a0"

_REGLES = (
    (re.compile("'"), "’"),
    (re.compile("«[ \u00a0\u202f]*"), f"«{FINE}"),
    (re.compile("[ \u00a0\u202f]*»"), f"{FINE}»"),
    # « unite: % » n'est pas une phrase : la ponctuation qui suit deux-points n'est pas touchée.
    (re.compile(r"(?<=[^\s:])[ \u00a0]([;:?!%€])(?=\s|$|[\"”).,…])"), rf"{FINE}\1"),
    (re.compile(r"(?<=\d)[ \u00a0](?=\d{3}(?!\d))"), FINE),
    (re.compile(r"n° (?=\d)"), f"n°{INSECABLE}"),
    (re.compile(r"\b([LRD]\.) (?=\d)"), rf"\1{INSECABLE}"),
)


def corriger(texte: str) -> str:
    """Le texte avec ses apostrophes courbes et ses espaces insécables."""
    for motif, remplacement in _REGLES:
        texte = motif.sub(remplacement, texte)
    return texte


def list_fichiers() -> Iterator[Path]:
    """Les fichiers du catalogue qu'un lecteur finit par lire (les schémas n'en sont pas)."""
    return (chemin for chemin in sorted(CATALOGUE.rglob("*.yml")) if "schema" not in chemin.parts)


def apply_correction(chemin: Path) -> str:
    """Corrige un fichier sur place ; rend ce qui a été fait, en un mot."""
    avant = chemin.read_text("utf-8")
    apres = "\n".join(corriger(ligne) for ligne in avant.split("\n"))
    if apres == avant:
        return "déjà juste"
    if not _meme_sens(avant, apres):
        return "laissé : une apostrophe ou une espace y sert à la syntaxe YAML"
    chemin.write_text(apres, "utf-8")
    return "corrigé"


def _meme_sens(avant: str, apres: str) -> bool:
    try:
        return bool(_corriger_tout(yaml.safe_load(avant)) == _corriger_tout(yaml.safe_load(apres)))
    except yaml.YAMLError:
        return False


def _corriger_tout(valeur: Any) -> Any:
    if isinstance(valeur, dict):
        return {cle: _corriger_tout(v) for cle, v in valeur.items()}
    if isinstance(valeur, list):
        return [_corriger_tout(v) for v in valeur]
    return corriger(valeur) if isinstance(valeur, str) else valeur


def main() -> int:
    """Corrige tout le catalogue et dit ce qui a changé."""
    faits = {chemin: apply_correction(chemin) for chemin in list_fichiers()}
    for chemin, fait in faits.items():
        if fait != "déjà juste":
            print(f"{chemin.relative_to(CATALOGUE)} : {fait}")
    return int(any(fait.startswith("laissé") for fait in faits.values()))


if __name__ == "__main__":
    sys.exit(main())
