"""La page Synthèse : le choix du territoire, l'aperçu, les fichiers écrits au clic."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from time import monotonic

import pandas as pd
import streamlit as st

from barometre.assemblage import memoire
from barometre.domain.formats import format_ponctuation
from barometre.domain.notes import format_lettre
from barometre.rapports.blocs import NOTE, SE_CITERAIT
from barometre.rapports.demande import Demande, DemandeRefusee
from barometre.rapports.modele import Document, Liste, Paragraphe, Section, Tableau
from barometre.rapports.synthese import build_apercu, build_synthese, prepare_synthese
from barometre.ui import porte, selectors
from barometre.ui.blocks.messages import render_message
from barometre.ui.blocks.telechargements import render_documents
from barometre.ui.blocks.textes import render_tableau, texte

# En secondes : en deçà, personne n'attend.
ATTENTE = 0.5


@dataclass(frozen=True, slots=True)
class SyntheseChoisie:
    """Le début du document, que la page montre, et de quoi composer le tout : au clic d'un fichier."""

    apercu: Document
    build: Callable[[], Document]


def select_document() -> SyntheseChoisie | None:
    """La synthèse de la sélection ; une phrase à sa place si rien n'est publiable."""
    selection, gate = selectors.select_synthese(), porte.get_gate()
    demande = Demande(selection.territoire_id, selection.type, edition=selection.vague_id)
    try:
        _render_avancement(prepare_synthese(gate, demande))
        apercu = memoire.get_vue(gate, build_apercu, demande)
        return SyntheseChoisie(apercu, partial(memoire.get_vue, gate, build_synthese, demande))
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


def render_a_retenir(choisie: SyntheseChoisie | None) -> None:
    """Le titre du document et ce qu'il porte, avant tout chiffre."""
    if choisie is None:
        st.markdown("Cette sélection n’a pas de synthèse.")
        return
    document = choisie.apercu
    st.markdown(f"**{document.titre}.** {document.sous_titre}.")


def render_fichiers(choisie: SyntheseChoisie | None) -> None:
    """Un bouton par format ; le fichier est composé et écrit au clic."""
    if choisie is not None:
        render_documents(choisie.apercu, cle="synthese", build=choisie.build)


def render_apercu(choisie: SyntheseChoisie | None) -> None:
    """Le début du document, le plus court d'abord : le reste est dans le fichier.

    Sous un tableau de cinquante lignes, une section d'une phrase ne se lirait pas ; imprimée, elle aurait une
    feuille à elle.
    """
    for section in sorted(choisie.apercu.sections, key=_count_lignes) if choisie else ():
        st.header(section.titre)
        for bloc in section.blocs:
            if isinstance(bloc, Paragraphe):
                st.text(format_ponctuation(bloc.texte))
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
        # En dernier : devant, il repoussait le chiffre hors d'un écran de téléphone.
        table["Thème"] = list(tableau.groupes)
    if SE_CITERAIT not in table:
        return table
    notes = [format_lettre(str(note), simulee=True) for note in table[NOTE]]
    return table.assign(**{NOTE: notes}).drop(columns=SE_CITERAIT)


def _render_liste(liste: Liste) -> None:
    """Une vraie liste, et ses premiers mots en gras : comme dans le document."""
    debuts = [f"<strong>{texte(debut)}.</strong> " for debut in liste.debuts] or [""] * len(liste.elements)
    elements = zip(debuts, liste.elements, strict=True)
    st.html(f"<ul>{''.join(f'<li>{debut}{texte(element)}</li>' for debut, element in elements)}</ul>")
