"""Les blocs de l'accueil."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import streamlit as st

from barometre.access import Gate
from barometre.assemblage import memoire
from barometre.assemblage.ensemble import load_accueil
from barometre.assemblage.piloter import load_vue_alertes
from barometre.domain.formats import format_effectif
from barometre.ui import porte, selectors
from barometre.ui.blocks.grand_chiffre import build_citer, build_publies
from barometre.ui.blocks.paroles import Ecrit
from barometre.ui.blocks.textes import build_autres, build_lien_page, lien, texte
from barometre.ui.blocks.theme_essentiel import build_lignes
from barometre.views.comprendre.accueil import CartePublie, CarteTheme, LigneVague, VueAccueil
from barometre.views.etat.mesures import MesureLue

PORTES = {
    "fiche": (
        "Ma collectivité",
        "Où en suis-je, face à mes semblables, et par quoi commencer\u202f?",
    ),
    "participation": ("Piloter", "Qui répond, qu’est-ce qui a bougé, où agir\u202f?"),
    "explorer": ("Explorer", "Cette vue filtrée, en fichier ou en lien, avec ses précautions."),
}
# Trente mesures font deux écrans de téléphone : au-delà de celles-ci, elles se déplient.
MESURES_MONTREES = 8


def render_portes() -> None:
    """Trois portes, une par lecteur."""
    _render_trois(PORTES)


def _render_trois(portes: Mapping[str, tuple[str, str]]) -> None:
    """Trois liens côte à côte : l'adresse, son titre, sa phrase."""
    cartes = (
        f'<div class="baro-carte"><p class="baro-porte">{build_lien_page(adresse, titre)}</p>'
        f'<p class="baro-legende">{texte(phrase)}</p></div>'
        for adresse, (titre, phrase) in portes.items()
    )
    st.html(f'<div class="baro-cartes baro-trois">{"".join(cartes)}</div>')


def render_pilotage(vue: VueAccueil) -> None:
    """Pour un responsable de programme : la participation, ce qui a bougé, les alertes et leur compte."""
    if porte.get_portee().role != "programme":
        return
    alertes = load_vue_alertes(porte.get_gate(), date.today())
    phrases = {
        "participation": ("Participation", vue.a_retenir),
        "evolution": ("Ce qui a bougé", alertes.phrase_changements),
        "alertes": (f"Alertes ({len(alertes.alertes)})", alertes.a_retenir),
    }
    st.header("Aujourd’hui")
    _render_trois(phrases)


def render_chiffres(vue: VueAccueil, *, simulee: bool) -> None:
    """Ce qui est réel d'abord : sur une version simulée, publié et mesuré précèdent les neuf thèmes."""
    reelles = (render_publies, render_mesures)
    for render in (*reelles, render_themes) if simulee else (render_themes, *reelles):
        render(vue)


def render_mesures(vue: VueAccueil) -> None:
    """Ce que mesure l'État, pour la France : une ligne par mesure et sa date."""
    if not vue.mesures:
        return
    premieres, suite = split_mesures(vue.mesures)
    st.header("Ce que mesure l’État")
    st.html(
        '<p class="baro-phrase">Ces données sont réelles et publiques, pour la France entière ; chaque '
        "territoire et chaque commune a les siennes sur la carte et sur sa fiche.</p>"
        f"{build_lignes(premieres)}{build_autres(len(suite), build_lignes(suite))}"
    )


def split_mesures(mesures: Sequence[MesureLue]) -> tuple[list[MesureLue], list[MesureLue]]:
    """Celles que l'accueil montre, la première de chaque thème d'abord, et celles qui se déplient."""
    premieres = {m.indicateur.theme_id: m for m in reversed(mesures)}.values()
    rangees = sorted(mesures, key=lambda m: m not in premieres)
    return rangees[:MESURES_MONTREES], rangees[MESURES_MONTREES:]


def render_themes(vue: VueAccueil) -> None:
    """Les neuf thèmes, trois par ligne sur un écran large, chacun avec son chiffre et son lien."""
    st.header("Neuf thèmes, un chiffre pour chacun")
    if vue.vague_commune:
        st.html(f'<p class="baro-legende">{texte(vue.vague_commune)}</p>')
    valeur = selectors.select_segment(
        "chiffres", "Chiffres", selectors.CHIFFRES, aide=selectors.AIDE_CHIFFRES
    )
    st.html(memoire.get_vue(porte.get_gate(), _build_cartes, valeur))


