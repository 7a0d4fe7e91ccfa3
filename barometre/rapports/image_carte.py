"""La carte d'un indicateur, en image, pour une page projetée."""

from __future__ import annotations

from barometre.access import Gate
from barometre.assemblage.carte_gardee import Dessin, load_cartes
from barometre.domain.indicateur import Indicateur
from barometre.maps import image as dessin_fixe
from barometre.maps.image import build_image
from barometre.maps.legende import Legende
from barometre.rapports.modele import Image
from barometre.views.carte.vue_carte import ChoixCarte
from barometre.views.lecture.selection import Selection


def draw_carte(
    gate: Gate, indicateur: Indicateur, niveau: str, selection: Selection
) -> tuple[str, Image, Legende]:
    """La phrase, le dessin nu et sa légende à part : projetée, elle se lit en grand à côté."""
    choix = (ChoixCarte(indicateur.id, indicateur.theme_id, niveau, selection),)
    affichee = load_cartes(gate, choix, Dessin())[0]
    octets = build_image(affichee.carte, legende=False, titre=False)
    largeur, hauteur = dessin_fixe.TAILLE
    image = Image(affichee.vue.titre, affichee.carte.alt, octets, hauteur / largeur)
    return affichee.carte.phrase, image, affichee.carte.legende
