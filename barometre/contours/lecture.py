"""Lire les contours : ceux que l'on a chargés (IGN), à défaut ceux qui sont embarqués (Natural Earth)."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely
from pyogrio.errors import DataSourceError

from barometre.contours import encarts
from barometre.contours.dossier import CODES, FICHIERS, MANIFESTE, RACINE, get_dossier_actif

EMBARQUES = RACINE / "geo"
NOMS = {
    "region": "régions",
    "departement": "départements",
    "epci": "intercommunalités",
    "commune": "communes",
}
# Lu par tous : la commande, elle, est dans la documentation d'exploitation.
PAR_UN_OPERATEUR = "un opérateur peut les charger, de la page Administration (Sources)"
SOURCE_EMBARQUEE = "Natural Earth (domaine public), tracés simplifiés"
# La finesse suit ce que l'on montre : un pays entier n'a pas besoin du détail d'un département.
FINESSES = {"region": 0.02, "departement": 0.012, "epci": 0.02, "commune": 0.006}
FINESSE_LOCALE = 0.003
# L'encart de Paris agrandit cinq fois : ses formes gardent tout leur détail.
FINESSE_PARIS = 0.0005
# En degrés : la plus étendue des régions de métropole.
REGION = 6.0
EMBARQUES_NIVEAUX = ("region", "departement")


class ContoursAbsents(Exception):
    """Ces contours ne sont pas là ou ne se lisent pas ; le message est une phrase pour le lecteur."""


@dataclass(frozen=True, eq=False)
class Contours:
    """Les formes d'un niveau : `code`, `nom`, `departement`, `region`, `epci`, `cle`, `geometry`."""

    niveau: str
    millesime: str
    source: str
    formes: gpd.GeoDataFrame
    # Ce que le lecteur doit savoir de ces contours ; vide si ce sont ceux que l'on attendait.
    avertissement: str = ""

    def select(self, codes: set[str] | None = None) -> gpd.GeoDataFrame:
        """Les formes demandées, prêtes à dessiner : simplifiées sans trou, outre-mer placés."""
        if codes is None or codes >= set(self.formes["code"]):
            return self.entieres
        choisies = self.formes[self.formes["code"].isin(codes)]
        finesse = FINESSE_LOCALE if _is_petite(choisies) else FINESSES[self.niveau]
        simples = _simplify(choisies, finesse)
        return simples if _is_locale(choisies) else encarts.place_outre_mer(simples)

    @cached_property
    def entieres(self) -> gpd.GeoDataFrame:
        """Tout le pays, prêt à dessiner : gardé avec ces contours, car chaque carte nationale le demande."""
        # Les communes chargées ont déjà la finesse du pays entier : simplifier prendrait deux secondes.
        fines = self.niveau == "commune"
        placees = encarts.place_outre_mer(
            self.formes if fines else _simplify(self.formes, FINESSES[self.niveau])
        )
        if self.niveau != "departement":
            return placees
        return encarts.add_paris(placees, _simplify(self.formes, FINESSE_PARIS))


def load_contours(niveau: str) -> Contours:
    """Les contours d'un niveau ; communes et EPCI n'existent que chargés."""
    actif = get_dossier_actif()
    if actif is not None:
        return _load_charges_or_embarques(niveau, actif)
    if niveau in EMBARQUES_NIVEAUX:
        return _load_embarques(niveau)
    raise ContoursAbsents(
        f"Les contours des {NOMS[niveau]} n’ont pas été chargés sur ce serveur\u202f: {PAR_UN_OPERATEUR}."
    )


def _load_charges_or_embarques(niveau: str, actif: Path) -> Contours:
    """Un fichier chargé qui ne se lit plus : les contours embarqués, là où il y en a, et la phrase."""
    try:
        return _load_charges(niveau, str(actif))
    except ContoursAbsents as erreur:
        if niveau not in EMBARQUES_NIVEAUX:
            raise
        return replace(
            _load_embarques(niveau),
            avertissement=f"{erreur} D’ici là, la carte prend les contours embarqués.",
        )


@lru_cache(maxsize=8)
def _load_charges(niveau: str, dossier: str) -> Contours:
    chemin = Path(dossier)
    try:
        manifeste = read_manifeste(chemin)
        formes = _complete(gpd.read_parquet(chemin / FICHIERS[niveau]))
        return Contours(niveau, str(manifeste["millesime"]), str(manifeste["source"]), formes)
    except (OSError, ValueError, KeyError) as erreur:
        raise ContoursAbsents(
            f"Les contours chargés des {NOMS[niveau]} ne se lisent plus\u202f: {PAR_UN_OPERATEUR}."
        ) from erreur


def read_manifeste(dossier: Path) -> dict[str, Any]:
    """Ce que le chargement a écrit de lui-même ; `ValueError` s'il ne se lit pas."""
    manifeste = json.loads((dossier / MANIFESTE).read_text(encoding="utf-8"))
    if not isinstance(manifeste, dict):
        raise ValueError("Le manifeste des contours n'est pas un objet.")
    return manifeste


@lru_cache(maxsize=4)
def _load_embarques(niveau: str) -> Contours:
    fichier = EMBARQUES / Path(FICHIERS[niveau]).with_suffix(".geojson")
    try:
        formes = gpd.read_file(fichier)
    except (OSError, DataSourceError) as erreur:
        raise ContoursAbsents(f"Les contours embarqués des {NOMS[niveau]} ne se lisent pas.") from erreur
    colonne = "departement" if niveau == "departement" else "region"
    formes[colonne] = formes["code"]
    return Contours(niveau, "", SOURCE_EMBARQUEE, _complete(formes))


def _complete(formes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Toutes les colonnes attendues, en texte, et une clé par forme ; `KeyError` sans code."""
    for colonne in ("departement", "region", "epci"):
        if colonne not in formes:
            formes[colonne] = ""
        formes[colonne] = formes[colonne].fillna("").astype(str)
    formes["code"] = formes["code"].astype(str)
    formes["cle"] = formes["code"]
    return formes


def _is_locale(formes: gpd.GeoDataFrame) -> bool:
    """Vrai si tout est au même endroit : une région, un département ; les encarts ne servent pas."""
    if formes.empty:
        return True
    outre_mer = set(encarts.get_drom(formes))
    return len(outre_mer) == 1


def _is_petite(formes: gpd.GeoDataFrame) -> bool:
    """Vrai si l'ensemble est de la taille d'une région : on garde alors le détail."""
    ouest, sud, est, nord = formes.total_bounds if len(formes) else (0, 0, 0, 0)
    return bool(max(est - ouest, nord - sud) < REGION)


def _simplify(formes: gpd.GeoDataFrame, finesse: float) -> gpd.GeoDataFrame:
    """Simplifie les frontières communes une seule fois : aucun trou entre voisins."""
    simples = formes.copy()
    geometries = simples.geometry.to_numpy()
    if len(simples):
        simples["geometry"] = shapely.coverage_simplify(geometries, finesse)
    return simples.reset_index(drop=True)


def read_codes(dossier: Path) -> list[str]:
    """Les codes des communes, dans l'ordre des valeurs envoyées au navigateur."""
    return (dossier / CODES).read_text(encoding="utf-8").split()