def _build_cartes(gate: Gate, valeur: str) -> Ecrit:
    """Les neuf cartes, écrites une fois par version : l'accueil est la page que tous ouvrent."""
    vue = load_accueil(gate)
    cartes = (_carte_theme(carte, valeur, "" if vue.vague_commune else carte.vague) for carte in vue.cartes)
    return Ecrit(f'<div class="baro-cartes baro-trois">{"".join(cartes)}</div>')


def _carte_theme(carte: CarteTheme, valeur: str, vague: str) -> str:
    publies = ", ".join(dict.fromkeys(p.mention for p in carte.ligne.publies)) if carte.ligne else ""
    faits = (carte.get_preuve(valeur), publies and f"publié\u202f: {publies}", vague)
    preuve = " · ".join(filter(None, faits))
    nombre = carte.get_valeur(valeur)
    grand = f'<p class="baro-chiffre">{texte(nombre)}</p>' if nombre else ""
    citer = build_citer(carte.ligne.citation, build_publies(carte.ligne)) if carte.ligne else ""
    return (
        f'<article class="baro-carte"><h3>{build_lien_page(carte.theme.id, carte.theme.titre)}</h3>'
        f'<div class="baro-carte-nue">{grand}<p>{texte(carte.get_phrase(valeur))}</p>'
        f'<p class="baro-preuve">{texte(preuve)}</p>{citer}</div></article>'
    )


def render_vagues(vue: VueAccueil) -> None:
    """Qui a répondu, vague par vague."""
    st.header("Qui a répondu, vague après vague")
    st.html(f'<p class="baro-phrase">{texte(vue.a_retenir)}</p>')
    lignes = "".join(f"<li>{_build_vague(ligne)}</li>" for ligne in vue.vagues)
    st.html(
        '<p class="baro-legende">Collectivités ayant rempli au moins un questionnaire de la vague\u202f:</p>'
        f'<ul class="baro-liste">{lignes}</ul>'
    )


def _build_vague(ligne: LigneVague) -> str:
    compte = format_effectif(ligne.reponses, "collectivité") if ligne.reponses else "moins de 10"
    return (
        f"<strong>{texte(ligne.titre)}</strong>\u202f: <strong>{texte(compte)}</strong>, "
        f"{texte(ligne.periode)}. "
        f'<span class="baro-legende">{texte(ligne.themes)}.</span>'
    )


def render_publies(vue: VueAccueil) -> None:
    """Quelques chiffres publiés en 2024 et 2025, avec leur source."""
    st.header("Ce que le baromètre a publié en 2024 et 2025")
    cartes = "".join(build_carte_publie(carte) for carte in vue.publies)
    st.html(
        '<p class="baro-phrase">Ces chiffres sont réels et bruts\u202f; leur base n’a pas été publiée.</p>'
        f'<div class="baro-cartes baro-breves baro-publies">{cartes}</div>'
        f"<p>{build_lien_page('chiffres_cles', 'Voir tous les chiffres publiés')}</p>"
    )


def build_carte_publie(carte: CartePublie) -> str:
    """Le HTML d'un chiffre publié : valeur et source ; citation, vague et base à la demande."""
    extrait = f"<blockquote>{texte(carte.extrait)}</blockquote>" if carte.extrait else ""
    source = lien(f"Source ({carte.annee})", carte.source_url)
    return (
        f'<article class="baro-carte"><h3>{texte(carte.libelle)}</h3>'
        f'<p class="baro-chiffre">{texte(carte.valeur)}</p>'
        f'<p class="baro-preuve">{source}</p>'
        f"<details><summary>Citation, thème, vague et base</summary>{extrait}"
        f'<p class="baro-preuve">Thème\u202f: {texte(carte.theme)}. Vague\u202f: {texte(carte.vague)}. '
        f"Base\u202f: {texte(carte.base)}.</p>"
        "</details></article>"
    )
