"""La page d'un fonds : sa vue et le graphique de ses crédits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from barometre.access import Gate
from barometre.assemblage import memoire
from barometre.catalogue.fonds import find_fonds, load_reperes
from barometre.catalogue.programmes import load_actions_publiques
from barometre.charts import Marques, build_barres
from barometre.domain.formats import format_nombre
from barometre.views.piloter.fonds import Credit, VueFonds, build_vue_fonds, format_euros


@dataclass(frozen=True, slots=True)
class FondsAffiche:
    """Un fonds ; sans liste reçue, il n'a pas de graphique."""

    vue: VueFonds
    regions: Marques | None
    axes: Marques | None


def load_fonds_affiche(gate: Gate, fonds_id: str) -> FondsAffiche:
    """Un fonds du catalogue."""
    return memoire.get_vue_publique(gate, _fonds, fonds_id)


def _fonds(gate: Gate, fonds_id: str) -> FondsAffiche:
    vue = build_vue_fonds(gate, find_fonds(fonds_id), load_reperes(), load_actions_publiques())
    if vue.liste is None or not vue.liste.regions:
        return FondsAffiche(vue, None, None)
    lignes = [
        (c.nom, c.par_habitant, f"{format_nombre(c.par_habitant, 2)}\u202f€ ({format_euros(c.montant)})")
        for c in vue.liste.regions
        if c.par_habitant is not None
    ]
    regions = _draw(lignes, "Crédits par habitant", vue.liste.phrase, "Région")
    return FondsAffiche(vue, regions, _draw_axes(vue.liste.axes))


def _draw_axes(credits: Sequence[Credit]) -> Marques | None:
    if len(credits) < 2:
        return None
    large = max(credits, key=lambda c: c.montant)
    phrase = f"L’axe le plus doté\u202f: {large.nom}, {format_euros(large.montant)}."
    return _draw([(c.nom, c.montant, format_euros(c.montant)) for c in credits], "Crédits", phrase, "Axe")


def _draw(lignes: list[tuple[str, float, str]], mesure: str, phrase: str, tete: str) -> Marques:
    cadre = pd.DataFrame(lignes, columns=["groupe", "valeur", "texte"])
    return build_barres(cadre, titre=f"{mesure}, par {tete.lower()}", mesure=mesure, phrase=phrase, tete=tete)
