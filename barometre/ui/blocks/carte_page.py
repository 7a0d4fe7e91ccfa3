"""Les blocs de la page Carte : le chemin, une ou deux cartes liées, leurs tableaux."""

from __future__ import annotations

import secrets
from functools import partial
from html import escape

import streamlit as st

from barometre.assemblage import carte_gardee as assemblage_carte
from barometre.assemblage.carte_gardee import CarteAffichee
from barometre.domain.territoire import FRANCE
from barometre.maps import ContoursAbsents
from barometre.maps.feuille import FORMES_MAXIMALES
from barometre.ui import navigation, porte, state
from barometre.ui.blocks import carte_et_doubles as blocs
from barometre.ui.blocks.carte_choix import Demande
from barometre.ui.blocks.messages import render_message
from barometre.ui.blocks.textes import texte
from barometre.ui.composants.communes import render_communes
from barometre.ui.composants.feuille import render_feuille
from barometre.views.carte.lieux import build_fil
from barometre.views.carte.vue_carte import ChoixCarte, get_dessous, list_niveaux

Cartes = tuple[CarteAffichee, ...]
CHANGEMENT = "Changement testé de l’une à l’autre"
# Selon le nombre de cartes côte à côte, en pixels.
HAUTEURS = {1: 560, 2: 440, 3: 440}
_FICHE = "_fiche_demandee"
_CANAL = "_canal_cartes"


def render_fil(choix: tuple[ChoixCarte, ...]) -> None:
    """« France › Bretagne » : chaque étape remonte."""
    etapes = build_fil(porte.get_gate(), choix[0].selection.territoire_id)
    # Le conteneur est posé même vide : la carte qui suit garde sa place, et ne se recharge pas.
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="fil"):
        if len(etapes) < 2:
            return
        for identifiant, nom in etapes[:-1]:
            st.button(
                blocs.escape_markdown(nom),
                key=f"fil-{identifiant}",
                type="tertiary",
                on_click=go_to,
                args=(identifiant, ""),
            )
            st.html("<span aria-hidden='true'>›</span>", width="content")
        st.html(f"<strong>{escape(etapes[-1][1])}</strong>", width="content")


def load_cartes(demande: Demande) -> Cartes:
    """Les cartes demandées ; une commune touchée ouvre sa fiche."""
    _open_fiche()
    return assemblage_carte.load_cartes(porte.get_gate(), demande.choix, demande.dessin)


def render_a_retenir(cartes: Cartes) -> None:
    """Ce que montre la première carte, ou le changement testé s'il y en a un, puis la sélection en mots."""
    premiere = cartes[-1] if cartes[-1].vue.choix.depuis else cartes[0]
    st.html(
        f'<p class="baro-retenir"><strong>À retenir.</strong> {texte(premiere.carte.phrase)}</p>'
        f'<p class="baro-legende">Sélection\u202f: {texte(premiere.vue.titre)} ; '
        f"{texte(premiere.vue.champ)}.</p>"
    )


def render_cartes(cartes: Cartes, demande: Demande) -> None:
    """Une carte sur toute la largeur, ou deux côte à côte dont les vues se suivent."""
    canal = _get_canal() if len(cartes) > 1 else ""
    communs = tuple(m for m in cartes[0].messages if all(m in autre.messages for autre in cartes))
    # Un conteneur, même vide : un message de plus ne déplace pas la carte, qui se rechargerait.
    with st.container():
        blocs.render_messages(communs)
    with st.container(key="cartes"):
        colonnes = st.columns(len(cartes)) if len(cartes) > 1 else [st.container()]
    for rang, (colonne, affichee) in enumerate(zip(colonnes, cartes, strict=True)):
        with colonne:
            if len(cartes) > 1:
                st.subheader(blocs.escape_markdown(_get_sous_titre(affichee, cartes)))
            else:
                blocs.render_titre_papier(affichee.vue.titre)
            with st.container():
                blocs.render_messages(m for m in affichee.messages if m not in communs)
            _render_carte(affichee, demande, rang, canal)
            if len(cartes) > 1 and not affichee.vue.choix.depuis:
                st.html(f'<p class="baro-phrase">{texte(affichee.carte.phrase)}</p>')
            blocs.render_legende(affichee.carte.legende)
            blocs.render_source(affichee.carte)
            if affichee.vue.publies not in (autre.vue.publies for autre in cartes[:rang]):
                blocs.render_publies(affichee)


def _get_sous_titre(affichee: CarteAffichee, cartes: Cartes) -> str:
    """La vague seule quand toutes les cartes parlent du même indicateur : la sélection en dit le nom."""
    vue = affichee.vue
    if len({carte.vue.indicateur.id for carte in cartes}) > 1 or not vue.periode:
        return vue.titre
    return CHANGEMENT if vue.choix.depuis else vue.periode


