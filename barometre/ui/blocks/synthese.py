"""La page Synthèse : le choix du territoire, l'aperçu, les fichiers écrits au clic."""

from __future__ import annotations

import streamlit as st

from barometre.assemblage import memoire
from barometre.rapports.demande import Demande, DemandeRefusee
from barometre.rapports.modele import Document, Liste, Paragraphe, Tableau
from barometre.rapports.synthese import build_synthese
from barometre.ui import porte, selectors
from barometre.ui.blocks.messages import render_message
from barometre.ui.blocks.telechargements import render_documents

APERCU = 3  # sections montrées avant le fichier : l'essentiel, les chiffres clés, le premier thème


def select_document() -> Document | None:
    """Le document de la sélection ; une phrase à sa place si rien n'est publiable."""
    selection = selectors.select_synthese()
    demande = Demande(selection.territoire_id, selection.type, edition=selection.vague_id)
    try:
        return memoire.get_vue(porte.get_gate(), build_synthese, demande)
    except DemandeRefusee as erreur:
        render_message(str(erreur))
        return None


def render_a_retenir(document: Document | None) -> None:
    """Le titre du document et ce qu'il porte, avant tout chiffre."""
    if document is None:
        st.markdown("Cette sélection n’a pas de synthèse.")
        return
    st.markdown(f"**{document.titre}.** {document.sous_titre}.")


def render_fichiers(document: Document | None) -> None:
    """Un bouton par format ; le fichier est écrit au clic."""
    if document is not None:
        render_documents(document, cle="synthese")


def render_apercu(document: Document | None) -> None:
    """Le début du document : le reste est dans le fichier."""
    for section in document.sections[:APERCU] if document else ():
        st.header(section.titre)
        for bloc in section.blocs:
            if isinstance(bloc, Paragraphe):
                st.text(bloc.texte)
            elif isinstance(bloc, Liste):
                for element in bloc.elements:
                    st.text(f"• {element}")
            elif isinstance(bloc, Tableau):
                st.table([dict(zip(bloc.entetes, ligne, strict=True)) for ligne in bloc.lignes])
