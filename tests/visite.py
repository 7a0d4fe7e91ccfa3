"""Ouvrir une page de l'application, sans navigateur."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash

from barometre.domain.portee import Portee
from barometre.ui import state

RACINE = Path(__file__).resolve().parents[1]


def open_page(
    adresse: str, parametres: Mapping[str, str | list[str]], portee: Portee | None = None
) -> AppTest:
    """La page de cette adresse, après son premier affichage ; `portee` : la vue prêtée d'un lecteur."""
    page = AppTest.from_file(str(RACINE / "app.py"), default_timeout=60)
    for nom, valeur in parametres.items():
        page.query_params[nom] = valeur
    if portee is not None:
        page.session_state[state._PORTEE] = portee
    # AppTest ne choisit une page que par son fichier ; les neuf thèmes partagent le leur.
    page._page_hash = calc_hash(adresse) if adresse else ""
    return page.run()
