"""Les blocs de la page Comparer."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import streamlit as st

from barometre.assemblage.collectivite import (
    ComparerAffiche,
    load_comparer,
    load_resolution,
    load_semblables,
)
from barometre.catalogue import load_catalogue
from barometre.domain.formats import format_compte, format_guillemets, format_nombre
from barometre.domain.noms import format_complement
from barometre.domain.territoire import Collectivite
from barometre.ui import porte, selectors, state
from barometre.ui.blocks.collectivite import get_nom, render_vers
from barometre.ui.blocks.depliants import render_tableau_replie
from barometre.ui.blocks.graphiques import render_graphique
from barometre.ui.blocks.paroles import apply_lecteur, render_html, render_titre
from barometre.ui.blocks.telechargements import VISITE, Prive, render_telechargements
from barometre.ui.blocks.textes import render_tableau, texte
from barometre.ui.serving.recettes import build_recette_comparer
from barometre.views.collectivite.comparer import CHOIX_PAIRS, TRIS, Position, VueComparer
from barometre.views.collectivite.contraste import build_table_contrastes
from barometre.views.collectivite.cote_a_cote import NOMBRE
from barometre.views.collectivite.liste_pairs import build_table_semblables
from barometre.views.collectivite.pairs import SEMBLABLES
from barometre.views.collectivite.structure import (
    IMPORTANCE_MAXIMALE,
    IMPORTANCES,
    VARIABLES,
    Semblable,
    read_importances,
)
from barometre.views.collectivite.tableau_fiche import COMPTE_SOI
from barometre.views.lecture.groupes_compares import PRECAUTION


def select_comparaison(collectivite: Collectivite) -> ComparerAffiche:
    """Le thème et la façon de choisir les pairs, puis la comparaison."""
    themes = {theme.id: theme.titre for theme in load_catalogue().themes}
    # Deux colonnes : dans une rangée, des choix si longs poussaient la page en paraissant.
    gauche, droite = st.columns([2, 3])
    with gauche:
        theme = selectors.select_one("theme", "Thème", themes)
    with droite:
        choix = selectors.select_segment("pairs", apply_lecteur("Mes pairs"), CHOIX_PAIRS)
    adresse = state.read_adresse()
    avec = tuple(i for i in _resolve_avec(adresse.list("avec")) if i != collectivite.id)[: NOMBRE - 1]
    return load_comparer(porte.get_gate(), collectivite.id, theme, choix=choix, avec=avec)


def _resolve_avec(demandes: tuple[str, ...]) -> list[str]:
    trouvees = (load_resolution(porte.get_gate(), demande).collectivite for demande in demandes)
    return list(dict.fromkeys(c.id for c in trouvees if c is not None))


def render_entete(vue: VueComparer) -> None:
    """La phrase à retenir, l'échelon, et ce qu'il faut savoir des pairs."""
    render_html(f'<p class="baro-retenir"><strong>À retenir.</strong> {texte(vue.a_retenir)}</p>')
    for message in vue.messages:
        render_html(f'<p class="baro-legende">{texte(message)}</p>')
    render_html(f'<p class="baro-legende">{texte(f"{vue.vague}. {COMPTE_SOI}")}</p>')


def render_positions(affiche: ComparerAffiche) -> None:
    """Un point par indicateur, et sa propre marque là où elle se lit."""
    render_titre("Indicateur par indicateur")
    tri = selectors.select_segment("vue", "Ordre", TRIS, defaut="questionnaire")
    vue, graphique = affiche.vue, affiche.get_positions(tri)
    if graphique is not None:
        prive = _get_prive(affiche, "positions", tri)
        render_graphique(graphique, vue.provenance, cle="positions", titre=vue.theme.titre, prive=prive)
    _render_grandeurs(vue)
    prive = _get_prive(affiche, "comparer")
    # Une fonction : le tableau ne se construit qu'au clic.
    render_telechargements(lambda: vue.table, vue.provenance, cle="comparer", prive=prive)


def _get_prive(affiche: ComparerAffiche, nom: str, *avant: str) -> Prive:
    """Ce qui refait le fichier : les mêmes choix ; des réponses données sur place ne se refont pas."""
    return VISITE if affiche.sur_place else _get_recette(affiche.vue, nom, *avant)


def _get_recette(vue: VueComparer, nom: str, *avant: str) -> Prive:
    """Rien si aucune des collectivités comparées n'est lue d'un droit : le fichier est celui de tous."""
    lues = (c.id for c in vue.cote_a_cote.collectivites)
    return build_recette_comparer(nom, vue, *avant) if porte.is_nomme(*lues) else None


def _describe_grandeur(p: Position) -> str:
    """« Le nombre d'habitants aidés : 15 habitants chez vos pairs (entre 7 et 23, indicatif, parmi…) »."""
    faits = ", ".join(filter(None, (p.intervalle, p.reserve, p.indicateur.parmi)))
    dit = f"{p.indicateur.titre} : {p.texte_pairs} chez vos pairs{f' ({faits})' if faits else ''}"
    return f"{dit} ; vous : {p.texte_soi}" if p.texte_soi else dit


