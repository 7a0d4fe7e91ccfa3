"""La page Synthèse : le choix du territoire, l'aperçu, les fichiers écrits au clic."""

from __future__ import annotations

from collections.abc import Iterable
from time import monotonic

import pandas as pd
import streamlit as st

from barometre.assemblage import memoire
from barometre.domain.notes import format_lettre
from barometre.rapports.blocs import NOTE, SE_CITERAIT
from barometre.rapports.demande import Demande, DemandeRefusee
from barometre.rapports.modele import Document, Liste, Paragraphe, Section, Tableau
from barometre.rapports.synthese import build_synthese, prepare_synthese
from barometre.ui import porte, selectors
from barometre.ui.blocks.messages import render_message
from barometre.ui.blocks.telechargements import render_documents
from barometre.ui.blocks.textes import render_tableau, texte

# En secondes : en deçà, personne n'attend.
ATTENTE = 0.5
APERCU = 3  # sections montrées avant le fichier : l'essentiel, les chiffres clés, ce qui a changé


def select_document() -> Document | None:
    """Le document de la sélection ; une phrase à sa place si rien n'est publiable."""
    selection = selectors.select_synthese()
    demande = Demande(selection.territoire_id, selection.type, edition=selection.vague_id)
    try:
        _render_avancement(prepare_synthese(porte.get_gate(), demande))
        return memoire.get_vue(porte.get_gate(), build_synthese, demande)
    except DemandeRefusee as erreur:
        render_message(str(erreur))
        return None


def _render_avancement(etapes: Iterable[tuple[float, str]]) -> None:
    """Une barre tant que les vues se lisent ; rien quand elles sont gardées, elle ne ferait que passer."""
    debut, barre = monotonic(), st.empty()
    for part, etape in etapes:
        if monotonic() - debut > ATTENTE:
            barre.progress(part, text=f"Composition de la synthèse\u202f: {etape}")
    barre.empty()


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
    """Le début du document, le plus court d'abord : le reste est dans le fichier.

    Sous un tableau de cinquante lignes, une section d'une phrase ne se lirait pas ; imprimée, elle aurait une
    feuille à elle.
    """
    for section in sorted(document.sections[:APERCU], key=_count_lignes) if document else ():
        st.header(section.titre)
        for bloc in section.blocs:
            if isinstance(bloc, Paragraphe):
                st.text(bloc.texte)
            elif isinstance(bloc, Liste):
                _render_liste(bloc)
            elif isinstance(bloc, Tableau):
                # Avec son titre : `st.table` n'en a pas, un lecteur d'écran y trouvait des tableaux sans nom.
                render_tableau(_read_table(bloc), bloc.titre)


def _count_lignes(section: Section) -> int:
    return sum(len(bloc.lignes) for bloc in section.blocs if isinstance(bloc, Tableau))


def _read_table(tableau: Tableau) -> pd.DataFrame:
    """Simulée, la note dit elle-même ce qui se citerait : une lettre seule passerait pour une vraie note."""
    table = pd.DataFrame(tableau.lignes, columns=list(tableau.entetes))
    if tableau.groupes:
        table.insert(0, "Thème", list(tableau.groupes))
    if SE_CITERAIT not in table:
        return table
    notes = [format_lettre(str(note), simulee=True) for note in table[NOTE]]
    return table.assign(**{NOTE: notes}).drop(columns=SE_CITERAIT)


def _render_liste(liste: Liste) -> None:
    """Une vraie liste, et ses premiers mots en gras : comme dans le document."""
    debuts = [f"<strong>{texte(debut)}.</strong> " for debut in liste.debuts] or [""] * len(liste.elements)
    elements = zip(debuts, liste.elements, strict=True)
    st.html(f"<ul>{''.join(f'<li>{debut}{texte(element)}</li>' for debut, element in elements)}</ul>")
