"""Un graphique et ses doubles : la phrase avant, le texte de remplacement, le tableau derrière."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import streamlit as st

from barometre.assemblage.images import build_image_dessin
from barometre.charts import CONFIG, Dessin, Graphique, Marques
from barometre.charts.cadre import NOMBRES
from barometre.domain.provenance import SUR_PLACE, Provenance
from barometre.ui.blocks.depliants import VOIR_LE_TABLEAU, render_tableau_replie
from barometre.ui.blocks.paroles import render_html
from barometre.ui.blocks.telechargements import (
    VISITE,
    FichierOffert,
    Prive,
    add_service,
    render_fichiers,
)
from barometre.ui.blocks.textes import texte
from barometre.ui.serving.recettes import IMAGES

VOIR_ET_EMPORTER = f"{VOIR_LE_TABLEAU}, emporter la figure"


def render_graphique(
    graphique: Dessin,
    provenance: Provenance,
    *,
    cle: str,
    titre: str,
    prive: Prive = None,
    images_a_part: bool = False,
) -> None:
    """La phrase, le dessin, sa légende, puis son tableau et ses fichiers, images comprises.

    `images_a_part` : les images sous le dessin, sans rien déplier, là où l'on vient les prendre.
    """
    if isinstance(graphique, Marques):
        render_html(build_marques(graphique))
    else:
        _render_figure(graphique, cle)
    images = partial(render_images, graphique, provenance, cle=cle, titre=titre, prive=prive)
    if images_a_part:
        images()
    sans = tuple(nom for nom in NOMBRES if nom in graphique.table)
    render_tableau_replie(
        lambda: graphique.table, titre, provenance, cle=f"tableau-{cle}", sans=sans, prive=prive,
        libelle=VOIR_LE_TABLEAU if images_a_part else VOIR_ET_EMPORTER,
        suite=None if images_a_part else images,
    )  # fmt: skip


def render_images(
    dessin: Dessin, provenance: Provenance, *, cle: str, titre: str = "", prive: Prive = None
) -> None:
    """Le graphique en PNG et en SVG, avec son titre, sa légende et ses mentions : dessiné au clic."""
    situee = add_service(provenance)
    if prive == VISITE:
        situee = replace(situee, precautions=(*situee.precautions, SUR_PLACE))
    offerts = [
        FichierOffert(
            extension, f"Télécharger l’image ({extension.upper()})", situee.get_nom(extension, cle), mime,
            partial(build_image_dessin, dessin, dessin.titre or titre, situee, extension),
        )
        for extension, mime in IMAGES.items()
    ]  # fmt: skip
    render_fichiers(offerts, cle=f"images-{cle}", prive=prive)


def build_marques(marques: Marques, *, legende: bool = True) -> str:
    """Tout en un bloc. Les lignes du dessin sont du texte : un lecteur d'écran les lit, une fois."""
    dite = f'<p class="baro-legende">{texte(marques.legende)}</p>' if legende and marques.legende else ""
    return f'<p class="baro-phrase">{texte(marques.phrase)}</p>{marques.html}{dite}'


def _render_figure(graphique: Graphique, cle: str) -> None:
    # Un lecteur d'écran saute la figure : le texte de remplacement, qui contient la phrase, en tient lieu.
    st.html(
        f'<p class="baro-phrase" aria-hidden="true">{texte(graphique.phrase)}</p>'
        f'<p class="baro-invisible">{texte(graphique.alt)}</p>'
    )
    st.plotly_chart(graphique.get_ecrite(), width="stretch", config=CONFIG, key=f"graphique-{cle}")
    if graphique.legende:
        st.html(f'<p class="baro-legende">{texte(graphique.legende)}</p>')
