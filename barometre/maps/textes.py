"""Échapper un texte pour l'endroit où il atterrit : dans du HTML, puis dans un script."""

from __future__ import annotations

import html
import json
from typing import Any

# `${` et l'accent grave ouvrent un gabarit JavaScript, `</script>` ferme la balise, U+2028 coupe une ligne.
_DANGERS = {caractere: f"\\u{ord(caractere):04x}" for caractere in "<>&'`$\u2028\u2029"}
_TABLE = str.maketrans(_DANGERS)


def escape_html(texte: str) -> str:
    """Un texte des données, posé dans du HTML."""
    return html.escape(texte, quote=True).replace("`", "&#96;").replace("$", "&#36;").replace("{", "&#123;")


def build_js(valeur: Any) -> str:
    """Une valeur écrite en JavaScript : aucun texte n'y ferme une chaîne, un gabarit ou une balise."""
    return json.dumps(valeur, ensure_ascii=False, separators=(",", ":"), allow_nan=False).translate(_TABLE)
