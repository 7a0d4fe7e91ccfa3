"""Lire un fichier de contours tel qu'on le reçoit : tout ce qui peut y clocher a sa phrase, avant d'écrire.

Le fichier vient d'ailleurs : sa taille se compte pendant qu'on le décompresse, et rien ne laisse la
bibliothèque de lecture deviner un format qui irait chercher d'autres fichiers.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import shapely
from pyarrow.lib import ArrowException
from pyogrio.errors import DataLayerError, DataSourceError

from barometre.domain.formats import format_compte
from barometre.sources.errors import SourceRefusee

# La colonne du code : celle des fichiers officiels, puis celles des miroirs.
COLONNES_CODE = ("code", "codgeo", "code_insee", "insee_com", "INSEE_COM", "CODE_INSEE", "id")
# Un fichier de contours généralisés fait moins de 60 Mo ; une forme de commune, moins de 100 000 points.
MAX_OCTETS, MAX_POINTS = 200 * 1024**2, 12_000_000
# Le même, déplié : 20 Mo compressés en donnent 80 ; au-delà, c'est un autre fichier, ou un piège.
MAX_DEPLIES = 400 * 1024**2
MORCEAU = 1024**2
# Ce qu'est un code, à chaque niveau ; les collectivités d'outre-mer hors du champ en ont un aussi.
CODES = {
    "commune": r"(?:\d{2}|2[AB])\d{3}",
    "epci": r"\d{9}",
    "departement": r"\d{2,3}|2[AB]",
    "region": r"\d{2,3}",
}
PLURIELS = {"commune": "communes", "epci": "EPCI", "departement": "départements", "region": "régions"}
# Les communes de métropole, en degrés : ouest, sud, est, nord, au large.
METROPOLE = (-6.0, 41.0, 10.5, 52.0)
OUTRE_MER = ("97", "98")
REPRENDRE = "Récupérez-le de nouveau, ou prenez celui de l'adresse officielle."
EN_DEGRES = "Prenez la version en degrés (WGS 84, EPSG:4326)."
GENERALISER = "Prenez un fichier généralisé (50 m ou 100 m)."


def read_contours(fichier: Path, niveau: str = "commune") -> gpd.GeoDataFrame:
    """Le fichier tel qu'il est : GeoParquet, GeoJSON ou TopoJSON, compressé ou non ; colonne `code`."""
    if not fichier.is_file():
        raise SourceRefusee(f"Le fichier de contours « {fichier.name} » n'existe pas.")
    if fichier.stat().st_size > MAX_OCTETS:
        raise _refuse(fichier.name, f"dépasse {_mo(MAX_OCTETS)} : il n'est pas lu. {GENERALISER}")
    try:
        formes = _read(fichier)
    except (DataSourceError, DataLayerError, ArrowException, ValueError, OSError) as erreur:
        raise _refuse(
            fichier.name, f"est abîmé ou n'est ni GeoJSON, ni TopoJSON, ni GeoParquet. {REPRENDRE}"
        ) from erreur
    return check_formes(formes, fichier.name, niveau)


def _refuse(nom: str, quoi: str) -> SourceRefusee:
    return SourceRefusee(f"Le fichier de contours « {nom} » {quoi}")


def _mo(octets: int) -> str:
    return f"{octets // 1024**2} Mo"


def _read(fichier: Path) -> gpd.GeoDataFrame:
    if fichier.suffix == ".parquet":
        _check_parquet(fichier)
        return gpd.read_parquet(fichier)
    with _unfold(fichier) as deplie:
        _check_json(deplie, fichier.name)
        return gpd.read_file(deplie)


def _check_parquet(fichier: Path) -> None:
    """La taille dépliée est écrite dans le fichier : on la lit avant les données."""
    entete = pq.read_metadata(fichier)
    taille = sum(entete.row_group(rang).total_byte_size for rang in range(entete.num_row_groups))
    if taille > MAX_DEPLIES:
        raise _refuse(
            fichier.name, f"déplié, dépasserait {_mo(MAX_DEPLIES)} : il n'est pas lu. {GENERALISER}"
        )


@contextmanager
def _unfold(fichier: Path) -> Iterator[Path]:
    """Le fichier lui-même, ou sa copie décompressée, effacée ensuite."""
    if fichier.suffix != ".gz":
        yield fichier
        return
    with TemporaryDirectory(prefix="contours-") as dossier:
        deplie = Path(dossier) / fichier.name.removesuffix(".gz")
        _decompress(fichier, deplie)
        yield deplie


def _decompress(fichier: Path, cible: Path) -> None:
    """Morceau par morceau : la limite arrête l'écriture, elle ne la constate pas après coup."""
    ecrits = 0
    try:
        with gzip.open(fichier) as entree, cible.open("wb") as sortie:
            while morceau := entree.read(MORCEAU):
                ecrits += len(morceau)
                if ecrits > MAX_DEPLIES:
                    raise _refuse(
                        fichier.name,
                        f"dépasse {_mo(MAX_DEPLIES)} une fois décompressé : lecture arrêtée. {GENERALISER}",
                    )
                sortie.write(morceau)
    except EOFError as erreur:
        raise _refuse(fichier.name, f"est tronqué : il s'arrête avant sa fin. {REPRENDRE}") from erreur
    except (gzip.BadGzipFile, zlib.error) as erreur:
        raise _refuse(fichier.name, f"n'est pas un fichier gzip lisible. {REPRENDRE}") from erreur


