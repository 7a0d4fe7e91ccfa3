"""« Citer cette page » : au pied de chaque page, déplié à la demande."""

from __future__ import annotations

from functools import partial
from urllib.parse import urlsplit

import streamlit as st

from barometre.access.reglages import read_reglages
from barometre.domain.version import Version
from barometre.ui import state
from barometre.ui.blocks.depliants import render_depliant
from barometre.views.lecture.address import build_query
from barometre.views.lecture.reference import build_reference


def render_citer(titre: str, page: str, version: Version) -> None:
    """Le dépliant ; la référence n'est écrite qu'à qui l'ouvre."""
    render_depliant("Citer cette page", partial(_render_references, titre, page, version), cle="citer")


def _render_references(titre: str, page: str, version: Version) -> None:
    adresse = f"{_get_base()}/{page}?{_build_requete(version)}"
    reference = build_reference(titre, version, adresse)
    for nom, texte, langage in (
        ("En texte", reference.texte, None),
        ("BibTeX", reference.bibtex, "latex"),
        ("CSL-JSON (Zotero)", reference.csl, "json"),
    ):
        st.markdown(f"**{nom}**")
        st.code(texte, language=langage, wrap_lines=True)


def _build_requete(version: Version) -> str:
    """Ce que dit l'adresse de la page, tenu à la version lue."""
    lues = state.read_adresse().valeurs
    dites = {nom: lues[nom] for nom in st.query_params if nom in lues}
    return build_query(dites | {"version": version.version_id})


def _get_base() -> str:
    """L'adresse publique réglée par l'opérateur ; sinon celle où la page est ouverte."""
    url = st.context.url
    ouverte = urlsplit(url) if isinstance(url, str) else urlsplit("")
    return read_reglages().adresse or (f"{ouverte.scheme}://{ouverte.netloc}" if ouverte.netloc else "")
