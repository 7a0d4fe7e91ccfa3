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
    # Un test d'ensemble par ligne : `isin` convertirait les répondantes en Arrow, trois fois plus longtemps.
    ids = groupes.index.to_numpy(dtype=object)
    ont = pd.Series(np.fromiter((x in repondantes for x in ids), bool, len(ids)), index=groupes.index)
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


def count_fidelite(participations: pd.DataFrame) -> dict[int, int | None]:
    """Combien de collectivités ont répondu à une vague, à deux… ; rien (None) sous dix.

    Sous cent, un compte se dit à cinq près. Les rangs vont sans trou de un au plus grand que l'on voit.
    """
    vagues = participations.drop_duplicates(["collectivite_id", "vague_id"]).groupby("collectivite_id").size()
    exacts = np.bincount(vagues.to_numpy(), minlength=2)[1:].astype("float64")
    arrondis = round_effectifs(pd.Series(exacts))
    return {
        rang: int(arrondi) if exact >= SEUIL_PARTICIPATION else None
        for rang, (exact, arrondi) in enumerate(zip(exacts, arrondis, strict=True), 1)
    }


def merge_jours(comptes: pd.DataFrame, axes: list[str]) -> pd.DataFrame:
    """Les jours réunis aux suivants jusqu'à faire dix réponses ; la date d'une ligne est celle du dernier.

    Ce qui reste à la fin, sous dix, rejoint la ligne d'avant. Les jours inconnus ne se réunissent à aucun.
    """
    dates = comptes.dropna(subset=["date_reponse"]).sort_values([*axes, "date_reponse"])
    groupes = dates.groupby(axes, sort=False) if axes else [((), dates)]
    reunis = [_merge(lignes) for _, lignes in groupes]
    return pd.concat([*reunis, comptes[comptes["date_reponse"].isna()]], ignore_index=True)


def _merge(lignes: pd.DataFrame) -> pd.DataFrame:
    """`lignes` : les jours d'un groupe, dans l'ordre."""
    paquets, paquet, reste = [], 0, int(lignes["questionnaires"].sum())
    cumul = 0
    for n in lignes["questionnaires"].astype(int):
        paquets.append(paquet)
        cumul, reste = cumul + n, reste - n
        # Un paquet se ferme s'il fait dix réponses, et s'il en reste dix pour le suivant.
        if cumul >= SEUIL_PARTICIPATION and reste >= SEUIL_PARTICIPATION:
            paquet, cumul = paquet + 1, 0
    cles = pd.Series(paquets, lignes.index)
    gardees = lignes.groupby(cles).tail(1)
    sommes = lignes.groupby(cles)["questionnaires"].sum()
    return gardees.assign(questionnaires=sommes.to_numpy())
