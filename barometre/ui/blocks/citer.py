"""« Citer cette page » : au pied de chaque page, déplié à la demande."""

from __future__ import annotations

from functools import partial

import streamlit as st

from barometre.domain.version import Version
from barometre.ui import state
from barometre.ui.blocks.depliants import render_depliant
from barometre.views.lecture.reference import build_reference


def render_citer(titre: str, version: Version) -> None:
    """Le dépliant ; la référence n'est écrite qu'à qui l'ouvre."""
    render_depliant("Citer cette page", partial(_render_references, titre, version), cle="citer")


def _render_references(titre: str, version: Version) -> None:
    reference = build_reference(titre, version, state.build_adresse(version.version_id))
    for nom, texte, langage in (
        ("En texte", reference.texte, None),
        ("BibTeX", reference.bibtex, "latex"),
        ("CSL-JSON (Zotero)", reference.csl, "json"),
    ):
        st.markdown(f"**{nom}**")
        st.code(texte, language=langage, wrap_lines=True)
