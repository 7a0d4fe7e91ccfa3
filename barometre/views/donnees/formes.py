"""La même vue en long (une ligne par chiffre) ou en large (une colonne par indicateur)."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from barometre.domain.indicateur import Indicateur

# Ce qui nomme une ligne en large ; la période n'y est que si la vue s'y répartit.
_GROUPE = ("groupe", "territoire_id", "type", "strate", "couverture")
PERIODE, MARQUE = "periode", "marque"


def pivot_large(table: pd.DataFrame, *, par_periode: bool) -> pd.DataFrame:
    """Une ligne par groupe, une colonne par indicateur, suivie de sa marque s'il a des valeurs cachées."""
    moment = table["vague_id"].where(table["vague_id"].ne(""), table["periode"])
    cles = [*_GROUPE, PERIODE] if par_periode else list(_GROUPE)
    source = table.assign(periode=moment)
    if source.empty:
        return source[cles]
    large = source[cles].drop_duplicates().reset_index(drop=True)
    for indicateur_id, lignes in source.groupby("indicateur_id", sort=False):
        nom = str(indicateur_id)
        ajouts = lignes[[*cles, "valeur", MARQUE]].rename(columns={"valeur": nom, MARQUE: f"{nom}_marque"})
        if ajouts[f"{nom}_marque"].eq("").all():
            ajouts = ajouts.drop(columns=f"{nom}_marque")
        large = large.merge(ajouts, on=cles, how="left")
    marques = [nom for nom in large.columns if str(nom).endswith("_marque")]
    return large.fillna(dict.fromkeys(marques, ""))


def build_titres(indicateurs: Iterable[Indicateur]) -> dict[str, str]:
    """Ce qui se lit en tête des colonnes d'un indicateur, en large : elles portent son identifiant."""
    lus = list(indicateurs)
    return {i.id: i.titre for i in lus} | {f"{i.id}_marque": f"Marque\u202f: {i.titre}" for i in lus}
