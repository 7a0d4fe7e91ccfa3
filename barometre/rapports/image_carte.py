"""Les cartes d'une page projetée : chacune en traits, pour l'écran clair, l'écran sombre et le papier."""

from __future__ import annotations

from collections.abc import Iterator

from barometre.access import Gate
from barometre.assemblage.carte_gardee import CarteAffichee, Dessin, load_cartes
from barometre.maps import Carte
from barometre.maps.croquis import build_croquis, darken_croquis, explain_codes, has_croquis
from barometre.maps.image import build_image
from barometre.rapports.diapo import CarteProjetee
from barometre.views.carte.vue_carte import ChoixCarte


def draw_cartes(
    gate: Gate, choix: tuple[ChoixCarte, ...], dessin: Dessin
) -> Iterator[tuple[CarteAffichee, CarteProjetee]]:
    """Chaque carte de la page et son dessin nu : sa légende, à part, se lit en grand à côté."""
    for affichee in load_cartes(gate, choix, dessin):
        yield affichee, _draw(affichee.carte)


def _draw(carte: Carte) -> CarteProjetee:
    """Des traits coûtent sept fois moins que la photographie, que seules gardent les cartes trop fines."""
    if not has_croquis(carte):
        photographie = build_image(carte, legende=False, titre=False)
        return CarteProjetee(carte.alt, photographie, carte.legende)
    svg = build_croquis(carte).svg
    return CarteProjetee(
        carte.alt,
        svg.encode(),
        carte.legende,
        darken_croquis(svg).encode(),
        "image/svg+xml",
        explain_codes(carte),
    )
