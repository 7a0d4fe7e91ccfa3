"""« Citer cette page » : au pied de chaque page, déplié à la demande."""

from __future__ import annotations

from html import escape

import streamlit as st

from barometre.access.reglages import read_reglages
from barometre.assemblage.figure_seule import SEULE, has_figure
from barometre.domain.version import Version
from barometre.ui import navigation, state
from barometre.views.lecture.reference import build_reference


@st.fragment
def render_citer(titre: str, version: Version) -> None:
    """Un bouton du pied ; la référence n'est écrite qu'à qui l'ouvre, sans rejouer la page."""
    boite = st.popover("Citer cette page", key="citer", on_change="rerun")
    if boite.open:
        with boite:
            _render_references(titre, version)


def _render_references(titre: str, version: Version) -> None:
    reference = build_reference(titre, version, state.build_adresse(version.version_id))
    for nom, texte, langage in (
        ("En texte", reference.texte, None),
        ("BibTeX", reference.bibtex, "latex"),
        ("CSL-JSON (Zotero)", reference.csl, "json"),
    ):
        st.markdown(f"**{nom}**")
        st.code(texte, language=langage, wrap_lines=True)
    _render_cadre(titre)


def _render_cadre(titre: str) -> None:
    """De quoi montrer la figure dans un autre site, quand l'opérateur en a nommé qui le peuvent."""
    sites = read_reglages().cadres
    if not sites or not has_figure(navigation.get_current().adresse):
        return
    page = state.build_adresse("")
    adresse = f"{page}{'&' if '?' in page else '?'}{SEULE}=1"
    st.markdown("**Dans un autre site** (la figure seule)")
    st.code(
        f'<iframe src="{escape(adresse)}" title="{escape(titre)}" width="100%" height="520" loading="lazy">'
        "</iframe>",
        language="html",
        wrap_lines=True,
    )
    st.caption(f"Sites admis par l’exploitant\u202f: {', '.join(sites)}.")
