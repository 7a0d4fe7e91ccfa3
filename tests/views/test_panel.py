"""Le panel d'Évolution : gains et pertes à l'échelle du pays, et une phrase partout où ils se taisent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest

from barometre.views.lecture.selection import Selection
from barometre.views.piloter.evolutions import build_vue_evolutions
from barometre.views.piloter.panel import NATIONAL, SANS_PANEL, SENSIBLE, VuePanel, build_vue_panel
from tests.views.fausse_porte import FaussePorte, build_catalogue, build_indicateur, cellule
from tests.views.test_evolutions import TEST

INDICATEURS = [build_indicateur(id_) for id_ in ("site", "autre")]


class Porte(FaussePorte):
    def __init__(self, **panel: Any) -> None:
        lignes = [
            cellule(id_, vague_id=vague, redresse=0.2)
            for id_ in ("site", "autre")
            for vague in ("2023-v1", "2026-v4")
        ]
        super().__init__(lignes)
        site = TEST | {"n_panel": 200.0, "gains": 40.0, "pertes": 15.0} | panel
        autre = site | {"indicateur_id": "autre", "gains": 20.0, "pertes": None}
        ancien = site | {"vague_1": "2020-v0", "gains": 99.0}
        self._evolutions = pd.DataFrame([site, autre, ancien])


def _panel(selection: Selection = Selection(), theme: str = "", **panel: Any) -> VuePanel:  # noqa: B008
    porte: Any = Porte(**panel)
    vue = build_vue_evolutions(porte, build_catalogue(INDICATEURS), "essai", selection)
    return build_vue_panel(porte, replace(vue, theme_id=theme or vue.theme_id), selection)


def test_les_deux_sens_se_lisent_et_un_compte_sous_dix_se_tait() -> None:
    vue = _panel()
    lignes = vue.table.set_index("titre")
    assert lignes.loc["Indicateur site"].tolist() == [200, 40, 15]
    assert lignes.loc["Indicateur autre", "panel_gains"] == 20
    assert pd.isna(lignes.loc["Indicateur autre", "panel_pertes"])
    assert "«\u202fIndicateur site\u202f», environ\u00a040\u00a0passées de « non » à « oui »" in vue.phrase
    assert "environ\u00a015\u00a0passées de « oui » à « non »" in vue.phrase
    # Le panel d'une question est plus étroit que celui du questionnaire, que Participation compte.
    assert "sur environ\u00a0200\u00a0collectivités qui ont répondu à cette question" in vue.phrase
    assert "le test, plus haut, dit seul" in vue.phrase


def test_sans_mouvement_net_rien_ne_se_cite() -> None:
    assert _panel(gains=15.0).phrase.startswith("Aucun mouvement net")


@pytest.mark.parametrize(
    ("options", "absence"),
    [
        ({"selection": Selection(territoire_id="region-01")}, NATIONAL),
        ({"theme": "cybersecurite"}, SENSIBLE),
        ({"n_panel": None}, SANS_PANEL),
    ],
)
def test_la_ou_le_panel_se_tait_une_phrase_le_dit(options: dict[str, Any], absence: str) -> None:
    vue = _panel(**options)
    assert vue.phrase == absence
    assert vue.table.empty