def _check_json(fichier: Path, nom: str) -> None:
    """Un objet JSON commence par une accolade ; tout autre format est refusé sans être essayé."""
    with fichier.open("rb") as entree:
        debut = entree.read(256).removeprefix(b"\xef\xbb\xbf").lstrip()
    if debut.startswith(b"<"):
        raise _refuse(nom, f"est une page internet ou un document XML, non des contours. {REPRENDRE}")
    if not debut.startswith(b"{"):
        raise _refuse(nom, f"est abîmé : il ne commence pas comme un GeoJSON. {REPRENDRE}")


def check_formes(formes: gpd.GeoDataFrame, nom: str, niveau: str = "commune") -> gpd.GeoDataFrame:
    """Les formes et leur code, en degrés ; `SourceRefusee` si l'un des deux ne va pas."""
    if formes.empty:
        raise _refuse(nom, f"ne contient aucune forme. {REPRENDRE}")
    colonne = next((c for c in COLONNES_CODE if c in formes.columns), None)
    if colonne is None:
        attendues = ", ".join(COLONNES_CODE[:4])
        raise _refuse(nom, f"n'a pas de colonne du code INSEE (attendue : {attendues}…). {REPRENDRE}")
    _check_genres(formes, nom, niveau)
    # La colonne des formes s'appelle comme on veut dans un GeoParquet.
    propres = gpd.GeoDataFrame({"code": formes[colonne]}, geometry=formes.geometry.to_numpy(), crs=formes.crs)
    _check_codes(propres["code"], nom, niveau)
    dessinees = propres.geometry.to_numpy()
    propres = propres[~(shapely.is_missing(dessinees) | shapely.is_empty(dessinees))]
    propres = propres.set_crs("EPSG:4326") if propres.crs is None else propres.to_crs("EPSG:4326")
    _check_degres(propres, nom)
    if niveau == "commune":
        _check_metropole(propres, nom)
    return propres


def _check_genres(formes: gpd.GeoDataFrame, nom: str, niveau: str) -> None:
    autres = sorted(set(formes.geometry.geom_type.dropna()) - {"Polygon", "MultiPolygon"})
    if autres:
        trouves = ", ".join(autres)
        raise _refuse(nom, f"contient autre chose que des surfaces ({trouves}). {_prendre(niveau)}")
    if formes.geometry.isna().all():
        raise _refuse(nom, f"n'a que des formes vides. {REPRENDRE}")
    if int(shapely.get_num_coordinates(formes.geometry.to_numpy()).sum()) > MAX_POINTS:
        raise _refuse(nom, f"est trop détaillé. {GENERALISER}")


def _check_codes(codes: pd.Series, nom: str, niveau: str) -> None:
    vides = codes.isna() | (codes.astype(str).str.strip() == "")
    if vides.any():
        raise _refuse(nom, f"a {format_compte(int(vides.sum()), 'forme')} sans code INSEE. {REPRENDRE}")
    textes = codes.astype(str)
    faux = textes[~textes.str.fullmatch(CODES[niveau])]
    if len(faux):
        raise _refuse(
            nom,
            f"a {format_compte(len(faux), 'code')} d'un autre genre que ceux des {PLURIELS[niveau]} "
            f"(« {faux.iloc[0][:20]} ») : un zéro de tête perdu, ou un autre niveau. {_prendre(niveau)}",
        )
    doubles = textes[textes.duplicated()]
    if len(doubles):
        raise _refuse(nom, f"a deux contours pour le code {doubles.iloc[0]}. {REPRENDRE}")


def _prendre(niveau: str) -> str:
    return f"Prenez celui des {PLURIELS[niveau]}, avec des codes en texte."


def _check_degres(formes: gpd.GeoDataFrame, nom: str) -> None:
    bornes = formes.total_bounds
    if (
        not np.isfinite(bornes).all()
        or np.abs(bornes[[0, 2]]).max() > 180
        or np.abs(bornes[[1, 3]]).max() > 90
    ):
        raise _refuse(
            nom,
            f"a des coordonnées qui ne sont pas des degrés (projection Lambert ?). {EN_DEGRES}",
        )


def _check_metropole(formes: gpd.GeoDataFrame, nom: str) -> None:
    metropole = formes[~formes["code"].str.startswith(OUTRE_MER)]
    ouest, sud, est, nord = metropole.total_bounds if len(metropole) else METROPOLE
    if ouest < METROPOLE[0] or sud < METROPOLE[1] or est > METROPOLE[2] or nord > METROPOLE[3]:
        raise _refuse(
            nom,
            "place des communes de métropole hors de France : longitude et latitude sont peut-être "
            f"inversées. {EN_DEGRES}",
        )
