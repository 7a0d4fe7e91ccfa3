"""Les chiffres exacts : un droit nommé, inscrit avant de lire, refusé à tout autre ; égaux aux réponses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from barometre.access import AccesRefuse, Gate
from barometre.catalogue import load_catalogue
from barometre.domain.portee import Portee
from barometre.views.donnees.demande import parse_demande
from barometre.views.donnees.exacts import _describe_doute, build_exacts
from barometre.views.donnees.explorer import VueExplorer, build_vue_explorer
from barometre.warehouse.repository import Repository, open_repository
from tests.fakes import build_entrepot_factice

TERRITOIRES = {"france": "France", "region-01": "Nord"}
NOMINATIF = Portee("programme", nominatif=True)


class JournalDEssai:
    """Ce qui s'y inscrit, dans l'ordre."""

    def __init__(self) -> None:
        self.lignes: list[tuple[str, str]] = []

    def journaliser(self, action: str, objet: str, **_: Any) -> None:
        self.lignes.append((action, objet))


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Repository]:
    depot = open_repository(build_entrepot_factice(tmp_path_factory.mktemp("entrepot")))
    yield depot
    depot.close()


def _open(repository: Repository, portee: Portee) -> tuple[Gate, JournalDEssai]:
    journal = JournalDEssai()
    return Gate(repository, portee, journal=journal, compte="alice"), journal  # type: ignore[arg-type]


def _see(gate: Gate, requete: str) -> VueExplorer:
    catalogue = load_catalogue()
    return build_vue_explorer(gate, catalogue, parse_demande(requete, catalogue, TERRITOIRES))


def test_les_chiffres_sont_ceux_des_reponses_petites_cellules_comprises(repository: Repository) -> None:
    gate, journal = _open(repository, NOMINATIF)
    vue = _see(gate, "indicateurs=site_internet&par=strate&vague=2026-v4")
    table, provenance = build_exacts(gate, vue)
    assert len(table) == len(vue.table) > 0
    lues = repository.list_valeurs("site_internet", "2026-v4")
    lues = lues[lues["etat"].eq("repondu")].set_index("collectivite_id")["valeur"]
    strates = gate.get_referentiel().set_index("collectivite_id")["strate"].reindex(lues.index)
    for ligne in table.to_dict("records"):
        siennes = lues[strates.eq(ligne["strate"])]
        assert ligne["n_exact"] == len(siennes)
        assert ligne["oui_exact"] == siennes.sum()
        if len(siennes):
            assert ligne["brut_exact"] == pytest.approx(100 * siennes.mean())
    petites = table["n_exact"].lt(10)
    assert petites.any()
    # Exacte, sans note ni intervalle : c'est elle qui aurait l'air la plus sûre.
    assert table["remarque"].ne("").tolist() == petites.tolist()
    assert [bool(_describe_doute(n, 20)) for n in (19, 20)] == [True, False]
    assert set(table.loc[petites, "remarque"]) == {"Moins de 10 réponses : ni publiable, ni à citer."}
    assert provenance.nom_fichier.endswith("_exacts")
    assert ("lire_exactes", "site_internet") in journal.lignes


@pytest.mark.parametrize(
    "portee",
    [
        Portee(),
        Portee("collectivite", "commune-2A005"),
        Portee("opsn", opsn_id="opsn-a"),
        Portee("programme"),
        Portee("operateur"),
    ],
)
def test_sans_droit_nominatif_un_refus_inscrit(repository: Repository, portee: Portee) -> None:
    gate, journal = _open(repository, portee)
    vue = _see(gate, "indicateurs=site_internet&par=strate&vague=2026-v4")
    with pytest.raises(AccesRefuse, match="droit nominatif"):
        build_exacts(gate, vue)
    attendu = [] if portee.role == "public" else [("refus_lire_exactes", "site_internet")]
    assert journal.lignes == attendu


def test_la_cybersecurite_demande_un_droit_a_part(repository: Repository) -> None:
    sensible = next(i.id for i in load_catalogue().list_indicateurs("cybersecurite", origine="declare"))
    with pytest.raises(AccesRefuse):
        _open(repository, NOMINATIF)[0].list_exactes(sensible, "2026-v4")
    gate, journal = _open(repository, Portee("programme", nominatif=True, cyber=True))
    gate.list_exactes(sensible, "2026-v4")
    assert journal.lignes == [("lire_exactes", sensible)]
