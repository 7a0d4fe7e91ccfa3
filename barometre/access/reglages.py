"""Les réglages d'un service ouvert : lus de l'environnement, vérifiés avant de démarrer."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from barometre.warehouse.engine import VARIABLE, VARIABLE_PUBLIQUE, is_postgresql

# Un secret plus court se devine ; ProConnect en donne de 64.
SECRET_MIN = 32
CARACTERES_MIN = 12


@dataclass(frozen=True, slots=True)
class Reglages:
    """Vide : la connexion n'est pas offerte, tout lecteur est public."""

    production: bool = False
    adresse: str = ""
    hotes: tuple[str, ...] = ()
    emetteur: str = ""
    client: str = ""
    secret: str = ""
    # Les sites qui peuvent montrer une page dans un cadre ; aucun par défaut.
    cadres: tuple[str, ...] = ()
    # Signe les adresses des fichiers privés ; le même pour tous les processus.
    secret_jetons: str = ""
    # Ce que l'exploitant présente pour lire les compteurs ; vide : personne ne les lit.
    jeton_metriques: str = field(default="", repr=False)
    # L'entrepôt par son propriétaire, et par le rôle qui ne peut lire aucune réponse.
    entrepot: str = ""
    entrepot_public: str = ""

    @property
    def has_connexion(self) -> bool:
        """Vrai si la connexion peut être proposée."""
        return bool(self.adresse and self.emetteur and self.client and self.secret)


def read_reglages(environnement: Mapping[str, str] | None = None) -> Reglages:
    """Les réglages de l'environnement ; hôtes et cadres : des noms séparés par des virgules."""
    lus = os.environ if environnement is None else environnement
    return Reglages(
        production=lus.get("BAROMETRE_PRODUCTION", "") == "1",
        adresse=lus.get("BAROMETRE_ADRESSE", "").rstrip("/"),
        hotes=_split(lus.get("BAROMETRE_HOTES", "")),
        cadres=_split(lus.get("BAROMETRE_CADRES", "")),
        emetteur=lus.get("BAROMETRE_OIDC_EMETTEUR", ""),
        client=lus.get("BAROMETRE_OIDC_CLIENT", ""),
        secret=lus.get("BAROMETRE_OIDC_SECRET", ""),
        secret_jetons=lus.get("BAROMETRE_SECRET", ""),
        jeton_metriques=lus.get("BAROMETRE_METRIQUES", ""),
        entrepot=lus.get(VARIABLE, ""),
        entrepot_public=lus.get(VARIABLE_PUBLIQUE, ""),
    )


def _split(texte: str) -> tuple[str, ...]:
    return tuple(mot for mot in map(str.strip, texte.split(",")) if mot)


def list_defauts(reglages: Reglages) -> list[str]:
    """Ce qui empêche d'ouvrir ce service au public, une phrase chacun ; vide : tout y est."""
    return [
        *_check_adresse(reglages.adresse),
        *_check_hotes(reglages),
        *_check_cadres(reglages.cadres),
        *_check_connexion(reglages),
        *_check_cloison(reglages),
        *_check_secret(
            "BAROMETRE_SECRET",
            "un secret tiré au sort, le même pour tous les processus",
            reglages.secret_jetons,
        ),
        *_check_metriques(reglages.jeton_metriques),
    ]


def _check_adresse(adresse: str) -> list[str]:
    parties = urlsplit(adresse)
    if parties.scheme != "https" or not parties.hostname or parties.path or parties.query:
        return ["BAROMETRE_ADRESSE : donnez l'adresse publique du service, en https et sans chemin."]
    return []


def _check_hotes(reglages: Reglages) -> list[str]:
    if not reglages.hotes:
        return ["BAROMETRE_HOTES : nommez les hôtes admis, séparés par des virgules."]
    if any("*" in hote for hote in reglages.hotes):
        return ["BAROMETRE_HOTES : « * » admettrait n'importe quel hôte ; nommez-les."]
    if urlsplit(reglages.adresse).hostname not in reglages.hotes:
        return ["BAROMETRE_HOTES : l'hôte de BAROMETRE_ADRESSE doit y figurer."]
    return []


def _check_cadres(cadres: tuple[str, ...]) -> list[str]:
    faux = [c for c in cadres if not re.fullmatch(r"https://[A-Za-z0-9.-]+(:\d+)?", c)]
    return (
        [f"BAROMETRE_CADRES : « {', '.join(faux)} » n'est pas un site en https, sans chemin."] if faux else []
    )


def _check_connexion(reglages: Reglages) -> list[str]:
    defauts = []
    if not reglages.emetteur.startswith("https://"):
        defauts.append("BAROMETRE_OIDC_EMETTEUR : donnez l'émetteur ProConnect, en https.")
    if not reglages.client:
        defauts.append("BAROMETRE_OIDC_CLIENT : donnez l'identifiant remis par ProConnect.")
    return defauts + _check_secret("BAROMETRE_OIDC_SECRET", "le secret de ProConnect", reglages.secret)


def _check_cloison(reglages: Reglages) -> list[str]:
    """Un fichier DuckDB n'a pas de rôles ; sur PostgreSQL, le public lit par un compte à lui."""
    if not is_postgresql(reglages.entrepot):
        return []
    proprietaire, public = (urlsplit(a).username for a in (reglages.entrepot, reglages.entrepot_public))
    if not is_postgresql(reglages.entrepot_public) or public == proprietaire:
        return [
            f"{VARIABLE_PUBLIQUE} : donnez l'adresse du même entrepôt par un compte du rôle "
            "barometre_public, qui ne peut lire aucune réponse."
        ]
    return []


def _check_metriques(jeton: str) -> list[str]:
    return _check_secret("BAROMETRE_METRIQUES", "un jeton tiré au sort", jeton) if jeton else []


def _check_secret(variable: str, lequel: str, secret: str) -> list[str]:
    if len(secret) >= SECRET_MIN and len(set(secret)) >= CARACTERES_MIN:
        return []
    return [f"{variable} : donnez {lequel} ({SECRET_MIN} caractères au moins)."]
