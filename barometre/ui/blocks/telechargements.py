"""Les fichiers d'une vue : écrits au moment du clic, jamais avant."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pandas as pd
import streamlit as st

from barometre.domain.provenance import Provenance
from barometre.exports import FORMATS, build_fichier
from barometre.rapports.formats import FORMATS_DOCUMENT, get_nom
from barometre.rapports.modele import Document


def render_telechargements(
    table: pd.DataFrame | Callable[[], pd.DataFrame],
    provenance: Provenance,
    *,
    cle: str,
    formats: tuple[str, ...] = ("csv", "xlsx", "ods"),
) -> None:
    """Un bouton par format ; le fichier porte ses définitions, ses filtres et sa source.

    `table` peut être une fonction : le tableau n'est alors construit qu'au clic, lui aussi.
    """
    with st.container(horizontal=True, key=f"telecharger-{cle}"):
        for extension in formats:
            st.download_button(
                f"Télécharger en {FORMATS[extension].libelle}",
                data=_differer(table, provenance, extension),
                file_name=provenance.get_nom(FORMATS[extension].extension),
                mime=FORMATS[extension].mime,
                key=f"telecharger-{cle}-{extension}",
                on_click="ignore",
            )


def render_documents(document: Document, *, cle: str) -> None:
    """Un bouton par format de document ; le fichier n'est écrit qu'au clic."""
    with st.container(horizontal=True, key=f"telecharger-{cle}"):
        for extension, format_ in FORMATS_DOCUMENT.items():
            st.download_button(
                f"Télécharger en {format_.libelle}",
                data=partial(format_.write, document),
                file_name=get_nom(document, extension),
                mime=format_.mime,
                key=f"telecharger-{cle}-{extension}",
                on_click="ignore",
            )


def _differer(
    table: pd.DataFrame | Callable[[], pd.DataFrame], provenance: Provenance, extension: str
) -> Callable[[], bytes]:
    return partial(_build, table, provenance, extension)


def _build(table: pd.DataFrame | Callable[[], pd.DataFrame], provenance: Provenance, extension: str) -> bytes:
    return build_fichier(table() if callable(table) else table, provenance, extension)
