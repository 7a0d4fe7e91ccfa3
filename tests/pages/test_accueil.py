"""L'accueil : trois portes en haut, ce qui est réel d'abord, et le pilotage pour le programme."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from barometre.assemblage import depot
from tests.fakes import build_entrepot_factice
from tests.pages.conftest import Ouvrir

PORTES = ["Ma collectivité", "Piloter", "Explorer"]
PUBLIES, ETAT, THEMES = (
    "Ce que le baromètre a publié en 2024 et 2025",
    "Ce que mesure l’État",
    "Neuf thèmes, un chiffre pour chacun",
)
VAGUES = "Qui a répondu, vague après vague"


def _walk(bloc: Any) -> Iterator[str]:
    """Les titres et les liens de la page, dans l'ordre où ils se lisent."""
    if bloc.type == "header":
        yield str(bloc.value)
    elif bloc.type == "html":
        yield from re.findall(r"<a [^>]*data-page>([^<]+)</a>", bloc.proto.body)
    for enfant in getattr(bloc, "children", {}).values():
        yield from _walk(enfant)


def _list_titres(ouvrir: Ouvrir, **parametres: str) -> list[str]:
    page = ouvrir("", **parametres)
    assert not page.exception
    return list(_walk(page.main))


@pytest.mark.parametrize("simulee", [True, False], ids=["simulee", "reelle"])
def test_trois_portes_puis_ce_qui_est_reel(
    ouvrir: Ouvrir, simulee: bool, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Simulée, le publié et le mesuré précèdent les thèmes ; sur une vraie version, ils les suivent."""
    monkeypatch.setenv("BAROMETRE_ENTREPOT", build_entrepot_factice(tmp_path, simulee=simulee, etat=True))
    depot.forget()
    titres = _list_titres(ouvrir)
    assert titres[:3] == PORTES
    ordre = [PUBLIES, ETAT, THEMES] if simulee else [THEMES, PUBLIES, ETAT]
    assert [t for t in titres if t in (*ordre, VAGUES)] == [*ordre, VAGUES]


def test_l_accueil_du_programme_s_ouvre_sur_la_participation_et_les_alertes(ouvrir: Ouvrir) -> None:
    titres = _list_titres(ouvrir, voir_comme="programme")
    assert titres[:3] == ["Aujourd’hui", "Participation", "Ce qui a bougé"]
    assert titres[3].startswith("Alertes (")
    assert titres[4:7] == PORTES
    assert "Aujourd’hui" not in _list_titres(ouvrir)


def test_une_collectivite_qui_revient_se_compte_plusieurs_fois_et_c_est_dit(ouvrir: Ouvrir) -> None:
    """« 5 615 réponses de collectivités en 4 vagues » se lisait comme 5 615 collectivités."""
    textes = " ".join(h.proto.body for h in ouvrir("").get("html"))
    assert "une fois par vague où elle a répondu, donc plusieurs fois si elle revient" in textes
