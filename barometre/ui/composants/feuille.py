"""La carte folium dans la page : ses scripts viennent de l'application, et d'elle seule."""

from __future__ import annotations

from collections.abc import Callable

from streamlit_folium import st_folium

from barometre.maps import build_feuille, build_lieux

RENVOYES = ("last_active_drawing", "last_object_clicked_count")


def render_feuille(
    donnees: str, *, cle: str, on_change: Callable[[], None], canal: str = "", hauteur: int = 560
) -> None:
    """Pose la carte ; un territoire touché appelle `on_change`, son dessin est dans l'état de la visite."""
    st_folium(
        build_feuille(canal),
        feature_group_to_add=build_lieux(donnees),
        key=cle,
        height=hauteur,
        use_container_width=True,
        returned_objects=list(RENVOYES),
        on_change=on_change,
    )
