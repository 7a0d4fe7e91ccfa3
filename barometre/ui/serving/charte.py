"""La charte graphique de `.streamlit/config.toml`, composée une seule fois.

Streamlit la redit au navigateur à chaque geste : il relit pour cela six fois ses trois cents réglages, et en
réécrit chaque nom, un dixième du processeur d’une page sans chiffre. Aucun ne change tant qu’il tourne.
"""

from __future__ import annotations

from functools import cache

from streamlit.proto.NewSession_pb2 import CustomThemeConfig
from streamlit.runtime import app_session

_GARDE = "_charte_gardee"


def set_charte_gardee() -> None:
    """Garde le message de chaque section, une fois composé ; sans effet la seconde fois."""
    composer = app_session._populate_theme_msg
    if hasattr(composer, _GARDE):
        return

    @cache
    def compose(section: str) -> CustomThemeConfig:
        composee = CustomThemeConfig()
        composer(composee, section)
        return composee

    def populate(message: CustomThemeConfig, section: str = "theme") -> None:
        # Une section que rien ne règle ne se dit pas ; fusionner un message vide l'annoncerait.
        if (composee := compose(section)).ByteSize():
            message.MergeFrom(composee)

    setattr(populate, _GARDE, True)
    vars(app_session)["_populate_theme_msg"] = populate
