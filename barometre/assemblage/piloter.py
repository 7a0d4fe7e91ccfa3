"""Les vues des pages de Piloter, et leurs graphiques.

Celles où aucun droit n'ajoute rien se gardent une fois pour tous : en réunion, le programme relit ce que la
chauffe ou un visiteur a déjà composé.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pandas as pd

from barometre.access import Gate
from barometre.assemblage import memoire
from barometre.catalogue import load_catalogue
from barometre.catalogue.alertes import load_regles_alertes
from barometre.catalogue.objectifs import load_objectifs
from barometre.catalogue.programmes import load_actions_publiques, load_programmes
from barometre.charts import Dessin, build_barres, build_ecarts, build_points
from barometre.charts.vignettes import build_vignettes
from barometre.domain.formats import format_part
from barometre.domain.indicateur import describe_bases
from barometre.views.lecture.selection import Selection
from barometre.views.piloter.alertes import VueAlertes, build_vue_alertes
from barometre.views.piloter.associations import VueAssociations, build_vue_associations
from barometre.views.piloter.avant_apres import VueAvantApres, build_vue_avant_apres
from barometre.views.piloter.etats_obligation import Releve
from barometre.views.piloter.evolutions import PRECAUTION as PRECAUTION_EVOLUTIONS
from barometre.views.piloter.evolutions import VueEvolutions, build_vue_evolutions
from barometre.views.piloter.objectifs import VueObjectifs, build_vue_objectifs
from barometre.views.piloter.obligation_detail import VueObligation, build_vue_obligation
from barometre.views.piloter.panel import VuePanel, build_vue_panel
from barometre.views.piloter.panorama_obligations import VuePanorama, build_vue_panorama, read_releves
from barometre.views.piloter.programmes import Beneficiaires, VueProgrammes, build_vue_programmes
from barometre.views.piloter.vignettes import (
    build_cadre_vignettes,
    describe_vignettes,
    name_vagues,
    sort_changements,
)


@dataclass(frozen=True, slots=True)
class ObligationAffichee:
    """Une obligation et son graphique, s'il y a quelque chose à dessiner."""

    vue: VueObligation
    declare: Dessin | None


BENEFICIAIRES = "À droite du zéro, plus souvent chez les bénéficiaires ; à gauche, moins souvent."
AVANT_APRES = "À droite du zéro, plus de hausse chez les bénéficiaires ; à gauche, moins."
VAGUES = "À droite du zéro, la part a augmenté d’une vague à l’autre ; à gauche, elle a baissé."


@dataclass(frozen=True, slots=True)
class EvolutionAffichee:
    """Les changements d'un thème, leur graphique, et les deux niveaux de chacun, à la même échelle."""

    vue: VueEvolutions
    graphique: Dessin | None
    vignettes: Dessin | None = None
    panel: VuePanel | None = None


@dataclass(frozen=True, slots=True)
class AssociationAffichee:
    """Les écarts d'un programme et leur graphique."""

    vue: VueAssociations
    graphique: Dessin | None


@dataclass(frozen=True, slots=True)
class AvantApresAffiche:
    """Les écarts d'évolution et leur graphique."""

    vue: VueAvantApres
    graphique: Dessin | None


def load_panorama(gate: Gate, selection: Selection, jour: date) -> VuePanorama:
    """Toutes les obligations."""
    return memoire.get_vue_publique(gate, _panorama, selection, jour)


def load_obligation(gate: Gate, seuil_id: str, selection: Selection, repartition: str) -> ObligationAffichee:
    """Une obligation de près."""
    return memoire.get_vue(gate, _obligation, seuil_id, selection, repartition)


def load_programmes_vue(gate: Gate, territoire_id: str) -> VueProgrammes:
    """Tous les programmes d'un territoire."""
    return memoire.get_vue_publique(gate, _programmes, territoire_id)


def load_association(gate: Gate, programme_id: str, theme_id: str) -> AssociationAffichee:
    """Bénéficiaires et comparables."""
    return memoire.get_vue(gate, _association, programme_id, theme_id)


def load_avant_apres(
    gate: Gate, programme_id: str, titre: str, theme_id: str, *, dates: bool
) -> AvantApresAffiche:
    """Bénéficiaires et comparables, d'une vague à l'autre ; d'un programme ou d'un fonds."""
    return memoire.get_vue(gate, _avant_apres, programme_id, titre, theme_id, dates)


def _avant_apres(gate: Gate, programme_id: str, titre: str, theme_id: str, dates: bool) -> AvantApresAffiche:
    catalogue = load_catalogue()
    vue = build_vue_avant_apres(gate, catalogue, (programme_id, titre), theme_id, dates=dates)
    if not vue.montrees:
        return AvantApresAffiche(vue, None)
    return AvantApresAffiche(vue, _draw_ecarts(vue, f"{titre} : écart d’évolution", AVANT_APRES))


def load_evolutions(gate: Gate, theme_id: str, selection: Selection) -> EvolutionAffichee:
    """Ce qui a bougé dans un thème."""
    return memoire.get_vue_publique(gate, _evolutions, theme_id, selection)


