"""La page OPSN : qui couvre quoi, et l'écart entre couvertes et non connues."""

from __future__ import annotations

from dataclasses import dataclass

from barometre.access import Gate
from barometre.assemblage import memoire
from barometre.catalogue import load_catalogue
from barometre.charts import Dessin, build_ecarts
from barometre.views.piloter.opsn import VueOpsn, build_vue_opsn, get_perimetre_territoire

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


def load_territoire_opsn(gate: Gate) -> str:
    """Le plus petit territoire qui contient le périmètre de l'OPSN du lecteur."""
    return memoire.get_vue(gate, _territoire)


def _territoire(gate: Gate) -> str:
    liens = gate.list_liens_opsn()
    departements = gate.list_collectivites(type="departement", cadre=False)
    regions = dict(zip(departements["collectivite_id"], departements["region"], strict=True))
    return get_perimetre_territoire(liens[liens["opsn_id"].eq(gate.portee.opsn_id)], regions)
