"""Chaque panne connue a sa phrase ; les autres en ont une qui dit quoi faire."""

from __future__ import annotations

import errno
import os
import traceback

from barometre.access.gate import AccesRefuse
from barometre.access.registre import RegistreError
from barometre.catalogue import CatalogueError
from barometre.ingest.errors import ImportRefuse
from barometre.pipeline.achevement import ConstructionRefusee
from barometre.pipeline.referentiel import ReferentielError
from barometre.questionnaires.lecture import QuestionnaireRefuse
from barometre.warehouse.engine import EntrepotError

CONNUES = (
    AccesRefuse,
    CatalogueError,
    ConstructionRefusee,
    EntrepotError,
    ImportRefuse,
    QuestionnaireRefuse,
    ReferentielError,
    RegistreError,
)


class Refus(Exception):
    """Une commande refuse, par une phrase."""


def _explain_panne(erreur: BaseException) -> str:
    """La phrase d'un disque plein ou protégé, où que l'erreur soit dans la chaîne des causes."""
    cause: BaseException | None = erreur
    while cause is not None:
        texte = str(cause).lower()
        numero = cause.errno if isinstance(cause, OSError) else None
        plein = any(mots in texte for mots in ("no space left", "disk full", "file too large"))
        if plein or numero in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            return "Le disque est plein : libérez de la place et relancez. La version en service est intacte."
        if numero == errno.EROFS or "read-only file system" in texte:
            return "Le disque est en lecture seule : rien n'a été écrit. « importer --essai » s'en contente."
        cause = cause.__cause__ or cause.__context__
    return ""


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
    if panne := _explain_panne(erreur):
        return panne
    nom = type(erreur).__name__
    return f"La commande a échoué ({nom}). Relancez-la avec BAROMETRE_TRACE=1 et signalez ce qui s'affiche."
