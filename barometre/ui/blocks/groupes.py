"""Ce qui suit une répartition : l'écart avec et sans OPSN, les entonnoirs, les estimations par modèle."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import streamlit as st

from barometre.assemblage.theme import IndicateurAffiche
from barometre.domain.colonnes import get_colonne
from barometre.domain.provenance import Provenance
from barometre.ui.blocks.depliants import render_depliant
from barometre.ui.blocks.graphiques import render_graphique
from barometre.ui.blocks.telechargements import render_telechargements
from barometre.ui.blocks.textes import render_tableau, texte
from barometre.views.comprendre.dimensions import OPSN, TERRITOIRE
from barometre.views.comprendre.entonnoirs import Entonnoir
from barometre.views.comprendre.modele import ETIQUETTE, EXPLICATION, EstimationsModele
from barometre.views.lecture.groupes_compares import PRECAUTION, Accompagnement

HASARD = (
    "Un territoire de peu de réponses s’écarte souvent par hasard. Plutôt qu’un palmarès, l’entonnoir montre "
    "jusqu’où le hasard suffit à expliquer l’écart."
)


def render_suite(detail: IndicateurAffiche, dimension: str) -> None:
    """Ce que la répartition choisie appelle à côté d'elle."""
    vue = detail.vue
    if dimension == OPSN and vue.accompagnement:
        _render_accompagnement(vue.accompagnement)
    if dimension == TERRITOIRE:
        _render_entonnoirs(detail)
        if vue.modele:
            _render_modele(vue.modele, vue.provenance, vue.ligne.indicateur.id)


def _render_accompagnement(accompagnement: Accompagnement) -> None:
    st.html(
        f'<p class="baro-phrase">{texte(accompagnement.phrase)}</p>'
        f'<p class="baro-legende">{texte(PRECAUTION)}</p>'
    )


def _render_entonnoirs(detail: IndicateurAffiche) -> None:
    for entonnoir in detail.vue.entonnoirs:
        cle = f"entonnoir-{detail.vue.ligne.indicateur.id}-{entonnoir.id}"
        libelle = f"Ce que le hasard suffit à expliquer, par {get_colonne(entonnoir.id).titre.lower()}"
        render_depliant(libelle, partial(_render_entonnoir, detail, entonnoir, cle), cle=f"voir-{cle}")


def _render_entonnoir(detail: IndicateurAffiche, entonnoir: Entonnoir, cle: str) -> None:
    st.html(f'<p class="baro-legende">{texte(HASARD)}</p>')
    graphique = detail.get_entonnoir(entonnoir)
    render_graphique(graphique, detail.vue.provenance, cle=cle, titre=entonnoir.titre)


def _render_modele(modele: EstimationsModele, provenance: Provenance, indicateur_id: str) -> None:
    libelle = f"{ETIQUETTE} : les départements sans chiffre direct ({len(modele.lignes)})"
    cle = f"modele-{indicateur_id}"
    render_depliant(libelle, partial(_render_estimations, modele, provenance, cle), cle=f"voir-{cle}")


def _render_estimations(modele: EstimationsModele, provenance: Provenance, cle: str) -> None:
    st.html(f'<p class="baro-legende">{texte(EXPLICATION)}</p>')
    render_tableau(modele.table, f"{ETIQUETTE}, par département")
    marquee = replace(
        provenance,
        titre=f"{ETIQUETTE} : {provenance.titre}",
        nom_fichier=f"{provenance.nom_fichier}_estimation_par_modele",
        precautions=(EXPLICATION, *provenance.precautions),
    )
    render_telechargements(modele.table, marquee, cle=cle)