def load_changements(gate: Gate, theme_id: str, selection: Selection) -> VueEvolutions:
    """Les mêmes changements testés, sans dessin ni part de la composition : ce qu'un document en dit."""
    return memoire.get_vue_publique(gate, _changements, theme_id, selection)


def _changements(gate: Gate, theme_id: str, selection: Selection) -> VueEvolutions:
    return build_vue_evolutions(gate, load_catalogue(), theme_id, selection, composition=False)


def load_vue_alertes(gate: Gate, jour: date) -> VueAlertes:
    """Les alertes du jour."""
    return memoire.get_vue(gate, _alertes, jour)


def _alertes(gate: Gate, jour: date) -> VueAlertes:
    return build_vue_alertes(gate, load_catalogue(), load_regles_alertes(), load_objectifs(), jour)


def load_vue_objectifs(gate: Gate) -> VueObjectifs:
    """Les objectifs et leur état."""
    return memoire.get_vue_publique(gate, _objectifs)


def _objectifs(gate: Gate) -> VueObjectifs:
    return build_vue_objectifs(gate, load_catalogue(), load_objectifs())


def load_vue_evolutions(gate: Gate, theme_id: str, selection: Selection) -> VueEvolutions:
    """Les changements tels que la page les teste, sans un dessin : ce qu'on en projette."""
    return memoire.get_vue_publique(gate, _vue_evolutions, theme_id, selection)


def _vue_evolutions(gate: Gate, theme_id: str, selection: Selection) -> VueEvolutions:
    return build_vue_evolutions(gate, load_catalogue(), theme_id, selection)


def _evolutions(gate: Gate, theme_id: str, selection: Selection) -> EvolutionAffichee:
    catalogue = load_catalogue()
    vue = load_vue_evolutions(gate, theme_id, selection)
    titre = f"{catalogue.get_theme(theme_id).titre} : d’une vague à l’autre"
    if not vue.montres:
        return EvolutionAffichee(vue, None)
    indicateurs = catalogue.list_indicateurs(theme_id, origine="declare")
    cadre = build_cadre_vignettes(sort_changements(vue, indicateurs), name_vagues(vue))
    bases = describe_bases(c.indicateur for c in vue.changements)
    phrase = f"{describe_vignettes(vue)} {bases}".strip()
    return EvolutionAffichee(
        vue,
        _draw_ecarts(vue, titre, f"{VAGUES} {bases}".strip(), PRECAUTION_EVOLUTIONS),
        build_vignettes(cadre, titre=titre, phrase=phrase, table=vue.table),
        build_vue_panel(gate, vue, selection),
    )


def _draw_ecarts(
    vue: VueAssociations | VueEvolutions | VueAvantApres, titre: str, legende: str, phrase: str = ""
) -> Dessin:
    return build_ecarts(vue.cadre, titre=titre, phrase=phrase or vue.phrase, table=vue.table, legende=legende)


def _panorama(gate: Gate, selection: Selection, jour: date) -> VuePanorama:
    releves = memoire.get_vue(gate, _releves, jour)
    return build_vue_panorama(gate, load_catalogue(), selection, jour, releves)


def _releves(gate: Gate, jour: date) -> tuple[Releve, ...]:
    return read_releves(gate, load_catalogue(), jour)


def _obligation(gate: Gate, seuil_id: str, selection: Selection, repartition: str) -> ObligationAffichee:
    vue = build_vue_obligation(gate, load_catalogue(), seuil_id, selection, repartition)
    groupes = vue.repartition
    if groupes is None:
        return ObligationAffichee(vue, None)
    titre = f"Part déclarée : {groupes.indicateur.titre}"
    simulee = gate.get_version().simulee
    dessin = build_points(groupes.cadre, groupes.indicateur, titre=titre, tete=groupes.tete, simulee=simulee)
    return ObligationAffichee(vue, dessin)


def _programmes(gate: Gate, territoire_id: str) -> VueProgrammes:
    return build_vue_programmes(
        gate, load_catalogue(), load_programmes(), load_actions_publiques(), territoire_id
    )


def draw_beneficiaires(beneficiaires: Beneficiaires) -> Dessin | None:
    """La part des communes de chaque territoire."""
    if not beneficiaires.territoires:
        return None
    cadre = pd.DataFrame(
        [
            (nom, n / total if total else 0.0, f"{format_part(n / total if total else 0.0, 1)} ({n})")
            for nom, n, total, _ in beneficiaires.territoires
        ],
        columns=["groupe", "valeur", "texte"],
    )
    return build_barres(
        cadre,
        titre=f"{beneficiaires.programme.titre} : part des communes",
        mesure="part_communes_lu",
        phrase=beneficiaires.phrase_territoires,
        tete=beneficiaires.tete,
    )


def _association(gate: Gate, programme_id: str, theme_id: str) -> AssociationAffichee:
    programme = next(p for p in load_programmes() if p.id == programme_id)
    vue = build_vue_associations(gate, load_catalogue(), programme, theme_id)
    if not vue.montrees:
        return AssociationAffichee(vue, None)
    titre = f"{programme.titre} : écart entre bénéficiaires et comparables"
    return AssociationAffichee(vue, _draw_ecarts(vue, titre, BENEFICIAIRES))
