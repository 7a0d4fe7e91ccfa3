"""Une réponse écrite deux fois dans sa cellule : « A1 - Oui », « ☑ Oui ☐ Non »."""

from __future__ import annotations

import ast
import csv
import json
import re

from barometre.ingest.labels import clean_label, compact_label

# Le code peut être entre crochets ; ce qui le sépare du texte change d'un outil à l'autre.
_CODE_ET_TEXTE = re.compile(
    r"^[\[(]?(?P<code>[a-z]{0,5}\d{1,4}|[a-z])[\])]?[\s\-:;|,./=)\]_]+(?P<texte>(?!\d+$).+)$", re.DOTALL
)
# « ☒ » est la case cochée d'un formulaire Word. « ✗ » et « ❌ », oui ou non selon l'outil, n'y sont pas.
# Aucune question n'a assez d'options pour une liste plus longue.
_MAX_ENUMERATION = 5_000
_COCHES, _NON_COCHES = "☑☒✓✔✅", "☐□"
_MARQUES = re.compile(rf"(?=[{_COCHES}{_NON_COCHES}])")


def find_rang(cles: dict[str, int], cle: str) -> int | None:
    """Le rang d'une option écrite d'une façon connue, ou par son code suivi de son texte.

    Code et texte doivent désigner la même option ; un numéro que rien n'explique laisse parler le texte.
    """
    if cle in cles:
        return cles[cle]
    if (serree := cles.get(compact_label(cle))) is not None:
        return serree
    if not (trouve := _CODE_ET_TEXTE.match(cle)):
        return None
    du_code, du_texte = cles.get(trouve["code"]), cles.get(clean_label(trouve["texte"]))
    numero = du_code is None and trouve["code"].isdecimal()
    return du_texte if numero or du_code == du_texte else None


def keep_coches(texte: str) -> str:
    """« ☑ Oui ☐ Non » → « Oui » ; une option cochée par ligne ; tout autre texte est rendu tel quel."""
    avant, *parties = _MARQUES.split(texte.replace("\ufe0f", ""))
    libelles = [(partie[0], partie[1:].strip(" \t\r\n;,|/")) for partie in parties]
    if avant.strip() or not libelles or not all(libelle for _, libelle in libelles):
        return texte
    return "\n".join(libelle for marque, libelle in libelles if marque in _COCHES)


def read_enumeration(texte: str) -> list[object] | None:
    """Une liste écrite par un programme : JSON, Python (« ['a', 'b'] »), PostgreSQL (« {a,"b c"} »)."""
    if len(texte) > _MAX_ENUMERATION:
        return None
    for lire in (json.loads, ast.literal_eval, _read_postgresql):
        try:
            lue = lire(texte)
        except (ValueError, SyntaxError, RecursionError, MemoryError, csv.Error):
            continue
        if isinstance(lue, list | tuple | set):
            return sorted(lue, key=str) if isinstance(lue, set) else list(lue)
    return None


def _read_postgresql(texte: str) -> list[str]:
    if not (texte.startswith("{") and texte.endswith("}")):
        raise ValueError(texte)
    return next(csv.reader([texte[1:-1]], strict=True), [])
