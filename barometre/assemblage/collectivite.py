"""Les vues de « Ma collectivité » et leurs graphiques, construits une fois par portée, version et filtres."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from barometre.access import Gate
from barometre.assemblage import memoire
from barometre.catalogue import load_catalogue
from barometre.charts import Dessin, Marques, build_positions, build_situation
from barometre.domain.indicateur import describe_bases
from barometre.domain.jour import get_jour
from barometre.views.collectivite.comparer import (
    VueComparer,
    build_cadre_positions,
    build_comparer,
    describe_positions,
)
from barometre.views.collectivite.fiche import VueFiche, build_fiche
from barometre.views.collectivite.liste_pairs import list_semblables
from barometre.views.collectivite.situation import build_cadre_situation, describe_situation
from barometre.views.collectivite.soi import Soi
from barometre.views.collectivite.structure import Semblable, Structure, build_structure
from barometre.views.collectivite.trouver import Resolution, resolve_collectivite


@dataclass(frozen=True, slots=True)
class FicheAffichee:
    """La fiche, et le graphique qui situe la collectivité."""

    vue: VueFiche
    situation: Marques

    def place(self, soi: Soi) -> FicheAffichee:
        """La même, avec des réponses données sur place : rien n'en est gardé pour un autre lecteur."""
        vue = self.vue.place(load_catalogue(), soi, get_jour())
        return FicheAffichee(vue, _build_situation(vue))


@dataclass(frozen=True, slots=True)
class ComparerAffiche:
    """La comparaison ; son graphique, dans l'ordre demandé, naît quand on le regarde, et reste."""

    vue: VueComparer
    # Vrai si elle porte des réponses données sur place : elles ne sortent que par la page.
    sur_place: bool = False
    _positions: dict[str, Dessin | None] = field(default_factory=dict)

    def get_positions(self, tri: str) -> Dessin | None:
        """Les parts du thème dans cet ordre ; rien si aucune n'est comparée."""
        if tri not in self._positions:
            self._positions[tri] = _build_positions(self.vue, tri)
        return self._positions[tri]

    def place(self, soi: Soi) -> ComparerAffiche:
        """La même, avec des réponses données sur place : rien n'en est gardé pour un autre lecteur."""
        return ComparerAffiche(self.vue.place(soi), sur_place=True)


def load_structure(gate: Gate) -> Structure:
    """Le cadre et ses variables, partagés par tous les lecteurs."""
    return memoire.get_vue_publique(gate, build_structure)


def load_resolution(gate: Gate, demande: str) -> Resolution:
    """La collectivité que l'adresse désigne."""
    return memoire.get_vue_publique(gate, _resolution, demande)


def load_fiche(gate: Gate, collectivite_id: str, jour: date) -> VueFiche | None:
    """La fiche de ce jour-là, pour la portée du lecteur ; une obligation y est en vigueur, ou pas encore."""
    affichee = memoire.get_vue(gate, _fiche, collectivite_id, jour)
    return affichee.vue if affichee else None


def load_fiche_affichee(gate: Gate, collectivite_id: str) -> FicheAffichee | None:
    """La fiche d'aujourd'hui, telle que la page la montre."""
    return memoire.get_vue(gate, _fiche, collectivite_id, get_jour())


def load_comparer(
    gate: Gate,
    collectivite_id: str,
    theme_id: str,
    *,
    choix: str,
    avec: tuple[str, ...],
) -> ComparerAffiche:
    """La comparaison, pour la portée du lecteur."""
    return memoire.get_vue(gate, _comparer, collectivite_id, theme_id, choix, avec)


def load_semblables(
    gate: Gate, collectivite_id: str, importances: Mapping[str, int]
) -> tuple[Semblable, ...]:
    """Les plus semblables, dites à qui les déplie : un tiers de la comparaison, pour une liste repliée."""
    return memoire.get_vue_publique(gate, _semblables, collectivite_id, tuple(sorted(importances.items())))


def _build_positions(vue: VueComparer, tri: str) -> Dessin | None:
    positions = [p for p in vue.sort(tri) if p.indicateur.est_part]
    if not positions:
        return None
    titre = f"{vue.collectivite.nom} et ses pairs, {vue.theme.titre}"
    dites = (describe_positions(vue.positions), describe_bases(p.indicateur for p in positions))
    phrase = " ".join(filter(None, dites))
    return build_positions(build_cadre_positions(positions), titre=titre, phrase=phrase)


def _build_situation(vue: VueFiche) -> Marques:
    cadre = build_cadre_situation(vue.themes)
    titre = f"{vue.collectivite.nom} et ses pairs, thème par thème"
    return build_situation(cadre, titre=titre, phrase=describe_situation(cadre))


def _resolution(gate: Gate, demande: str) -> Resolution:
    return resolve_collectivite(gate, demande)


def _fiche(gate: Gate, collectivite_id: str, jour: date) -> FicheAffichee | None:
    vue = build_fiche(gate, load_catalogue(), load_structure(gate), collectivite_id, jour)
    return None if vue is None else FicheAffichee(vue, _build_situation(vue))


def _comparer(
    gate: Gate,
    collectivite_id: str,
    theme_id: str,
    choix: str,
    avec: tuple[str, ...],
) -> ComparerAffiche:
    collectivite = gate.get_collectivite(collectivite_id)
    assert collectivite is not None  # l'adresse a été résolue
    vue = build_comparer(
        gate,
        load_catalogue(),
        load_structure(gate),
        collectivite,
        theme_id=theme_id,
        choix=choix,
        avec=avec,
    )
    return ComparerAffiche(vue)


def _semblables(
    gate: Gate, collectivite_id: str, importances: tuple[tuple[str, int], ...]
) -> tuple[Semblable, ...]:
    return list_semblables(gate, load_structure(gate), collectivite_id, dict(importances))
