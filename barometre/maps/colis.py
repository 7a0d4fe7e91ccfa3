"""Toutes les communes d'un coup : les valeurs en un petit tableau, jointes aux tuiles par code."""

from __future__ import annotations

import base64
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from barometre.contours import encarts
from barometre.contours.tuiles import COUCHE
from barometre.maps.composition import Carte
from barometre.maps.palettes import CLAIR, SOMBRE

# Le rang d'une classe tient dans un octet ; celui-ci veut dire « pas de valeur ».
SANS_VALEUR = 255
HORS_CARTE = "Hors du territoire choisi"


def build_colis(carte: Carte, codes: list[str]) -> dict[str, Any]:
    """Les valeurs de la carte : un octet par commune, dans l'ordre de `codes`, et les textes des bulles.

    Un texte ne dépend que de la valeur : il y en a peu, chaque commune porte le rang du sien.
    """
    lieux = carte.lieux.set_index("code").reindex(codes)
    lieux["valeur_texte"] = lieux["valeur_texte"].fillna(HORS_CARTE)
    rangs = lieux["rang"].fillna(-1).astype(int).to_numpy()
    textes, index = _factorize(lieux)
    return {
        "classes": _pack(np.where(rangs < 0, SANS_VALEUR, rangs), np.uint8),
        "textes": list(textes),
        "index": _pack(index, np.uint16),
        "couleurs": list(carte.legende.couleurs),
        "clair": CLAIR,
        "sombre": SOMBRE,
        "couche": COUCHE,
        "nom": carte.nom,
        "bornes": get_bornes(carte),
        "cadres": [_to_cadre(encart) for encart in encarts.ENCARTS.values()],
    }


def get_bornes(carte: Carte) -> list[float]:
    """Le cadre de la carte : le pays et ses encarts, ou le territoire choisi, là où les tuiles le placent."""
    formes = encarts.place_outre_mer(_select(carte))
    ouest, sud, est, nord = (float(b) for b in formes.total_bounds)
    return [ouest, sud, est, nord]


def _select(carte: Carte) -> gpd.GeoDataFrame:
    formes = carte.contours.formes
    return formes[formes["code"].isin(set(carte.lieux["code"]))]


def _factorize(lieux: pd.DataFrame) -> tuple[list[str], np.ndarray]:
    morceaux = lieux[["valeur_texte", "detail", "raison"]].fillna("")
    lignes = morceaux["valeur_texte"].where(morceaux["valeur_texte"] != "", "Pas de chiffre publié")
    for colonne in ("detail", "raison"):
        suite = morceaux[colonne].where(morceaux[colonne] == "", "\n" + morceaux[colonne])
        lignes = lignes + suite
    rangs, textes = pd.factorize(lignes)
    if len(textes) > np.iinfo(np.uint16).max:
        # Trop de textes différents pour deux octets : la bulle garde la valeur seule.
        rangs, textes = pd.factorize(morceaux["valeur_texte"])
    return [str(t) for t in textes], rangs


def _pack(valeurs: np.ndarray, type_: type) -> str:
    """Un tableau d'entiers, petit-boutiste, en base 64."""
    return base64.b64encode(valeurs.astype(np.dtype(type_).newbyteorder("<")).tobytes()).decode("ascii")


def _to_cadre(encart: encarts.Encart) -> dict[str, Any]:
    return {"points": [list(p) for p in encart.cadre.exterior.coords], "nom": encart.nom}
