"""Écrire un document sur le disque : entier, ou pas du tout."""

from __future__ import annotations

import argparse
from pathlib import Path

from barometre.cli.analyse import add_json
from barometre.cli.erreurs import Refus
from barometre.fichiers import write_atomic
from barometre.rapports.formats_document import FORMATS_DOCUMENT, get_nom
from barometre.rapports.modele import Document


def add_document(analyseur: argparse.ArgumentParser) -> None:
    """Le format et le chemin d'un document, dits de la même façon par chaque commande qui en écrit un."""
    analyseur.add_argument(
        "--format",
        choices=tuple(FORMATS_DOCUMENT),
        default="",
        help="format du fichier (celui de l'extension de CHEMIN, sinon pdf)",
    )
    analyseur.add_argument("-o", "--sortie", metavar="CHEMIN", type=Path, help="fichier, ou dossier")
    add_json(analyseur)


def choose_format(format_: str, sortie: Path | None) -> str:
    """Le format voulu, ou celui que dit l'extension ; `Refus` si les deux se contredisent."""
    suffixe = sortie.suffix.lower().removeprefix(".") if sortie else ""
    if suffixe not in FORMATS_DOCUMENT:
        return format_ or "pdf"
    if format_ and format_ != suffixe:
        raise Refus(
            f"{sortie} se termine par « .{suffixe} » et vous demandez {format_} : changez l'un des deux."
        )
    return suffixe


def write_document(
    document: Document, format_: str, sortie: Path | None, *, dans_un_dossier: bool = False
) -> Path:
    """Le chemin écrit ; sans `sortie`, ou si c'est un dossier, le document y donne son propre nom."""
    format_ = choose_format(format_, None if dans_un_dossier else sortie)
    octets = FORMATS_DOCUMENT[format_].write(document)
    chemin = sortie or Path()
    if dans_un_dossier or sortie is None or chemin.is_dir():
        chemin.mkdir(parents=True, exist_ok=True)
        chemin = chemin / get_nom(document, format_)
    # Un fichier interrompu ne passe pas pour un document.
    write_atomic(chemin, octets)
    return chemin
