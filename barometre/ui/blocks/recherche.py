"""« Trouver ma collectivité » : un nom ou un code, les résultats, la carte d'identité sur place."""

from __future__ import annotations

import streamlit as st

from barometre.ui import cache, selectors, state
from barometre.ui.blocks.textes import texte
from barometre.ui.vues_pages import load_identite
from barometre.views.identite import Identite
from barometre.warehouse.search import Trouvaille

AIDE = (
    "Le nom, même sans accents ni tirets, un code postal, un code INSEE ou un SIREN. "
    "Une ancienne commune mène à celle d’aujourd’hui."
)
# Assez pour tous les homonymes d'un même nom (douze Sainte-Colombe).
RESULTATS = 15


def render_recherche() -> None:
    """Le champ, les résultats, puis la collectivité choisie."""
    demande = selectors.select_text(
        "recherche", "Trouver ma collectivité", invite="Nom, code postal, code INSEE ou SIREN", aide=AIDE
    )
    if not demande:
        return
    trouvailles = cache.get_gate().search(demande, RESULTATS)
    if not trouvailles:
        st.info(
            f"Aucune collectivité ne répond à «\u202f{demande}\u202f». "
            "Essayez le nom entier, ou le code postal."
        )
        return
    choisie = _choose(trouvailles)
    identite = load_identite(choisie)
    if identite is not None:
        st.html(build_carte_identite(identite))


def _choose(trouvailles: list[Trouvaille]) -> str:
    """Une seule réponse s'ouvre d'elle-même ; plusieurs se choisissent au clavier ou au doigt."""
    options = {t.collectivite_id: _decrire(t) for t in trouvailles}
    if len(options) == 1:
        return next(iter(options))
    widget = "resultats_recherche"
    demandee = state.read_adresse({"collectivite": options}).get("collectivite")
    st.session_state[widget] = demandee if demandee in options else next(iter(options))
    st.radio(
        _count(len(options)),
        list(options),
        format_func=lambda i: options.get(i, i),
        key=widget,
        on_change=_record,
        args=(widget,),
    )
    return str(st.session_state[widget])


def _count(n: int) -> str:
    suite = "\u202f; précisez pour en voir d’autres" if n == RESULTATS else ""
    return f"{n} collectivités répondent à cette recherche{suite}"


def _record(widget: str) -> None:
    state.write_valeur("collectivite", str(st.session_state[widget]), "")


def _decrire(trouvaille: Trouvaille) -> str:
    motif = f" · {trouvaille.motif}" if trouvaille.motif else ""
    return f"{trouvaille.libelle}{motif}"


def build_carte_identite(identite: Identite) -> str:
    """Le HTML de la carte d'identité."""
    faits = "".join(f"<dt>{texte(nom)}</dt><dd>{texte(valeur)}</dd>" for nom, valeur in identite.faits)
    return (
        '<section class="baro-carte" aria-label="Identité de la collectivité">'
        f"<h3>{texte(identite.titre)}</h3>"
        f'<dl class="baro-faits">{faits}</dl></section>'
    )
