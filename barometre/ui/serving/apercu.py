"""L'aperçu d'un lien collé dans un message : titre, phrase et image, en balises Open Graph.

Un robot de messagerie n'exécute pas Streamlit : il lit le document. Un navigateur, qui dit qu'il navigue
(`Sec-Fetch-Dest`), n'en a pas l'usage et n'attend rien. Le texte libre d'une adresse (le nom d'une vue) n'y
entre pas : il passerait pour le nôtre.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from html import escape

from starlette.requests import Request

from barometre.access import Gate
from barometre.access.reglages import read_reglages
from barometre.assemblage import depot
from barometre.assemblage.figure_seule import build_requete, load_figure_seule
from barometre.domain.provenance import AVERTISSEMENT_SIMULATION
from barometre.ui.navigation import list_pages
from barometre.ui.serving.document import TITRE
from barometre.ui.serving.figures import RACINE
from barometre.views.lecture.address import read_query
from barometre.warehouse.engine import EntrepotError

DESCRIPTION = "Où en sont les collectivités dans leur transformation numérique ?"
NAVIGATION = "document"
SIGNES = 300  # une messagerie coupe au-delà

journal = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Apercu:
    """Ce qu'une messagerie montre d'un lien ; `image` : ce qu'elle dit, vide s'il n'y en a pas."""

    titre: str
    phrase: str
    image: str = ""


def build_balises(requete: Request) -> str:
    """Les balises de l'adresse demandée ; vides pour un navigateur, ou si les données ne répondent pas."""
    if requete.headers.get("sec-fetch-dest") == NAVIGATION:
        return ""
    page = requete.url.path.strip("/")
    try:
        apercu = load_apercu(page, requete.url.query)
    except EntrepotError:
        journal.warning("Aperçu de lien sans données", exc_info=True)
        return ""
    return write_balises(apercu, get_service(requete), page, build_requete(requete.url.query))


def load_apercu(page: str, requete: str) -> Apercu:
    """L'aperçu d'une adresse, par la porte du public, à la version qu'elle nomme si elle est gardée."""
    adresse = read_query(requete)
    demandee = adresse.get("version")
    gate = depot.open_gate_publique(demandee if depot.is_gardee(demandee) else "")
    figure = load_figure_seule(gate, page, requete)
    if figure is not None:
        alt = figure.alt if figure.has_image else ""
        return Apercu(figure.titre, _warn(figure.phrase, figure.provenance.simulee), alt)
    titre = next((p.titre for p in list_pages() if p.adresse == page and page), TITRE)
    lieu = _name_collectivite(gate, adresse.get("collectivite"))
    return Apercu(f"{titre} : {lieu}" if lieu else titre, _warn(DESCRIPTION, gate.get_version().simulee))


def _warn(phrase: str, simulee: bool) -> str:
    return f"{AVERTISSEMENT_SIMULATION} {phrase}" if simulee else phrase


def _name_collectivite(gate: Gate, collectivite_id: str) -> str:
    trouvee = gate.get_collectivite(collectivite_id) if collectivite_id else None
    return trouvee.nom if trouvee else ""


def get_service(requete: Request) -> str:
    """L'adresse publique réglée par l'opérateur, ou celle que le robot a demandée (son hôte est vérifié)."""
    return read_reglages().adresse or f"{requete.url.scheme}://{requete.url.netloc}"


def write_balises(apercu: Apercu, service: str, page: str, requete: str) -> str:
    """Les balises, échappées ; l'image est à l'adresse de la même vue."""
    suite = f"?{requete}" if requete else ""
    proprietes = {
        "og:type": "website",
        "og:locale": "fr_FR",
        "og:site_name": TITRE,
        "og:title": apercu.titre,
        "og:description": _cut(apercu.phrase),
        "og:url": f"{service}/{page}{suite}",
    }
    if apercu.image:
        proprietes["og:image"] = f"{service}{RACINE}/{page}.png{suite}"
        proprietes["og:image:type"] = "image/png"
        proprietes["og:image:alt"] = _cut(apercu.image)
    carte = "summary_large_image" if apercu.image else "summary"
    balises = "".join(f'<meta property="{nom}" content="{escape(v)}" />' for nom, v in proprietes.items())
    return f'{balises}<meta name="twitter:card" content="{carte}" />'


def _cut(phrase: str) -> str:
    return phrase if len(phrase) <= SIGNES else f"{phrase[: SIGNES - 1].rstrip()}…"
