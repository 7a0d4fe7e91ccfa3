"""Une vue par territoire en GeoPackage : une couche par indicateur, ses contours, sa couleur dans QGIS.

Les couches portent les colonnes du fichier, et rien de plus : ce que la porte cache n'a pas de valeur ici non
plus. Une vue répartie aussi par vague, taille, type ou couverture a une couche par part : des contours posés
l'un sur l'autre ne montreraient que le dernier. Le style voyage dans la table `layer_styles`, que QGIS
applique de lui-même : gris là où rien n'est publié, hachuré là où le chiffre n'est pas à citer.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from html import escape
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio

from barometre.contours.lecture import ContoursAbsents, load_contours
from barometre.domain.formats import format_nombre
from barometre.domain.provenance import Provenance
from barometre.maps.palettes import ABSENT, SEQUENTIELLES

NIVEAUX = ("region", "departement", "epci", "commune")
COULEURS = SEQUENTIELLES["neutre"]
MIME = "application/geopackage+sqlite3"
# Une date fixe : deux écritures des mêmes données donnent le même contenu.
_DATE = "2000-01-01T00:00:00Z"
_STYLES = "layer_styles"
# Ce qui, pour un même territoire, peut faire plusieurs lignes ; le nom d'une couche où rien n'est choisi.
PARTS = ("vague_id", "periode", "type", "strate", "couverture")
TOUTES = "ensemble"
# Une couche coûte d’autant plus qu’il y en a déjà : cent, 6 s ; quatre cents, 95 s.
COUCHES_MAX = 100
NON_PUBLIE, A_NE_PAS_CITER = "non publié, ou sans réponse", "indicatif, à ne pas citer"
BLANC = "#ffffff"


class GeopackageRefuse(ValueError):
    """Cette vue n'a pas de contours ; le message dit quoi changer."""


def to_gpkg(table: pd.DataFrame, provenance: Provenance) -> bytes:
    """Le fichier entier ; `table` : une ligne par indicateur × territoire, comme dans les autres formats."""
    if (couches := count_couches(table)) > COUCHES_MAX:
        raise GeopackageRefuse(describe_exces(couches))
    formes = _load_formes(table["territoire_id"])
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _DATE})
    with tempfile.TemporaryDirectory() as dossier:
        fichier = Path(dossier) / "vue.gpkg"
        styles = pd.DataFrame(
            [_write_couche(fichier, nom, lignes, formes) for nom, lignes in _list_couches(table)]
        )
        # QGIS 3.22 range les styles par ces deux colonnes : sans elles, il n'en lit aucun.
        styles = styles.assign(useAsDefault=True, update_time=pd.Timestamp(_DATE))
        mentions = pd.DataFrame(list(provenance.mentions), columns=["mention", "texte"])
        pyogrio.write_dataframe(mentions, fichier, layer="provenance", append=True)
        pyogrio.write_dataframe(styles, fichier, layer=_STYLES, append=True)
        return fichier.read_bytes()


def count_couches(table: pd.DataFrame) -> int:
    """Combien de couches ferait cette vue."""
    # Ce qui ne varie pas ne sépare rien : le compte est celui de `_list_couches`, lu d'un coup.
    return len(table[["indicateur_id", *(c for c in PARTS if c in table)]].drop_duplicates())


def describe_exces(couches: int) -> str:
    """Pourquoi cette vue n'a pas de GeoPackage, et ce qui la raccourcit."""
    return (
        f"Pas de GeoPackage\u202f: cette vue y ferait {format_nombre(couches)}\u00a0couches, et "
        f"{COUCHES_MAX} au plus se lisent. Choisissez moins d’indicateurs, de vagues, de tailles ou de types."
    )


def _load_formes(territoires: pd.Series) -> gpd.GeoDataFrame:
    niveaux = set(territoires.str.partition("-")[0])
    if autres := niveaux - set(NIVEAUX):
        noms = ", ".join(sorted(autres))
        raise GeopackageRefuse(
            f"Un GeoPackage demande une vue par territoire (« par=territoire ») ; ici : {noms}."
        )
    formes = []
    for niveau in sorted(niveaux):
        try:
            lues = load_contours(niveau).formes
        except ContoursAbsents as erreur:
            raise GeopackageRefuse(str(erreur)) from erreur
        codes = f"{niveau}-" + lues["code"]
        formes.append(lues.assign(territoire_id=codes)[["territoire_id", "nom", "geometry"]])
    return gpd.GeoDataFrame(pd.concat(formes, ignore_index=True), geometry="geometry", crs=lues.crs)


