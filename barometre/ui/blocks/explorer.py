"""La page Explorer : choix, aperçu, fichiers, et de quoi refaire la même vue ailleurs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import pandas as pd
import streamlit as st

from barometre.access.reglages import read_reglages
from barometre.assemblage import depot
from barometre.assemblage.explorer import load_explorer
from barometre.catalogue import load_catalogue
from barometre.domain.formats import format_guillemets, format_nombre
from barometre.exports.colonnes import LEGENDE_MARQUES
from barometre.ui import porte, state
from barometre.ui.blocks import explorer_fichiers, vues_gardees
from barometre.ui.blocks.depliants import render_depliant
from barometre.ui.blocks.explorer_choix import select_choix
from barometre.ui.blocks.explorer_figure import render_figure
from barometre.ui.blocks.messages import render_message
from barometre.ui.blocks.paroles import render_html
from barometre.ui.blocks.textes import build_lien_page, render_tableau, texte
from barometre.views.donnees.demande import (
    DemandeExplorer,
    ExplorationRefusee,
    build_modeles,
    explain_impossible,
    list_admises,
    read_demande,
)
from barometre.views.donnees.explorer import PAGE, VueExplorer
from barometre.views.donnees.formes import build_titres, translate_bornes
from barometre.views.donnees.reproduire import build_requete, list_recettes

LONGUE = (
    "titre", "groupe", "vague_id", "periode", "unite", "plafond", "valeur", "bas", "haut", "brut", "n",
    "note", "marque",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Composee:
    """La demande que dit l'adresse, et sa vue ; sans vue, elle a été refusée d'une phrase."""

    demande: DemandeExplorer
    vue: VueExplorer | None = None

    @property
    def pleine(self) -> VueExplorer | None:
        """La vue, si elle a des lignes."""
        return self.vue if self.vue is not None and len(self.vue.table) else None


def render_nom() -> None:
    """Le nom que l'adresse donne à la vue : un texte du dehors, que les fichiers ne portent pas."""
    if nom := state.read_adresse().get("nom"):
        render_message(f"Vue nommée {format_guillemets(nom)} par qui en a partagé l’adresse.")


def render_modeles() -> None:
    """Les vues que l'on demande le plus souvent, en liens."""
    suivie = state.read_adresse().get("collectivite")
    collectivite = porte.get_gate().get_collectivite(suivie) if suivie else None
    modeles = build_modeles((collectivite.strate or "") if collectivite else "")
    # Dans le même onglet : un lien écrit en Markdown en ouvrirait un autre.
    liens = " · ".join(build_lien_page(f"explorer?{requete}", titre) for titre, requete in modeles.items())
    st.html(f"<p>Pour commencer\u202f: {liens}</p>")


def select_vue() -> Composee:
    """Les choix, puis la vue ; une phrase à sa place si elle est refusée."""
    select_choix()
    admises = list_admises(load_catalogue(), porte.list_territoires(), depot.build_is_lieu(porte.get_gate()))
    demande = read_demande(state.read_adresse(admises))
    if phrase := explain_impossible(load_catalogue(), demande.selection):
        render_message(phrase)
    try:
        return Composee(demande, load_explorer(porte.get_gate(), demande))
    except ExplorationRefusee as erreur:
        render_message(str(erreur))
        return Composee(demande)


def render_a_retenir(composee: Composee) -> None:
    """Ce que contiendra le fichier, avant de le demander."""
    vue = composee.vue
    st.markdown(vue.phrase if vue else "Cette vue ne peut pas être composée.")
    for message in vue.messages if vue else ():
        render_message(message)


def render_apercu(composee: Composee) -> None:
    """Cinquante lignes à la fois : le reste ne part jamais au navigateur."""
    vue = composee.pleine
    if vue is None:
        return
    numero = _read_page(vue)
    page = translate_bornes(vue.get_page(numero))
    if composee.demande.forme == "longue":
        # Une colonne toute vide (la période d'une réponse) n'apprend rien à l'écran.
        page = page[[c for c in LONGUE if page[c].notna().any() and page[c].ne("").any()]]
    else:
        page = page.rename(columns=build_titres(vue.indicateurs))
    with st.container(key="apercu"):
        render_tableau(page, f"Aperçu\u202f: {vue.champ}", simulee=vue.provenance.simulee)
    bases = vue.explain_bases(numero)
    lire = f"Se lisent parmi certaines\u202f: {bases}." if bases else ""
    for legende in filter(None, (explain_marques(page), lire)):
        render_html(f'<p class="baro-legende">{texte(legende)}</p>')
    if vue.pages > 1:
        _render_pages(vue, numero)


def explain_marques(page: pd.DataFrame) -> str:
    """« [c] confidentiel… » pour les seules marques montrées : un fichier les explique, l'aperçu aussi."""
    return " ".join(
        f"{marque} {sens}" for marque, sens in LEGENDE_MARQUES if page.isin([marque]).any(axis=None)
    )


def _read_page(vue: VueExplorer) -> int:
    demandee = state.read_adresse({"page": str.isdecimal}).get("page")
    return min(max(int(demandee), 1), vue.pages)


def _render_pages(vue: VueExplorer, numero: int) -> None:
    debut, total = (numero - 1) * PAGE + 1, len(vue.fichier)
    with st.container(horizontal=True, vertical_alignment="center", key="pages"):
        for libelle, autre in (("Lignes précédentes", numero - 1), ("Lignes suivantes", numero + 1)):
            st.button(
                libelle,
                key=f"page-{libelle}",
                disabled=not 1 <= autre <= vue.pages,
                on_click=state.write_valeur,
                args=("page", str(autre), "1"),
            )
        st.caption(f"Lignes {debut} à {min(debut + PAGE - 1, total)} sur {format_nombre(total)}.")


def render_graphique(composee: Composee) -> None:
    """Le graphique que propose la forme de la vue."""
    if composee.pleine is not None:
        render_figure(composee.pleine, composee.demande)


def render_fichiers(composee: Composee) -> None:
    """Un bouton par format, un lien qui se suit pour une grande vue."""
    if composee.pleine is not None:
        explorer_fichiers.render_fichiers(composee.pleine, composee.demande)


def render_exacts(composee: Composee) -> None:
    """Les mêmes cellules sans seuil ni bruit, à qui a le droit nominatif."""
    if composee.pleine is not None and porte.get_portee().nominatif:
        explorer_fichiers.render_exacts(composee.pleine, composee.demande)


def render_garder(composee: Composee) -> None:
    """Nommer la vue, la garder, rouvrir celles que l'on a gardées."""
    vues_gardees.render_garder(build_requete(composee.demande, state.get_version_demandee()))


def render_reproduire(composee: Composee) -> None:
    """La même vue par la commande, l'API, Python et R."""
    if composee.pleine is not None:
        render_depliant(
            "Refaire cette vue ailleurs", partial(_render_recettes, composee.demande), cle="refaire"
        )


def _render_recettes(demande: DemandeExplorer) -> None:
    version = porte.get_version()
    requete = build_requete(demande, version.version_id)
    for recette in list_recettes(requete, version, read_reglages().adresse):
        st.markdown(f"**{recette.titre}**")
        st.code(recette.texte, language=recette.langage, wrap_lines=True)
