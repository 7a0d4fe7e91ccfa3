"""L'entrepôt que lit ce processus, et la porte d'une portée sur une de ses versions."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from threading import Condition

from cachetools import LRUCache, TTLCache, cached
from cachetools.keys import hashkey

from barometre.access import Gate
from barometre.access.avance import Avance
from barometre.access.rangees import Rangees
from barometre.domain.noms import build_cle_tri
from barometre.domain.portee import PUBLIC, Portee
from barometre.domain.version import Version
from barometre.warehouse.engine import VARIABLE_PUBLIQUE, EntrepotError
from barometre.warehouse.repository import Repository, open_repository

VERSIONS_GARDEES = 3
# Vingt-cinq Mo l'une : la version en service, et la précédente que des lecteurs finissent de lire.
RANGEES_GARDEES = 2
POINTEUR_SECONDES = 0.5
# Une version effacée par une construction cesse de répondre dans ce délai.
GARDE_SECONDES, DEMANDEES = 10, 64
# Ce que les données de l'État disent plus finement que le département.
LIEUX = ("commune-", "epci-")


class VersionAbsente(EntrepotError):
    """La version demandée n'est plus gardée, ou ce programme ne sait plus la lire ; une phrase."""

    def __init__(self, demandee: str) -> None:
        super().__init__(
            f"La version « {demandee} » n'est plus gardée : ôtez « version » de l'adresse pour lire celle "
            "en service."
        )


@cache
def open_depot() -> Repository:
    """Un seul dépôt par processus : il suit de lui-même la version mise en service."""
    return open_repository()


@cached(LRUCache(VERSIONS_GARDEES), condition=Condition())
def _depot_at(version_id: str) -> Repository:
    return open_depot().at(version_id)


@cache
def open_depot_public() -> Repository:
    """Le dépôt des lectures publiques : un rôle PostgreSQL sans droit aux réponses, s'il y en a un."""
    adresse = os.environ.get(VARIABLE_PUBLIQUE, "")
    return open_repository(adresse) if adresse else open_depot()


@cached(LRUCache(VERSIONS_GARDEES), condition=Condition())
def _depot_public_at(version_id: str) -> Repository:
    public = open_depot_public()
    return _depot_at(version_id) if public is open_depot() else public.at(version_id)


@cached(TTLCache(1, ttl=POINTEUR_SECONDES), condition=Condition())
def get_version_id() -> str:
    """La version en service : une page la demande cent fois, le pointeur se relit deux fois par seconde."""
    return open_depot().version_id


@cached(TTLCache(DEMANDEES, ttl=GARDE_SECONDES), condition=Condition())
def is_gardee(version_id: str) -> bool:
    """Vrai si cette version se lit encore : présente, et d'un schéma que ce programme comprend."""
    return has_version(open_depot(), version_id)


@cached(TTLCache(DEMANDEES, ttl=GARDE_SECONDES), condition=Condition())
def is_preparee(version_id: str) -> bool:
    """Vrai d'une version préparée : le rôle PostgreSQL du public ne la lit pas encore."""
    return version_id in open_depot().entrepot.list_preparees()


def has_version(depot: Repository, version_id: str) -> bool:
    """La même question, à un dépôt que l'appelant tient."""
    if version_id not in depot.entrepot.list_ids():
        return False
    fixee = depot.at(version_id)
    try:
        return fixee.read_version().version_id == version_id
    except EntrepotError:
        return False
    finally:
        fixee.close()


def open_gate_publique(version_id: str = "") -> Gate:
    """La porte du public sur la version demandée, ou sur celle en service ; `VersionAbsente` sinon."""
    if version_id and not is_gardee(version_id):
        raise VersionAbsente(version_id)
    return build_gate(PUBLIC, version_id or get_version_id())


def read_active_version() -> str:
    """La version en service, lue dans l'entrepôt lui-même (et non sur son seul pointeur)."""
    return open_depot().read_version().version_id


def get_version(version_id: str) -> Version:
    """La ligne d'une version, que son dépôt ne lit qu'une fois."""
    return _depot_at(version_id).get_version()


def build_gate(portee: Portee, version_id: str, compte: str = "") -> Gate:
    """La porte d'accès d'une portée sur une version ; `compte` : au nom de qui le journal écrit."""
    depot, avance = _depot_at(version_id), Avance(_get_rangees(version_id))
    if portee != PUBLIC or is_preparee(version_id):
        return Gate(depot, portee, compte=compte, avance=avance)
    return Gate(_depot_public_at(version_id), portee, compte=compte, nommees=depot, avance=avance)


def prepare_chiffres(version_id: str) -> None:
    """Lit d'un coup les chiffres de tous les territoires : ce processus servira des pages."""
    _read_rangees(version_id)


@cached(LRUCache(RANGEES_GARDEES), condition=Condition())
def _read_rangees(version_id: str) -> Rangees:
    return Gate(_depot_public_at(version_id)).read_rangees()


def _get_rangees(version_id: str) -> Rangees | None:
    """Rien dans une commande, qui ne lit que ce qu'elle demande, ni pour une version d'archive."""
    gardees = _read_rangees.cache
    if gardees and (hashkey(version_id) in gardees or version_id == get_version_id()):
        return _read_rangees(version_id)
    return None


@cached(LRUCache(VERSIONS_GARDEES), condition=Condition())
def list_territoires(version_id: str) -> dict[str, str]:
    """La France, les zones, les régions, les départements : identifiant → nom. Public."""
    return list_territoires_of(build_gate(PUBLIC, version_id))


def list_territoires_of(gate: Gate) -> dict[str, str]:
    """Les mêmes, lus par une porte."""
    noms = {"france": "France", "zone-metropole": "France métropolitaine", "zone-outre_mer": "Outre-mer"}
    for type_, suite in (("region", "région"), ("departement", "département")):
        lignes = gate.list_collectivites(type=type_, cadre=False).sort_values(
            "nom", key=lambda noms: noms.map(build_cle_tri)
        )
        noms |= {
            str(i): f"{nom} ({suite})"
            for i, nom in zip(lignes["collectivite_id"], lignes["nom"], strict=True)
        }
    return noms


def build_is_lieu(gate: Gate) -> Callable[[str], bool]:
    """« Est-ce une commune ou une intercommunalité ? », pour les territoires choisis un à un."""

    def is_lieu(collectivite_id: str) -> bool:
        connus = gate.get_referentiel()["collectivite_id"]
        return collectivite_id.startswith(LIEUX) and bool(connus.eq(collectivite_id).any())

    return is_lieu


def forget() -> None:
    """Rouvrir l'entrepôt : après un changement de lieu, ou entre deux tests."""
    for gardee in (_depot_at, _depot_public_at, get_version_id, is_gardee, is_preparee,
                    list_territoires, _read_rangees):  # fmt: skip
        gardee.cache.clear()
    open_depot.cache_clear()
    open_depot_public.cache_clear()
