"""La page Administration : qui n'est pas opérateur n'en lit qu'une phrase ; ses vues, par la clé `vue`."""

from __future__ import annotations

from collections.abc import Callable

from barometre.administration.operateur import REFUS
from barometre.ui import selectors
from barometre.ui.blocks.administration import acces, journal, quarantaine, sources, vagues, versions
from barometre.ui.blocks.administration import deposer as importer
from barometre.ui.blocks.administration.gestes import explain_refus
from barometre.ui.blocks.messages import render_message

VUES: dict[str, tuple[str, Callable[[], None]]] = {
    "importer": ("Importer", importer.render_importer),
    "quarantaine": ("Quarantaine", quarantaine.render_quarantaine),
    "vagues": ("Vagues", vagues.render_vagues),
    "sources": ("Sources", sources.render_sources),
    "versions": ("Versions", versions.render_versions),
    "acces": ("Accès", acces.render_acces),
    "journal": ("Journal", journal.render_journal),
}


def render_vue() -> None:
    """La vue choisie, pour un opérateur ; le droit est relu à chaque affichage et à chaque geste."""
    if refus := explain_refus():
        render_message(refus)
        return
    titres = {nom: titre for nom, (titre, _) in VUES.items()}
    choisie = selectors.select_segment("vue", "Vue", titres, defaut=next(iter(VUES)), cache=True)
    try:
        VUES[choisie][1]()
    except REFUS as panne:
        render_message(str(panne))
