"""Un contenu que l'on déplie, construit et envoyé seulement à qui l'ouvre."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pandas as pd
import streamlit as st

from barometre.domain.provenance import Provenance
from barometre.ui import porte
from barometre.ui.blocks.telechargements import Prive, render_telechargements
from barometre.ui.blocks.textes import render_tableau

VOIR_LE_TABLEAU = "Voir le tableau"


@st.fragment
def render_depliant(libelle: str, render: Callable[[], None], *, cle: str) -> None:
    """Un contenu replié : l'ouvrir ne rejoue que lui, pas la page, qui s'affiche plus vite sans lui."""
    if porte.is_droit_change():
        # `render` tient ce que la page a lu : un droit retiré depuis, un périmètre changé, et elle se relit.
        st.rerun()
    boite = st.expander(libelle, key=cle, on_change="rerun")
    if boite.open:
        with boite:
            render()


def render_tableau_replie(
    build: Callable[[], pd.DataFrame],
    titre: str,
    provenance: Provenance,
    *,
    cle: str,
    libelle: str = VOIR_LE_TABLEAU,
    sans: tuple[str, ...] = (),
    prive: Prive = None,
    suite: Callable[[], None] | None = None,
) -> None:
    """Le tableau derrière un chiffre ou un graphique, et ses fichiers (eux seuls ont les colonnes `sans`).

    `suite` : ce qui vient après eux, dans le même dépliant.
    """

    def fichiers() -> None:
        render_telechargements(build, provenance, cle=cle, prive=prive)
        if suite is not None:
            suite()

    contenu = partial(_render_tableau, build, titre, sans, fichiers, simulee=provenance.simulee)
    render_depliant(libelle, contenu, cle=f"voir-{cle}")


def _render_tableau(
    build: Callable[[], pd.DataFrame],
    titre: str,
    sans: tuple[str, ...],
    render_fichiers: Callable[[], None],
    *,
    simulee: bool,
) -> None:
    render_tableau(build().drop(columns=list(sans)), titre, simulee=simulee)
    render_fichiers()
