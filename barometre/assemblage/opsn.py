"""La page OPSN : qui couvre quoi, et l'écart entre couvertes et non connues."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from barometre.access import Gate
from barometre.assemblage import memoire
from barometre.assemblage.theme import load_vague_defaut
from barometre.catalogue import load_catalogue
from barometre.charts import Dessin, build_ecarts
from barometre.domain.indicateur import describe_bases
from barometre.domain.structure import EGALE
from barometre.views.piloter.opsn import (
    ECARTS_PROJETES,
    EcartOpsn,
    VueOpsn,
    build_cadre_ecarts,
    build_cadre_simples,
    build_table_ecarts,
    build_vue_opsn,
    list_lignes,
)
from barometre.views.piloter.perimetre import (
    PratiquesRegion,
    get_perimetre_territoire,
    read_pratiques_region,
)

LEGENDE = "À droite du zéro, plus souvent chez les couvertes ; à gauche, moins souvent."
SIGNES_SIMPLES = "○ écart simple, non testé."
LEGENDE_REGION = "À droite du zéro, plus souvent dans la région ; à gauche, moins souvent."


@dataclass(frozen=True, slots=True)
class OpsnAffiches:
    """La vue et le graphique des écarts ; il manque quand rien ne se compare.

    `ecarts_projetes` : les premiers seulement, ce qui tient sur un écran projeté.
    """

    theme_id: str
    vue: VueOpsn
    ecarts: Dessin | None
    ecarts_projetes: Dessin | None = None


@dataclass(frozen=True, slots=True)
class PratiquesAffichees:
    """La région du périmètre face aux autres, et son graphique s'il y a quelque chose à dessiner."""

    vue: PratiquesRegion
    graphique: Dessin | None


def load_opsn(gate: Gate, theme_id: str, structure: str = EGALE) -> OpsnAffiches:
    """Les OPSN, et l'écart sur un thème ; à structure égale, sauf demande contraire."""
    return memoire.get_vue_publique(gate, _opsn, theme_id, structure)


def _opsn(gate: Gate, theme_id: str, structure: str) -> OpsnAffiches:
    catalogue = load_catalogue()
    vague_id = load_vague_defaut(gate, theme_id)
    lignes = memoire.get_vue_publique(gate, list_lignes)
    vue = build_vue_opsn(gate, catalogue, theme_id, vague_id, lignes, egale=structure == EGALE)
    if not vue.ecarts:
        return OpsnAffiches(theme_id, vue, None)
    titre = f"{catalogue.get_theme(theme_id).titre} : couvertes et non connues"
    if not vue.egale:
        return OpsnAffiches(theme_id, vue, _draw_simples(vue, titre))
    dessins = (_draw(vue.ecarts[:n], titre, vue.phrase_ecarts, LEGENDE) for n in (None, ECARTS_PROJETES))
    return OpsnAffiches(theme_id, vue, *dessins)


def _draw_simples(vue: VueOpsn, titre: str) -> Dessin:
    return build_ecarts(
        build_cadre_simples(vue.ecarts),
        titre=titre,
        phrase=vue.phrase_ecarts,
        table=build_table_ecarts(vue.ecarts),
        legende=_add_bases(LEGENDE, vue.ecarts),
        signes=SIGNES_SIMPLES,
    )


def _draw(ecarts: tuple[EcartOpsn, ...], titre: str, phrase: str, legende: str) -> Dessin:
    return build_ecarts(
        build_cadre_ecarts(ecarts),
        titre=titre,
        phrase=phrase,
        table=build_table_ecarts(ecarts),
        legende=_add_bases(legende, ecarts),
    )


def _add_bases(legende: str, ecarts: Sequence[EcartOpsn]) -> str:
    return f"{legende} {describe_bases(e.indicateur for e in ecarts)}".strip()


def load_pratiques_region(gate: Gate, theme_id: str) -> PratiquesAffichees:
    """Pour l'agent d'un OPSN : la région de son périmètre face aux autres, sur un thème."""
    return memoire.get_vue(gate, _pratiques, theme_id)


def _pratiques(gate: Gate, theme_id: str) -> PratiquesAffichees:
    catalogue = load_catalogue()
    vague_id = load_vague_defaut(gate, theme_id)
    vue = read_pratiques_region(gate, catalogue, load_territoire_opsn(gate), theme_id, vague_id)
    if not vue.ecarts:
        return PratiquesAffichees(vue, None)
    titre = f"{catalogue.get_theme(theme_id).titre} : {vue.region} et les autres régions"
    return PratiquesAffichees(vue, _draw(vue.ecarts, titre, vue.phrase, LEGENDE_REGION))


def load_territoire_opsn(gate: Gate) -> str:
    """Le plus petit territoire qui contient le périmètre de l'OPSN du lecteur."""
    return memoire.get_vue(gate, _territoire)


def _territoire(gate: Gate) -> str:
    liens = gate.list_liens_opsn()
    departements = gate.list_collectivites(type="departement", cadre=False)
    regions = dict(zip(departements["collectivite_id"], departements["region"], strict=True))
    return get_perimetre_territoire(liens[liens["opsn_id"].eq(gate.portee.opsn_id)], regions)
