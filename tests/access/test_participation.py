"""Combien ont répondu : des comptes sur assez de collectivités, et un EPCI seulement par classe."""

from __future__ import annotations

import pandas as pd

from barometre.access.participation import count_by_group


def _compter(groupe: str, cadre: int, ont: int) -> pd.Series:
    groupes = pd.Series(groupe, [f"c{i}" for i in range(cadre)])
    return count_by_group(groupes, frozenset(f"c{i}" for i in range(ont))).iloc[0]


def test_sous_dix_collectivites_ou_dix_reponses_rien_ne_se_dit() -> None:
    assert _compter("region-01", 9, 9)[["repondantes", "taux"]].isna().all()
    assert _compter("region-01", 100, 9)[["repondantes", "taux"]].isna().all()
    assert _compter("region-01", 10, 10)["repondantes"] == 10


def test_un_epci_ne_donne_qu_un_taux_a_dix_points_pres() -> None:
    ligne = _compter("epci-200000172", 23, 12)
    assert pd.isna(ligne["repondantes"])
    assert ligne["taux"] == 0.5  # 12 / 23 = 52 %


def test_une_strate_d_epci_n_est_pas_un_epci() -> None:
    ligne = _compter("epci-0-14999", 400, 120)
    assert ligne["repondantes"] == 120
    assert ligne["taux"] == 0.3
