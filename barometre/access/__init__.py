"""Qui lit quoi : la porte devant l'entrepôt, le registre des droits et des lectures."""

from barometre.access.gate import AccesRefuse, Gate
from barometre.access.lectures import Lecture
from barometre.access.registre import Registre, RegistreError, open_registre
from barometre.recherche.resultats import Trouvaille

__all__ = ["AccesRefuse", "Gate", "Lecture", "Registre", "RegistreError", "Trouvaille", "open_registre"]