def _render_grandeurs(vue: VueComparer) -> None:
    """Les moyennes ne se placent pas sur un axe de pourcentages : elles se disent."""
    phrases = [_describe_grandeur(p) for p in vue.positions if not p.indicateur.est_part and p.chiffre.montre]
    if phrases:
        render_html(f'<ul class="baro-liste">{"".join(f"<li>{texte(p)}.</li>" for p in phrases)}</ul>')


def render_contraste(vue: VueComparer) -> None:
    """Couvertes par un OPSN ou non connues comme telles."""
    if not vue.contrastes:
        return
    render_titre("Être accompagné par un OPSN change-t-il quelque chose\u202f?")
    demontres = sum(c.compare.sens != 0 for c in vue.contrastes)
    phrase = (
        f"{format_compte(demontres, 'écart démontré', 'écarts démontrés')} sur {len(vue.contrastes)}."
        if demontres
        else f"Aucun écart démontré sur {len(vue.contrastes)} indicateurs."
    )
    render_html(f'<p class="baro-phrase">{texte(phrase)} {texte(PRECAUTION)}</p>')
    render_tableau_replie(
        partial(build_table_contrastes, vue.contrastes),
        "Dans le périmètre d’un OPSN, et couverture inconnue",
        vue.provenance,
        cle="contraste",
        libelle="Voir le tableau des écarts",
    )


def render_pairs(vue: VueComparer) -> None:
    """Qui sont les pairs, pourquoi eux, et l'importance des variables."""
    render_titre("Qui sont vos pairs")
    render_html(f'<p class="baro-phrase">{texte(vue.liste.phrase)}</p>')
    if vue.choix != SEMBLABLES:
        render_html('<p class="baro-legende">Toutes ont votre type et votre taille.</p>')
    titre = "Les 30 collectivités les plus semblables, et pourquoi"
    boite = st.expander(titre, key="liste-semblables", on_change="rerun")
    if boite.open:
        with boite:
            _render_semblables(vue)


def _render_semblables(vue: VueComparer) -> None:
    reglees = read_importances(state.read_adresse().list("poids"))
    _render_importances(vue, reglees)
    semblables = load_semblables(porte.get_gate(), vue.collectivite.id, reglees)
    render_html(f'<ol class="baro-liste">{"".join(_build_semblable(s) for s in semblables)}</ol>')
    table = partial(build_table_semblables, semblables)
    render_telechargements(table, vue.provenance, cle="semblables")


def _build_semblable(semblable: Semblable) -> str:
    zone = "autre zone (outre-mer ou Hexagone)" if semblable.autre_zone else ""
    pourquoi = f"{semblable.pourquoi} Distance : {format_nombre(semblable.distance, 3)}."
    return (
        f"<li><details><summary>{texte(semblable.nom)}</summary><p>{texte(pourquoi)}</p></details>"
        f'<span class="baro-preuve">{zone}</span></li>'
    )


