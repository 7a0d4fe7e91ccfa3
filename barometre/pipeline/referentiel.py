"""Les fichiers de `data/` → collectivités, codes anciens, OPSN et leurs liens."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from barometre.catalogue import Catalogue

MILLESIME = "2026"
SOURCE_OPSN = "opsn"
_FACULTATIFS = ("siren", "departement", "region", "epci", "ept", "zone", "porteur_id")


class ReferentielError(Exception):
    """Un fichier de `data/` manque ou n'a pas la forme attendue ; le message est une phrase."""


def read_table(dossier: Path, nom: str, colonnes: set[str]) -> pd.DataFrame:
    """Un fichier de `data/`, tout en texte ; une colonne absente est refusée par son nom."""
    chemin = dossier / nom
    try:
        lu = pd.read_csv(chemin, dtype=str, keep_default_na=False, encoding="utf-8")
    except FileNotFoundError as erreur:
        raise ReferentielError(f"Le fichier « {chemin} » manque.") from erreur
    except (OSError, ValueError) as erreur:
        raise ReferentielError(f"Le fichier « {chemin} » est illisible.") from erreur
    manquent = sorted(colonnes - set(lu.columns))
    if manquent:
        raise ReferentielError(f"Dans « {chemin} », il manque : {', '.join(manquent)}.")
    return lu


def load_collectivites(dossier: Path, catalogue: Catalogue, liens: pd.DataFrame) -> pd.DataFrame:
    """Les lignes de `dim_collectivite`, avec leur strate et leur couverture OPSN."""
    colonnes = {"collectivite_id", "type", "code", "nom", "population", "codes_postaux", *_FACULTATIFS}
    lues = read_table(dossier, "collectivites.csv.gz", colonnes)
    for colonne in _FACULTATIFS:
        lues[colonne] = lues[colonne].mask(lues[colonne] == "")
    lues["population"] = pd.to_numeric(lues["population"].mask(lues["population"] == "")).astype("Int64")
    lues["strate"] = compute_strates(lues, catalogue)
    lues["couverture"] = compute_couvertures(lues, liens)
    return lues[[*sorted(colonnes), "strate", "couverture"]].assign(millesime=MILLESIME)


def compute_strates(lues: pd.DataFrame, catalogue: Catalogue) -> pd.Series:
    """La strate de chacune ; vide pour un territoire porté, qui n'est pas dans le cadre."""
    grille = catalogue.grilles["defaut"]
    strates = pd.Series(pd.NA, index=lues.index, dtype="str")
    for strate in grille.strates:
        dedans = lues["type"].eq(strate.type) & lues["population"].ge(strate.minimum).fillna(False)
        if strate.maximum is not None:
            dedans &= lues["population"].le(strate.maximum).fillna(False)
        strates = strates.mask(dedans, strate.id)
    return strates.mask(lues["porteur_id"].notna())


def compute_couvertures(lues: pd.DataFrame, liens: pd.DataFrame) -> pd.Series:
    """Le fait le plus précis : adhérente, sinon dans un périmètre, sinon inconnue."""
    perimetres = set(liens.loc[liens["nature"] == "perimetre", "cible_id"])
    adherentes = set(liens.loc[liens["nature"] == "adherente", "cible_id"])
    dans = ("departement-" + lues["departement"].astype("str")).isin(perimetres)
    dans |= lues["collectivite_id"].isin(perimetres)
    couvertures = pd.Series("inconnue", index=lues.index).mask(dans, "perimetre")
    return couvertures.mask(lues["collectivite_id"].isin(adherentes), "adherente")


def load_codes_anciens(dossier: Path) -> pd.DataFrame:
    """Les lignes de `code_ancien`."""
    colonnes = {"code", "code_actuel", "nom", "nature", "encore_actuel"}
    lus = read_table(dossier, "codes_anciens.csv.gz", colonnes)
    return lus.assign(encore_actuel=lus["encore_actuel"].eq("true"))


def load_opsn(dossier: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Les lignes de `dim_opsn` et de `lien_opsn` (périmètres, par département)."""
    colonnes = {"opsn_id", "nom", "sigle", "forme_juridique", "siret", "departements", "source_url"}
    lus = read_table(dossier, "opsn.csv", colonnes)
    opsn = lus[["opsn_id", "nom", "sigle", "forme_juridique", "siret", "source_url"]].copy()
    opsn["siret"] = opsn["siret"].mask(opsn["siret"] == "")
    couples = lus.assign(departement=lus["departements"].str.split(";")).explode("departement")
    couples["departement"] = couples["departement"].str.strip()
    couples = couples[couples["departement"].ne("")]
    liens = pd.DataFrame(
        {
            "opsn_id": couples["opsn_id"],
            "cible_id": "departement-" + couples["departement"],
            "nature": "perimetre",
            "source_id": SOURCE_OPSN,
        }
    )
    return opsn, liens.drop_duplicates(ignore_index=True)
