"""Les vues d'une page et leurs graphiques, construits une fois par portée, version et filtres."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from barometre.access import Gate
from barometre.assemblage import memoire
from barometre.catalogue import load_catalogue
from barometre.charts import Dessin, Marques, build_points, build_vagues
from barometre.charts.entonnoir import build_entonnoir
from barometre.domain.indicateur import Indicateur, describe_bases
from barometre.views.comprendre.dimensions import VAGUES
from barometre.views.comprendre.ensemble import Ensemble
from barometre.views.comprendre.entonnoirs import Entonnoir
from barometre.views.comprendre.indicateur import VueIndicateur, build_vue_indicateur
from barometre.views.comprendre.theme import GroupeLignes, VueTheme, build_vue_theme
from barometre.views.lecture.cellules import read_cellules
from barometre.views.lecture.ligne import choose_vague_defaut
from barometre.views.lecture.selection import Selection


@dataclass(frozen=True, slots=True)
class ThemeAffiche:
    """La vue d'un thème ; le graphique d'un choix multiple naît quand on le regarde, et reste."""

    vue: VueTheme
    ensemble: Marques | None
    _groupes: dict[str, Marques] = field(default_factory=dict)

    def get_groupe(self, groupe: GroupeLignes) -> Marques:
        """Le graphique de ce choix multiple."""
        if groupe.id not in self._groupes:
            self._groupes[groupe.id] = _build_groupe(groupe, self.vue.selection.valeur)
        return self._groupes[groupe.id]


@dataclass(frozen=True, slots=True)
class IndicateurAffiche:
    """La vue d'un indicateur ; le graphique d'une répartition naît quand on la regarde, et reste."""

    vue: VueIndicateur
    _graphiques: dict[str, Dessin] = field(default_factory=dict)

    def get_graphique(self, dimension: str) -> Dessin:
        """Le graphique de cette répartition."""
        if dimension not in self._graphiques:
            self._graphiques[dimension] = _build_repartition(self.vue, dimension)
        return self._graphiques[dimension]

    def get_entonnoir(self, entonnoir: Entonnoir) -> Dessin:
        """Le graphique de cet entonnoir."""
        cle = f"entonnoir-{entonnoir.id}"
        if cle not in self._graphiques:
            self._graphiques[cle] = _build_entonnoir(self.vue, entonnoir)
        return self._graphiques[cle]


def load_theme(gate: Gate, theme_id: str, selection: Selection) -> ThemeAffiche:
    """Le thème, tel que la page le montre."""
    return memoire.get_vue(gate, build_theme, theme_id, selection)


def load_vue_theme(gate: Gate, theme_id: str, selection: Selection) -> VueTheme:
    """Le thème sans son graphique : ce qu'un document ou une diapositive en lit, et la page avec eux.

    Sans vague ni filtre, c'est la vue que la page propose d'abord : la même, gardée une seule fois.
    """
    sans = replace(selection, valeur="redresse")
    if sans == Selection():
        sans = replace(sans, vague_id=load_vague_defaut(gate, theme_id))
    return memoire.get_vue_publique(gate, _build_vue_theme, theme_id, sans).show_valeur(selection.valeur)


def load_indicateur(gate: Gate, indicateur_id: str, selection: Selection) -> IndicateurAffiche:
    """L'indicateur, tel que la page le montre."""
    return memoire.get_vue(gate, build_indicateur, indicateur_id, selection)


def load_vague_defaut(gate: Gate, theme_id: str) -> str:
    """La vague que les pages de ce thème proposent d'abord (`choose_vague_defaut`)."""
    return memoire.get_vue_publique(gate, _choose_vague_defaut, theme_id)


def _choose_vague_defaut(gate: Gate, theme_id: str) -> str:
    catalogue = load_catalogue()
    declares = [i.id for i in catalogue.list_indicateurs(theme_id, origine="declare")]
    return choose_vague_defaut(catalogue, theme_id, read_cellules(gate, declares, Selection()))


def build_theme(gate: Gate, theme_id: str, selection: Selection) -> ThemeAffiche:
    """La vue d'un thème, et le graphique de tous ses indicateurs.

    `chiffres=brut` suit le lecteur de page en page : sa vue se déduit de l'autre, sans rien relire.
    """
    vue = load_vue_theme(gate, theme_id, selection)
    return ThemeAffiche(vue, _build_ensemble(vue.ensemble) if vue.ensemble.montrees else None)


def _build_ensemble(ensemble: Ensemble) -> Marques:
    return build_points(
        ensemble.cadre,
        ensemble.montrees[0].indicateur,
        titre=f"{ensemble.titre} : tous les indicateurs",
        tete="indicateur",
        valeur=ensemble.valeur,
        complement=describe_bases(x.indicateur for x in ensemble.montrees),
        changements=ensemble.depuis,
        simulee=ensemble.montrees[0].contexte.simulee,
    )


def _build_groupe(groupe: GroupeLignes, valeur: str) -> Marques:
    premiere = groupe.lignes[0]
    return build_points(
        groupe.cadre,
        premiere.indicateur,
        titre=groupe.titre,
        tete="indicateur",
        valeur=valeur,
        simulee=premiere.contexte.simulee,
    )


def build_indicateur(gate: Gate, indicateur_id: str, selection: Selection) -> IndicateurAffiche:
    """La vue d'un indicateur ; sa jumelle en chiffres bruts s'en déduit."""
    redresse = replace(selection, valeur="redresse")
    vue = memoire.get_vue(gate, _build_vue_indicateur, indicateur_id, redresse)
    return IndicateurAffiche(vue.show_valeur(selection.valeur))


def _build_vue_theme(gate: Gate, theme_id: str, selection: Selection) -> VueTheme:
    return build_vue_theme(gate, load_catalogue(), theme_id, selection)


def _build_vue_indicateur(gate: Gate, indicateur_id: str, selection: Selection) -> VueIndicateur:
    return build_vue_indicateur(gate, load_catalogue(), indicateur_id, selection)


def _build_repartition(vue: VueIndicateur, dimension: str) -> Dessin:
    indicateur: Indicateur = vue.ligne.indicateur
    repartition, valeur = vue.get_repartition(dimension), vue.selection.valeur
    simulee = vue.ligne.contexte.simulee
    if dimension == VAGUES:
        return build_vagues(
            repartition.cadre,
            indicateur,
            titre=indicateur.titre,
            verdict=vue.verdict.mot,
            phrase=vue.verdict.phrase,
            valeur=valeur,
            simulee=simulee,
        )
    titre = f"{indicateur.titre}, {repartition.titre[0].lower()}{repartition.titre[1:]}"
    return build_points(
        repartition.cadre,
        indicateur,
        titre=titre,
        tete=repartition.tete,
        valeur=valeur,
        complement=repartition.phrase_groupes,
        simulee=simulee,
    )


def _build_entonnoir(vue: VueIndicateur, entonnoir: Entonnoir) -> Dessin:
    valeur = vue.selection.valeur
    return build_entonnoir(
        entonnoir.cadre,
        vue.ligne.indicateur,
        entonnoir.reference.get_valeur(valeur) or 0.0,
        titre=entonnoir.titre,
        tete=entonnoir.id,
        noms=entonnoir.noms,
        valeur=valeur,
        simulee=vue.ligne.contexte.simulee,
    )
