"""Une figure du document en image, pour les formats qui n'ont pas de graphique à eux."""

from __future__ import annotations

from barometre.charts.image import Trait, build_image_traits
from barometre.domain.notes import explain_lettres
from barometre.rapports.modele import Document, Figure, Image


def build_image(figure: Figure, document: Document) -> Image:
    """La figure dessinée ; titre, source et date y sont écrits."""
    traits = [
        Trait(p.libelle, _texte(p.texte, p.note, p.n), p.valeur, p.bas, p.haut, p.note == "C")
        if p.valeur is not None
        else Trait(p.libelle, "non publié")
        for p in figure.points
    ]
    lettres = explain_lettres(simulee=bool(document.avertissement))
    # Les lettres d'une image qui part seule : son pied dit ce qu'elles valent.
    mentions = (*(texte for _, texte in document.mentions[1:3]), document.avertissement, lettres)
    pied = " · ".join(filter(None, mentions))
    octets, proportion = build_image_traits(traits, titre=figure.titre, pied=pied)
    return Image(figure.titre, figure.alt, octets, proportion)


def _texte(texte: str, note: str, n: int | None) -> str:
    return f"{texte} (n = {n}, note {note})"
