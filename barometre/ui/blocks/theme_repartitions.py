"""La vue « Répartitions » d'un thème : un indicateur de près, ses groupes, puis les choix multiples."""

from __future__ import annotations

from functools import partial

import streamlit as st

from barometre.assemblage.theme import IndicateurAffiche, ThemeAffiche, load_indicateur
from barometre.domain.colonnes import get_colonne
from barometre.domain.indicateur import Indicateur
from barometre.domain.secret import get_seuil
from barometre.ui import porte, selectors
from barometre.ui.blocks.depliants import render_depliant
from barometre.ui.blocks.grand_chiffre import build_carte
from barometre.ui.blocks.graphiques import build_marques, render_graphique, render_images
from barometre.ui.blocks.groupes import render_suite
from barometre.ui.blocks.paroles import Ecrit
from barometre.ui.blocks.telechargements import render_telechargements
from barometre.ui.blocks.textes import build_conseil, texte
from barometre.views.comprendre.theme import GroupeLignes, VueTheme
from barometre.views.lecture.conseil import list_conseils


def render_repartitions(affiche: ThemeAffiche) -> None:
    """Un indicateur, choisi par le lecteur, puis chaque question à choix multiple."""
    _render_indicateur(affiche)
    _render_groupes(affiche)


def select_indicateur(vue: VueTheme) -> str:
    """L'indicateur regardé de près, par défaut le premier mis en avant."""
    choix = {ligne.indicateur.id: ligne.indicateur.titre for ligne in vue.lignes}
    return selectors.select_one("indicateur", "Indicateur", choix, defaut=vue.get_ligne("").indicateur.id)


# Changer d'indicateur ou de répartition ne rejoue que ce morceau, pas la page.
@st.fragment
def _render_indicateur(affiche: ThemeAffiche) -> None:
    st.header("Un indicateur de près")
    detail = load_indicateur(porte.get_gate(), select_indicateur(affiche.vue), affiche.vue.selection)
    gauche, droite = st.columns([2, 3], gap="large")
    with gauche:
        st.html(build_carte(detail.vue.ligne, detail.vue.selection.valeur))
        _render_limites(detail)
    with droite:
        _render_repartitions(detail)
    _render_agir(detail.vue.ligne.indicateur, detail.vue.selection.type_effectif)


def _render_groupes(affiche: ThemeAffiche) -> None:
    """Les choix multiples en un seul bloc : leur légende est celle du premier graphique de la page."""
    groupes = [groupe for groupe in affiche.vue.groupes if any(x.chiffre.montre for x in groupe.lignes)]
    if not groupes:
        return
    st.header("Les questions à choix multiple")
    blocs = (
        f"<section><h3>{texte(groupe.titre)}</h3>"
        f"{build_marques(affiche.get_groupe(groupe), legende=False)}</section>"
        for groupe in groupes
    )
    st.html(Ecrit(f'<div class="baro-sections">{"".join(blocs)}</div>'))
    render_depliant(
        "Emporter ces figures en image", partial(_render_images, affiche, groupes), cle="images-groupes"
    )


def _render_images(affiche: ThemeAffiche, groupes: list[GroupeLignes]) -> None:
    for groupe in groupes:
        st.caption(groupe.titre)
        render_images(affiche.get_groupe(groupe), affiche.vue.provenance, cle=groupe.id)


def _render_repartitions(detail: IndicateurAffiche) -> None:
    titres = {r.id: get_colonne(r.tete).titre for r in detail.vue.repartitions}
    choisie = selectors.select_segment("repartition", "Répartition", titres, defaut=next(iter(titres)))
    repartition = detail.vue.get_repartition(choisie)
    cle = f"{detail.vue.ligne.indicateur.id}-{choisie}"
    graphique, provenance = detail.get_graphique(choisie), detail.vue.provenance
    render_graphique(graphique, provenance, cle=cle, titre=repartition.titre, images_a_part=True)
    if repartition.sans_chiffre:
        seuil = get_seuil(detail.vue.ligne.indicateur.sensibilite == "cyber")
        st.html(
            f'<p class="baro-legende">Sans chiffre (question non posée, ou moins de {seuil} réponses)\u202f: '
            f"{texte(', '.join(repartition.sans_chiffre))}.</p>"
        )
    render_suite(detail, choisie)
    st.html(
        '<p class="baro-legende baro-ecran">Télécharger cet indicateur, ses répartitions comprises\u202f:</p>'
    )
    render_telechargements(
        lambda: detail.vue.table, detail.vue.provenance, cle=detail.vue.ligne.indicateur.id
    )


def _render_limites(detail: IndicateurAffiche) -> None:
    indicateur = detail.vue.ligne.indicateur
    faits = {
        "Qui est compté": indicateur.base,
        "Précautions": indicateur.precautions,
        "Si le biais était plus fort": detail.vue.sensibilite,
        "Donnée de l’État": detail.vue.croisement.phrase if detail.vue.croisement else "",
        "Référence légale": indicateur.reference_legale,
    }
    lignes = "".join(
        f"<p><strong>{texte(nom)}.</strong> {texte(fait.rstrip('.') + '.')}</p>"
        for nom, fait in faits.items()
        if fait
    )
    st.html(f'<div class="baro-limites">{lignes}</div>')


def _render_agir(indicateur: Indicateur, type_: str) -> None:
    actions = "".join(
        f"<li>{build_conseil(action, tiers=porte.is_tiers())}</li>"
        for action in list_conseils(indicateur.actions, type_)
    )
    agir = f"<h3>Comment agir</h3><ul>{actions}</ul>" if actions else ""
    pourquoi = f"<h3>Pourquoi c’est important</h3><p>{texte(indicateur.pourquoi)}</p>"
    st.html(f'<div class="baro-agir">{pourquoi}{agir}</div>')
