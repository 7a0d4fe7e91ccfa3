"""Écrire un document sur le disque : entier, ou pas du tout."""

from __future__ import annotations

import argparse
from pathlib import Path

from barometre.cli.analyse import add_json
from barometre.fichiers import write_atomic
from barometre.rapports.formats import FORMATS_DOCUMENT, get_nom
from barometre.rapports.modele import Document


def add_document(analyseur: argparse.ArgumentParser) -> None:
    """Le format et le chemin d'un document, dits de la même façon par chaque commande qui en écrit un."""
    analyseur.add_argument(
        "--format", choices=tuple(FORMATS_DOCUMENT), default="pdf", help="format du fichier (pdf)"
    )
    analyseur.add_argument("-o", "--sortie", metavar="CHEMIN", type=Path, help="fichier, ou dossier")
    add_json(analyseur)


def write_document(
    document: Document, format_: str, sortie: Path | None, *, dans_un_dossier: bool = False
) -> Path:
    """Le chemin écrit ; sans `sortie`, ou si c'est un dossier, le document y donne son propre nom."""
    octets = FORMATS_DOCUMENT[format_].write(document)
    chemin = sortie or Path()
    if dans_un_dossier or sortie is None or chemin.is_dir():
        chemin.mkdir(parents=True, exist_ok=True)
        chemin = chemin / get_nom(document, format_)
    # Un fichier interrompu ne passe pas pour un document.
    write_atomic(chemin, octets)
    return chemin