def _render_carte(affichee: CarteAffichee, demande: Demande, rang: int, canal: str) -> None:
    if demande.fixe:
        blocs.render_image(demande.choix, demande.dessin, rang, affichee.carte)
        return
    blocs.render_double(demande.choix, demande.dessin, rang, affichee.carte)
    if _is_grande(affichee):
        _render_communes(affichee, demande, rang, canal)
    else:
        hauteur = HAUTEURS[len(demande.choix)]
        cle = f"carte-{rang}"
        render_feuille(
            assemblage_carte.load_donnees(porte.get_gate(), demande.choix, demande.dessin, rang),
            cle=cle,
            canal=canal,
            hauteur=hauteur,
            on_change=partial(_follow_clic, cle, affichee),
        )


def _is_grande(affichee: CarteAffichee) -> bool:
    """Les communes de tout un pays ou d'une région : trop de formes pour folium, à quelques-unes près."""
    choix = affichee.vue.choix
    large = not choix.selection.territoire_id.startswith(("departement-", "epci-"))
    return (choix.niveau == "commune" and large) or len(affichee.carte.lieux) > FORMES_MAXIMALES


def _render_communes(affichee: CarteAffichee, demande: Demande, rang: int, canal: str) -> None:
    try:
        colis = assemblage_carte.load_colis(porte.get_gate(), demande.choix, demande.dessin, rang)
    except ContoursAbsents as erreur:
        render_message(str(erreur))
        blocs.render_image(demande.choix, demande.dessin, rang, affichee.carte)
        return
    cle = f"communes-{rang}"
    render_communes(colis | {"canal": canal}, cle=cle, on_change=partial(_follow_commune, cle, affichee))


def _follow_clic(cle: str, affichee: CarteAffichee) -> None:
    """Un territoire touché : on descend. Le navigateur propose, la liste des lieux décide."""
    dessin = (st.session_state.get(cle) or {}).get("last_active_drawing") or {}
    touche = dessin.get("properties", {}).get("t") if isinstance(dessin, dict) else None
    if isinstance(touche, str) and touche in set(affichee.carte.lieux["territoire_id"]):
        descend(affichee.vue.choix.niveau, touche)


def _follow_commune(cle: str, affichee: CarteAffichee) -> None:
    resultat = st.session_state.get(cle) or {}
    if resultat.get("sans_webgl"):
        state.write_valeur("vue", "image", "")
    code = resultat.get("commune")
    if isinstance(code, str) and code in set(affichee.carte.lieux["code"]):
        descend("commune", f"commune-{code}")


def descend(niveau: str, territoire_id: str) -> None:
    """Le niveau du dessous dans ce territoire ; pour une commune, sa fiche."""
    dessous = get_dessous(niveau)
    if dessous:
        go_to(territoire_id, dessous)
    else:
        st.session_state[_FICHE] = territoire_id


def go_to(territoire_id: str, niveau: str) -> None:
    """Change de territoire ; le niveau vide est celui que la page choisit.

    L'adresse change d'un coup : le bouton « retour » du navigateur défait le geste entier.
    """
    suite = {
        nom: st.query_params.get_all(nom) for nom in st.query_params if nom not in ("territoire", "niveau")
    }
    if territoire_id != FRANCE:
        suite["territoire"] = [territoire_id]
    if niveau and niveau != list_niveaux(territoire_id)[0]:
        suite["niveau"] = [niveau]
    st.query_params.from_dict(suite)


def _open_fiche() -> None:
    """Après un clic sur une commune ; sans page Fiche, l'adresse retient la commune.

    Streamlit écrit la nouvelle adresse sur la carte avant de changer de page : on y laisse la carte
    entière, pour que « retour » la rende telle qu'on l'a quittée.
    """
    demandee = st.session_state.pop(_FICHE, "")
    if not demandee:
        return
    if "fiche" in navigation.list_adresses():
        carte = {nom: st.query_params.get_all(nom) for nom in st.query_params}
        st.switch_page(navigation.get_page("fiche"), query_params=carte | {"collectivite": [demandee]})
    state.write_valeur("collectivite", demandee, "")


def _get_canal() -> str:
    """Le nom du fil qui lie deux cartes : propre à la visite, deux onglets ne se suivent pas."""
    canal: str = st.session_state.setdefault(_CANAL, f"cartes-{secrets.token_hex(8)}")
    return canal


def render_tableaux(cartes: Cartes) -> None:
    """Le tableau de chaque carte, et ses fichiers."""
    with st.container(key="tableaux-carte"):
        st.header("Les mêmes valeurs en tableau")
        for rang, affichee in enumerate(cartes):
            if len(cartes) > 1:
                st.subheader(blocs.escape_markdown(affichee.vue.titre))
            blocs.render_tableau_carte(affichee, cle=f"page-{rang}")
