"""Les couleurs des graphiques : lisibles sur fond clair et sur fond sombre, en gris, sans juger."""

from __future__ import annotations

# Au moins 3:1 de contraste sur blanc comme sur #10161d (un test le calcule).
ACCENT = "#2f74c0"
ACCENT_LEGER = "rgba(47, 116, 192, 0.35)"
GRIS = "#7b8592"
GRILLE = "rgba(123, 133, 146, 0.28)"
# Une série se reconnaît aussi à son tracé, jamais à sa seule couleur.
SERIES: tuple[tuple[str, str], ...] = (
    ("#2f74c0", "solid"),
    ("#c06a1b", "dash"),
    ("#7b8592", "dot"),
    ("#8a63c4", "dashdot"),
)
