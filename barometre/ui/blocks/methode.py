"""La page Sources et méthode, en quatre vues : lire un chiffre, qui a répondu, les sources, la version."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from barometre.domain.formats import format_date
from barometre.ui import selectors
from barometre.ui.blocks import qualite
from barometre.ui.blocks.documents import read_document
from barometre.ui.blocks.en_fond import render_en_fond
from barometre.ui.blocks.messages import render_message, render_vue_imprimee
from barometre.ui.blocks.tableau_triable import Case, build_triable
from barometre.ui.blocks.telechargements import render_telechargements
from barometre.ui.blocks.textes import build_tableau, lien, texte
from barometre.views.donnees.methode import SourceLue, VueMethode

ENTETES = ("Source", "Producteur", "État", "Date", "Âge", "Lignes", "Licence")

VUES = {
    "lire": "Lire un chiffre",
    "reponses": "Qui a répondu",
    "sources": "Les sources",
    "version": "La version",
}
DOCUMENT = "docs/lire_un_chiffre.md"


def render_methode(vue: VueMethode) -> None:
    """Le titre, puis l'une des quatre vues (clé `vue` de l'adresse)."""
    titre, corps = read_document(DOCUMENT)
    st.title(titre)
    choisie = selectors.select_segment("vue", "Vue", VUES, defaut="lire", cache=True)
    render_vue_imprimee(VUES, choisie)
    if choisie == "lire":
        with st.container(key="methode-texte"):
            st.markdown(corps)
    elif choisie == "reponses":
        qualite.render_qualites()
        render_strates(vue)
    elif choisie == "sources":
        render_sources(vue)
    else:
        render_version(vue)


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
            "Un opérateur charge les sources absentes de la page Administration (Sources), depuis l’adresse "
            "officielle ou un dossier miroir."
        )
    for source in vue.acceptees:
        render_message(
            f"{source.titre} : chargée malgré les gardes, un opérateur l’a acceptée. {source.acceptes}"
        )
    lignes = [_build_ligne(source) for source in vue.sources]
    st.html(build_triable("Sources du baromètre", ENTETES, lignes))
    render_telechargements(lambda: vue.table, vue.provenance, cle="sources")


def _build_ligne(source: SourceLue) -> list[Case]:
    titre = lien(source.titre, source.adresse)
    return [
        Case(titre, source.titre),
        Case.build(source.producteur),
        Case.build(source.etat),
        Case.build(source.date, source.date_iso),
        Case.build(source.age, source.date_iso),
        Case.build(source.lignes),
        Case.build(source.licence),
    ]


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
