"""Les crédits d'un fonds, par région ou par axe : jamais un groupe de moins de dix bénéficiaires.

La liste reçue n'est pas la nôtre : c'est au programme d'en publier les noms. Les petits groupes se réunissent
jusqu'à compter dix bénéficiaires, donc aucune soustraction au total n'en redonne un seul.
"""

from __future__ import annotations

import pandas as pd

from barometre.domain.secret import SEUIL

COLONNES = ("groupe", "beneficiaires", "projets", "montant", "sans_montant", "reunis")
AILLEURS = ""


def build_regions(actions: pd.DataFrame, referentiel: pd.DataFrame, liens: pd.DataFrame) -> pd.Series:
    """La région de chaque action (`region-84`), vide si un OPSN en couvre plusieurs, ou aucune connue."""
    codes = referentiel.set_index("collectivite_id")["region"]
    perimetres = liens[liens["nature"].eq("perimetre")]
    regions = perimetres.assign(region=perimetres["cible_id"].map(codes))
    uniques = regions.groupby("opsn_id")["region"].agg(lambda r: r.iloc[0] if r.nunique() == 1 else AILLEURS)
    trouvees = actions["collectivite_id"].map(codes).fillna(actions["opsn_id"].map(uniques))
    return ("region-" + trouvees.astype("str")).where(trouvees.notna() & trouvees.ne(AILLEURS), AILLEURS)


def sum_credits(actions: pd.DataFrame, groupes: pd.Series) -> pd.DataFrame:
    """Une ligne par groupe ; `reunis` : les groupes que son compte couvre, un seul le plus souvent."""
    qui = actions["collectivite_id"].fillna(actions["opsn_id"])
    table = pd.DataFrame({"groupe": groupes.astype("str"), "qui": qui, "montant": actions["montant"]})
    reunis = _list_reunis(table)
    if reunis is None:
        return pd.DataFrame(columns=list(COLONNES))
    ensemble = "+".join(reunis)
    cles = table["groupe"].mask(table["groupe"].isin(reunis), ensemble)
    sommes = table.groupby(cles).agg(
        beneficiaires=("qui", "nunique"),
        projets=("qui", "size"),
        montant=("montant", "sum"),
        sans_montant=("montant", lambda montants: int(montants.isna().sum())),
    )
    couverts = [tuple(reunis) if nom == ensemble else (str(nom),) for nom in sommes.index]
    return sommes.rename_axis("groupe").reset_index().assign(reunis=pd.Series(couverts, dtype="object"))


def _list_reunis(table: pd.DataFrame) -> list[str] | None:
    """Les groupes à réunir, du plus petit au plus grand ; None si le tout ne fait pas dix bénéficiaires."""
    comptes = table.groupby("groupe")["qui"].nunique().sort_values(kind="stable")
    petits = int((comptes < SEUIL).sum())
    for n in range(petits, len(comptes) + 1):
        noms = comptes.index[:n].tolist()
        if not n or table.loc[table["groupe"].isin(noms), "qui"].nunique() >= SEUIL:
            return noms
    return None
