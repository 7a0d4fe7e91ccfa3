"""Les contours des communes : contrôler leurs codes, réunir et ranger les quatre niveaux.

Tout s'écrit dans un dossier provisoire ; un pointeur (`ACTIF`) bascule à la fin. Un fichier refusé ne
change rien à ce qui était en service. `barometre.contours.lecture` relit ce dossier.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
import shapely

from barometre.contours.dossier import ACTIF, CODES, FICHIERS, MANIFESTE, read_actif
from barometre.domain.formats import format_compte, format_nombre
from barometre.fichiers import write_atomic
from barometre.sources.errors import SourceRefusee

# Les collectivités d'outre-mer que l'enquête ne couvre pas : elles sont dans les fichiers officiels.
HORS_CHAMP = ("975", "977", "978", "984", "986", "987", "988", "989")
# Au-delà d'un code sur mille qui ne correspond pas, le fichier est d'un autre millésime.
ECART_MAXIMAL = 0.001
# En degrés (aire de Visvalingam) : un détail plus petit ne se voit sur aucune de nos cartes.
FINESSES = {"commune": 0.0025, "epci": 0.004, "departement": 0.004, "region": 0.004}


@dataclass(frozen=True, slots=True)
class RapportContours:
    """Ce que l'on a fait du fichier : chaque forme lue a un sort."""

    millesime: str
    lus: int
    charges: int
    hors_champ: int
    inconnus: tuple[str, ...]
    manquants: tuple[str, ...]

    @property
    def phrase(self) -> str:
        """Le rapport en une ligne."""
        attendus = format_nombre(self.charges + len(self.manquants))
        suite = f" Sans contour : {', '.join(self.manquants)}." if self.manquants else ""
        ont = "ont leur" if self.charges >= 2 else "a son"
        lues = format_compte(self.lus, "forme lue", "formes lues")
        return f"{format_compte(self.charges, 'commune')} sur {attendus} {ont} contour ({lues}).{suite}"


def match_codes(
    formes: gpd.GeoDataFrame, communes: pd.DataFrame, millesime: str
) -> tuple[gpd.GeoDataFrame, RapportContours]:
    """Les formes des communes du référentiel, et le compte de toutes les autres ; refuse un autre millésime.

    `communes` : code, nom, departement, region, epci.
    """
    hors = formes["code"].str.startswith(HORS_CHAMP)
    attendus, recus = set(communes["code"]), set(formes.loc[~hors, "code"])
    inconnus, manquants = sorted(recus - attendus), sorted(attendus - recus)
    if len(inconnus) + len(manquants) > ECART_MAXIMAL * len(attendus):
        exemples = ", ".join((inconnus or manquants)[:5])
        raise SourceRefusee(
            f"Ces contours ne sont pas du millésime {millesime} : "
            f"{format_compte(len(inconnus), 'code inconnu', 'codes inconnus')}, "
            f"{format_compte(len(manquants), 'commune')} sans contour (par exemple {exemples}). "
            f"Prenez le fichier de {millesime}."
        )
    gardees = formes[formes["code"].isin(attendus)].merge(communes, on="code", validate="one_to_one")
    rapport = RapportContours(
        millesime, len(formes), len(gardees), int(hors.sum()), tuple(inconnus), tuple(manquants)
    )
    return gardees.sort_values("code", ignore_index=True), rapport


def simplify(formes: gpd.GeoDataFrame, finesse: float) -> gpd.GeoDataFrame:
    """Simplifie en gardant les frontières communes ; un fichier qui a déjà des trous est gardé tel quel."""
    geometries = formes.geometry.to_numpy()
    if not shapely.coverage_is_valid(geometries):
        return formes.assign(geometry=shapely.make_valid(geometries))
    return formes.assign(geometry=shapely.coverage_simplify(geometries, finesse))


def dissolve(communes: gpd.GeoDataFrame, niveau: str, noms: dict[str, str]) -> gpd.GeoDataFrame:
    """La réunion des communes d'un EPCI, d'un département ou d'une région."""
    dessous = communes[communes[niveau] != ""]
    exacte = shapely.coverage_is_valid(dessous.geometry.to_numpy())
    methode = "coverage" if exacte else "unary"
    garder = [c for c in ("departement", "region") if c != niveau]
    reunies = dessous[[niveau, *garder, "geometry"]].dissolve(niveau, method=methode).reset_index()
    reunies["code"] = reunies[niveau].astype(str)
    if niveau == "region":
        reunies["departement"] = ""
    reunies["nom"] = [noms.get(code, code) for code in reunies["code"]]
    return reunies


def write_niveaux(communes: gpd.GeoDataFrame, noms: dict[str, dict[str, str]], dossier: Path) -> None:
    """Un fichier GeoParquet par niveau, et la liste des codes dans l'ordre des valeurs."""
    for niveau in ("commune", "epci", "departement", "region"):
        formes = communes if niveau == "commune" else dissolve(communes, niveau, noms[niveau])
        simplify(formes, FINESSES[niveau]).to_parquet(dossier / FICHIERS[niveau])
    (dossier / CODES).write_text("\n".join(communes["code"]) + "\n", encoding="utf-8")


def write_manifeste(
    dossier: Path, rapport: RapportContours, source: str, empreinte: str, placement: str = ""
) -> None:
    """Ce que le dossier contient, d'où il vient, et où les tuiles posent les outre-mer (`placement`)."""
    contenu = {"source": source, "empreinte": empreinte, "placement": placement, **asdict(rapport)}
    (dossier / MANIFESTE).write_text(json.dumps(contenu, ensure_ascii=False, indent=1), encoding="utf-8")


@contextmanager
def open_chantier(dossier: Path, nom: str) -> Iterator[Path]:
    """Un dossier provisoire, mis en service à la sortie ; une erreur l'efface et ne change rien."""
    dossier.mkdir(parents=True, exist_ok=True)
    provisoire = dossier / f".chantier-{nom}-{os.getpid()}"
    shutil.rmtree(provisoire, ignore_errors=True)
    provisoire.mkdir()
    try:
        yield provisoire
        _activate(dossier, provisoire, nom)
    finally:
        shutil.rmtree(provisoire, ignore_errors=True)


def _activate(dossier: Path, provisoire: Path, nom: str) -> None:
    ancien = read_actif(dossier)
    final = _free_name(dossier, nom)
    os.replace(provisoire, final)
    write_atomic(dossier / ACTIF, f"{final.name}\n".encode())
    _forget(dossier, {final.name, ancien})


def _free_name(dossier: Path, nom: str) -> Path:
    """Un dossier neuf à chaque fois : celui qu'on lit n'est jamais réécrit."""
    rang = 1
    while (dossier / f"{nom}-{rang}").exists():
        rang += 1
    return dossier / f"{nom}-{rang}"


def _forget(dossier: Path, gardes: set[str]) -> None:
    for ancien in dossier.iterdir():
        if ancien.is_dir() and not ancien.name.startswith(".") and ancien.name not in gardes:
            shutil.rmtree(ancien, ignore_errors=True)