def _list_couches(table: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame]]:
    """Une couche par indicateur, et par part de ce qui varie d'une ligne à l'autre d'un même territoire."""
    varient = [c for c in PARTS if c in table and table.groupby("indicateur_id")[c].nunique().max() > 1]
    for cles, lignes in table.groupby(["indicateur_id", *varient], sort=False, dropna=False):
        yield "_".join(str(c) or TOUTES for c in cles), lignes


def _write_couche(fichier: Path, nom: str, lignes: pd.DataFrame, formes: gpd.GeoDataFrame) -> dict[str, str]:
    """Écrit la couche d'un indicateur et rend son style."""
    # Un territoire sans contour garde sa ligne, sans forme : une table ne perd rien à devenir une carte.
    couche = formes.merge(lignes, on="territoire_id", how="right")
    pyogrio.write_dataframe(couche, fichier, layer=nom, append=fichier.exists())
    unite = str(lignes["unite"].iloc[0])
    titre = " ; ".join(dict.fromkeys([str(lignes["titre"].iloc[0]), *_list_mots(lignes)]))
    return {
        "f_table_catalog": "", "f_table_schema": "", "f_table_name": nom, "f_geometry_column": "geom",
        "styleName": nom, "styleQML": build_style(couche["valeur"], unite),
        "styleSLD": "", "description": titre, "owner": "", "ui": "",
    }  # fmt: skip


def _list_mots(lignes: pd.DataFrame) -> list[str]:
    """Ce qui distingue la couche d'une autre du même indicateur, tel que la table le dit."""
    return [str(lignes[c].iloc[0]) for c in PARTS if c in lignes and lignes[c].iloc[0]]


def build_style(valeurs: pd.Series, unite: str) -> str:
    """Le style QGIS (QML) : des classes d'effectifs égaux, de la plus claire à la plus foncée ; le doute."""
    connues = valeurs.dropna().to_numpy(dtype=float)
    quantiles = np.quantile(connues, np.linspace(0, 1, len(COULEURS) + 1)) if len(connues) else connues
    classes = list(_list_classes(np.unique(quantiles).tolist(), unite))
    regles = [
        (_build_filtre(bas, haut, premiere=rang == 0), libelle, _build_symbole(rang, couleur))
        for rang, (bas, haut, libelle, couleur) in enumerate(classes)
    ]
    absent, doute = len(regles), len(regles) + 1
    regles.append(('"valeur" IS NULL', NON_PUBLIE, _build_symbole(absent, ABSENT)))
    regles.append(("\"marque\" = '[u]'", A_NE_PAS_CITER, _build_symbole(doute, BLANC, hachures=True)))
    lignes = "".join(
        f'<rule key="{{{rang}}}" symbol="{rang}" filter="{escape(filtre)}" label="{escape(libelle)}"/>'
        for rang, (filtre, libelle, _) in enumerate(regles)
    )
    return (
        '<qgis version="3.28" styleCategories="Symbology"><renderer-v2 type="RuleRenderer" symbollevels="0">'
        f'<rules key="{{racine}}">{lignes}</rules>'
        f"<symbols>{''.join(symbole for *_, symbole in regles)}</symbols></renderer-v2></qgis>"
    )


def _build_filtre(bas: float, haut: float, *, premiere: bool) -> str:
    """Chaque valeur dans une classe et une seule : la première garde sa borne basse."""
    return f'"valeur" {">=" if premiere else ">"} {bas!r} AND "valeur" <= {haut!r}'


def _list_classes(bornes: list[float], unite: str) -> Iterator[tuple[float, float, str, str]]:
    paires = list(pairwise(bornes)) or [(b, b) for b in bornes]
    pas = max(len(COULEURS) // max(len(paires), 1), 1)
    for rang, (bas, haut) in enumerate(paires):
        couleur = COULEURS[min(rang * pas, len(COULEURS) - 1)]
        yield bas, haut, f"{format_nombre(bas)} à {format_nombre(haut)} {unite}".strip(), couleur


def _build_symbole(rang: int, couleur: str, *, hachures: bool = False) -> str:
    r, g, b = (int(couleur.lstrip("#")[i : i + 2], 16) for i in (0, 2, 4))
    motif = "b_diagonal" if hachures else "solid"
    return (
        f'<symbol name="{rang}" type="fill" alpha="1"><layer class="SimpleFill">'
        f'<prop k="color" v="{r},{g},{b},255"/><prop k="style" v="{motif}"/>'
        '<prop k="outline_color" v="255,255,255,255"/><prop k="outline_width" v="0.2"/></layer></symbol>'
    )
