"""La page Participation : qui répond, au fil des jours, et où relancer."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from barometre.access import Gate
from barometre.assemblage import memoire
from barometre.catalogue import load_catalogue
from barometre.charts import Dessin, build_barres, build_cumul
from barometre.charts.representation import build_representation
from barometre.domain.formats import format_compte, format_date, format_nombre
from barometre.views.piloter.participation import (
    AXES,
    CACHE,
    Axe,
    VueParticipation,
    build_vue_participation,
    count_jours,
    describe_fidelite,
    describe_vagues,
)
from barometre.views.piloter.participation_epci import build_cadre_epci
from barometre.views.piloter.relance import VueRelance, build_vue_relance

# Repères de dates sous le cumul : assez pour lire l'année, trop peu pour se chevaucher sur un téléphone.
REPERES = 3


@dataclass(frozen=True, slots=True)
class ParticipationAffichee:
    """La vue d'un questionnaire à une vague et ses graphiques ; rien là où il n'y a rien à dessiner."""

    theme_id: str
    vague_id: str
    vue: VueParticipation
    groupes: Dessin | None
    cumul: Dessin | None
    panel: Dessin | None


def load_participation(gate: Gate, theme_id: str, vague_id: str, axe: Axe) -> ParticipationAffichee:
    """Qui a répondu à ce questionnaire, à cette vague."""
    return memoire.get_vue_publique(gate, _participation, theme_id, vague_id, axe)


def load_relance(gate: Gate, cible_id: str, vague_id: str, demande: str) -> VueRelance:
    """Où aller chercher des réponses de plus."""
    return memoire.get_vue_publique(gate, _relance, cible_id, vague_id, demande)


def _participation(gate: Gate, theme_id: str, vague_id: str, axe: Axe) -> ParticipationAffichee:
    jours = memoire.get_vue_publique(gate, count_jours)
    vue = build_vue_participation(gate, load_catalogue(), theme_id, vague_id, axe, jours=jours)
    return ParticipationAffichee(
        theme_id, vague_id, vue, _draw_groupes(vue), _draw_cumul(vue), _draw_panel(vue)
    )


def _draw_groupes(vue: VueParticipation) -> Dessin | None:
    """Rien si l'on répartit par intercommunalité et qu'aucune n'a assez de réponses."""
    titre = f"{vue.theme}, {vue.vague} : {AXES[vue.axe].lower()}"
    if vue.axe != "epci":
        return build_representation(vue.cadre, titre=titre, phrase=vue.phrase_ecart, table=vue.table)
    cadre = build_cadre_epci(vue.groupes)
    if cadre.empty:
        return None
    dessin = build_barres(cadre, titre=titre, mesure="taux_classe", phrase=vue.phrase_ecart, tete="epci")
    return replace(dessin, table=vue.table)


def _draw_cumul(vue: VueParticipation) -> Dessin | None:
    if vue.cumul.empty:
        return None
    # À égale distance dans le temps, et au mois : des dates de collecte se suivent de trop près pour 390 px.
    jours = pd.date_range(vue.cumul["date"].min(), vue.cumul["date"].max(), periods=REPERES)
    reperes = {f"{jour:%Y-%m-%d}": format_date(f"{jour:%Y-%m}") for jour in jours}
    return build_cumul(
        vue.cumul, titre="Réponses reçues", phrase=describe_vagues(vue.vagues), reperes=reperes
    )


def _draw_panel(vue: VueParticipation) -> Dessin | None:
    """Une barre par nombre de vagues ; rien s'il n'y a pas de panel."""
    if len(vue.fidelite) < 2:
        return None
    lignes = [
        (format_compte(k, "vague"), float(n or 0), CACHE if n is None else format_nombre(n))
        for k, n in vue.fidelite.items()
    ]
    cadre = pd.DataFrame(lignes, columns=["groupe", "valeur", "texte"])
    return build_barres(
        cadre, titre="Vagues répondues", mesure="Collectivités", phrase=describe_fidelite(vue.fidelite),
        tete="A répondu à",
    )  # fmt: skip


def _relance(gate: Gate, cible_id: str, vague_id: str, demande: str) -> VueRelance:
    return build_vue_relance(gate, load_catalogue(), cible_id, vague_id, demande)