def _render_importances(vue: VueComparer, reglees: Mapping[str, int]) -> None:
    """Des curseurs de 0 (ignorée) à 5 ; l'adresse les garde."""
    st.html(
        '<p class="baro-legende">Réglez ce qui compte pour vous, de 0 (ignoré) à 5. La liste change ; les '
        "chiffres, eux, restent ceux de la liste par défaut\u202f: un réglage sur mesure pourrait isoler une "
        "collectivité.</p>"
    )
    colonnes = st.columns(2)
    for rang, variable in enumerate(vue.variables):
        with colonnes[rang % 2]:
            cle = f"poids-{variable}"
            state.set_widget(cle, reglees.get(variable, IMPORTANCES[variable]))
            st.slider(
                VARIABLES[variable], 0, IMPORTANCE_MAXIMALE, key=cle, on_change=_record, args=(vue.variables,)
            )


def _record(variables: tuple[str, ...]) -> None:
    """N'écrit que ce qui s'écarte de l'habitude ; `read_importances` relit et vérifie."""
    valeurs = {v: st.session_state.get(f"poids-{v}") for v in variables}
    ecarts = tuple(f"{v}:{valeur}" for v, valeur in valeurs.items() if valeur != IMPORTANCES[v])
    state.write_valeur("poids", ecarts, ())


def render_cote_a_cote(vue: VueComparer) -> None:
    """Jusqu'à quatre collectivités, leurs faits publics, et leurs réponses là où le droit les ouvre."""
    render_titre("Côte à côte")
    cote = vue.cote_a_cote
    if len(cote.collectivites) > 1:
        render_tableau(cote.table, "Collectivités côte à côte")
        if cote.refus:
            render_html(f'<p class="baro-legende">{texte(cote.refus)}</p>')
        _render_retirer(cote.collectivites[1:])
        prive = _get_recette(vue, "cote-a-cote")
        render_telechargements(cote.table, vue.provenance, cle="cote-a-cote", prive=prive)
    if len(cote.collectivites) < NOMBRE:
        st.text_input(
            "Ajouter une collectivité (quatre au plus)",
            key="ajouter",
            placeholder="Nom, code postal, code INSEE ou SIREN",
            on_change=_add,
        )


def _add() -> None:
    demande = str(st.session_state.get("ajouter", "")).strip()
    trouvee = load_resolution(porte.get_gate(), demande).collectivite if demande else None
    if demande and trouvee is None:
        state.keep_message(
            f"{format_guillemets(demande)} ne désigne pas une seule collectivité\u202f: donnez son code "
            "INSEE ou son SIREN."
        )
        return
    if trouvee is not None:
        deja = st.query_params.get_all("avec")
        state.write_valeur("avec", tuple(dict.fromkeys([*deja, trouvee.id]))[: NOMBRE - 1], ())
    st.session_state["ajouter"] = ""


def _render_retirer(collectivites: tuple[Collectivite, ...]) -> None:
    with st.container(horizontal=True, key="retirer"):
        for collectivite in collectivites:
            st.button(
                f"Retirer {get_nom(collectivite)}",
                key=f"retirer-{collectivite.id}",
                on_click=_remove,
                args=(collectivite.id,),
            )


def _remove(collectivite_id: str) -> None:
    restent = tuple(i for i in _resolve_avec(tuple(st.query_params.get_all("avec"))) if i != collectivite_id)
    state.write_valeur("avec", restent, ())


def render_retour(vue: VueComparer) -> None:
    """Vers la fiche."""
    render_vers(
        "fiche",
        f"Revenir à la fiche {format_complement(vue.collectivite.type, vue.collectivite.nom)}",
        vue.collectivite.id,
        cle="fiche",
    )
