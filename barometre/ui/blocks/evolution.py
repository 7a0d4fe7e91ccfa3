"""Les blocs de la page Évolution."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from barometre.assemblage.piloter import EvolutionAffichee, load_evolutions
from barometre.catalogue import load_catalogue
from barometre.ui import porte, selectors
from barometre.ui.blocks.depliants import render_tableau_replie
from barometre.ui.blocks.graphiques import render_graphique
from barometre.ui.blocks.messages import render_message
from barometre.ui.blocks.textes import texte
from barometre.views.lecture.selection import Selection
from barometre.views.piloter.evolutions import VueEvolutions

COMPOSITION = (
    "Une part brute bouge pour deux raisons\u202f: les collectivités de chaque taille ont changé de "
    "pratique, ou ce ne sont plus les mêmes tailles qui répondent. Le tableau sépare les deux (Kitagawa, "
    "1955), sur les chiffres bruts de la France entière, taille par taille (celles qui "
    "se cachent ne font qu’un groupe)\u202f; elles s’ajoutent au changement brut, pas au changement redressé "
    "montré plus haut."
)
COMPOSITION_ABSENTE = (
    "Pas de réponse ici\u202f: ce calcul demande la France entière, et, aux deux vagues, au plus une réponse "
    "sur cinq dans des tailles qui se cachent."
)


def select_evolutions() -> EvolutionAffichee:
    """Le thème, la vague d'arrivée et le territoire, puis les changements."""
    themes = {t.id: t.titre for t in load_catalogue().themes}
    with selectors.open_rangee("evolution"):
        theme = selectors.select_one("theme", "Thème", themes, defaut=next(iter(themes)), efface=("vague",))
        vagues, defaut = _list_vagues(theme)
        vague = selectors.select_one("vague", "Jusqu’à la vague", vagues, defaut=defaut)
        territoire = selectors.select_one("territoire", "Territoire", _list_territoires())
        structure = selectors.select_structure()
    return load_evolutions(porte.get_gate(), theme, Selection(vague, territoire, structure=structure))


def read_evolutions() -> tuple[str, Selection]:
    """Le thème et la sélection que l'adresse choisit, sans sélecteur."""
    theme = selectors.read_theme()
    vagues, defaut = _list_vagues(theme)
    return theme, Selection(
        selectors.read_one("vague", vagues, defaut=defaut),
        selectors.read_one("territoire", _list_territoires()),
        structure=selectors.read_one("structure", selectors.STRUCTURES),
    )


def _list_vagues(theme: str) -> tuple[dict[str, str], str]:
    """Les vagues où arriver, et celle par défaut ; la première, sans rien avant elle, montrerait un vide."""
    toutes = selectors.list_vagues(theme)
    vagues = dict(list(toutes.items())[1:]) or toutes
    defaut = selectors.get_vague_defaut(theme)
    return vagues, defaut if defaut in vagues else next(reversed(vagues), "")


def _list_territoires() -> dict[str, str]:
    """La France et ses régions : plus fin, presque aucune évolution n'a assez de réponses."""
    territoires = porte.list_territoires().items()
    return {id_: nom for id_, nom in territoires if id_.startswith(("france", "region-"))}


def place_a_retenir() -> DeltaGenerator:
    """La place de la phrase à retenir, qui attend le choix fait au-dessous d'elle sans rien décaler."""
    place = st.empty()
    place.html('<p class="baro-retenir baro-attente"></p>')
    return place


def render_a_retenir(place: DeltaGenerator, vue: VueEvolutions) -> None:
    """La phrase à retenir."""
    place.html(f'<p class="baro-retenir"><strong>À retenir.</strong> {texte(vue.phrase)}</p>')


def render_changements(affichee: EvolutionAffichee) -> None:
    """Tous les indicateurs du thème, ceux qui passent le hasard d'abord."""
    if affichee.graphique is None:
        return
    vue = affichee.vue
    st.header("Chaque indicateur, et ce que le test permet d’en dire")
    titre = f"Évolution : {vue.champ}"
    render_graphique(affichee.graphique, vue.provenance, cle=f"evolution-{vue.theme_id}", titre=titre)
    for phrase in filter(None, (vue.phrase_ensemble, vue.phrase_methode)):
        st.html(f'<p class="baro-phrase">{texte(phrase)}</p>')


def render_vignettes(affichee: EvolutionAffichee) -> None:
    """Les deux niveaux de chaque indicateur, tous à la même échelle."""
    if affichee.vignettes is None:
        return
    vue = affichee.vue
    st.header("Tous les indicateurs à la même échelle")
    titre = f"Niveaux aux deux vagues : {vue.champ}"
    render_graphique(affichee.vignettes, vue.provenance, cle=f"vignettes-{vue.theme_id}", titre=titre)


def render_panel(affichee: EvolutionAffichee) -> None:
    """Celles qui ont répondu aux deux vagues, et combien ont changé de réponse dans chaque sens."""
    panel = affichee.panel
    if panel is None:
        return
    st.header("Celles qui ont répondu aux deux vagues")
    if panel.absence:
        render_message(panel.absence)
        return
    st.html(f'<p class="baro-phrase">{texte(panel.phrase)}</p>')
    render_tableau_replie(
        lambda: panel.table, "Gains et pertes du panel", panel.provenance, cle="tableau-panel-evolution"
    )


def render_composition(vue: VueEvolutions) -> None:
    """Ce qui vient de qui a répondu : dit là où il se calcule, et pourquoi ailleurs il ne se calcule pas."""
    if not vue.montres:
        return
    st.header("Qui a répondu a-t-il changé\u202f?")
    calcule = any(c.decomposition for c in vue.montres)
    st.html(f"<p>{texte(COMPOSITION if calcule else COMPOSITION_ABSENTE)}</p>")
    if calcule:
        st.html(f'<p class="baro-phrase">{texte(vue.phrase_composition)}</p>')
