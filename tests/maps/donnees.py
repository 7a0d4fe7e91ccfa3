"""Des lieux inventés sur de vraies formes embarquées ; les valeurs sont rondes."""

from __future__ import annotations

from datetime import date
from typing import Any

import geopandas as gpd
import pandas as pd
from shapely import box

from barometre.domain.indicateur import Calcul, Indicateur
from barometre.maps.contours import Contours


def build_indicateur(**autres: Any) -> Indicateur:
    champs: dict[str, Any] = {
        "id": "essai", "theme_id": "essai", "titre": "Un essai", "definition": "Part d'essai.", "unite": "%",
        "decimales": 0, "sens": "plus_haut_mieux", "calcul": Calcul("part_options"), "base": "",
        "source_id": "barometre", "origine": "declare", "precautions": "", "pourquoi": "", "actions": (),
        "revision": date(2099, 1, 1),
    }  # fmt: skip
    return Indicateur(**(champs | autres))


def build_cadre(lignes: list[dict[str, Any]]) -> pd.DataFrame:
    """Un lieu par ligne ; ce qui n'est pas dit est vide."""
    vide = {
        "region": "", "valeur": None, "etat": "montre", "valeur_texte": "", "detail": "", "raison": "",
        "se": None, "poids": None,
    }  # fmt: skip
    pleines = [
        vide | {"territoire_id": f"departement-{x['code']}", "nom": f"Lieu {x['code']}"} | x for x in lignes
    ]
    return pd.DataFrame(pleines)


def build_contours(codes: list[str], niveau: str = "departement") -> Contours:
    """Un carré par code, côte à côte."""
    formes = gpd.GeoDataFrame(
        {"code": codes, "nom": codes, "departement": "", "region": "", "epci": "", "cle": codes},
        geometry=[box(2 + rang, 46, 3 + rang, 47) for rang in range(len(codes))],
        crs="EPSG:4326",
    )
    return Contours(niveau, "2026", "Contours d'essai", formes)
