"""Fabrique `data/collectivites.csv.gz` à partir de @etalab/decoupage-administratif 6.0.0.

Une ligne par commune, EPCI, EPT, département et région de métropole et des DROM. Les populations
des EPCI, EPT, départements et régions sont la somme de celles de leurs communes : celles du paquet
sont d'un millésime plus ancien. Le SIREN n'est jamais déduit du code INSEE ; le paquet ne donne pas
celui des départements et des régions, la colonne reste vide pour eux.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from scripts.paquets import DATA, read_json, write_csv_gz

PAQUET = "@etalab/decoupage-administratif"
COLONNES = [
    "collectivite_id",
    "type",
    "code",
    "siren",
    "nom",
    "population",
    "departement",
    "region",
    "epci",
    "ept",
    "zone",
    "codes_postaux",
    "porteur_id",
]
ZONES = {"metro": "metropole", "drom": "outre_mer"}
# Territoires dont une autre collectivité exerce les compétences : on ne les compte qu'une fois.
# Paris (art. L2512-1 CGCT), Corse (L4421-1), Martinique (L7211-1), Guyane (L7111-1),
# Mayotte (LO6111-1), Collectivité européenne d'Alsace (L3431-1).
PORTEURS = {
    "departement-75": "commune-75056",
    "departement-2A": "region-94",
    "departement-2B": "region-94",
    "departement-67": "departement-6AE",
    "departement-68": "departement-6AE",
    "departement-972": "region-02",
    "departement-973": "region-03",
    "region-06": "departement-976",
}
ALSACE = ("67", "68")


def _membres(groupements: list[dict[str, Any]]) -> dict[str, str]:
    """Code de commune → SIREN de son groupement."""
    return {m["code"]: g["code"] for g in groupements for m in g["membres"]}


def build_communes() -> pd.DataFrame:
    """Les communes actuelles de métropole et des DROM."""
    epci = _membres(read_json(PAQUET, "epci.json"))
    ept = _membres(read_json(PAQUET, "ept.json"))
    lignes = [
        {
            "type": "commune",
            "code": c["code"],
            "siren": c.get("siren", ""),
            "nom": c["nom"],
            "population": c.get("population"),
            "departement": c["departement"],
            "region": c["region"],
            "epci": epci.get(c["code"], ""),
            "ept": ept.get(c["code"], ""),
            "zone": ZONES[c["zone"]],
            "codes_postaux": " ".join(c.get("codesPostaux", [])),
        }
        for c in read_json(PAQUET, "communes.json")
        if c["type"] == "commune-actuelle" and c["zone"] in ZONES
    ]
    return pd.DataFrame(lignes)


def _principal(communes: pd.DataFrame, cle: str, colonne: str) -> pd.Series:
    """Le territoire (`colonne`) qui compte le plus d'habitants dans chaque groupement (`cle`)."""
    sommes = communes.groupby([cle, colonne])["population"].sum().reset_index()
    sommes = sommes.sort_values(["population", colonne], ascending=[False, True])
    return sommes.drop_duplicates(cle).set_index(cle)[colonne]


def build_groupements(communes: pd.DataFrame, fichier: str, type_: str) -> pd.DataFrame:
    """EPCI ou EPT : population et territoire principal viennent de leurs communes."""
    groupements = pd.DataFrame(
        [{"code": g["code"], "nom": g["nom"]} for g in read_json(PAQUET, fichier)], dtype=str
    )
    populations = communes.groupby(type_)["population"].sum()
    groupements["population"] = groupements["code"].map(populations)
    for colonne in ("departement", "region", "zone"):
        groupements[colonne] = groupements["code"].map(_principal(communes, type_, colonne))
    groupements["siren"] = groupements["code"]
    return groupements.assign(type=type_)


def build_territoires(communes: pd.DataFrame, fichier: str, type_: str) -> pd.DataFrame:
    """Départements ou régions de métropole et des DROM."""
    lignes = [
        {
            "type": type_,
            "code": t["code"],
            "nom": t["nom"],
            "departement": t["code"] if type_ == "departement" else "",
            "region": t.get("region", t["code"]),
            "zone": ZONES[t["zone"]],
        }
        for t in read_json(PAQUET, fichier)
        if t["zone"] in ZONES
    ]
    territoires = pd.DataFrame(lignes)
    populations = communes.groupby(type_)["population"].sum()
    return territoires.assign(population=territoires["code"].map(populations))


def build_alsace(communes: pd.DataFrame) -> pd.DataFrame:
    """La Collectivité européenne d'Alsace : une collectivité pour deux départements."""
    habitants = communes.loc[communes["departement"].isin(ALSACE), "population"].sum()
    return pd.DataFrame(
        [
            {
                "type": "departement",
                "code": "6AE",
                "nom": "Collectivité européenne d'Alsace",
                "population": habitants,
                "departement": "",
                "region": "44",
                "zone": "metropole",
            }
        ]
    )


def build_referentiel() -> pd.DataFrame:
    """Toutes les collectivités et tous les territoires, dans un ordre stable."""
    communes = build_communes()
    tables = [
        communes,
        build_groupements(communes, "epci.json", "epci"),
        build_groupements(communes, "ept.json", "ept"),
        build_territoires(communes, "departements.json", "departement"),
        build_alsace(communes),
        build_territoires(communes, "regions.json", "region"),
    ]
    table = pd.concat(tables, ignore_index=True)
    table["collectivite_id"] = table["type"] + "-" + table["code"]
    table["population"] = table["population"].astype("Int64")
    table["porteur_id"] = table["collectivite_id"].map(PORTEURS)
    return table.reindex(columns=COLONNES).sort_values("collectivite_id", ignore_index=True)


def main() -> None:
    """Écrit le fichier et dit combien de lignes il porte."""
    table = build_referentiel()
    write_csv_gz(table, DATA / "collectivites.csv.gz")
    print(table["type"].value_counts().to_string())


if __name__ == "__main__":
    main()
