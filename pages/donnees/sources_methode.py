"""Comment lire un chiffre, d'où il vient, comment il est calculé."""

from barometre.assemblage.ensemble import load_methode
from barometre.ui import porte
from barometre.ui.blocks import methode

methode.render_methode(load_methode(porte.get_gate()))
