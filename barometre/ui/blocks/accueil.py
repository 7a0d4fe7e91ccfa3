"""Les blocs de l'accueil."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from barometre.formats import format_compte
from barometre.ui import navigation, selectors
from barometre.ui.blocks.cartes import build_citer, build_publies
from barometre.ui.blocks.textes import lien, render_tableau, texte
from barometre.views.comprendre.accueil import CartePublie, CarteTheme, VueAccueil
from barometre.views.lecture.citation import Citation


def render_themes(vue: VueAccueil) -> None:
    """Les neuf thèmes, trois par ligne sur un écran large, chacun avec son chiffre et son lien."""
    st.header("Neuf thèmes, un chiffre pour chacun")
    valeur = selectors.select_segment(
        "chiffres", "Chiffres", selectors.CHIFFRES, aide=selectors.AIDE_CHIFFRES
    )
    for debut in range(0, len(vue.cartes), 3):
        for colonne, carte in zip(st.columns(3), vue.cartes[debut : debut + 3], strict=False):
            cle = f"carte-theme-{carte.theme.id}"
            with colonne, st.container(border=True, height="stretch", key=cle, gap="xsmall"):
                st.page_link(navigation.get_page(carte.theme.id), label=carte.theme.titre)
                st.html(_carte_theme(carte, valeur))


def _carte_theme(carte: CarteTheme, valeur: str) -> str:
    nombre = carte.get_valeur(valeur)
    grand = f'<p class="baro-chiffre">{texte(nombre)}</p>' if nombre else ""
    citer = f"{build_citer(carte.ligne.citation)}{build_publies(carte.ligne)}" if carte.ligne else ""
    return (
        f'<div class="baro-carte-nue">{grand}<p>{texte(carte.get_phrase(valeur))}</p>'
        f'<p class="baro-preuve">{texte(carte.get_preuve(valeur))}</p>{citer}</div>'
    )


def render_vagues(vue: VueAccueil) -> None:
    """Qui a répondu, vague par vague."""
    st.header("Qui a répondu, vague après vague")
    st.html(f'<p class="baro-phrase">{texte(vue.a_retenir)}</p>')
    lignes = [
        {
            "vague": ligne.titre,
            "periode": ligne.periode,
            "themes": ligne.themes,
            "reponses_lu": format_compte(ligne.reponses, "collectivité") if ligne.reponses else "moins de 10",
        }
        for ligne in vue.vagues
    ]
    render_tableau(pd.DataFrame(lignes), "Collectivités ayant rempli au moins un questionnaire de la vague")


def render_publies(vue: VueAccueil) -> None:
    """Quelques chiffres publiés en 2024 et 2025, avec leur source."""
    st.header("Ce que le baromètre a publié en 2024 et 2025")
    st.html(
        '<p class="baro-phrase">Ces chiffres sont réels et bruts\u202f; leur base n’a pas été publiée.</p>'
        f'<div class="baro-cartes">{"".join(build_carte_publie(c) for c in vue.publies)}</div>'
    )
    st.page_link(navigation.get_page("chiffres_cles"), label="Voir tous les chiffres publiés")


def build_carte_publie(carte: CartePublie, ici: str = "", citation: Citation | None = None) -> str:
    """Le HTML d'un chiffre publié : valeur, vague, base, citation et source ; le nôtre à côté."""
    citer = build_citer(citation) if citation else ""
    a_cote = f"<p><strong>Ici</strong>\u202f: {texte(ici)}</p>{citer}" if ici else ""
    extrait = f"<blockquote>{texte(carte.extrait)}</blockquote>" if carte.extrait else ""
    return (
        f'<article class="baro-carte"><h3>{texte(carte.libelle)}</h3>'
        f'<p class="baro-chiffre">{texte(carte.valeur)}</p>{a_cote}{extrait}'
        f'<p class="baro-preuve">{texte(carte.theme)}. Vague\u202f: {texte(carte.vague)}. '
        f"Base\u202f: {texte(carte.base)}. {lien(f'Source ({carte.annee})', carte.source_url)}</p></article>"
    )
