"""Les quatre images du README, prises dans Chromium sur une application ouverte sur la démonstration.

    python -m barometre servir &  puis  python -m scripts.photographier --adresse http://localhost:8501

Chaque image fait moins de 200 ko : au-delà, elle est refusée d'une phrase.
"""

from __future__ import annotations

import argparse
import shutil
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

DOSSIER = Path(__file__).resolve().parents[1] / "docs" / "images"
MAXIMUM = 200_000  # octets
ATTENTE = 3_000  # ms : les images d'une carte arrivent après le texte


@dataclass(frozen=True, slots=True)
class Photo:
    """Une image : son nom, la page, la fenêtre en pixels."""

    nom: str
    chemin: str
    largeur: int
    hauteur: int


PHOTOS = (
    Photo("accueil", "/", 1280, 860),
    Photo("theme", "/cybersecurite", 1440, 1000),
    Photo("fiche_telephone", "/fiche?collectivite=commune-02578", 390, 844),
    Photo("carte", "/carte?theme=communication", 1280, 1180),
)


def run() -> None:
    """Prend les quatre images."""
    analyseur = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    analyseur.add_argument("--adresse", default="http://localhost:8501")
    adresse = analyseur.parse_args().adresse
    DOSSIER.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as outil:
        navigateur = outil.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for photo in PHOTOS:
            _take(navigateur, adresse, photo)
        navigateur.close()


def _take(navigateur: Browser, adresse: str, photo: Photo) -> None:
    fenetre = {"width": photo.largeur, "height": photo.hauteur}
    page = navigateur.new_page(viewport=fenetre, locale="fr-FR", color_scheme="light")  # type: ignore[arg-type]
    page.goto(adresse + photo.chemin)
    page.wait_for_selector(".baro-pied", timeout=60_000)
    page.wait_for_timeout(ATTENTE)
    octets = page.screenshot(type="jpeg", quality=72)
    if len(octets) > MAXIMUM:
        raise SystemExit(f"{photo.nom} : {len(octets)} octets, plus que {MAXIMUM} ; réduisez sa fenêtre.")
    (DOSSIER / f"{photo.nom}.jpg").write_bytes(octets)
    page.close()


if __name__ == "__main__":
    run()
