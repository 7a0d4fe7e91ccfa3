"""Les cartes d'une page projetée : chacune en traits, pour l'écran clair, l'écran sombre et le papier."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from barometre.access import Gate
from barometre.assemblage.carte_gardee import CarteAffichee, Dessin, load_cartes
from barometre.maps import Carte
from barometre.maps.croquis import build_croquis, build_sombre, explain_encarts, has_croquis
from barometre.maps.image import build_image
from barometre.maps.legende import Legende
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
    legende = _shorten(carte.legende)
    if not has_croquis(carte):
        photographie = build_image(carte, legende=False, titre=False)
        return CarteProjetee(carte.alt, photographie, legende)
    svg = build_croquis(carte).svg
    return CarteProjetee(
        carte.alt,
        svg.encode(),
        legende,
        build_sombre(svg).encode(),
        "image/svg+xml",
        explain_encarts(carte),
    )


def _shorten(legende: Legende) -> Legende:
    """Sans renvoi au tableau : il n'est pas projeté."""
    entrees = (replace(e, libelle=e.libelle.partition(" (la raison")[0]) for e in legende.entrees)
    return replace(legende, entrees=tuple(entrees))
