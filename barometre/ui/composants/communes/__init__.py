"""Le composant « toutes les communes » : ses fichiers sont servis par l'application, jamais en ligne.

Streamlit pose un script donné en texte dans un module `blob:`, que notre politique de sécurité refuse. On
déclare donc un dossier, comme le ferait un paquet installé : le script arrive de notre hôte.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit.components.v2.manifest_scanner import ComponentConfig, ComponentManifest

DOSSIER = Path(__file__).resolve().parent
PAQUET, NOM = "barometre", "communes"
HTML = """
<div class="baro-communes"><div class="fond"></div>
<div class="etat" role="status">Chargement de la carte…</div><div class="bulle" hidden></div></div>
"""


def render_communes(colis: dict[str, Any], *, cle: str, on_change: Callable[[], None]) -> Any:
    """Pose la carte ; rend le résultat du composant (`commune`, `sans_webgl`)."""
    declare()
    composant = st.components.v2.component(
        f"{PAQUET}.{NOM}", html=HTML, css="carte.css", js="carte.js", isolate_styles=False
    )
    return composant(key=cle, data=colis, on_commune_change=on_change, on_sans_webgl_change=on_change)


def declare() -> None:
    """Fait connaître le dossier du composant à Streamlit ; sans effet s'il l'est déjà."""
    registre = get_bidi_component_manager()
    if registre.get_component_asset_root(f"{PAQUET}.{NOM}") is None:
        manifeste = ComponentManifest(
            name=PAQUET, version="1", components=[ComponentConfig(name=NOM, asset_dir=NOM)]
        )
        registre.register_from_manifest(manifeste, DOSSIER.parent)
