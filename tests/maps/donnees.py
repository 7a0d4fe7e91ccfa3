"""Des lieux inventés sur de vraies formes embarquées ; les valeurs sont rondes."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
from shapely import box

from barometre.contours import encarts
from barometre.contours.dossier import TUILES
from barometre.contours.lecture import Contours
from barometre.contours.rangement import match_codes, open_chantier, write_manifeste, write_niveaux
from barometre.contours.tuiles import write_tuiles
from barometre.domain.indicateur import Calcul, Indicateur
from barometre.maps import Carte, build_donnees, build_feuille, build_lieux
from tests.fakes import COMMUNES


def build_indicateur(**autres: Any) -> Indicateur:
    champs: dict[str, Any] = {
        "id": "essai", "theme_id": "essai", "titre": "Un essai", "definition": "Part d'essai.", "unite": "%",
        "decimales": 0, "sens": "plus_haut_mieux", "calcul": Calcul("part_options"), "base": "",
        "source_id": "barometre", "origine": "declare", "precautions": "", "pourquoi": "", "actions": (),
        "revision": date(2099, 1, 1),
    }  # fmt: skip
    return Indicateur(**(champs | autres))


def build_cadre(lignes: list[dict[str, Any]]) -> pd.DataFrame:
    """Un lieu par ligne ; ce qui n'est pas dit est vide."""
    vide = {
        "region": "", "valeur": None, "etat": "montre", "valeur_texte": "", "detail": "", "raison": "",
        "se": None, "poids": None,
    }  # fmt: skip
    pleines = [
        vide | {"territoire_id": f"departement-{x['code']}", "nom": f"Lieu {x['code']}"} | x for x in lignes
    ]
    return pd.DataFrame(pleines)


def build_contours(codes: list[str], niveau: str = "departement") -> Contours:
    """Un carré par code, côte à côte."""
    formes = gpd.GeoDataFrame(
        {"code": codes, "nom": codes, "departement": "", "region": "", "epci": "", "cle": codes},
        geometry=[box(2 + rang, 46, 3 + rang, 47) for rang in range(len(codes))],
        crs="EPSG:4326",
    )
    return Contours(niveau, "2026", "Contours d'essai", formes)


def write_contours(
    dossier: Path,
    *,
    codes: tuple[str, ...] | None = None,
    millesime: str = "2026",
    noms: dict[str, str] | None = None,
) -> None:
    """Les communes de l'entrepôt factice en grands carrés au milieu du pays, chargées comme de vraies."""
    lignes = [
        {"code": c, "nom": (noms or {}).get(c, nom), "departement": d, "region": "84", "epci": ""}
        for c, nom, _, d, _ in COMMUNES
        if codes is None or c in codes
    ]
    carres = [box(1 + 2 * (i % 2), 45 + 2 * (i // 2), 3 + 2 * (i % 2), 47 + 2 * (i // 2)) for i in range(4)]
    communes = pd.DataFrame(lignes)
    formes = gpd.GeoDataFrame({"code": communes["code"]}, geometry=carres[: len(lignes)], crs="EPSG:4326")
    gardees, rapport = match_codes(formes, communes, millesime)
    with open_chantier(dossier, millesime) as chantier:
        write_niveaux(gardees, {"epci": {}, "departement": {}, "region": {}}, chantier)
        write_tuiles(gardees, chantier / TUILES)
        write_manifeste(chantier, rapport, "Essai", "0", encarts.get_empreinte())


def render_page(carte: Carte) -> str:
    """La page folium entière d'une carte : le fond et ses lieux."""
    feuille = build_feuille()
    feuille.add_child(build_lieux(build_donnees(carte)))
    page: str = feuille.get_root().render()
    return page
