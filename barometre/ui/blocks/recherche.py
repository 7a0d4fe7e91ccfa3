"""« Trouver ma collectivité » : un nom ou un code, puis les résultats en liens. Le même bloc partout.

Entrée valide le texte, Tab mène aux résultats, Entrée ouvre le premier. La liste des collectivités ne
quitte pas le serveur : seuls les résultats arrivent dans la page.
"""

from __future__ import annotations

import streamlit as st

from barometre.access import Trouvaille
from barometre.domain.formats import format_compte, format_guillemets
from barometre.ui import navigation, porte, selectors, state
from barometre.ui.blocks.messages import render_message
from barometre.ui.blocks.paroles import apply_lecteur, render_html
from barometre.views.collectivite.trouver import RESULTATS, describe_trouvaille

FICHE = "fiche"
AIDE = (
    "Le nom, même sans accents ni tirets, un code postal, un code INSEE ou un SIREN. "
    "Une ancienne commune mène à celle d’aujourd’hui."
)
# Ce qu'un changement de collectivité garde de l'adresse : le thème et la façon de se comparer.
GARDEES = ("theme", "pairs")


def render_recherche(page: str = FICHE) -> None:
    """Le champ, puis un lien par résultat vers la page donnée."""
    demande = selectors.select_text(
        "recherche",
        apply_lecteur("Trouver ma collectivité"),
        invite="Nom, code postal, code INSEE ou SIREN",
        aide=AIDE,
    )
    if not demande:
        return
    trouvailles = porte.get_gate().search(demande, RESULTATS)
    hors_champ = porte.get_gate().describe_hors_champ(demande)
    if hors_champ:
        render_message(hors_champ)
    elif not trouvailles:
        render_message(
            f"Aucune collectivité ne répond à {format_guillemets(demande)}. "
            "Essayez le nom entier, ou le code postal."
        )
    if trouvailles:
        _render_resultats(trouvailles, page)


def _render_resultats(trouvailles: list[Trouvaille], page: str) -> None:
    suite = " : choisissez la vôtre" if len(trouvailles) > 1 else ""
    plus = " (les plus proches ; précisez pour en voir d’autres)" if len(trouvailles) == RESULTATS else ""
    with st.container(key="resultats", gap="xsmall"):
        compte = format_compte(len(trouvailles), "résultat")
        render_html(f'<p class="baro-legende" role="status">{compte}{plus}{suite}.</p>')
        for trouvaille in trouvailles:
            st.page_link(
                navigation.get_page(page),
                label=_echapper(describe_trouvaille(trouvaille)),
                query_params={"collectivite": trouvaille.collectivite_id, **_read_gardees()},
            )


def _read_gardees() -> dict[str, str]:
    adresse = state.read_adresse()
    return {nom: adresse.get(nom) for nom in GARDEES if nom in st.query_params}


def _echapper(libelle: str) -> str:
    """Le libellé d'un lien est du Markdown : un nom de commune n'y devient pas une mise en forme."""
    return "".join(f"\\{signe}" if signe in r"\`*_[]#~$:<>|" else signe for signe in libelle)
