"""Ce qui accompagne toute donnée qui sort : définitions, filtres en mots, précautions, source, date."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from barometre.domain.formats import format_date

LICENCE = "Licence Ouverte 2.0 (Etalab)"
LICENCE_URL = "https://www.etalab.gouv.fr/licence-ouverte-open-licence"
# Ce que dit de lui un fichier remis à qui a un droit : le public ne le refait pas.
REMIS_SOUS_DROIT = "Remis à une personne qui a un droit : ce fichier porte ce que le public ne lit pas."
# Et celui qui porte ce qu'un visiteur a répondu dans la page : rien n'en est gardé pour le refaire.
SUR_PLACE = (
    "Avec des réponses données sur place par qui a pris ce fichier : elles ne sont enregistrées nulle part."
)
AVERTISSEMENT_SIMULATION = "Réponses simulées : données de démonstration, à ne pas citer."


@dataclass(frozen=True, slots=True)
class Definition:
    """Une ligne de la feuille « Définitions »."""

    objet: str
    definition: str
    base: str = ""
    unite: str = ""
    source: str = ""
    precautions: str = ""
    # L'indicateur que la ligne définit ; vide pour un mot.
    indicateur_id: str = ""


@dataclass(frozen=True, slots=True)
class Piece:
    """Un texte qui part avec l'archive, à côté des données : son nom de fichier, et ce qu'il dit."""

    nom: str
    texte: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """D'où vient un fichier, et comment le lire."""

    titre: str
    nom_fichier: str
    filtres: str
    source: str
    date: str
    version: str
    definitions: tuple[Definition, ...]
    precautions: tuple[str, ...] = ()
    licence: str = LICENCE
    simulee: bool = False
    # Celle qui rouvre la vue d'où vient le fichier ; vide pour ce qu'aucune adresse ne rouvre.
    adresse: str = ""
    # Ce que l'archive porte à côté des données.
    pieces: tuple[Piece, ...] = ()
    # Le jour où la vue a été lue, quand il la change (une alerte, une obligation en vigueur).
    jour: datetime.date | None = None

    @property
    def mentions(self) -> tuple[tuple[str, str], ...]:
        """Les lignes de la feuille « Provenance », et de l'en-tête d'un CSV."""
        alerte = (("Attention", AVERTISSEMENT_SIMULATION),) if self.simulee else ()
        return (
            ("Titre", self.titre),
            *alerte,
            ("Champ et filtres", self.filtres),
            *((("Adresse de la vue", self.adresse),) if self.adresse else ()),
            ("Source", self.source),
            ("Date", self.date),
            *((("Lu le", format_date(self.jour)),) if self.jour else ()),
            ("Version des données", self.version),
            ("Licence", self.licence),
            *(("Précaution", texte) for texte in self.precautions),
        )

    @property
    def pied(self) -> str:
        """Ce qu'une image porte, qui part sans son fichier : simulation, source, date, version, champ."""
        alerte = AVERTISSEMENT_SIMULATION if self.simulee else ""
        version = f"version {self.version}" if self.version else ""
        return " · ".join(filter(None, (alerte, self.source, self.date, version, self.filtres)))

    def get_nom(self, extension: str, objet: str = "") -> str:
        """Le nom du fichier ; il dit lui-même la version, et que les réponses sont simulées.

        `objet` distingue deux tableaux d'une même vue : sans lui, l'un écraserait l'autre.
        """
        version = f"_{self.version}" if self.version else ""
        marque = "_reponses-simulees" if self.simulee else ""
        suite = f"_{objet}" if objet and objet.replace("-", "_") not in self.nom_fichier else ""
        return f"{self.nom_fichier}{suite}{version}{marque}.{extension}"
