"""Les fichiers d'une vue d'Explorer : un bouton au clic ; au-delà d'une taille, un export qui se suit."""

from __future__ import annotations

from functools import partial

import streamlit as st

from barometre.assemblage import depot
from barometre.assemblage.emporter import ARCHIVE
from barometre.domain.formats import format_compte
from barometre.exports import FORMATS
from barometre.maps.geopackage import COUCHES_MAX, MIME, count_couches, describe_exces, to_gpkg
from barometre.maps.geopackage import NIVEAUX as NIVEAUX_DESSINES
from barometre.ui import porte, selectors, state
from barometre.ui.blocks.telechargements import (
    ECRITURES,
    TOUT,
    add_service,
    choose_csv,
    render_telechargements,
)
from barometre.ui.blocks.textes import texte
from barometre.ui.serving import exports_longs
from barometre.ui.serving.recettes import Recette
from barometre.ui.serving.travaux import Commande
from barometre.views.donnees.demande import DemandeExplorer
from barometre.views.donnees.exacts import build_exacts
from barometre.views.donnees.explorer import VueExplorer
from barometre.views.donnees.reproduire import add_suivie, build_requete

FORMATS_OFFERTS = ("csv", "xlsx", "ods", "parquet", ARCHIVE)
GPKG, LIBELLE_GPKG = "gpkg", "GeoPackage (QGIS)"
# Un classeur de 20 000 lignes s'écrit en une seconde : au-delà, un processus à part le fait.
LONGUE = 20_000
AIDE_CSV = (
    "Français\u202f: points-virgules et virgule décimale. International\u202f: virgules et point décimal. Le "
    "choix vaut ensuite pour les CSV de toutes les pages."
)
PRECAUTION_EXACTS = (
    "Les mêmes cellules, petites comprises, sans seuil ni bruit, par votre droit nominatif. D’une petite "
    "cellule se lit ce qu’une collectivité a répondu\u202f: ce fichier ne se diffuse pas. Votre compte, "
    "votre motif et ce que vous lisez sont inscrits au journal avant qu’il parte."
)


def render_fichiers(vue: VueExplorer, demande: DemandeExplorer) -> None:
    """Un bouton ou un lien par format."""
    selectors.select_segment("csv", "Écriture des CSV", ECRITURES, aide=AIDE_CSV)
    dessinee = bool(vue.table["territoire_id"].str.startswith(NIVEAUX_DESSINES).all())
    if dessinee and (couches := count_couches(vue.table)) > COUCHES_MAX:
        dessinee = False
        st.caption(describe_exces(couches))
    # Une version préparée ne se lit que dans la page : la commande, en public, ne l'ouvre pas.
    if len(vue.fichier) > LONGUE and depot.is_gardee(porte.get_version_id()):
        _render_longs(vue, demande, dessinee)
        return
    render_telechargements(vue.fichier, vue.provenance, cle="explorer", formats=FORMATS_OFFERTS)
    if dessinee:
        st.download_button(
            f"Télécharger en {LIBELLE_GPKG}",
            data=partial(to_gpkg, vue.table, add_service(vue.provenance)),
            file_name=vue.provenance.get_nom(GPKG),
            mime=MIME,
            key="telecharger-explorer-gpkg",
            on_click="ignore",
        )


def render_exacts(vue: VueExplorer, demande: DemandeExplorer) -> None:
    """Le fichier des chiffres exacts : demandé, il se calcule des réponses et s'inscrit au journal."""
    st.subheader("Chiffres exacts")
    st.html(f"<p>{PRECAUTION_EXACTS}</p>")
    recette = Recette("exacts", (build_requete(demande, porte.get_version_id()),))
    exacts = partial(build_exacts, porte.get_gate(), vue)
    render_telechargements(lambda: exacts()[0], vue.provenance, cle="exacts", prive=recette)


def _render_longs(vue: VueExplorer, demande: DemandeExplorer, dessinee: bool) -> None:
    """Un lien par format, dans un autre onglet : la page reste, le lien retrouve l'export."""
    version_id = porte.get_version_id()
    requete, visite = build_requete(demande, version_id), state.get_visite()
    suivie = state.read_adresse().get("collectivite")
    libelles = {f: f"Préparer en {FORMATS[f].libelle}" for f in map(choose_csv, FORMATS_OFFERTS)}
    libelles |= {ARCHIVE: TOUT} | ({GPKG: f"Préparer en {LIBELLE_GPKG}"} if dessinee else {})
    liens = "".join(
        f'<a class="baro-bouton" target="_blank" rel="noopener" '
        f'href="{exports_longs.get_adresse(Commande(visite, version_id, demandee, format_))}">'
        f"{texte(libelle)}</a>"
        for format_, libelle in libelles.items()
        for demandee in [add_suivie(requete, suivie) if format_ == ARCHIVE else requete]
    )
    st.html(f'<p class="baro-fichiers">{liens}</p>')
    st.caption(
        f"{format_compte(len(vue.fichier), 'ligne')}\u202f: le fichier se prépare à part, dans un nouvel "
        "onglet qui dit où il en est."
    )
