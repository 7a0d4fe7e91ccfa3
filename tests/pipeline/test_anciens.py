"""Revenir à un fichier déjà remplacé se dit ; reprendre un fichier plus récent que celui en service, non."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from barometre.pipeline.anciens import describe_ancien
from barometre.warehouse.reserve import ReserveFichiers


def build_en_service(*lots: tuple[str, str]) -> pd.DataFrame:
    cadre = pd.DataFrame(lots, columns=["fichier", "importe_le"])
    return cadre.assign(importe_le=pd.to_datetime(cadre["importe_le"]))


@pytest.fixture
def reserve(tmp_path: Path) -> ReserveFichiers:
    """« v1-a » reçu deux fois, le 3 et le 5 novembre ; « v1-ab » une, le 4 ; et un contenu abîmé."""
    gardee = ReserveFichiers(tmp_path)
    for lot, jour in (("v1-a", "2026-11-03"), ("v1-ab", "2026-11-04"), ("v1-a", "2026-11-05")):
        gardee.add(json.dumps({"lot_id": lot, "recu_le": f"{jour}T10:00:00"}, separators=(",", ":")).encode())
    (tmp_path / f"{'0' * 64}.json.gz").write_bytes(b"pas un gzip")
    return gardee


@pytest.mark.parametrize(
    ("lot", "en_service", "attendu"),
    [
        ("v1-a", [("b.csv", "2026-11-06")], "le 5 novembre 2026"),
        ("v1-a", [("b.csv", "2026-11-04")], "le 3 novembre 2026"),  # le 5, il a été retiré
        ("v1-a", [("c.csv", "2026-11-02")], ""),  # plus récent que ce qui est en service
        ("v1-ab", [("b.csv", "2026-11-06")], "le 4 novembre 2026"),
        ("v1", [("b.csv", "2026-11-06")], ""),  # jamais reçu, même si d'autres lots commencent pareil
        ("v1-a", [], ""),
    ],
)
def test_un_fichier_deja_remplace_se_reconnait(
    reserve: ReserveFichiers, lot: str, en_service: list[tuple[str, str]], attendu: str
) -> None:
    phrase = describe_ancien(reserve, lot, build_en_service(*en_service))
    assert phrase.startswith(f"Ce fichier a déjà été reçu {attendu}," if attendu else "")
    assert bool(phrase) == bool(attendu)


def test_celui_qui_l_a_remplace_est_le_dernier(reserve: ReserveFichiers) -> None:
    lots = build_en_service(("dernier.csv", "2026-11-09"), ("premier.csv", "2026-11-06"))
    assert "par « dernier.csv » (le 9 novembre 2026)" in describe_ancien(reserve, "v1-a", lots)
