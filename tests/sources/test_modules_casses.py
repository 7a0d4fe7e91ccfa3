"""Un module de source cassé tombe seul : les autres se chargent, et la phrase dit ce qui l'a arrêté."""

from __future__ import annotations

import sys

import pandas as pd
import pytest

from barometre.pipeline.recolte import Recolte, Socle, harvest
from barometre.sources.fetch import Lieu
from tests.sources.test_gardes import ENTETE, FIBRE, PVD, build_pvd, communes, lieu, read, socle, write

__all__ = ["communes", "lieu", "socle"]


def test_un_module_casse_tombe_seul(
    socle: Socle, communes: pd.DataFrame, lieu: Lieu, monkeypatch: pytest.MonkeyPatch
) -> None:
    def casse(*_: object) -> None:
        raise KeyError("colonne")

    monkeypatch.setattr("barometre.sources.etat.arcep_ftth.read", casse)
    write(lieu, FIBRE, ["code", "33063"])
    write(lieu, PVD, build_pvd(communes["code"].tolist()))
    recolte = Recolte(socle)
    for source in (FIBRE, PVD):
        harvest(source, lieu, recolte)
    assert [b.etat for b in recolte.bilans] == ["absente", "chargee"]
    assert "s'est arrêté (KeyError)" in recolte.bilans[0].phrase


def test_un_module_qui_ne_s_importe_pas_tombe_seul(
    socle: Socle, lieu: Lieu, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "barometre.sources.etat.petites_villes_de_demain", None)
    write(lieu, PVD, [ENTETE])
    assert "s'est arrêté (ModuleNotFoundError)" in read(socle, lieu, PVD).phrase
