"""Le changement à structure égale ne lit que ce qui se montre, aux deux vagues."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import pandas as pd
import pytest

from barometre.pipeline import changes_egales
from barometre.pipeline.changes_egales import CLE, COLONNES, _read_bornes, compute_changes_egales
from barometre.pipeline.terrain import Terrain

REGION = {"territoire_id": "region-84", "type": "", "strate": "", "couverture": ""}
MONTRE = {
    "indicateur_id": "site", "etat": "published", "n_publie": 200, "n_oui": 80.0, "redresse": 0.4,
    "egal": 0.42, "egal_bas": 0.36, "egal_haut": 0.48,
}  # fmt: skip


def _agregats(**autres: object) -> pd.DataFrame:
    return pd.DataFrame([REGION | MONTRE | autres])


@pytest.mark.parametrize(
    ("autres", "lu"),
    [
        ({}, True),
        ({"etat": "indicative"}, True),
        ({"etat": "primary"}, False),
        ({"egal": np.nan}, False),
        # Une réponse ou deux de l'un des deux côtés : la porte ne dit plus que « moins de ».
        ({"n_oui": 1.0, "redresse": 0.005}, False),
        ({"n_oui": 199.0, "redresse": 0.995}, False),
    ],
)
def test_une_part_a_structure_egale_se_lit_si_la_porte_la_montre(autres: dict[str, object], lu: bool) -> None:
    bornes = _read_bornes(_agregats(**autres))
    assert bornes.to_numpy().tolist() == ([[0.42, 0.36, 0.48]] if lu else [])


@pytest.mark.parametrize("cachee", [0, 1])
def test_cachee_a_une_vague_elle_n_a_pas_de_changement(cachee: int) -> None:
    lignes = pd.DataFrame([REGION | {"indicateur_id": "site"}])[["indicateur_id", *CLE]]
    agregats = [_agregats(), _agregats()]
    agregats[cachee] = _agregats(etat="primary")
    sans_terrain = cast(tuple[Terrain, Terrain], (None, None))
    vides: Any = compute_changes_egales(sans_terrain, lignes, (agregats[0], agregats[1]), pd.Series())
    assert list(vides) == COLONNES
    assert vides.isna().all(axis=None)


def test_deux_vagues_dont_rien_ne_dit_le_lien_se_comparent_comme_independantes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Leurs variances s'ajoutent : un lien supposé rétrécirait l'intervalle et démontrerait à tort."""
    lignes = pd.DataFrame([REGION | {"indicateur_id": "site"}])[["indicateur_id", *CLE]]
    inconnu = pd.Series([np.nan], pd.MultiIndex.from_frame(lignes))
    monkeypatch.setattr(changes_egales, "_correlate", lambda *_: inconnu)
    sans_terrain = cast(tuple[Terrain, Terrain], (None, None))
    paire = (_agregats(), _agregats(egal=0.52, egal_bas=0.46, egal_haut=0.58))
    calculee = compute_changes_egales(sans_terrain, lignes, paire, pd.Series()).iloc[0]
    demi = 0.06 * np.sqrt(2)
    attendus = [0.1, 0.1 - demi, 0.1 + demi]
    assert calculee[["changement", "bas", "haut"]].tolist() == pytest.approx(attendus)
