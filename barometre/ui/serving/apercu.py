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
from barometre.domain.formats import format_date
from barometre.domain.provenance import AVERTISSEMENT_SIMULATION
from barometre.ui.navigation import list_pages
from barometre.ui.serving.document import TITRE
from barometre.ui.serving.figures import RACINE
from barometre.views.lecture.address import build_query, read_query
from barometre.warehouse.engine import EntrepotError

DESCRIPTION = "Où en sont les collectivités dans leur transformation numérique ?"
NAVIGATION = "document"
LIBRES = frozenset({"nom", "recherche"})
DISPARUE = "La version de ce lien n’est plus gardée : voici celle en service."
SIGNES = 300  # une messagerie coupe au-delà

journal = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Apercu:
    """Ce qu'une messagerie montre d'un lien ; `image` : ce qu'elle dit, vide s'il n'y en a pas.

    `requete_image` : celle de l'image, qui n'est pas celle du lien quand il nomme une version disparue.
    """

    titre: str
    phrase: str
    image: str = ""
    requete_image: str = ""


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
    return write_balises(apercu, get_service(requete), page, _build_lien(requete.url.query))


def _build_lien(requete: str) -> str:
    """L'adresse du lien, sans texte libre : une messagerie l'ouvre à la place de celle qu'on a collée."""
    lues = read_query(requete).valeurs
    return build_query({nom: valeur for nom, valeur in lues.items() if nom not in LIBRES})


def load_apercu(page: str, requete: str) -> Apercu:
    """L'aperçu d'une adresse, par la porte du public, à la version qu'elle nomme si elle est gardée."""
    lisible, version = _read_lisible(requete)
    adresse = read_query(lisible)
    gate = depot.open_gate_publique(adresse.get("version"))
    figure = load_figure_seule(gate, page, lisible)
    if figure is not None:
        alt = figure.alt if figure.has_image else ""
        phrase = _warn(figure.phrase, version, simulee=figure.provenance.simulee)
        return Apercu(figure.titre, phrase, alt, build_requete(lisible))
    titre = next((p.titre for p in list_pages() if p.adresse == page and page), TITRE)
    lieu = _name_collectivite(gate, adresse.get("collectivite"))
    phrase = _warn(DESCRIPTION, version, simulee=gate.get_version().simulee)
    return Apercu(f"{titre} : {lieu}" if lieu else titre, phrase)


def _read_lisible(requete: str) -> tuple[str, str]:
    """La requête qui se lit encore, sans une version disparue, et ce qu'il faut dire de celle du lien."""
    lues = read_query(requete).valeurs
    demandee = str(lues["version"])
    if demandee in ("", depot.get_version_id()):
        return requete, ""
    if depot.is_gardee(demandee):
        date = format_date(depot.get_version(demandee).creee_le)
        return requete, f"Version du {date}, qui n’est plus celle en service."
    return build_query(dict(lues) | {"version": ""}), DISPARUE


def _warn(phrase: str, version: str, *, simulee: bool) -> str:
    """Ce qu'il faut savoir d'abord : une messagerie coupe la fin."""
    return " ".join(filter(None, (AVERTISSEMENT_SIMULATION if simulee else "", version, phrase)))


def _name_collectivite(gate: Gate, collectivite_id: str) -> str:
    trouvee = gate.get_collectivite(collectivite_id) if collectivite_id else None
    return trouvee.nom if trouvee else ""


def get_service(requete: Request) -> str:
    """L'adresse publique réglée par l'opérateur, ou celle que le robot a demandée (son hôte est vérifié)."""
    return read_reglages().adresse or f"{requete.url.scheme}://{requete.url.netloc}"


def write_balises(apercu: Apercu, service: str, page: str, requete: str) -> str:
    """Les balises, échappées ; l'image est à l'adresse de la même vue."""
    suite, suite_image = (f"?{r}" if r else "" for r in (requete, apercu.requete_image))
    proprietes = {
        "og:type": "website",
        "og:locale": "fr_FR",
        "og:site_name": TITRE,
        "og:title": apercu.titre,
        "og:description": _cut(apercu.phrase),
        "og:url": f"{service}/{page}{suite}",
    }
    if apercu.image:
        proprietes["og:image"] = f"{service}{RACINE}/{page}.png{suite_image}"
        proprietes["og:image:type"] = "image/png"
        proprietes["og:image:alt"] = _cut(apercu.image)
    carte = "summary_large_image" if apercu.image else "summary"
    balises = "".join(f'<meta property="{nom}" content="{escape(v)}" />' for nom, v in proprietes.items())
    return f'{balises}<meta name="twitter:card" content="{carte}" />'


def _cut(phrase: str) -> str:
    return phrase if len(phrase) <= SIGNES else f"{phrase[: SIGNES - 1].rstrip()}…"
