"""Les tableaux de la page Sources et méthode."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from barometre.formats import format_date
from barometre.ui.blocks.depliants import render_tableau_replie
from barometre.ui.blocks.documents import read_document
from barometre.ui.blocks.en_fond import render_en_fond
from barometre.ui.blocks.textes import build_tableau, lien, texte
from barometre.views.donnees.methode import SourceLue, VueMethode, inflect_etat


def render_strates(vue: VueMethode) -> None:
    """Les tailles comparées, et combien de collectivités chacune compte."""
    st.header("Les tailles comparées (strates)")
    st.markdown(
        "On compare une collectivité à celles de son type et de sa taille. La borne basse est comprise. "
        "Les seuils de 3\u202f500 et de 50\u202f000 habitants sont aussi ceux de la loi."
    )
    colonnes = ["type", "strate", "collectivites"]
    titre = "Strates et nombre de collectivités"
    table = build_tableau(pd.DataFrame(list(vue.strates), columns=colonnes), titre)
    st.html(
        f'<details class="baro-voir"><summary>Voir les {len(vue.strates)} tailles</summary>{table}</details>'
    )


def render_sources(vue: VueMethode) -> None:
    """Chaque source, sa date, son âge, sa licence, son état, ce qui en a été chargé."""
    st.header("Les sources")
    st.html(f'<p class="baro-phrase">{texte(vue.phrase_sources)}</p>')
    render_en_fond()
    if vue.absentes:
        st.info(
            "Pour charger les sources absentes, un opérateur lance «\u202fpython -m barometre sources "
            "recuperer\u202f», depuis l’adresse officielle ou un dossier miroir."
        )
    for etat in dict.fromkeys(source.etat for source in vue.sources):
        st.subheader(inflect_etat(etat))
        lignes = "".join(_source(source) for source in vue.sources if source.etat == etat)
        st.html(f'<div class="baro-lignes">{lignes}</div>')
    render_tableau_replie(
        lambda: vue.table, "Sources du baromètre", vue.provenance, cle="sources", sans=("Adresse",)
    )


def _source(source: SourceLue) -> str:
    """Une ligne : le titre et la date ; le reste se déplie."""
    age = f"âge\u202f: {source.age}" if source.age else ""
    faits = " · ".join(filter(None, (age, source.lignes, source.licence)))
    date = f", {texte(source.date)}" if source.date else ""
    origine = lien("Origine", source.adresse) if source.adresse.startswith("http") else ""
    return (
        f"<details><summary>{texte(source.titre)}{date}</summary><p>{texte(source.producteur)}</p>"
        f'<p class="baro-preuve">{texte(faits)}. {origine}</p></details>'
    )


def render_version(vue: VueMethode) -> None:
    """La version lue, et ce qui a changé dans l'outil."""
    version = vue.version
    st.header("La version des données, et ce qui a changé")
    st.markdown(
        f"Version **{version.version_id}**, construite le {format_date(version.creee_le)} "
        f"({version.nature}). Une version ne change plus une fois en service\u202f: un chiffre relevé "
        "aujourd’hui s’y retrouve, tant qu’elle est gardée (les cinq dernières le sont)."
    )
    with st.expander("Le journal des changements"):
        st.markdown(read_document("CHANGELOG.md")[1].replace("\n### ", "\n#### ").replace("\n## ", "\n### "))
