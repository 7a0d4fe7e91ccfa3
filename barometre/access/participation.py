"""Combien ont répondu, sans dire qui : des comptes et des taux, sur assez de collectivités."""

from __future__ import annotations

import numpy as np
import pandas as pd

from barometre.access.masques import round_effectifs
from barometre.domain.secret import PAS_TAUX_EPCI, SEUIL_CADRE, SEUIL_PARTICIPATION


def count_by_group(groupes: pd.Series, repondantes: frozenset[str]) -> pd.DataFrame:
    """Une ligne par groupe : `cadre`, `repondantes`, `taux` ; les deux derniers vides sous les seuils.

    Un EPCI compte souvent vingt communes : son compte se tait, son taux se dit par classe.
    """
    ont = pd.Series(groupes.index.isin(repondantes), index=groupes.index)
    table = ont.groupby(groupes.to_numpy()).agg(["size", "sum"]).set_axis(["cadre", "exactes"], axis=1)
    montre = (table["cadre"] >= SEUIL_CADRE) & (table["exactes"] >= SEUIL_PARTICIPATION)
    comptes = round_effectifs(table["exactes"].astype("float64")).where(montre)
    # Un EPCI a neuf chiffres ; « epci-0-14999 » est une strate.
    epci = table.index.astype("str").str.fullmatch(r"epci-\d{9}")
    taux = np.where(
        epci, (table["exactes"] / table["cadre"] / PAS_TAUX_EPCI).round() * PAS_TAUX_EPCI,
        np.minimum(comptes / table["cadre"], 1.0),
    )  # fmt: skip
    return pd.DataFrame(
        {
            "cadre": table["cadre"],
            "repondantes": comptes.mask(pd.Series(epci, table.index)),
            "taux": pd.Series(taux, table.index).where(montre),
        }
    )
