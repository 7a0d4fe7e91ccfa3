"""Une réponse écrite deux fois dans sa cellule : « A1 - Oui », « ☑ Oui ☐ Non »."""

from __future__ import annotations

import re

from barometre.ingest.labels import clean_label

# Le code peut être entre crochets ; ce qui le sépare du texte change d'un outil à l'autre.
_CODE_ET_TEXTE = re.compile(
    r"^[\[(]?(?P<code>[a-z]{0,5}\d{1,4}|[a-z])[\])]?[\s\-:;|,./=)\]_]+(?P<texte>(?!\d+$).+)$", re.DOTALL
)
# « ☒ » est la case cochée d'un formulaire Word. « ✗ » et « ❌ », oui ou non selon l'outil, n'y sont pas.
_COCHES, _NON_COCHES = "☑☒✓✔✅", "☐□"
_MARQUES = re.compile(rf"(?=[{_COCHES}{_NON_COCHES}])")


def find_rang(cles: dict[str, int], cle: str) -> int | None:
    """Le rang d'une option écrite d'une façon connue, ou par son code suivi de son texte.

    Code et texte doivent désigner la même option ; un numéro que rien n'explique laisse parler le texte.
    """
    if cle in cles:
        return cles[cle]
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
