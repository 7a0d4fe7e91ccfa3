"""Une adresse mène à la bonne collectivité, ou le dit."""

from __future__ import annotations

import pytest

from barometre.views.collectivite.trouver import describe_trouvaille, resolve_collectivite
from barometre.warehouse.repository import Repository
from tests.views.terrain_pairs import SOI, open_gate


@pytest.mark.parametrize("demande", [SOI, "01000", " 01000 ", "Essai-01-0", "epci-01000"])
def test_un_identifiant_un_code_ou_un_nom(terrain: Repository, demande: str) -> None:
    resolution = resolve_collectivite(open_gate(terrain), demande)
    assert resolution.collectivite is not None
    assert resolution.collectivite.id == SOI


@pytest.mark.parametrize("demande", ["01900", "commune-01900"])
def test_un_ancien_code_mene_a_la_commune_d_aujourd_hui(terrain: Repository, demande: str) -> None:
    resolution = resolve_collectivite(open_gate(terrain), demande)
    assert resolution.collectivite is not None
    assert resolution.collectivite.id == SOI
    assert resolution.message == "Vieil-Essai, aujourd’hui Essai-01-0."


def test_un_territoire_porte_mene_a_qui_le_porte(terrain: Repository) -> None:
    resolution = resolve_collectivite(open_gate(terrain), "departement-99")
    assert resolution.collectivite is not None
    assert resolution.collectivite.id == SOI
    assert "n’est pas une collectivité à part" in resolution.message


@pytest.mark.parametrize("demande", ["commune-99999", "zzz", "<script>alert(1)</script>", "${x}", "é" * 500])
def test_ce_qui_n_existe_pas_le_dit(terrain: Repository, demande: str) -> None:
    resolution = resolve_collectivite(open_gate(terrain), demande)
    assert resolution.collectivite is None
    assert "n’existe pas" in resolution.message
    assert len(resolution.message) < 300


def test_rien_demande_rien_dit(terrain: Repository) -> None:
    assert resolve_collectivite(open_gate(terrain), "  ").message == ""


def test_une_ancienne_commune_se_nomme_avec_celle_d_aujourd_hui(terrain: Repository) -> None:
    libelles = [describe_trouvaille(t) for t in open_gate(terrain).search("vieil essai")]
    assert libelles[0] == "Vieil-Essai, aujourd’hui Essai-01-0 (Département d’essai 01)"
