"""`sources recuperer contours_communes` : du fichier reçu aux niveaux et aux tuiles, en une bascule."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pandas as pd
from pyogrio.errors import DataLayerError, DataSourceError
from shapely.errors import GEOSException

from barometre.catalogue import DONNEES
from barometre.contours import encarts
from barometre.contours.dossier import FICHIERS, TUILES, get_dossier
from barometre.contours.fichier_recu import read_contours
from barometre.contours.rangement import (
    RapportContours,
    match_codes,
    open_chantier,
    write_manifeste,
    write_niveaux,
)
from barometre.contours.tuiles import write_tuiles
from barometre.sources.catalogue import SourceExterieure
from barometre.sources.errors import SourceRefusee

SOURCE_ID = "contours_communes"
COLONNES = ["code", "nom", "departement", "region", "epci"]
Avance = Callable[[str], None]


def install_contours(
    fichier: Path,
    source: SourceExterieure,
    empreinte: str,
    *,
    dossier: Path | None = None,
    donnees: Path = DONNEES,
    avance: Avance = lambda _: None,
) -> RapportContours:
    """Lit, contrôle, range et met en service ; `SourceRefusee` si le fichier ne convient pas."""
    avance("Lecture des contours")
    formes = read_contours(fichier)
    referentiel = pd.read_csv(donnees / "collectivites.csv.gz", dtype=str, keep_default_na=False)
    communes = referentiel.loc[referentiel["type"] == "commune", COLONNES]
    gardees, rapport = match_codes(formes, communes, source.date[:4])
    try:
        with open_chantier(dossier or get_dossier(), source.date[:4]) as chantier:
            avance("Simplification et réunion par niveau")
            write_niveaux(gardees, _list_noms(referentiel), chantier)
            avance("Écriture des tuiles")
            write_tuiles(gpd.read_parquet(chantier / FICHIERS["commune"]), chantier / TUILES)
            nom = f"{source.producteur}, {source.millesime}"
            write_manifeste(chantier, rapport, nom, empreinte, encarts.get_empreinte())
    except (OSError, GEOSException, DataSourceError, DataLayerError) as erreur:
        # Un disque plein, une forme impossible à réunir : le chantier est déjà effacé.
        raise SourceRefusee(f"Les contours lus n'ont pas pu être rangés : {erreur}.") from erreur
    return rapport


def _list_noms(referentiel: pd.DataFrame) -> dict[str, dict[str, str]]:
    return {
        niveau: dict(zip(lignes["code"], lignes["nom"], strict=True))
        for niveau in ("epci", "departement", "region")
        if len(lignes := referentiel[referentiel["type"] == niveau])
    }
