"""Parler à un serveur de questionnaires : taille et durée bornées, aucune redirection, des phrases."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import httpx

from barometre.ingest.errors import ImportRefuse
from barometre.ingest.limits import MAX_OCTETS

# En secondes : pour se joindre, entre deux octets, et pour tout ce qu'un import demande à un serveur.
DELAI = httpx.Timeout(30.0, connect=10.0)
DUREE_MAX = 180.0
_BOUCLE = {"localhost", "127.0.0.1", "::1"}
_REFUS = {401: "refuse ces identifiants", 403: "refuse ces identifiants", 404: "ne connaît pas cette adresse"}
_NOM = re.compile(r"[^\w-]+")


@dataclass(frozen=True, slots=True)
class Client:
    """Un serveur, et ce qu'il reste de temps et d'octets à lui accorder."""

    hote: str
    adresse: str
    http: httpx.Client = field(repr=False)
    echeance: float = field(repr=False)
    duree_max: float = DUREE_MAX

    def get(self, chemin: str, **demande: Any) -> bytes:
        """Le contenu d'une adresse sous celle du serveur."""
        return self._ask("GET", self.adresse + chemin, **demande)

    def fetch_json(self, corps: Any, **demande: Any) -> Any:
        """La réponse, en JSON, à une question en JSON."""
        contenu = self._ask("POST", self.adresse, json=corps, **demande)
        try:
            return httpx.Response(200, content=contenu).json()
        except (ValueError, RecursionError) as erreur:
            raise ImportRefuse(
                f"« {self.hote} » n'a pas répondu en JSON : l'adresse est-elle celle de l'interface (API), "
                "et l'interface est-elle ouverte ?"
            ) from erreur

    def _ask(self, methode: str, adresse: str, **demande: Any) -> bytes:
        try:
            with self.http.stream(methode, adresse, **demande) as reponse:
                self._check_status(reponse)
                return b"".join(self._iter_bounded(reponse))
        except httpx.TimeoutException as erreur:
            raise ImportRefuse(
                f"« {self.hote} » n'a pas répondu à temps : recommencez plus tard."
            ) from erreur
        except (httpx.HTTPError, httpx.InvalidURL) as erreur:
            raise ImportRefuse(f"« {self.hote} » n'a pas pu être joint : vérifiez l'adresse.") from erreur

    def _check_status(self, reponse: httpx.Response) -> None:
        if reponse.is_redirect:
            raise ImportRefuse(
                f"« {self.hote} » renvoie vers une autre adresse, qui n'est pas suivie : les identifiants "
                "ne vont qu'à l'adresse donnée. Donnez l'adresse définitive."
            )
        if reponse.is_error:
            sens = _REFUS.get(reponse.status_code, "est en erreur")
            raise ImportRefuse(f"« {self.hote} » {sens} (réponse {reponse.status_code}).")

    def _iter_bounded(self, reponse: httpx.Response) -> Iterator[bytes]:
        recus = 0
        for morceau in reponse.iter_bytes():
            recus += len(morceau)
            if recus > MAX_OCTETS:
                raise ImportRefuse(
                    f"« {self.hote} » envoie plus de {MAX_OCTETS // 2**20} Mo : rien n'est lu."
                )
            if monotonic() > self.echeance:
                raise ImportRefuse(
                    f"« {self.hote} » est trop lent : plus de {self.duree_max:.0f} s, abandon."
                )
            yield morceau


@contextmanager
def open_client(adresse: str, duree_max: float = DUREE_MAX) -> Iterator[Client]:
    """Un serveur à interroger ; en clair seulement sur cette machine, les identifiants partent avec."""
    try:
        url = httpx.URL(adresse)
    except httpx.InvalidURL as erreur:
        raise ImportRefuse(f"« {adresse} » n'est pas une adresse.") from erreur
    if url.scheme != "https" and url.host not in _BOUCLE:
        raise ImportRefuse(
            f"« {url.host} » doit être joint en https : les identifiants partiraient en clair."
        )
    if url.userinfo:
        raise ImportRefuse("N'écrivez pas d'identifiants dans l'adresse : donnez-les par l'environnement.")
    with httpx.Client(timeout=DELAI, follow_redirects=False) as http:
        yield Client(url.host, adresse.rstrip("/"), http, monotonic() + duree_max, duree_max)


def read_secret(variable: str, quoi: str) -> str:
    """L'identifiant que donne l'environnement ; jamais écrit nulle part."""
    valeur = os.environ.get(variable, "").strip()
    if not valeur:
        raise ImportRefuse(f"Donnez {quoi} par la variable d'environnement {variable}.")
    return valeur


def build_nom(outil: str, objet: str, fin: str) -> str:
    """Le nom du fichier reçu : « limesurvey-123456.csv »."""
    return f"{outil}-{_NOM.sub('_', objet)[:80]}.{fin}"
