"""Échapper un texte pour l'endroit où il atterrit : dans du HTML, puis dans un script."""

from __future__ import annotations

import html
import json
import re
import unicodedata
from typing import Any

# `${` et l'accent grave ouvrent un gabarit JavaScript, `</script>` ferme la balise, U+2028 coupe une ligne.
_DANGERS = {caractere: f"\\u{ord(caractere):04x}" for caractere in "<>&'`$\u2028\u2029"}
_TABLE = str.maketrans(_DANGERS)
# folium passe deux fois la page dans Jinja : « {{ » et « {% » venus des données y seraient exécutés sur le
# serveur. L'accolade d'un objet JSON n'est jamais suivie de ces signes : on ne touche que des textes.
_GABARIT = re.compile(r"\{(?=[{%#])")


def escape_html(texte: str) -> str:
    """Un texte des données, posé dans du HTML."""
    return html.escape(texte, quote=True).replace("`", "&#96;").replace("$", "&#36;").replace("{", "&#123;")


def build_js(valeur: Any) -> str:
    """Une valeur écrite en JavaScript : aucun texte n'y ferme une chaîne, un gabarit ou une balise."""
    ecrit = json.dumps(valeur, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return _GABARIT.sub(r"\\u007b", ecrit.translate(_TABLE))


def strip_controles(texte: str) -> str:
    """Un texte dessiné dans une image : un caractère de contrôle y rendrait le SVG illisible."""
    return "".join(" " if unicodedata.category(c) in ("Cc", "Cs", "Cn", "Co") else c for c in texte)
