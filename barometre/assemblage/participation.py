"""La page Participation : qui répond, au fil des jours, et où relancer."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from barometre.access import Gate
from barometre.assemblage import memoire
from barometre.assemblage.ensemble import load_qualites
from barometre.catalogue import load_catalogue
from barometre.charts import Dessin, build_barres, build_cumul
from barometre.charts.representation import build_representation
from barometre.domain.formats import format_compte, format_date, format_nombre
from barometre.views.piloter.participation import (
    AXES,
    CACHE,
    Axe,
    Suivi,
    VueParticipation,
    build_suivi,
    build_vue_participation,
    count_jours,
    describe_fidelite,
    describe_vagues,
    read_cadre,
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


@dataclass(frozen=True, slots=True)
class SuiviAffiche:
    """Ce que toutes les répartitions d'un questionnaire partagent, et ses graphiques : dessinés une fois."""

    suivi: Suivi
    cumul: Dessin | None
    panel: Dessin | None


def _participation(gate: Gate, theme_id: str, vague_id: str, axe: Axe) -> ParticipationAffichee:
    affiche = memoire.get_vue_publique(gate, _suivi, theme_id)
    cadre = load_cadre(gate)
    vue = build_vue_participation(
        gate, load_catalogue(), theme_id, vague_id, axe, suivi=affiche.suivi, cadre=cadre
    )
    return ParticipationAffichee(theme_id, vague_id, vue, _draw_groupes(vue), affiche.cumul, affiche.panel)


def prepare_suivis(gate: Gate) -> None:
    """Les vagues de chaque questionnaire, comptées et dessinées avant le premier lecteur."""
    for theme in load_catalogue().themes:
        memoire.get_vue_publique(gate, _suivi, theme.id)


def _suivi(gate: Gate, theme_id: str) -> SuiviAffiche:
    jours = memoire.get_vue_publique(gate, count_jours)
    suivi = build_suivi(gate, load_catalogue(), theme_id, jours=jours, qualites=load_qualites(gate))
    return SuiviAffiche(suivi, _draw_cumul(suivi), _draw_panel(suivi))


def load_cadre(gate: Gate) -> pd.DataFrame:
    """Le cadre et ses groupes : tous les thèmes, toutes les vagues et tous les buts le répartissent."""
    return memoire.get_vue_publique(gate, read_cadre)


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


def _draw_cumul(suivi: Suivi) -> Dessin | None:
    if suivi.cumul.empty:
        return None
    # À égale distance dans le temps, et au mois : des dates de collecte se suivent de trop près pour 390 px.
    jours = pd.date_range(suivi.cumul["date"].min(), suivi.cumul["date"].max(), periods=REPERES)
    reperes = {f"{jour:%Y-%m-%d}": format_date(f"{jour:%Y-%m}") for jour in jours}
    return build_cumul(
        suivi.cumul, titre="Réponses reçues", phrase=describe_vagues(suivi.vagues), reperes=reperes
    )


def _draw_panel(suivi: Suivi) -> Dessin | None:
    """Une barre par nombre de vagues ; rien s'il n'y a pas de panel."""
    if len(suivi.fidelite) < 2:
        return None
    lignes = [
        (format_compte(k, "vague"), float(n or 0), CACHE if n is None else format_nombre(n))
        for k, n in suivi.fidelite.items()
    ]
    cadre = pd.DataFrame(lignes, columns=["groupe", "valeur", "texte"])
    return build_barres(
        cadre, titre="Vagues répondues", mesure="Collectivités", phrase=describe_fidelite(suivi.fidelite),
        tete="A répondu à",
    )  # fmt: skip


def _relance(gate: Gate, cible_id: str, vague_id: str, demande: str) -> VueRelance:
    return build_vue_relance(gate, load_catalogue(), cible_id, vague_id, demande, cadre=load_cadre(gate))
