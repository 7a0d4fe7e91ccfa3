"""Les pages de l'application, listées une fois : un groupe, un nom, une adresse, un script.

Ajouter une page : écrire `pages/<groupe>/<page>.py`, puis une ligne ici.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import Page

from barometre.catalogue import Theme, load_catalogue

PAGES = Path(__file__).resolve().parents[2] / "pages"
ACCUEIL = ""


@dataclass(frozen=True, slots=True)
class PageDeclaree:
    """Une page : `adresse` vide pour l'accueil ; `theme_id` pour les neuf pages d'un même script."""

    groupe: str
    titre: str
    adresse: str
    script: str
    theme_id: str = ""
    # Une page hors du menu (pied de page) garde son adresse.
    au_menu: bool = True
    # Au menu de qui a un droit d'opérateur ; à tout autre, la page ne dit qu'une phrase.
    reservee: bool = False


@cache
def list_pages() -> tuple[PageDeclaree, ...]:
    """Toutes les pages, dans l'ordre du menu."""
    return (
        PageDeclaree("Comprendre", "Accueil", ACCUEIL, "comprendre/accueil.py"),
        *(
            PageDeclaree("Comprendre", theme.titre, theme.id, "comprendre/theme.py", theme.id)
            for theme in load_catalogue().themes
        ),
        PageDeclaree("Comprendre", "Chiffres clés", "chiffres_cles", "comprendre/chiffres_cles.py"),
        PageDeclaree("Ma collectivité", "Fiche", "fiche", "ma_collectivite/fiche.py"),
        PageDeclaree("Ma collectivité", "Comparer", "comparer", "ma_collectivite/comparer.py"),
        PageDeclaree("Territoires", "Carte", "carte", "territoires/carte.py"),
        PageDeclaree("Territoires", "OPSN", "opsn", "territoires/opsn.py"),
        PageDeclaree("Piloter", "Participation", "participation", "piloter/participation.py"),
        PageDeclaree("Piloter", "Évolution", "evolution", "piloter/evolution.py"),
        PageDeclaree("Piloter", "Alertes", "alertes", "piloter/alertes.py"),
        PageDeclaree("Piloter", "Objectifs", "objectifs", "piloter/objectifs.py"),
        PageDeclaree("Piloter", "Obligations", "obligations", "piloter/obligations.py"),
        PageDeclaree("Piloter", "Actions publiques", "actions_publiques", "piloter/actions_publiques.py"),
        PageDeclaree("Piloter", "Fonds", "fonds", "piloter/fonds.py"),
        PageDeclaree("Piloter", "Synthèse", "synthese", "piloter/synthese.py"),
        PageDeclaree("Données", "Explorer", "explorer", "donnees/explorer.py"),
        PageDeclaree("Données", "Questionnaires", "questionnaires", "donnees/questionnaires.py"),
        PageDeclaree("Données", "Sources et méthode", "sources_methode", "donnees/sources_methode.py"),
        PageDeclaree(
            "Données", "Administration", "administration", "donnees/administration.py", reservee=True
        ),
        PageDeclaree("", "Accessibilité", "accessibilite", "apropos/accessibilite.py", au_menu=False),
        PageDeclaree("", "Mentions légales", "mentions_legales", "apropos/mentions.py", au_menu=False),
    )


@cache
def list_adresses() -> frozenset[str]:
    """Les adresses qui existent."""
    return frozenset(page.adresse for page in list_pages())


def render_navigation(*, operateur: bool = False) -> PageDeclaree:
    """Pose le menu ; rend la page demandée, que l'appelant affichera (`run_page`)."""
    declarees = {page.adresse: page for page in list_pages()}
    # Une copie par affichage : Streamlit marque la page choisie sur l'objet même.
    streamlit_pages = {adresse: copy(_build_page(page, operateur)) for adresse, page in declarees.items()}
    groupes: dict[str, list[Page]] = {}
    for adresse, page in declarees.items():
        groupes.setdefault(page.groupe, []).append(streamlit_pages[adresse])
    choisie = st.navigation(groupes, expanded=True)
    st.session_state["_pages"] = streamlit_pages
    st.session_state["_page"] = declarees[choisie.url_path]
    return get_current()


def get_current() -> PageDeclaree:
    """La page en cours."""
    page: PageDeclaree = st.session_state["_page"]
    return page


def get_theme() -> Theme:
    """Le thème de la page en cours (les neuf pages de thème ont un seul script)."""
    return load_catalogue().get_theme(get_current().theme_id)


def run_page(page: PageDeclaree) -> None:
    """Exécute le script d'une page."""
    st.session_state["_pages"][page.adresse].run()


def get_page(adresse: str) -> Page:
    """La page Streamlit d'une adresse, pour un lien interne."""
    page: Page = st.session_state["_pages"][adresse]
    return page


@cache
def _build_page(page: PageDeclaree, operateur: bool) -> Page:
    """La page de Streamlit, faite une fois : il cherche chaque script sur le disque."""
    return st.Page(
        PAGES / page.script,
        title=page.titre,
        url_path=page.adresse or None,
        default=page.adresse == ACCUEIL,
        visibility="visible" if page.au_menu and (operateur or not page.reservee) else "hidden",
    )
