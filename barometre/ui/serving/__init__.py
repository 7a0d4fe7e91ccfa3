"""Ce que le serveur répond hors de Streamlit : santé, fichiers du navigateur, en-têtes, langue."""

from __future__ import annotations

import gc
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from threading import Thread

from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.routing import BaseRoute, Mount

from barometre.access.oidc import Client
from barometre.access.oidc.fournisseur import Fournisseur
from barometre.access.registre import get_registre
from barometre.access.reglages import read_reglages
from barometre.api.application import RACINE, build_api
from barometre.assemblage import depot, memoire
from barometre.assemblage.calendrier import set_calendrier_garde
from barometre.ui import chauffe
from barometre.ui.navigation import list_adresses, list_pages
from barometre.ui.serving import exports_longs, fichiers, figures, images, metriques, routes
from barometre.ui.serving.apercu import build_balises
from barometre.ui.serving.avance import GRAPHIQUE, build_avance, list_fichiers
from barometre.ui.serving.charte import set_charte_gardee
from barometre.ui.serving.compression import CompressedStatic, compress_first
from barometre.ui.serving.connexion import Connexion
from barometre.ui.serving.document import FrenchDocument
from barometre.ui.serving.fermeture import ClosedPaths, FrenchRefusals, LocalHosts
from barometre.ui.serving.figures import FiguresSeules
from barometre.ui.serving.headers import SecurityHeaders
from barometre.ui.serving.journaux import CHAUFFE, set_journaux
from barometre.ui.serving.ouverture import check_ouverture
from barometre.ui.serving.rendue import drop_libere, set_rendue
from barometre.ui.serving.travaux import ATELIER

# Objets nés entre deux passages du ramasse-miettes, et passages entre générations (d’origine : 700, 10, 10) :
# un affichage en crée des dizaines de milliers, presque tous libérés sans lui.
SEUILS = (50_000, 20, 50)
METRIQUES = metriques.Metriques(memoire.count_octets)


def build_routes() -> list[BaseRoute]:
    """Les adresses de l'application, à côté de celles de Streamlit."""
    reglages = check_ouverture()
    ouvertes = [
        *routes.build_routes(depot.read_active_version),
        *images.build_routes(),
        *figures.build_routes(),
        *fichiers.build_routes(),
        metriques.build_route(METRIQUES, reglages.jeton_metriques),
        *exports_longs.build_routes(),
        # L'API n'a qu'une portée, quel que soit l'appelant : celle du public.
        Mount(RACINE, build_api(depot.open_gate_publique)),
    ]
    if not reglages.has_connexion:
        return ouvertes
    client = Client(reglages, Fournisseur(reglages.emetteur))
    return [*ouvertes, *Connexion(client, get_registre, _is_page).build_routes()]


@asynccontextmanager
async def warm_up(_: object) -> AsyncGenerator[None]:
    """Au démarrage, à part : recherche, accueil, thèmes, fichiers compressés ; à la fin, les exports."""
    set_rendue()
    set_charte_gardee()
    set_journaux()
    set_calendrier_garde()
    graphiques = [f"/static/js/{nom}" for nom in list_fichiers(GRAPHIQUE)]
    Thread(target=_warm_and_settle, name=CHAUFFE, daemon=True).start()
    Thread(target=compress_first, args=(graphiques,), daemon=True).start()
    yield
    ATELIER.close()


def _warm_and_settle() -> None:
    """Ce qui est prêt ne meurt plus : le ramasse-miettes n'a plus à le relire.

    Un passage complet sur les vues gardées tenait l'interpréteur 300 à 680 ms, tous lecteurs arrêtés.
    """
    chauffe.warm_up()
    gc.collect()
    drop_libere()
    gc.freeze()
    gc.set_threshold(*SEUILS)


def build_middleware() -> list[Middleware]:
    """Le premier enveloppe les autres : les en-têtes couvrent aussi le document réécrit."""
    reglages = read_reglages()
    # Un hôte inventé (en-tête Host) ne reçoit rien, pas même une page d'erreur à nous.
    hotes = (
        Middleware(TrustedHostMiddleware, allowed_hosts=reglages.hotes)
        if reglages.hotes
        else Middleware(LocalHosts, adresse=reglages.adresse)
    )
    return [
        Middleware(metriques.Measures, metriques=METRIQUES),
        Middleware(SecurityHeaders, https=reglages.adresse.startswith("https://"), cadres=reglages.cadres),
        hotes,
        Middleware(ClosedPaths),
        Middleware(FrenchRefusals),
        Middleware(CompressedStatic),
        Middleware(FiguresSeules, is_page=_is_page),
        Middleware(FrenchDocument, is_page=_is_page, build_avance=_build_avance, build_apercu=build_balises),
    ]


def _is_page(chemin: str) -> bool:
    return chemin.strip("/") in list_adresses()


def _build_avance(chemin: str, requete: str) -> str:
    """Le pilotage s'ouvre sur des graphiques, la carte sur une carte ; un thème, sur du HTML seul."""
    adresse = chemin.strip("/")
    page = next((p for p in list_pages() if p.adresse == adresse), None)
    graphiques = page is not None and page.groupe == "Piloter"
    return build_avance(graphiques=graphiques, carte=adresse == "carte", requete=requete)
