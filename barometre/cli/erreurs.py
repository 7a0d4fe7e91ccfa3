"""Chaque panne connue a sa phrase ; les autres en ont une qui dit quoi faire."""

from __future__ import annotations

import os
import traceback

from barometre.access.gate import AccesRefuse
from barometre.access.registre import RegistreError
from barometre.catalogue import CatalogueError
from barometre.ingest.errors import ImportRefuse
from barometre.pipeline.achevement import ConstructionRefusee
from barometre.pipeline.referentiel import ReferentielError
from barometre.warehouse.engine import EntrepotError

CONNUES = (
    AccesRefuse,
    CatalogueError,
    ConstructionRefusee,
    EntrepotError,
    ImportRefuse,
    ReferentielError,
    RegistreError,
)


class Refus(Exception):
    """Une commande refuse, par une phrase."""


def explain(erreur: Exception) -> str:
    """La phrase d'une erreur ; la trace seulement si BAROMETRE_TRACE le demande."""
    if os.environ.get("BAROMETRE_TRACE"):
        traceback.print_exception(erreur)
    if isinstance(erreur, (*CONNUES, Refus)):
        return str(erreur)
    if isinstance(erreur, FileNotFoundError):
        return f"Le fichier « {erreur.filename} » n'existe pas."
    if isinstance(erreur, PermissionError):
        return f"« {erreur.filename} » ne peut pas être lu ou écrit : droits insuffisants."
    nom = type(erreur).__name__
    return f"La commande a échoué ({nom}). Relancez-la avec BAROMETRE_TRACE=1 et signalez ce qui s'affiche."
