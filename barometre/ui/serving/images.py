"""L'image d'une carte, à l'écran ou sur le papier : demandée quand elle va servir, faite par la même porte.

La page n'en contient que l'adresse : le navigateur la demande quand elle approche de l'écran (`loading=lazy`)
ou, cachée derrière une carte interactive, au moment d'imprimer (Chromium et Firefox). L'adresse est un jeton
signé, qui vaut pour la portée du lecteur à qui la page a été rendue : rien n'y est deviné ni choisi, et tout
processus qui partage le secret (`BAROMETRE_SECRET`) le relit.
Celle d'une personne connectée se vérifie à chaque demande : le jeton meurt avec sa session et avec son droit.
"""

from __future__ import annotations

import logging
from dataclasses import astuple, dataclass
from threading import Lock, Semaphore, Timer

from cachetools import LRUCache, TTLCache
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from barometre.access.erreurs import RegistreError
from barometre.access.jetons import build_jeton, read_jeton
from barometre.access.lecteur import Lecteur, read_lecteur
from barometre.access.registre import get_registre
from barometre.assemblage import carte_gardee as assemblage_carte
from barometre.assemblage import depot
from barometre.assemblage.carte_gardee import Dessin
from barometre.domain.portee import PUBLIC, Portee
from barometre.ui import porte
from barometre.ui.visiteur import COOKIE, PERSONNE, get_lecteur
from barometre.views.carte.vue_carte import ChoixCarte
from barometre.views.lecture.selection import Selection
from barometre.warehouse.engine import EntrepotError

USAGE = "image"
# Une page ouverte depuis plus longtemps est à recharger.
DUREE = 4 * 3600.0
GARDEES = 2_000
# Les dernières images faites (un dixième à un quart de Mo chacune).
FAITES = 300
# Un navigateur qui imprime attend une image une à deux secondes. Celle de toutes les communes en demande
# autant : elle est faite d'avance, une à la fois, quand la page a fini d'arriver.
ATTENTE = 6.0

# Gardée par le navigateur, une image privée survivrait à la session.
CACHE, CACHE_PRIVEE = "private, max-age=600", "private, no-store"

journal = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Image:
    """Ce qu'il faut pour refaire l'image : qui la voit, sur quelles données, laquelle.

    `session` : le condensé de celle où elle a été montrée, vide pour le public et pour une portée prêtée par
    la démonstration. Le compte n'y est pas : signé n'est pas chiffré, et la session le dit.
    """

    portee: Portee
    version_id: str
    choix: tuple[ChoixCarte, ...]
    dessin: Dessin
    rang: int
    session: str = ""
    # sur le fond de l'écran sombre
    sombre: bool = False

    @property
    def is_privee(self) -> bool:
        """Vrai si elle ne vaut que pour la session d'une personne qui a gardé son droit."""
        return bool(self.session) and self.portee != PUBLIC


class Jetons:
    """Les images demandables : un jeton chacune, gardé pour que l'adresse reste d'un affichage à l'autre.

    Le jeton dit toute l'image : oubliée ici, ou montrée par un autre processus, elle se relit de lui.
    """

    def __init__(self, gardees: int = GARDEES, duree: float = DUREE) -> None:
        self._duree = duree
        self._jetons: TTLCache[Image, str] = TTLCache(gardees, duree)
        self._images: TTLCache[str, Image] = TTLCache(gardees, duree)
        self._verrou = Lock()

    def add(self, image: Image) -> str:
        """Le jeton de cette image, le même tant qu'on la montre."""
        with self._verrou:
            jeton = self._jetons.get(image) or build_jeton(USAGE, astuple(image))
            self._jetons[image] = jeton
            self._images[jeton] = image
            return jeton

    def get(self, jeton: str) -> Image | None:
        """L'image d'un jeton, ou None s'il n'est pas de nous, ou plus."""
        with self._verrou:
            gardee = self._images.get(jeton)
        return gardee or read_image(jeton, self._duree)


def read_image(jeton: str, duree: float = DUREE) -> Image | None:
    """L'image que dit un jeton de n'importe lequel de nos processus, ou None : altéré, périmé."""
    contenu = read_jeton(USAGE, jeton, int(duree))
    if contenu is None:
        return None
    portee, version_id, choix, dessin, rang, session, sombre = contenu
    cartes = tuple(
        ChoixCarte(indicateur, theme, niveau, Selection(*selection), depuis)
        for indicateur, theme, niveau, selection, depuis in choix
    )
    return Image(Portee(*portee), version_id, cartes, Dessin(*dessin), rang, session, sombre)


