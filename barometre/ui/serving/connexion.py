"""Se connecter, revenir, se déconnecter : quatre adresses à nous, hors de Streamlit.

Le jeton de session n'est que dans un cookie `__Host-` que le navigateur n'envoie qu'à nous, en https, et
qu'aucun script ne lit. Rien de ce que le fournisseur ou l'adresse écrivent n'est recopié dans une page.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from barometre.access.erreurs import PANNES
from barometre.access.oidc import Client, ConnexionRefusee, FournisseurIndisponible
from barometre.access.oidc.client import CHEMIN_RETOUR, CHEMIN_SORTIE
from barometre.access.registre import Registre
from barometre.access.sessions import DUREE, OCTETS
from barometre.ui.serving.phrases import build_phrase
from barometre.ui.serving.retour import read_page
from barometre.ui.visiteur import COOKIE

COOKIE_DEPART = "__Host-barometre-depart"
DEPART_SECONDES = 600
# Le navigateur dit d'où vient un clic : une page d'un autre site ne déconnecte personne.
VENUES_ADMISES = frozenset({"same-origin", "none"})
PERIMEE = (
    "Cette connexion n'est plus valable : elle a déjà servi, a trop attendu ou vient d'un autre navigateur. "
    "Recommencez depuis « Se connecter »."
)
DETOURNEE = "La déconnexion ne se demande que depuis le baromètre. Ouvrez-le, puis « Se déconnecter »."
PANNE_REGISTRE = (
    "Le service des accès ne répond pas. Les pages publiques restent ouvertes ; réessayez bientôt."
)

journal = logging.getLogger(__name__)
Traitement = Callable[[Request], Response]


class Connexion:
    """Les adresses de connexion, sur un client OIDC et un registre."""

    def __init__(
        self, client: Client, ouvrir: Callable[[], Registre], is_page: Callable[[str], bool]
    ) -> None:
        self._client, self._ouvrir, self._is_page = client, ouvrir, is_page

    def build_routes(self) -> list[BaseRoute]:
        """Une fonction ordinaire : Starlette la joue dans un fil à part."""
        return [
            Route("/connexion", _guard(self.start), methods=["GET"]),
            Route(CHEMIN_RETOUR, _guard(self.finish), methods=["GET"]),
            Route("/deconnexion", _guard(self.leave), methods=["GET"]),
            Route(CHEMIN_SORTIE, _guard(self.come_home), methods=["GET"]),
        ]

    def start(self, requete: Request) -> Response:
        """Envoie le navigateur chez ProConnect ; `renforcer=1` demande deux facteurs."""
        navigateur = requete.cookies.get(COOKIE_DEPART, "") or secrets.token_urlsafe(OCTETS)
        renforcee = requete.query_params.get("renforcer") == "1"
        page = read_page(requete.query_params.get("retour", ""), self._is_page)
        depart = self._ouvrir().connexions.start(navigateur, page, renforcee=renforcee)
        reponse = _redirect(self._client.build_depart(depart, renforcee=renforcee))
        _set_cookie(reponse, COOKIE_DEPART, navigateur, DEPART_SECONDES)
        return reponse

    def finish(self, requete: Request) -> Response:
        """Vérifie le retour, ouvre une session neuve, rend la page quittée."""
        registre, ancien = self._ouvrir(), requete.cookies.get(COOKIE, "")
        navigateur = requete.cookies.get(COOKIE_DEPART, "")
        attente = registre.connexions.take(requete.query_params.get("state", ""), navigateur)
        if attente is None:
            # Bouton « retour », double clic : qui est déjà connecté l'est toujours.
            return _redirect("/") if registre.sessions.get(ancien) else _render(PERIMEE, 400)
        retour = self._client.read_retour(_read_single(requete), attente)
        compte = registre.comptes.recognize(retour.identite)
        registre.journaliser("connexion", compte, compte=compte, detail=retour.niveau)
        jeton = registre.sessions.open(compte, retour.niveau, retour.id_token, ancien)
        reponse = _redirect(attente.retour)
        _set_cookie(reponse, COOKIE, jeton, int(DUREE.total_seconds()))
        return reponse

    def leave(self, requete: Request) -> Response:
        """Ferme la session ici, puis chez ProConnect ; s'il ne répond pas, ici du moins."""
        if requete.headers.get("sec-fetch-site", "none") not in VENUES_ADMISES:
            return _render(DETOURNEE, 403)
        id_token = self._ouvrir().sessions.close(requete.cookies.get(COOKIE, ""))
        try:
            reponse = _redirect(self._client.build_sortie(id_token) if id_token else "/")
        except FournisseurIndisponible as erreur:
            journal.warning("Déconnexion sans le fournisseur : %s", erreur.cause)
            reponse = _redirect("/")
        return _forget(reponse)

    def come_home(self, _: Request) -> Response:
        """Retour de la déconnexion : l'accueil."""
        return _forget(_redirect("/"))


def _read_single(requete: Request) -> dict[str, str]:
    """Les paramètres du retour ; un paramètre donné deux fois est une tentative de confusion."""
    paires = requete.query_params.multi_items()
    if len({nom for nom, _ in paires}) != len(paires):
        raise ConnexionRefusee("paramètre en double")
    return dict(paires)


def _guard(traitement: Traitement) -> Traitement:
    """Toute panne devient une page en français ; la cause va au journal technique, sans jeton."""

    def guarded(requete: Request) -> Response:
        try:
            return traitement(requete)
        except ConnexionRefusee as erreur:
            journal.warning("Connexion refusée : %s", erreur.cause)
            return _render(str(erreur), 400)
        except FournisseurIndisponible as erreur:
            journal.warning("Fournisseur d'identité : %s", erreur.cause)
            return _render(str(erreur), 503)
        except PANNES as erreur:
            # Le texte d'une erreur SQL contient les valeurs : on n'en garde que le nom.
            journal.error("Registre des accès : %s", type(erreur).__name__)
            return _render(PANNE_REGISTRE, 503)

    return guarded


def _redirect(adresse: str) -> Response:
    reponse = RedirectResponse(adresse, status_code=303)
    reponse.headers["Cache-Control"] = "no-store"
    return reponse


def _set_cookie(reponse: Response, nom: str, valeur: str, secondes: int) -> None:
    reponse.set_cookie(nom, valeur, max_age=secondes, path="/", secure=True, httponly=True, samesite="lax")


def _forget(reponse: Response) -> Response:
    reponse.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")
    return reponse


def _render(phrase: str, statut: int) -> Response:
    return build_phrase("Connexion", "Vous n’êtes pas connecté·e", phrase, statut)
