"""Écrire un document sur le disque : entier, ou pas du tout."""

from __future__ import annotations

from pathlib import Path

from barometre.rapports.formats import FORMATS_DOCUMENT, get_nom
from barometre.rapports.modele import Document


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
    provisoire = chemin.with_name(f".{chemin.name}")
    provisoire.write_bytes(octets)
    return provisoire.replace(chemin)
