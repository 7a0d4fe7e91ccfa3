"""Les collectivités parmi lesquelles on tire, et ce que l'on suppose de leur équipement."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from barometre.pipeline.demo.hypotheses import Hypotheses, build_hasard


@dataclass(frozen=True, slots=True)
class Cadre:
    """Un élément par collectivité ; `maturite` est centrée réduite, attachée à la collectivité."""

    ids: np.ndarray
    types: np.ndarray
    codes: np.ndarray
    sirens: np.ndarray
    populations: np.ndarray
    regions: np.ndarray
    opsn: np.ndarray
    maturite: np.ndarray

    def __len__(self) -> int:
        return len(self.ids)


def build_cadre(collectivites: pd.DataFrame, hypotheses: Hypotheses, graine: int) -> Cadre:
    """Le cadre de l'enquête : les territoires portés par une autre collectivité n'en sont pas."""
    texte = collectivites.astype(object).where(collectivites.notna(), "").astype(str)
    gardees = texte[texte["porteur_id"] == ""].sort_values("collectivite_id")
    populations = pd.to_numeric(gardees["population"], errors="coerce").fillna(0).to_numpy(dtype=float)
    couverture = (
        gardees["couverture"] if "couverture" in gardees else pd.Series("inconnue", index=gardees.index)
    )
    opsn = (couverture != "inconnue").to_numpy()
    return Cadre(
        ids=gardees["collectivite_id"].to_numpy(dtype=object),
        types=gardees["type"].to_numpy(dtype=object),
        codes=gardees["code"].to_numpy(dtype=object),
        sirens=gardees["siren"].to_numpy(dtype=object),
        populations=populations,
        # Une région est sa propre région.
        regions=gardees["region"].where(gardees["region"] != "", gardees["code"]).to_numpy(dtype=object),
        opsn=opsn,
        maturite=_maturite(populations, opsn, hypotheses, graine),
    )


def _maturite(populations: np.ndarray, opsn: np.ndarray, hypotheses: Hypotheses, graine: int) -> np.ndarray:
    parts = hypotheses["reponses"]["maturite"]
    taille = np.log10(np.maximum(populations, 30.0))
    propre = build_hasard(graine, "maturite").standard_normal(len(populations))
    somme = parts["taille"] * (taille - 2.8) + parts["opsn"] * opsn + parts["propre"] * propre
    return np.asarray((somme - somme.mean()) / max(somme.std(), 1e-9))
