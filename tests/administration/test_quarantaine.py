"""La quarantaine corrigée sur place : signée, gardée avec le fichier, rejouée à l'identique."""

from __future__ import annotations

import pytest

from barometre.access import AccesRefuse, Gate
from barometre.administration.imports import Depot, prepare_version
from barometre.administration.operateur import OPERATEUR, Operateur
from barometre.administration.quarantaine import (
    Faute,
    build_correction,
    list_fautes,
    list_lots,
    list_options,
    reread_corrige,
)
from barometre.administration.versions import publish
from barometre.domain.portee import Portee
from barometre.ingest.errors import ImportRefuse
from barometre.ingest.garde import read_garde
from barometre.pipeline.import_lot import importer_garde
from barometre.warehouse.repository import open_repository, read_rows
from barometre.warehouse.versions import open_entrepot
from tests.administration.test_imports import _write
from tests.pipeline.test_construire import QUESTIONNAIRE, VAGUE, codes, entrepot_neuf

__all__ = ["codes", "entrepot_neuf"]


def _open_gate(operateur: Operateur, portee: Portee = OPERATEUR) -> Gate:
    return Gate(open_repository(), portee, journal=operateur.registre, compte=operateur.compte)


@pytest.fixture
def lot_id(
    operateur: Operateur, codes: list[str], entrepot_neuf: str, monkeypatch: pytest.MonkeyPatch
) -> str:
    """Cinquante réponses en service, deux en quarantaine."""
    monkeypatch.setenv("BAROMETRE_ENTREPOT", entrepot_neuf)
    fautes = ("900,2023-12-01 10:00:00,99999,A1", f"901,2023-12-01 10:00:00,{codes[60]},Peut-être")
    lot = prepare_version(
        operateur, Depot([_write(codes[:50], *fautes)], QUESTIONNAIRE, VAGUE, confirme=True)
    )
    publish(operateur, lot.version_id)
    return lot.lot_id


def test_rattacher_puis_rapprocher_charge_tout_et_se_rejoue(
    operateur: Operateur, lot_id: str, codes: list[str]
) -> None:
    option = next(iter(list_options(QUESTIONNAIRE, "Q01")))
    for cible in (codes[61], option):
        gate = _open_gate(operateur)
        lot_id = str(list_lots(gate)["lot"][0])
        (faute, *_) = list_fautes(gate, lot_id)
        correction = build_correction(operateur, gate, faute, cible, "appel à la mairie")
        lot = reread_corrige(operateur, gate, lot_id, correction)
        publish(operateur, lot.version_id)
    assert (lot.lus, lot.charges, lot.quarantaine) == (52, 52, 0)
    depot = open_repository()
    presentes = set(read_rows(depot.get_engine(), "participation")["collectivite_id"])
    assert {f"commune-{codes[60]}", f"commune-{codes[61]}"} <= presentes
    reserve = open_entrepot().get_reserve()
    cle = str(depot.list_lots()["empreinte_gardee"][0])
    garde = read_garde(reserve.read(cle))
    assert [c.nature for c in garde.corrections] == ["rattacher", "rapprocher"]
    assert {(c.par, c.motif) for c in garde.corrections} == {(operateur.compte, "appel à la mairie")}
    # Relu de la réserve, comme le fait `construire`, c'est le même lot ; l'original y est toujours.
    assert importer_garde(cle, essai=True).deja_charge
    assert len(reserve.list_cles()) == 3
    assert "corriger" in set(operateur.registre.list_journal()["action"])


def test_une_correction_mal_faite_ne_change_rien(operateur: Operateur, lot_id: str, codes: list[str]) -> None:
    gate = _open_gate(operateur)
    avant = open_entrepot().get_active()
    rattacher, rapprocher = list_fautes(gate, lot_id)
    for faute, cible, motif, phrase in (
        (rattacher, "00000", "motif", "Aucune collectivité"),
        (rattacher, codes[61], " ", "pourquoi"),
        (Faute(3, "submitdate", "x", "Cette date n'est pas lisible."), "x", "motif", "Corrigez la cellule"),
    ):
        with pytest.raises(ImportRefuse, match=phrase):
            build_correction(operateur, gate, faute, cible, motif)
    forgee = build_correction(operateur, gate, rapprocher, "'; DROP TABLE", "motif")
    with pytest.raises(ImportRefuse, match="réponse possible"):
        reread_corrige(operateur, gate, lot_id, forgee)
    with pytest.raises(ImportRefuse, match="plus en service"):
        reread_corrige(operateur, gate, "autre-lot", forgee)
    assert open_entrepot().get_active() == avant
    assert open_entrepot().list_preparees() == []


def test_un_autre_role_ne_lit_pas_la_quarantaine(operateur: Operateur, lot_id: str) -> None:
    for portee in (Portee(), Portee("programme", nominatif=True), Portee("opsn", opsn_id="x", cyber=True)):
        with pytest.raises(AccesRefuse):
            list_fautes(_open_gate(operateur, portee), lot_id)
