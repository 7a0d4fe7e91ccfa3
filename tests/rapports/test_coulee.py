"""Un PPTX ne sait pas la place d'un texte : celle que l'on compte n'est jamais plus petite que la vraie."""

from __future__ import annotations

from pathlib import Path

import matplotlib
import pytest
from PIL import ImageFont

from barometre.rapports.largeurs import count_lignes

POLICES = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
# Ce qu'une synthèse écrit en gras en tête d'un thème, et sous lui en petit.
PHRASES = (
    "Pour 29 % des collectivités, le territoire a au moins un lieu où se faire aider avec le numérique "
    "(entre 23 et 36 %). 25 % des collectivités proposent des actions pour aider les habitants avec le "
    "numérique (entre 19 et 31 %).",
    "83 % des collectivités transmettent tous leurs actes à la préfecture par voie électronique (entre 76 et "
    "89 %). 90 % des collectivités envoient pièces comptables et justificatifs au Trésor public sans papier "
    "(entre 84 et 94 %).",
    "Base : collectivités ayant répondu à la question. Trait : intervalle à 95 % autour du chiffre redressé, "
    "hors biais de participation. A et B : serait à citer (réponses simulées).",
)


def _wrap(texte: str, fichier: str, taille: int, large: float) -> int:
    """Les lignes d'un texte dans DejaVu, plus large que toutes les polices d'un poste de bureau."""
    police = ImageFont.truetype(str(POLICES / fichier), 100)
    place = (large - 0.5) / (taille * 2.54 / 72) * 100
    lignes, courante = 1, ""
    for mot in texte.split(" "):
        essai = f"{courante} {mot}".strip()
        if police.getlength(essai) > place and courante:
            lignes, courante = lignes + 1, mot
        else:
            courante = essai
    return lignes


@pytest.mark.parametrize(("fichier", "gras"), [("DejaVuSans-Bold.ttf", True), ("DejaVuSans.ttf", False)])
@pytest.mark.parametrize(("taille", "large"), [(14, 30.87), (11, 30.87), (16, 12.0)])
def test_la_place_comptee_suffit_a_la_police_la_plus_large(
    fichier: str, gras: bool, taille: int, large: float
) -> None:
    for phrase in PHRASES:
        assert count_lignes(phrase, taille, large - 0.5, gras=gras) >= _wrap(phrase, fichier, taille, large)
