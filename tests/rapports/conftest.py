"""Un document inventé, et celui d'un entrepôt factice."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache

import pandas as pd
import pytest

from barometre.access import Gate
from barometre.assemblage import memoire
from barometre.charts import Marques
from barometre.charts.image import build_image, read_points
from barometre.charts.marques import Rang
from barometre.rapports.demande import Demande
from barometre.rapports.formats_document import FORMATS_DOCUMENT
from barometre.rapports.modele import (
    Document,
    EntreeLegende,
    Figure,
    Image,
    Liste,
    Paragraphe,
    Planche,
    Point,
    Section,
    Tableau,
    Vignette,
)
from barometre.rapports.synthese import build_synthese
from barometre.warehouse.repository import open_repository
from tests.fakes import build_entrepot_factice

POINTS = (
    Point("Un site internet", 0.68, 0.65, 0.71, "68 %", "entre 65 et 71 %", "412", "A"),
    Point("Une charte", 0.24, 0.18, 0.31, "24 %", "entre 18 et 31 %", "environ 90", "C"),
    Point("Un secret", raison="Non publiable : moins de 10 réponses."),
)
VIGNETTE = Vignette(
    theme="Un",
    titre="Un <site> #panic(), par région",
    phrase="Les valeurs vont de 12 % (Ouest) à 65 % (Est).",
    mention="Ensemble : 24 % (412 réponses, note A).",
    alt="Carte par région. Légende : 10 à 20 % (3).",
    legende=(
        EntreeLegende("#bcd5ee", "plein", "10 à 20 % (3)"),
        EntreeLegende("#9aa4ae", "hachure", "Hachures (1)"),
        EntreeLegende("#eef0f2", "points", "Points (2)"),
    ),
    croquis='<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 8" width="10" height="8">'
    '<path fill="#bcd5ee" d="M0 0 8 0 8 8z"/></svg>',
    proportion=0.8,
)


@pytest.fixture(scope="session")
def document() -> Document:
    """Le document inventé."""
    return build_document()


def build_document() -> Document:
    """Une section de chaque sorte de bloc, et des textes qui voudraient être du code."""
    dessin = Marques("", "", pd.DataFrame(), "", rangs=(Rang("a", "1 %", point=0.01),))
    image = build_image(dessin, titre="Carte", pied="Source")
    hauteur, largeur = read_points(image).shape[:2]
    return Document(
        titre="Synthèse d'essai : #panic() <b>&",
        sous_titre="Première vague",
        nom_fichier="synthese_essai",
        avertissement="Réponses simulées : données de démonstration, à ne pas citer.",
        mentions=(
            ("Champ", "France"),
            ("Source", "Essai"),
            ("Données du", "22 novembre 2026"),
            ("Version", "v1"),
        ),
        cree_le="2026-11-22",
        sections=(
            Section("L’essentiel", (Paragraphe("À retenir.", fort=True), Liste(("Un $x$", "Deux *deux*")))),
            Section("Un thème", (Figure("Un thème", "Un point par ligne.", "Un site : 68 %.", POINTS),)),
            Section("Tableaux", (Tableau("Chiffres", ("Quoi", "Combien"), (("Site", "68 %"),)),)),
            Section("Carte", (Image("Une carte", "Carte de France.", image, hauteur / largeur),)),
            Section(
                "Territoires", (Planche((VIGNETTE, replace(VIGNETTE, theme="Deux")), "Contours d'essai."),)
            ),
        ),
    )


@pytest.fixture(scope="session")
def gate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    """La porte publique d'un entrepôt factice."""
    depot = open_repository(build_entrepot_factice(tmp_path_factory.mktemp("entrepot")))
    memoire.forget()
    yield Gate(depot)
    depot.close()


@pytest.fixture(scope="session")
def synthese(gate: Gate) -> Document:
    """Celle de la France : la composer coûte deux secondes, elle sert à tous les fichiers d'un processus."""
    return build_synthese(gate, Demande())


@pytest.fixture(scope="session")
def write_synthese(synthese: Document) -> Callable[[str], bytes]:
    """Ses octets dans un format, écrits une fois."""
    return cache(lambda nom: FORMATS_DOCUMENT[nom].write(synthese))
