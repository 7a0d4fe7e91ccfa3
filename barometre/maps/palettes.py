"""Les couleurs d'une carte. Un test les regarde en gris et comme les voit un daltonien."""

from __future__ import annotations

from barometre.domain.indicateur import Sens

# Du clair au foncé : l'ordre se lit encore sans la teinte. Le sens de l'indicateur choisit la famille,
# jamais un vert et un rouge : rien ne dit « bien » ou « mal » à la place du lecteur.
SEQUENTIELLES: dict[Sens, tuple[str, ...]] = {
    "plus_haut_mieux": ("#bcd5ee", "#86b0dd", "#5189c6", "#2a629f", "#0f3564"),
    "plus_bas_mieux": ("#f4d3a8", "#e3a765", "#c27a35", "#8f5018", "#4f270a"),
    "neutre": ("#d6d0e8", "#ab9fd0", "#8170b4", "#594893", "#2c1f55"),
}
# Deux teintes autour de la valeur nationale, ocre en dessous, bleu au-dessus. La clarté décroît d'un bout
# à l'autre : une photocopie garde l'ordre, ce qu'une palette à centre clair perdrait.
ECART: tuple[str, ...] = ("#f9d9a6", "#e2bb86", "#9fa3a8", "#4a7db8", "#12386b")
# Non publié : presque blanc et semé de points. Une valeur nulle, elle, a la première couleur.
ABSENT = "#eef0f2"
POINTS = "#a9b3bd"
# Une catégorie sans ordre : « a répondu », « n'a pas répondu » ; un OPSN, plusieurs, inconnu.
OUI, NON = "#2a629f", "#dbe2ea"
UN, PLUSIEURS = "#86b0dd", "#0f3564"
# Un changement testé : baisse, pas de changement démontré, hausse ; les bouts et le milieu de l'écart.
BAISSE, STABLE, HAUSSE = ECART[0], ECART[2], ECART[4]
# Le papier et les images ont ce fond, l'écran sombre le sien ; les classes gardent leurs couleurs.
FOND = "#fbfcfd"
TRAIT = "#ffffff"
CONTOUR = "#5b6773"
TEXTE = "#1b2530"
CLAIR = {"fond": FOND, "texte": TEXTE, "contour": CONTOUR, "trait": TRAIT, "absent": ABSENT, "points": POINTS}
SOMBRE = {
    "fond": "#10161d", "texte": "#e6ebf0", "contour": "#93a1ae", "trait": "#7d8994", "absent": "#26313c",
    "points": "#6b7986",
}  # fmt: skip


def get_palette(sens: Sens, *, ecart: bool = False) -> tuple[str, ...]:
    """Les cinq couleurs d'un indicateur ; l'écart à la France n'a de sens que si l'indicateur en a un."""
    return ECART if ecart and sens != "neutre" else SEQUENTIELLES[sens]


def pick_couleurs(palette: tuple[str, ...], nombre: int) -> tuple[str, ...]:
    """`nombre` couleurs réparties sur la palette, de la plus claire à la plus foncée."""
    if nombre <= 1:
        return (palette[len(palette) // 2],)[:nombre]
    pas = (len(palette) - 1) / (nombre - 1)
    return tuple(palette[round(rang * pas)] for rang in range(nombre))
