"""La page OPSN : qui couvre quoi, et l'écart entre couvertes et non connues."""

from __future__ import annotations

from dataclasses import dataclass

from barometre.access import Gate
from barometre.assemblage import memoire
from barometre.catalogue import load_catalogue
from barometre.charts import Dessin, build_ecarts
from barometre.views.piloter.opsn import VueOpsn, build_vue_opsn

LEGENDE = "À droite du zéro, plus souvent chez les couvertes ; à gauche, moins souvent."


@dataclass(frozen=True, slots=True)
class OpsnAffiches:
    """La vue et le graphique des écarts ; il manque quand rien ne se compare."""

    vue: VueOpsn
    ecarts: Dessin | None


def load_opsn(gate: Gate, theme_id: str) -> OpsnAffiches:
    """Les OPSN, et l'écart sur un thème."""
    return memoire.get_vue(gate, _opsn, theme_id)


def _opsn(gate: Gate, theme_id: str) -> OpsnAffiches:
    catalogue = load_catalogue()
    vue = build_vue_opsn(gate, catalogue, theme_id)
    if not vue.ecarts:
        return OpsnAffiches(vue, None)
    titre = f"{catalogue.get_theme(theme_id).titre} : couvertes et non connues"
    graphique = build_ecarts(
        vue.cadre_ecarts, titre=titre, phrase=vue.phrase_ecarts, table=vue.table_ecarts, legende=LEGENDE
    )
    return OpsnAffiches(vue, graphique)
