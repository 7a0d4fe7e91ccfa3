"""Les communes nouvelles dont une partie est redevenue une commune : un vieux fichier les compte entières."""

from __future__ import annotations

from collections.abc import Iterable

# Commune réduite → celles qui en sont sorties (code officiel géographique de l'Insee, 2020 à 2026). Un
# fichier d'avant leur sortie compte leurs habitants avec elle, et l'on ne sait pas les en retirer.
REDUITES = {
    "14712": ("14666",),
    "15141": ("15031", "15035", "15047", "15171"),
    "60054": ("60694",),
    "85084": ("85165", "85212"),
}
REDUITE = (
    "La commune a perdu une partie de son territoire depuis : ses nombres d'alors ne sont plus les siens."
)


def list_reduites(codes: Iterable[str]) -> list[str]:
    """Les communes dont ce fichier, par ses codes, donne encore les nombres d'avant la séparation.

    Si les communes rétablies ont leur propre ligne, le fichier est d'après (ou d'avant leur réunion).
    """
    lus = set(codes)
    return [code for code, sorties in REDUITES.items() if code in lus and not lus.issuperset(sorties)]
