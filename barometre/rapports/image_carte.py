"""La carte d'un indicateur, en image, pour une page projetée."""

from __future__ import annotations

from barometre.access import Gate
from barometre.assemblage import memoire
from barometre.assemblage.carte_gardee import Dessin, load_cartes
from barometre.maps import image as dessin_fixe
from barometre.maps.image import build_image
from barometre.maps.legende import Legende
from barometre.rapports.modele import Image
from barometre.views.carte.vue_carte import ChoixCarte


def draw_carte(gate: Gate, choix: ChoixCarte) -> tuple[str, Image, Legende]:
    """La phrase, le dessin nu et sa légende à part : projetée, elle se lit en grand à côté."""
    affichee = load_cartes(gate, (choix,), Dessin())[0]
    octets = memoire.get_vue(gate, _draw_nu, choix)
    largeur, hauteur = dessin_fixe.TAILLE
    image = Image(affichee.vue.titre, affichee.carte.alt, octets, hauteur / largeur)
    return affichee.carte.phrase, image, affichee.carte.legende


def _draw_nu(gate: Gate, choix: ChoixCarte) -> bytes:
    return build_image(load_cartes(gate, (choix,), Dessin())[0].carte, legende=False, titre=False)
