"""Les fichiers qu'une adresse donne, écrits de nouveau à sa version : aucun secret, rien de gardé."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd

from barometre.assemblage.emporter import build_emporte
from barometre.assemblage.explorer import load_requete
from barometre.cli.adresse_fichier import AdresseLue
from barometre.cli.erreurs import Refus
from barometre.cli.exporter import GPKG, open_gate
from barometre.domain.provenance import Provenance
from barometre.exports import FORMATS
from barometre.exports.csv import write_donnees
from barometre.maps.geopackage import GeopackageRefuse, to_gpkg
from barometre.rapports.formats_document import FORMATS_DOCUMENT
from barometre.views.donnees.demande import ExplorationRefusee

EXPLORER = "explorer"
EXTENSIONS = frozenset(
    {f.extension.rpartition(".")[2] for f in FORMATS.values()} | {GPKG, "png", "svg"} | set(FORMATS_DOCUMENT)
)
RACINE = Path(__file__).resolve().parents[3]
SANS_ENTETE = "csv_sans_entete"
SANS_PAGE = "La page de cette adresse n'a pas pu être rejouée : ouvrez-la, et lisez ce qu'elle en dit."
Refait = tuple[str, bytes]


def list_refaits(adresse: AdresseLue, extension: str) -> Iterator[Iterator[Refait]]:
    """Les fichiers de cette extension que l'outil donne à cette adresse, par lots ; (nom, octets) chacun.

    Ceux d'Explorer s'écrivent sans sa page ; elle n'est rejouée que pour ceux de son graphique.
    """
    if extension not in EXTENSIONS:
        raise Refus(f"Aucun fichier de l'outil n'a l'extension « {extension} ».")
    if adresse.page == EXPLORER:
        yield _list_explorer(adresse, extension)
    yield _list_page(adresse, extension)


def _list_explorer(adresse: AdresseLue, extension: str) -> Iterator[Refait]:
    formats = [nom for nom, f in FORMATS.items() if f.extension.rpartition(".")[2] == extension]
    if not formats and extension != GPKG:
        return
    try:
        vue = load_requete(open_gate(adresse.requete), adresse.requete)
    except ExplorationRefusee as erreur:
        raise Refus(str(erreur)) from erreur
    provenance = _situate(vue.provenance, adresse)
    if formats:
        yield from _write_all(vue.fichier, provenance, formats)
    else:
        yield from _write_gpkg(vue.table, provenance)


def _situate(provenance: Provenance, adresse: AdresseLue) -> Provenance:
    """La provenance telle que la page l'a écrite : le service y est nommé devant l'adresse de la vue."""
    return replace(provenance, adresse=f"{adresse.service}{provenance.adresse}")


def _write_all(table: pd.DataFrame, provenance: Provenance, formats: list[str]) -> Iterator[Refait]:
    """Un à un : le premier qui convient dispense des autres."""
    yield from ((nom, build_emporte(table, provenance, nom)) for nom in formats)
    if "csv" in formats:
        yield SANS_ENTETE, write_donnees(table, "international").encode()


def _write_gpkg(table: pd.DataFrame, provenance: Provenance) -> Iterator[Refait]:
    try:
        yield GPKG, to_gpkg(table, provenance)
    except GeopackageRefuse:
        return


def _list_page(adresse: AdresseLue, extension: str) -> Iterator[Refait]:
    """Ceux d'une autre page : elle est rejouée à part, par la porte du public (`barometre.ui.relecture`)."""
    open_gate(adresse.requete)
    entiere = f"{adresse.service}{adresse.page}?{adresse.requete}#{adresse.jour}"
    with tempfile.TemporaryDirectory() as dossier:
        run_relecture(entiere, extension, Path(dossier))
        for fichier in sorted(Path(dossier).iterdir()):
            yield fichier.name.partition("_")[2], fichier.read_bytes()


def run_relecture(adresse: str, extension: str, dossier: Path) -> None:
    """Streamlit vit dans un processus à lui : la commande ne l'importe pas."""
    mots = [sys.executable, "-m", "barometre.ui.relecture", adresse, extension, str(dossier)]
    chemins = os.pathsep.join(filter(None, (str(RACINE), os.environ.get("PYTHONPATH", ""))))
    lance = subprocess.run(mots, env=os.environ | {"PYTHONPATH": chemins}, capture_output=True, check=False)
    if lance.returncode:
        raise Refus(SANS_PAGE)
