"""Propriété : 100 000 suites de filtres publics, sur la vraie démonstration, n'isolent aucun petit groupe."""

from __future__ import annotations

import numpy as np
import pytest

from barometre.access import Gate
from barometre.catalogue import load_catalogue
from barometre.stats.secrecy import CYBER, GRILLES_PUBLIQUES, PUBLIC, Rule
from barometre.warehouse.repository import Repository
from tests.secret.attaque import DepotSansComplement, Terrain, Vue, count_leaks

pytestmark = pytest.mark.lent
SUITES = 100_000
VAGUES = ("2023-v1", "2024-v2", "2024-v3", "2026-v4")
# Les questions qui en commandent d'autres, toutes celles de cybersécurité qui se lient, et des ordinaires.
CIBLES = (
    "lieu_mediation", "actions_mediation", "conseiller_numerique", "site_internet", "wifi_public",
    "projet_open_data", "signature_electronique", "service_en_ligne", "feuille_de_route_numerique",
    "budget_numerique", "aucune_sensibilisation", "sauvegarde_frequente", "incident_douze_mois",
    "protection_antivirus", "sensibilisation_guide", "agents_formes_cyber", "adresse_officielle",
    "fibre_mairie", "logiciel_libre", "base_adresse_locale",
)  # fmt: skip


@pytest.fixture(scope="module")
def terrain(depot: Repository) -> Terrain:
    return Terrain(depot, load_catalogue())


def rule_of(indicateur_id: str) -> Rule:
    return CYBER if load_catalogue().get_indicateur(indicateur_id).sensibilite == "cyber" else PUBLIC


def look(terrain: Terrain, gate: Gate, indicateur_id: str) -> list[Vue]:
    vues = (terrain.look(gate, indicateur_id, vague) for vague in VAGUES)
    return [vue for vue in vues if vue is not None and vue.contenu.shape[0]]


def test_aucune_suite_de_filtres_n_isole_un_petit_groupe(terrain: Terrain, depot: Repository) -> None:
    gate, fuites, groupes = Gate(depot), {}, 0
    for rang, cible in enumerate(CIBLES):
        regle, vues = rule_of(cible), look(terrain, gate, cible)
        assert len(vues) == 2, cible  # les deux éditions
        seuils = (regle.n, regle.oui, regle.non)
        fuites[cible], isoles = count_leaks(vues, seuils, SUITES // len(CIBLES), rang)
        groupes += isoles
    assert {c: f for c, f in fuites.items() if f} == {}
    assert groupes > SUITES / 5  # l'attaque a prise : des groupes sont isolés, mais assez grands


def test_la_meme_attaque_reussit_sans_suppression_complementaire(terrain: Terrain, depot: Repository) -> None:
    nu = Gate(DepotSansComplement(depot, GRILLES_PUBLIQUES, PUBLIC.n))  # type: ignore[arg-type]
    prises = [
        count_leaks(look(terrain, nu, cible), (PUBLIC.n, 0, 0), 2_000, rang)[0]
        for rang, cible in enumerate(CIBLES[:10])
    ]
    assert np.count_nonzero(prises) == len(prises), prises


def test_elle_reussit_aussi_si_seules_les_questions_sous_condition_sont_mal_protegees(
    terrain: Terrain, depot: Repository
) -> None:
    """Leur `n` est le nombre de « oui » de la question qui les commande."""
    catalogue = load_catalogue()
    filtrees = frozenset(
        i.id
        for i in catalogue.list_indicateurs(origine="declare")
        if catalogue.get_question(i.calcul.question_id).condition and i.calcul.non_concerne == "exclu"
    )
    nu = Gate(DepotSansComplement(depot, GRILLES_PUBLIQUES, PUBLIC.n, filtrees))  # type: ignore[arg-type]
    vues = look(terrain, nu, "site_internet")
    assert count_leaks(vues, (PUBLIC.n, 0, 0), 10_000, 0)[0] > 0
