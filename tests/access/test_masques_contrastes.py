"""Un contraste caché ne sort pas, même arrondi ; le programme voit selon son propre état."""

from __future__ import annotations

from typing import Any

import pandas as pd

from barometre.access.masques_contrastes import mask_contrastes
from barometre.domain.portee import Portee

EXACTS = {"se", "p_value", "q_value", "etat_programme"}


def _ligne(**autres: Any) -> dict[str, Any]:
    return {
        "indicateur_id": "site", "vague_id": "v", "territoire_id": "region-84", "n": 60, "n_reference": 400,
        "difference_simple": 0.1549,
        "difference": 0.12345, "se": 0.0456, "bas": 0.0333, "haut": 0.2111, "p_value": 0.007, "q_value": 0.01,
        "position": 1, "niveau": "95", "etat": "published", "etat_programme": "published",
    } | autres  # fmt: skip


def _mask(role: str, *lignes: dict[str, Any]) -> pd.DataFrame:
    return mask_contrastes(pd.DataFrame(list(lignes)), Portee(role=role))  # type: ignore[arg-type]


def test_le_public_voit_des_points_entiers() -> None:
    vues = _mask("public", _ligne())
    assert vues.loc[0, ["difference", "bas", "haut"]].tolist() == [0.12, 0.03, 0.21]
    assert not EXACTS & set(vues.columns)


def test_un_groupe_cache_ou_petit_ne_sort_pas() -> None:
    cachees = [_ligne(etat="primary"), _ligne(etat="complementary"), _ligne(n=29), _ligne(n_reference=29)]
    assert _mask("public", *cachees).empty
    assert len(_mask("programme", *cachees)) == 4
    assert _mask("programme", _ligne(etat_programme="primary")).empty
