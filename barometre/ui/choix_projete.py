"""Ce que l'adresse choisit, page par page, lu comme la page le lit : la projeter ne change pas son sujet.

Chaque page a ses propres valeurs par défaut (le territoire d'un agent d'OPSN, la dernière vague, le premier
chiffre clé) : les deviner une fois pour toutes projetait un autre chiffre que celui de l'écran.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from barometre.domain.jour import get_jour
from barometre.rapports.diapo import Choix
from barometre.ui import selectors, state
from barometre.ui.blocks import carte_choix, evolution, participation
from barometre.ui.navigation import PageDeclaree
from barometre.views.lecture.selection import Selection, read_selection


def read_choix(page: PageDeclaree) -> Choix:
    """Ce que l'adresse choisit sur cette page ; une mauvaise valeur donne celle par défaut."""
    if page.theme_id:
        selection = selectors.read_theme_cell(page.theme_id)
        return Choix(page.theme_id, selection.vague_id, "", "", selection, get_jour())
    lire = _LECTEURS.get(page.adresse)
    return lire() if lire else _build(read_selection(state.read_adresse()))


def _build(selection: Selection, theme_id: str = "") -> Choix:
    return Choix(theme_id or selectors.read_theme(), selection.vague_id, "", "", selection, get_jour())


def _read_carte() -> Choix:
    demande = carte_choix.read_demande()
    carte = demande.choix[0]
    return replace(
        _build(carte.selection),
        theme_id=carte.theme_id,
        indicateur_id=carte.indicateur_id,
        niveau=carte.niveau,
        cartes=demande.choix,
        trace=demande.dessin,
    )


def _read_evolution() -> Choix:
    theme, selection = evolution.read_evolutions()
    return _build(selection, theme)


def _read_participation() -> Choix:
    theme, vague, axe, cible, demande = participation.read_participation()
    return Choix(theme, vague, cible, "", Selection(vague), get_jour(), axe, demande)


_LECTEURS: dict[str, Callable[[], Choix]] = {
    "carte": _read_carte,
    "evolution": _read_evolution,
    "participation": _read_participation,
    "obligations": lambda: _build(selectors.read_champ()),
    "actions_publiques": lambda: _build(selectors.read_champ()),
    "synthese": lambda: _build(selectors.read_synthese()),
}
