"""La page Explorer : choix, aperçu, fichiers, et de quoi refaire la même vue ailleurs."""

from __future__ import annotations

from functools import partial
from urllib.parse import urlencode

import streamlit as st

from barometre.assemblage.explorer import build_geopackage, load_explorer
from barometre.catalogue import load_catalogue
from barometre.maps.geopackage import MIME
from barometre.maps.geopackage import NIVEAUX as NIVEAUX_DESSINES
from barometre.ui import porte, selectors, state
from barometre.ui.blocks.messages import render_message
from barometre.ui.blocks.telechargements import render_telechargements
from barometre.ui.blocks.textes import render_tableau
from barometre.views.donnees.explorer import (
    APERCU,
    MODELES,
    NIVEAUX,
    REPARTITIONS,
    TERRITOIRE,
    ExplorationRefusee,
    VueExplorer,
    list_admises,
    read_demande,
)

FORMATS_OFFERTS = ("csv", "csv_international", "xlsx", "ods", "parquet", "zip")
HAUTEUR_APERCU = 480  # en pixels : les titres et une dizaine de lignes
COLONNES = ("titre", "groupe", "vague_id", "unite", "redresse", "bas", "haut", "brut", "n", "note", "marque")


def render_modeles() -> None:
    """Les vues que l'on demande le plus souvent, en liens."""
    liens = " · ".join(f"[{titre}](explorer?{requete})" for titre, requete in MODELES.items())
    st.markdown(f"Pour commencer\u202f: {liens}")


def select_vue() -> VueExplorer | None:
    """Les choix, puis la vue ; une phrase à sa place si elle est refusée."""
    _select_choix()
    admises = list_admises(load_catalogue(), porte.list_territoires())
    try:
        return load_explorer(porte.get_gate(), read_demande(state.read_adresse(admises)))
    except ExplorationRefusee as erreur:
        render_message(str(erreur))
        return None


def _select_choix() -> None:
    catalogue = load_catalogue()
    themes = {"": "Chiffres clés des neuf thèmes"} | {t.id: t.titre for t in catalogue.themes}
    haut, bas = st.columns(3), st.columns(3)
    with haut[0]:
        theme = selectors.select_one("theme", "Thème", themes, efface=("indicateurs",))
    indicateurs = {i.id: i.titre for i in catalogue.list_indicateurs(theme or None, origine="declare")}
    with haut[1]:
        selectors.select_many("indicateurs", "Indicateurs (tous ceux du thème sinon)", indicateurs)
    with haut[2]:
        par = selectors.select_many("par", "Réparti par", REPARTITIONS)
    with bas[0]:
        if TERRITOIRE in par:
            selectors.select_one("niveau", "Niveau", NIVEAUX)
        else:
            selectors.select_one("territoire", "Territoire", porte.list_territoires())
    with bas[1]:
        selectors.select_one(
            "vague", "Vague", {"": "La dernière"} | {v.id: v.titre for v in catalogue.vagues}
        )
    with bas[2]:
        selectors.select_type()


def render_a_retenir(vue: VueExplorer | None) -> None:
    """Ce que contiendra le fichier, avant de le demander."""
    st.markdown(vue.phrase if vue else "Cette vue ne peut pas être composée.")


def render_apercu(vue: VueExplorer | None) -> None:
    """Les cinquante premières lignes : le reste ne part jamais au navigateur."""
    if vue is None or vue.table.empty:
        return
    with st.container(height=HAUTEUR_APERCU, border=False, key="apercu"):
        render_tableau(vue.table[list(COLONNES)].head(APERCU), f"Aperçu : {vue.champ}")
    if len(vue.table) > APERCU:
        st.caption(f"Aperçu des {APERCU} premières lignes sur {len(vue.table)}.")


def render_fichiers(vue: VueExplorer | None) -> None:
    """Un bouton par format."""
    if vue is None or vue.table.empty:
        return
    render_telechargements(vue.table, vue.provenance, cle="explorer", formats=FORMATS_OFFERTS)
    if vue.table["territoire_id"].str.startswith(NIVEAUX_DESSINES).all():
        st.download_button(
            "Télécharger en GeoPackage (QGIS)",
            data=partial(build_geopackage, vue),
            file_name=vue.provenance.get_nom("gpkg"),
            mime=MIME,
            key="telecharger-explorer-gpkg",
            on_click="ignore",
        )


def render_reproduire() -> None:
    """La même vue par la commande et par l'API : la requête est celle de l'adresse."""
    requete = urlencode([(nom, v) for nom in st.query_params for v in st.query_params.get_all(nom)])
    with st.expander("Refaire cette vue ailleurs"):
        st.code(f'python -m barometre exporter "{requete}" --format csv', language="bash")
        st.code(f'curl "$ADRESSE/api/v1/valeurs?{requete}"', language="bash")
