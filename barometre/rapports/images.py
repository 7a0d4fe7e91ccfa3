"""Les figures et les cartes du document en images, pour les formats qui ne les dessinent pas.

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

from barometre.domain.formats import INSECABLE
from barometre.domain.notes import explain_lettres
from barometre.rapports.modele import Document, Figure, Image, Planche, Point, Vignette
from barometre.rapports.pdf import open_polices, place_gabarit

FIGURES = Path(__file__).with_name("figures.typ")
VIGNETTES = FIGURES.with_name("vignettes.typ")
# Points par pouce : net une fois imprimé.
DENSITE = 220
# En points, sur une image de huit centimètres ; à trois de front sur une page, un peu moins.
CORPS, CORPS_PROJETE, CORPS_SERRE = 7.5, 10.0, 7.0
# Des cartes de front sur une diapositive ; sur une page, il en tient trois dès cinq.
DE_FRONT, DES_TROIS = 3, 5
# En millimètres : la page entre ses marges, l'espace entre deux cartes, et une carte projetée.
PAGE, ENTRE, PROJETEE = 165.0, 4.0, 80.0


def draw_figures(document: Document) -> Mapping[Figure, Image]:
    """Chaque figure dessinée ; titre, source et date y sont écrits : une image part parfois seule."""
    figures = [b for section in document.sections for b in section.blocs if isinstance(b, Figure)]
    recu = {"pied": write_pied(document), "figures": [_describe(figure) for figure in figures]}
    dessins = _draw(FIGURES, "figures", recu, len(figures))
    return {f: Image(f.titre, f.alt, o, _measure(o)) for f, o in zip(figures, dessins, strict=True)}


def count_de_front(planche: Planche) -> int:
    """Combien de cartes se posent côte à côte sur une page : les mêmes qu'en PDF."""
    nombre = len(planche.vignettes)
    return DE_FRONT if nombre >= DES_TROIS else min(nombre, 2)


def compute_large_carte(front: int) -> float:
    """La largeur de chacune, en millimètres."""
    return (PAGE - (front - 1) * ENTRE) / front


def draw_vignettes(document: Document, *, projetees: bool = False) -> Mapping[Vignette, Image]:
    """Chaque carte d'une planche, avec son titre, sa légende et sa source, sans la phrase écrite à côté.

    De front, elles ont la même hauteur ; seule, une carte a sa légende à côté d'elle. `projetees` : en plus
    grand, sur une page qui dit déjà d'où viennent les chiffres, et comment lire une rangée.
    """
    planches = [b for section in document.sections for b in section.blocs if isinstance(b, Planche)]
    images: dict[Vignette, Image] = {}
    for planche in planches:
        seule = len(planche.vignettes) == 1
        front = DE_FRONT if projetees else count_de_front(planche)
        notice = planche.notice if seule else ""
        recu = {
            "pied": notice if projetees else f"{write_pied(document)} · {planche.source}",
            "par_rangee": front,
            "seule": seule,
            "large": PAGE if seule else PROJETEE if projetees else compute_large_carte(front),
            "corps": CORPS_PROJETE if projetees else CORPS if front < DE_FRONT else CORPS_SERRE,
            "vignettes": [asdict(vignette) for vignette in planche.vignettes],
        }
        dessins = _draw(VIGNETTES, "recu", recu, len(planche.vignettes))
        for vignette, octets in zip(planche.vignettes, dessins, strict=True):
            images[vignette] = Image(vignette.titre, vignette.alt, octets, _measure(octets))
    return images


def _draw(gabarit: Path, nom: str, recu: Mapping[str, Any], nombre: int) -> list[bytes]:
    """Les pages du gabarit en PNG, toutes en une fois."""
    if not nombre:
        return []
    with TemporaryDirectory() as dossier:
        pages: Any = typst.compile(
            place_gabarit(gabarit, dossier),
            root=dossier,
            format="png",
            ppi=DENSITE,
            sys_inputs={nom: json.dumps(recu, ensure_ascii=False)},
            font_paths=open_polices(),
        )
    return pages if isinstance(pages, list) else [pages]


def write_pied(document: Document) -> str:
    """La source, la date, la simulation et ce que valent les lettres."""
    lettres = explain_lettres(simulee=bool(document.avertissement))
    return " · ".join(
        filter(None, (*(t for _, t in document.mentions[1:3]), document.avertissement, lettres))
    )


def format_mentions(point: Point) -> str:
    """« (environ 230 réponses, note B) », d'un bloc : « note B) » se retrouvait seul à la ligne suivante."""
    note = f"note {point.note}" if point.note else "sans note"
    return f"({point.n} réponses, {note})".replace(" ", INSECABLE)


def _describe(figure: Figure) -> dict[str, Any]:
    points = [{**asdict(point), "mots": format_mentions(point)} for point in figure.points]
    return {"titre": figure.titre, "points": points}


def _measure(png: bytes) -> float:
    """La hauteur divisée par la largeur, lues dans l'en-tête du PNG (IHDR)."""
    largeur, hauteur = struct.unpack(">II", png[16:24])
    return float(hauteur / largeur)
