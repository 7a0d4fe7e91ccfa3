"""Ce qui est lu une fois et gardé. Une clé = la portée, la version des données, des filtres simples."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache as memoire
from threading import Condition
from typing import Any, TypeVar

import streamlit as st
from cachetools import LRUCache, cached

from barometre.access import Gate
from barometre.domain.portee import PUBLIC, Portee
from barometre.ui import state
from barometre.warehouse.repository import Repository, open_repository

Vue = TypeVar("Vue")
VERSIONS_GARDEES, VUES_GARDEES = 3, 1_000


@memoire
def _open_depot() -> Repository:
    """Un seul dépôt par processus : il suit de lui-même la version mise en service."""
    return open_repository()


@st.cache_resource(max_entries=VERSIONS_GARDEES, show_spinner=False)
def _depot_at(version_id: str) -> Repository:
    return _open_depot().at(version_id)


def read_active_version() -> str:
    """La version en service, lue dans l'entrepôt lui-même (et non sur son seul pointeur)."""
    return str(_open_depot().get_version()["version_id"])


def get_version() -> dict[str, Any]:
    """La ligne de la version en service, lue une fois par version."""
    return _get_version(_open_depot().version_id)


@st.cache_data(max_entries=VERSIONS_GARDEES, show_spinner=False)
def _get_version(version_id: str) -> dict[str, Any]:
    return _depot_at(version_id).get_version()


def build_gate(portee: Portee, version_id: str) -> Gate:
    """La porte d'accès d'une portée sur une version."""
    return Gate(_depot_at(version_id), portee)


def get_gate() -> Gate:
    """La porte d'accès du lecteur, sur la version en service."""
    return build_gate(state.get_portee(), _open_depot().version_id)


# La clé est comparée valeur par valeur : hacher chaque argument en octets, comme le fait Streamlit, prenait
# un dixième du serveur. `condition` : une vue que plusieurs demandent à la fois n'est construite qu'une fois.
@cached(LRUCache(VUES_GARDEES), condition=Condition())
def _get_vue(build: Callable[..., Any], portee: Portee, version_id: str, filtres: tuple[Any, ...]) -> Any:
    return build(build_gate(portee, version_id), *filtres)


def get_vue(build: Callable[..., Vue], *filtres: Any) -> Vue:
    """La vue `build(gate, *filtres)`, gardée. Les filtres sont des valeurs simples, jamais un tableau."""
    vue: Vue = _get_vue(build, state.get_portee(), _open_depot().version_id, filtres)
    return vue


def get_vue_of(gate: Gate, build: Callable[..., Vue], *filtres: Any) -> Vue:
    """La même vue gardée, pour une porte déjà ouverte : une vue faite d'une autre."""
    vue: Vue = _get_vue(build, gate.portee, gate.version_id, filtres)
    return vue


def get_vue_publique(build: Callable[..., Vue], *filtres: Any) -> Vue:
    """Une vue de faits publics, la même pour tous les lecteurs : gardée une fois par version."""
    vue: Vue = _get_vue(build, PUBLIC, _open_depot().version_id, filtres)
    return vue


def list_territoires() -> dict[str, str]:
    """La France, les zones, les régions, les départements : identifiant → nom. Public."""
    return _list_territoires(_open_depot().version_id)


@st.cache_data(max_entries=VERSIONS_GARDEES, show_spinner=False)
def _list_territoires(version_id: str) -> dict[str, str]:
    gate = build_gate(PUBLIC, version_id)
    noms = {"france": "France", "zone-metropole": "France métropolitaine", "zone-outre_mer": "Outre-mer"}
    for type_, suite in (("region", "région"), ("departement", "département")):
        lignes = gate.list_collectivites(type=type_, cadre=False).sort_values("nom")
        noms |= {
            str(i): f"{nom} ({suite})"
            for i, nom in zip(lignes["collectivite_id"], lignes["nom"], strict=True)
        }
    return noms
