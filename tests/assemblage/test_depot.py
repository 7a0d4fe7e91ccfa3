"""Deux répliques sur un entrepôt : ce que l'une met en service, l'autre le sert à l'affichage suivant."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from barometre.assemblage import depot, memoire
from barometre.assemblage.depot import POINTEUR_SECONDES
from barometre.domain.portee import PUBLIC, Portee
from barometre.warehouse.engine import VARIABLE_PUBLIQUE
from tests.fakes import build_entrepot_factice

TOTAUX = {"territoire_id": "france", "type": "", "strate": "", "couverture": ""}
RACINE = Path(__file__).resolve().parents[2]
ELU = Portee(role="collectivite", collectivite_id="commune-33063")
AUTRE = "import sys, pathlib, tests.fakes as f; f.build_entrepot_factice(pathlib.Path(sys.argv[1]))"


@pytest.fixture
def avant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """La version en service d'un entrepôt factice, dans un processus qui n'a encore rien lu."""
    monkeypatch.setenv("BAROMETRE_ENTREPOT", build_entrepot_factice(tmp_path))
    depot.forget()
    yield depot.get_version_id()
    depot.forget()


def test_une_version_mise_en_service_par_un_autre_processus_est_servie(tmp_path: Path, avant: str) -> None:
    subprocess.run([sys.executable, "-c", AUTRE, str(tmp_path)], cwd=RACINE, check=True)
    time.sleep(POINTEUR_SECONDES + 0.1)
    apres = depot.get_version_id()
    assert apres > avant
    assert depot.get_version(apres).version_id == apres
    # Un lien vers l'ancienne s'ouvre encore : elle est gardée.
    assert depot.is_gardee(avant)


def test_les_chiffres_ranges_suivent_la_version_en_service(tmp_path: Path, avant: str) -> None:
    """Une commande ne les range pas ; un processus qui sert des pages range aussi la version suivante."""
    assert not depot.build_gate(PUBLIC, avant)._avance.has(["france"])
    depot.prepare_chiffres(avant)
    lues = depot.build_gate(PUBLIC, avant).list_agregats(**TOTAUX)
    assert len(lues)
    build_entrepot_factice(tmp_path, simulee=False)
    time.sleep(POINTEUR_SECONDES + 0.1)
    apres = depot.get_version_id()
    portes = [depot.build_gate(PUBLIC, version) for version in (avant, apres)]
    assert apres > avant
    assert all(porte._avance.has(["france"]) for porte in portes)
    assert [porte.version_id for porte in portes] == [avant, apres]
    assert portes[0]._avance is not portes[1]._avance
    depot.forget()
    assert not depot.build_gate(PUBLIC, apres)._avance.has(["france"])


def test_la_porte_publique_s_ouvre_sur_la_version_dite_et_refuse_celle_qui_manque(avant: str) -> None:
    assert depot.open_gate_publique().version_id == avant
    assert depot.open_gate_publique(avant).portee == PUBLIC
    with pytest.raises(depot.VersionAbsente, match="1999"):
        depot.open_gate_publique("1999")


def test_une_vue_de_faits_publics_se_compose_sans_les_droits_de_qui_la_demande(avant: str) -> None:
    """Gardée une fois pour tous : composée sous un droit, elle en montrerait les réponses au suivant."""
    for portee in (PUBLIC, ELU):
        porte = memoire.get_porte_publique(depot.build_gate(portee, avant))
        assert (porte.portee, porte.version_id) == (PUBLIC, avant)


def test_le_public_lit_par_son_role_sauf_une_version_que_ce_role_ne_voit_pas(
    tmp_path: Path, avant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE_PUBLIQUE, str(tmp_path))
    depot.forget()
    complet = depot.build_gate(ELU, avant)._repository
    public = depot.build_gate(PUBLIC, avant)
    assert public._repository is not complet
    assert public._nommees is complet  # le rôle du public ne compte pas les participations
    shutil.copyfile(tmp_path / f"barometre-{avant}.duckdb", tmp_path / f"preparee-{avant}.duckdb")
    depot.is_preparee.cache.clear()
    assert depot.build_gate(PUBLIC, avant)._repository is complet


def test_un_fichier_qui_porte_une_autre_version_que_son_nom_n_est_pas_garde(
    tmp_path: Path, avant: str
) -> None:
    autre = "20200101T000000Z-abcdef"
    shutil.copyfile(tmp_path / f"barometre-{avant}.duckdb", tmp_path / f"barometre-{autre}.duckdb")
    assert depot.is_gardee(avant)
    assert not depot.is_gardee(autre)


@pytest.mark.parametrize(
    ("identifiant", "lieu"),
    [("commune-01001", True), ("commune-99999", False), ("departement-01", False), ("france", False)],
)
def test_un_lieu_se_choisit_s_il_est_une_commune_ou_une_intercommunalite_connue(
    avant: str, identifiant: str, lieu: bool
) -> None:
    """Un département est au référentiel, et n'est pas un lieu à choisir un à un."""
    gate = depot.build_gate(PUBLIC, avant)
    connus = set(gate.get_referentiel()["collectivite_id"])
    assert (identifiant in connus) == (identifiant in ("commune-01001", "departement-01"))
    assert depot.build_is_lieu(gate)(identifiant) == lieu
