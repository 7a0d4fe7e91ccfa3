"""Une vue gardée n'est jamais rendue à une autre portée ni à une autre version."""

from __future__ import annotations

from typing import Any

import pytest

from barometre.domain.portee import PUBLIC, Portee
from barometre.ui import cache, state


class _Porte:
    def __init__(self, portee: Portee, version_id: str) -> None:
        self.vue = (portee, version_id)


class _Depot:
    version_id = "v1"


@pytest.fixture
def monde(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monde: dict[str, Any] = {"portee": PUBLIC, "depot": _Depot(), "appels": []}
    monkeypatch.setattr(cache, "build_gate", _Porte)
    monkeypatch.setattr(cache, "_open_depot", lambda: monde["depot"])
    monkeypatch.setattr(state, "get_portee", lambda: monde["portee"])
    cache._get_vue.cache_clear()
    return monde


def test_la_cle_porte_la_portee_la_version_et_les_filtres(monde: dict[str, Any]) -> None:
    def build(gate: Any, theme: str) -> tuple[Any, ...]:
        monde["appels"].append(theme)
        return (*gate.vue, theme)

    assert cache.get_vue(build, "inclusion") == (PUBLIC, "v1", "inclusion")
    assert cache.get_vue(build, "inclusion") == (PUBLIC, "v1", "inclusion")
    assert len(monde["appels"]) == 1  # la seconde lecture vient du cache

    monde["portee"] = Portee(role="collectivite", collectivite_id="commune-33063")
    assert cache.get_vue(build, "inclusion")[0].collectivite_id == "commune-33063"
    monde["depot"].version_id = "v2"
    assert cache.get_vue(build, "inclusion")[1] == "v2"
    assert cache.get_vue(build, "donnee")[2] == "donnee"


def test_deux_vues_aux_memes_filtres_ne_se_confondent_pas(monde: dict[str, Any]) -> None:
    def une(_gate: Any) -> str:
        return "une"

    def autre(_gate: Any) -> str:
        return "autre"

    assert (cache.get_vue(une), cache.get_vue(autre)) == ("une", "autre")
