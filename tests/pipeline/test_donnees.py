"""Les tableaux d'une construction : les cellules d'un territoire partent ensemble vers l'entrepôt."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd
import pytest

from barometre.pipeline import donnees as module
from barometre.pipeline.donnees import Donnees


def test_les_cellules_d_un_territoire_se_touchent_et_aucune_ne_se_perd(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ecrites: dict[str, pd.DataFrame] = {}

    def write(_moteur: Any, table: Any, frames: Iterable[pd.DataFrame]) -> None:
        ecrites[table.name] = pd.concat(list(frames), ignore_index=True)

    monkeypatch.setattr(module, "write_frames", write)
    donnees = Donnees()
    for vague in ("2023-v1", "2024-v2"):
        lignes = [("a", "region-24"), ("b", "france"), ("a", "france"), ("b", "region-24")]
        cadre = pd.DataFrame(lignes, columns=["indicateur_id", "territoire_id"]).assign(vague_id=vague)
        donnees.add("agregat", cadre)
    donnees.write(object())  # type: ignore[arg-type]
    cellules = ecrites["agregat"]
    assert cellules["territoire_id"].tolist() == ["france"] * 4 + ["region-24"] * 4
    assert cellules.drop_duplicates().shape[0] == 8
