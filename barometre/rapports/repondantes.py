"""Combien ont répondu dans le territoire d'un document : les comptes de la page Participation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from barometre.access import Gate
from barometre.assemblage import memoire
from barometre.assemblage.participation import load_cadre
from barometre.domain.formats import format_effectif_seul, format_nombre, format_part, read_nombre
from barometre.domain.territoire import FRANCE
from barometre.rapports.blocs import NON
from barometre.rapports.modele import Tableau
from barometre.views.comprendre.theme import VueTheme
from barometre.views.lecture.libelles import lower_initiale
from barometre.views.lecture.selection import Selection

ENTETES = ("Questionnaire", "Collectivités", "Réponses", "Taux")
# Le cadre, les réponses (None : trop peu pour être dit) et le taux d'un groupe.
Comptes = tuple[int, float | None, float | None]


def build_participation(gate: Gate, vues: Sequence[VueTheme]) -> tuple[Tableau, ...]:
    """Rien pour la France entière, que la représentativité dit, ni pour un type dans un territoire."""
    axe, groupe = _choose_axe(vues[0].selection)
    if not axe:
        return ()
    lignes = [
        (vue.theme.titre, *_describe(comptes[groupe]))
        for vue in vues
        if groupe in (comptes := _load_comptes(gate, axe, vue.selection.vague_id, vue.theme.id))
    ]
    titre = f"Participation : {lower_initiale(vues[0].contexte.champ)}"
    return (Tableau(titre, ENTETES, tuple(lignes)),) if lignes else ()


def _choose_axe(selection: Selection) -> tuple[str, str]:
    """L'axe de la page Participation qui porte ce champ, et son groupe."""
    if selection.type:
        return ("type", selection.type) if selection.territoire_id == FRANCE else ("", "")
    niveau = selection.territoire_id.partition("-")[0]
    return (niveau, selection.territoire_id) if niveau in ("region", "departement") else ("", "")


def _describe(comptes: Comptes) -> tuple[str, str, str]:
    cadre, repondantes, taux = comptes
    if repondantes is None:
        return format_nombre(cadre), NON, NON
    return format_nombre(cadre), format_effectif_seul(repondantes), format_part(taux, 1)


def _load_comptes(gate: Gate, axe: str, vague_id: str, theme_id: str) -> Mapping[str, Comptes]:
    """Tous les groupes d'un axe : cent départements les lisent une fois."""
    return memoire.get_vue(gate, _count, axe, vague_id, theme_id)


def _count(gate: Gate, axe: str, vague_id: str, theme_id: str) -> Mapping[str, Comptes]:
    comptes = gate.count_repondantes(load_cadre(gate)[axe], vague_id, theme_id)
    return {
        str(groupe): (int(ligne["cadre"]), read_nombre(ligne["repondantes"]), read_nombre(ligne["taux"]))
        for groupe, ligne in zip(comptes.index, comptes.to_dict("records"), strict=True)
    }
