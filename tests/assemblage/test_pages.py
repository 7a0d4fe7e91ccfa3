"""Ce que l'assemblage choisit pour une page : une figure, un territoire, un jour, un chiffre brut."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd
import pytest

from barometre.assemblage import depot
from barometre.assemblage.collectivite import ComparerAffiche, load_fiche
from barometre.assemblage.figure_seule import _read_choix, build_requete
from barometre.assemblage.opsn import _territoire
from barometre.assemblage.participation import _draw_panel
from barometre.assemblage.theme import load_indicateur, load_vue_theme
from barometre.catalogue import load_catalogue
from barometre.domain.portee import PUBLIC, Portee
from barometre.views.lecture.address import read_query
from barometre.views.lecture.selection import Selection
from tests.views.terrain_pairs import SOI, THEMES, serve_terrain


@pytest.fixture(scope="module", autouse=True)
def entrepot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with serve_terrain(tmp_path_factory.mktemp("terrain")):
        yield


def test_un_nom_ou_une_page_d_apercu_ne_font_pas_une_autre_figure() -> None:
    court = build_requete("indicateurs=site_internet")
    assert build_requete("indicateurs=site_internet&nom=Ma+vue&page=2&embed=1&collectivite=x") == court
    for change in ("vague=2023-v1", "strate=commune-0-499", "chiffres=brut", "territoire=region-84"):
        assert build_requete(f"indicateurs=site_internet&{change}") != court


def test_sans_indicateur_une_carte_montre_un_chiffre_cle_de_son_theme() -> None:
    catalogue = load_catalogue()
    for theme in catalogue.themes:
        choisi = catalogue.get_indicateur(_read_choix(read_query(f"theme={theme.id}")).indicateur_id)
        siens = catalogue.list_indicateurs(theme.id)
        assert choisi.theme_id == theme.id
        assert choisi.cle or not any(i.cle for i in siens)
        assert choisi.origine == "declare" or not any(i.cle and i.origine == "declare" for i in siens)


@dataclass(frozen=True)
class _PorteOpsn:
    """Ce que `_territoire` lit d'une porte."""

    portee: Portee

    def list_liens_opsn(self) -> pd.DataFrame:
        liens = [("un", "departement-01", "perimetre"), ("deux", "departement-2A", "perimetre")]
        return pd.DataFrame(liens, columns=["opsn_id", "cible_id", "nature"])

    def list_collectivites(self, **_: object) -> pd.DataFrame:
        lignes = [("departement-01", "84"), ("departement-2A", "94")]
        return pd.DataFrame(lignes, columns=["collectivite_id", "region"])


@pytest.mark.parametrize(("opsn", "territoire"), [("un", "departement-01"), ("deux", "departement-2A")])
def test_un_opsn_lit_le_territoire_de_son_seul_perimetre(opsn: str, territoire: str) -> None:
    porte: Any = _PorteOpsn(Portee("opsn", opsn_id=opsn))
    assert _territoire(porte) == territoire


@dataclass(frozen=True)
class _Suivi:
    """Ce que `_draw_panel` lit d'un suivi."""

    fidelite: dict[int, int | None] = field(default_factory=dict)


def test_un_panel_de_trop_peu_se_dit_cache_et_non_nul() -> None:
    suivi: Any = _Suivi({1: 40, 2: None})
    dessin: Any = _draw_panel(suivi)
    assert dessin is not None
    ecrits = dessin.table.astype(str).to_string()
    assert "40" in ecrits
    assert " 0" not in ecrits
    seule: Any = _Suivi({1: 40})
    assert _draw_panel(seule) is None


@dataclass(frozen=True)
class _VueComparee:
    def place(self, _soi: object) -> _VueComparee:
        return self


def test_des_reponses_donnees_sur_place_ne_sortent_que_par_la_page() -> None:
    vue: Any = _VueComparee()
    soi: Any = None
    assert not ComparerAffiche(vue).sur_place
    assert ComparerAffiche(vue).place(soi).sur_place


def test_une_fiche_est_celle_du_jour_demande() -> None:
    gate = depot.open_gate_publique()
    fiches = [load_fiche(gate, SOI, date(annee, 1, 1)) for annee in (2020, 2030)]
    assert all(fiches)
    assert fiches[0] is not fiches[1]
    assert load_fiche(gate, SOI, date(2020, 1, 1)) is fiches[0]


def test_qui_demande_des_chiffres_bruts_les_a() -> None:
    gate = depot.build_gate(PUBLIC, depot.get_version_id())
    for valeur in ("brut", "redresse"):
        selection = Selection(valeur=valeur)
        assert load_vue_theme(gate, THEMES[0], selection).selection.valeur == valeur
        assert load_indicateur(gate, "site_internet", selection).vue.selection.valeur == valeur
