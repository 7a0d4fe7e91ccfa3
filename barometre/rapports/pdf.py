"""Le PDF, par typst : PDF/A-2a (archivage, balisé) et PDF/UA-1 (accessibilité) ensemble, sans navigateur.

Police et dates sont fixes : le même document donne les mêmes octets.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import typst

from barometre.rapports.largeurs import POLICES, compute_largeurs
from barometre.rapports.modele import Bloc, Document, Image, Planche, Tableau

GABARIT = Path(__file__).with_name("gabarit.typ")
# Les dessins que les gabarits partagent.
DESSINS = (GABARIT.with_name("marques.typ"), GABARIT.with_name("cartes.typ"))
NORMES: list[Any] = ["a-2a", "ua-1"]


def to_pdf(document: Document) -> bytes:
    """Le fichier entier ; typst refuse une image sans texte de remplacement."""
    with TemporaryDirectory() as dossier:
        contenu = _describe(document, Path(dossier))
        octets: bytes = typst.compile(
            place_gabarit(GABARIT, dossier),
            root=dossier,
            sys_inputs={"document": json.dumps(contenu, ensure_ascii=False)},
            font_paths=open_polices(),
            pdf_standards=NORMES,
        )
    return octets


def place_gabarit(gabarit: Path, dossier: str) -> str:
    """Le gabarit et les dessins qu'il pose, dans le dossier : typst ne lit rien au-dehors."""
    for fichier in (gabarit, *DESSINS):
        (Path(dossier) / fichier.name).write_bytes(fichier.read_bytes())
    return str(Path(dossier) / gabarit.name)


@cache
def open_polices() -> Any:
    """Lues une fois : les relire coûtait plus que composer la page."""
    return typst.Fonts(include_system_fonts=False, font_paths=[str(POLICES)])


def _describe(document: Document, dossier: Path) -> dict[str, Any]:
    """Le document en JSON ; les images deviennent des fichiers du dossier."""
    images = (f"image-{rang}" for rang in range(1_000))
    return {
        "titre": document.titre,
        "sous_titre": document.sous_titre,
        "avertissement": document.avertissement,
        "mentions": document.mentions,
        "pied": " · ".join(texte for nom, texte in document.mentions if nom in ("Source", "Version")),
        "serre": document.serre,
        "adresse": document.adresse,
        "date": [int(part) for part in document.cree_le.split("-")],
        "sections": [
            {"titre": s.titre, "blocs": [_describe_bloc(b, dossier, images) for b in s.blocs]}
            for s in document.sections
        ],
    }


def _describe_bloc(bloc: Bloc, dossier: Path, noms: Any) -> dict[str, Any]:
    genre = {"genre": type(bloc).__name__}
    if isinstance(bloc, Image):
        nom = f"{next(noms)}.png"
        (dossier / nom).write_bytes(bloc.octets)
        return {**genre, "fichier": nom, "alt": bloc.alt, "titre": bloc.titre}
    dit = {**genre, **asdict(bloc)}
    if isinstance(bloc, Planche):
        dit["notice"] = bloc.notice
    if isinstance(bloc, Tableau):
        dit["rangs"] = bloc.rangs
        dit["largeurs"] = compute_largeurs(bloc.entetes, bloc.lignes, taille=7.5, place=17.4, bords=0.32)
    return dit
