"""La charte graphique de `.streamlit/config.toml`, relue une seule fois.

Streamlit la redit au navigateur à chaque geste, et parcourt pour cela six fois ses trois cents réglages : un
dixième du processeur d'une page de thème. Aucun ne change tant que le serveur tourne.
"""

from __future__ import annotations

from functools import cache

from streamlit import config


def set_charte_gardee() -> None:
    """Garde les réglages de chaque section, une fois lus ; sans effet la seconde fois."""
    if not hasattr(config.get_options_for_section, "cache_info"):
        config.get_options_for_section = cache(config.get_options_for_section)