class Atelier:
    """Fait les images et garde les dernières ; une seule se prépare d'avance à la fois."""

    def __init__(self, jetons: Jetons, faites: int = FAITES) -> None:
        self.jetons = jetons
        self._faites: LRUCache[str, bytes] = LRUCache(faites)
        self._verrou, self._place = Lock(), Semaphore(1)

    def get(self, jeton: str, lecteur: Lecteur = PERSONNE) -> bytes | None:
        """Les octets de l'image, ou None si le jeton ne vaut rien, ou plus, pour ce lecteur.

        Une image privée n'est jamais gardée : la porte la refait, et le journal s'écrit, à chaque demande.
        """
        image = self.jetons.get(jeton)
        if image is None:
            return None
        if image.is_privee:
            return _build(image, lecteur.compte) if can_see(lecteur, image) else None
        with self._verrou:
            octets = self._faites.get(jeton)
        if octets is None:
            octets = _build(image)
            with self._verrou:
                self._faites[jeton] = octets
        return octets

    def prepare(self, jeton: str, attente: float = ATTENTE) -> None:
        """Fait l'image un peu plus tard, sauf si elle l'est, ou si une autre se prépare."""
        image = self.jetons.get(jeton)
        with self._verrou:
            faite = jeton in self._faites or image is None or image.is_privee
        if not faite and self._place.acquire(blocking=False):
            minuterie = Timer(attente, self._prepare, (jeton,))
            minuterie.daemon = True
            minuterie.start()

    def _prepare(self, jeton: str) -> None:
        try:
            self.get(jeton)
        except Exception:
            # Personne n'attend cette image : l'impression la refera et dira ce qui ne va pas.
            journal.warning("Image à imprimer non préparée", exc_info=True)
        finally:
            self._place.release()


ATELIER = Atelier(Jetons())


def get_adresse(choix: tuple[ChoixCarte, ...], dessin: Dessin, rang: int, *, sombre: bool = False) -> str:
    """L'adresse de l'image, pour ce lecteur et ces données."""
    gate = porte.get_gate()
    dessin = assemblage_carte.get_date_contours(dessin)
    session = get_lecteur().session if gate.compte else ""
    image = Image(gate.portee, gate.version_id, choix, dessin, rang, session, sombre)
    jeton = ATELIER.jetons.add(image)
    if choix[rang].niveau == "commune" and not sombre:
        ATELIER.prepare(jeton)
    return f"images/{jeton}.png"


async def image(requete: Request) -> Response:
    """L'image d'un jeton ; 404 pour tout autre, et pour une session finie ou un droit retiré."""
    jeton = requete.path_params["jeton"]
    try:
        octets = await run_in_threadpool(_read, jeton, requete.cookies.get(COOKIE, ""))
    except EntrepotError as erreur:
        # La version n'est plus là : la page est à recharger.
        raise HTTPException(404) from erreur
    except RegistreError as erreur:
        # Le journal ne s'écrit pas : une carte de qui a répondu ne part pas.
        return PlainTextResponse(str(erreur), 503, headers={"Cache-Control": "no-store"})
    if octets is None:
        raise HTTPException(404)
    return Response(octets, media_type="image/png", headers={"Cache-Control": _get_cache(jeton)})


def _get_cache(jeton: str) -> str:
    image = ATELIER.jetons.get(jeton)
    return CACHE if image is not None and not image.is_privee else CACHE_PRIVEE


def _read(jeton: str, session: str) -> bytes | None:
    octets, faite = ATELIER.get(jeton, read_lecteur(get_registre, session)), ATELIER.jetons.get(jeton)
    if octets is None or faite is None or not faite.is_privee:
        return octets
    # Faite en une seconde ou deux : le droit retiré pendant ce temps la retient.
    return octets if can_see(read_lecteur(get_registre, session), faite) else None


def can_see(lecteur: Lecteur, image: Image) -> bool:
    """Vrai si c'est dans cette session que l'image a été montrée, sur les données en service, et si elle a
    encore ce droit : un périmètre change avec la version.
    """
    return (
        image.version_id == depot.get_version_id()
        and lecteur.session == image.session
        and image.portee in lecteur.droits.values()
        and not lecteur.a_renforcer
    )


def _build(image: Image, compte: str = "") -> bytes:
    gate = depot.build_gate(image.portee, image.version_id, compte)
    return assemblage_carte.build_image_carte(
        gate, image.choix, image.dessin, image.rang, sombre=image.sombre
    )


def build_routes() -> list[BaseRoute]:
    """L'adresse des images à imprimer."""
    return [Route("/images/{jeton}.png", image)]
