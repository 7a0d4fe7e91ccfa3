"""Les couleurs des graphiques : lisibles sur fond clair et sur fond sombre, en gris, sans juger."""

from __future__ import annotations

# Au moins 3:1 de contraste sur blanc comme sur #10161d (un test le calcule).
ACCENT = "#2f74c0"
ACCENT_LEGER = "rgba(47, 116, 192, 0.35)"
GRIS = "#7b8592"
GRILLE = "rgba(123, 133, 146, 0.28)"
# Du clair au foncé : l'ordre se lit encore en gris et sans distinguer le rouge du vert.
SEQUENTIELLE: tuple[str, ...] = ("#cfdff1", "#9dbfe3", "#6a9bd1", "#3c75b5", "#1c4f87", "#0b2c54")
# Une série se reconnaît aussi à son tracé, jamais à sa seule couleur.
SERIES: tuple[tuple[str, str], ...] = (
    ("#2f74c0", "solid"),
    ("#c06a1b", "dash"),
    ("#7b8592", "dot"),
    ("#8a63c4", "dashdot"),
)


def compute_luminance(couleur: str) -> float:
    """Luminance relative WCAG d'une couleur `#rrggbb`."""
    canaux = (int(couleur[i : i + 2], 16) / 255 for i in (1, 3, 5))
    rouge, vert, bleu = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in canaux)
    return 0.2126 * rouge + 0.7152 * vert + 0.0722 * bleu
