"""Les figures du document en images, pour les formats qui n'ont pas de graphique à eux.

typst les dessine toutes en une fois, avec les marques du PDF : dix fois moins de processeur que matplotlib.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import typst

from barometre.domain.notes import explain_lettres
from barometre.rapports.modele import Document, Figure, Image, Point
from barometre.rapports.pdf import open_polices, place_gabarit

GABARIT = Path(__file__).with_name("figures.typ")
DENSITE = 170  # points par pouce


def draw_figures(document: Document) -> Mapping[Figure, Image]:
    """Chaque figure dessinée ; titre, source et date y sont écrits : une image part parfois seule."""
    figures = [b for section in document.sections for b in section.blocs if isinstance(b, Figure)]
    if not figures:
        return {}
    recu = {"pied": write_pied(document), "figures": [_describe(figure) for figure in figures]}
    with TemporaryDirectory() as dossier:
        pages: Any = typst.compile(
            place_gabarit(GABARIT, dossier),
            root=dossier,
            format="png",
            ppi=DENSITE,
            sys_inputs={"figures": json.dumps(recu, ensure_ascii=False)},
            font_paths=open_polices(),
        )
    dessins = pages if isinstance(pages, list) else [pages]
    return {f: Image(f.titre, f.alt, o, _measure(o)) for f, o in zip(figures, dessins, strict=True)}


def write_pied(document: Document) -> str:
    """La source, la date, la simulation et ce que valent les lettres."""
    lettres = explain_lettres(simulee=bool(document.avertissement))
    return " · ".join(
        filter(None, (*(t for _, t in document.mentions[1:3]), document.avertissement, lettres))
    )


def format_mentions(point: Point) -> str:
    """« note B » ; « sans note »."""
    return f"note {point.note}" if point.note else "sans note"


def _describe(figure: Figure) -> dict[str, Any]:
    points = [{**asdict(point), "mots": format_mentions(point)} for point in figure.points]
    return {"titre": figure.titre, "points": points}


def _measure(png: bytes) -> float:
    """La hauteur divisée par la largeur, lues dans l'en-tête du PNG (IHDR)."""
    largeur, hauteur = struct.unpack(">II", png[16:24])
    return float(hauteur / largeur)
