"""Ouvrir et clore une vague, sans fichier à changer ni reconstruction : pages, alertes et import suivent."""

from __future__ import annotations

from datetime import date

import pandas as pd

from barometre.administration.operateur import Operateur
from barometre.catalogue import load_catalogue
from barometre.catalogue.loader import load_catalogue_ecrit
from barometre.domain.enquete import Vague
from barometre.domain.formats import format_date
from barometre.ingest.errors import ImportRefuse
from barometre.views.lecture.tableau import build_tableau

COLONNES = ("vague", "ouverture", "fermeture", "etat_vague", "dates_donnees")
ETATS = {"a_venir": "à venir", "ouverte": "ouverte", "close": "close", "inconnue": "dates inconnues"}
OPERATEUR, CATALOGUE = "un opérateur", "le catalogue"
INCONNUE = "Cette vague n'est pas dans la liste."
A_L_ENVERS = "La clôture ne peut pas précéder l'ouverture."


def list_vagues(operateur: Operateur, jour: date) -> pd.DataFrame:
    """Chaque vague, ses dates, où elle en est, et si ces dates sont données ou celles du catalogue."""
    donnees = {dates.vague_id for dates in operateur.registre.calendrier.list()}
    lignes = [
        (
            v.titre,
            v.ouverture,
            v.fermeture,
            ETATS[v.get_etat(jour)],
            OPERATEUR if v.id in donnees else CATALOGUE,
        )
        for v in load_catalogue().vagues
    ]
    return build_tableau(lignes, COLONNES)


def get_vague(vague_id: str) -> Vague:
    """La vague, avec ses dates d'aujourd'hui ; `ImportRefuse` si elle n'existe pas."""
    trouvee = next((v for v in load_catalogue().vagues if v.id == vague_id), None)
    if trouvee is None:
        raise ImportRefuse(INCONNUE)
    return trouvee


def set_dates(operateur: Operateur, vague_id: str, ouverture: date | None, fermeture: date | None) -> None:
    """Donne ses dates à une vague ; inscrit d'abord, avec celles d'avant."""
    avant = get_vague(vague_id)
    if ouverture and fermeture and fermeture < ouverture:
        raise ImportRefuse(A_L_ENVERS)
    hier = f"{_write(avant.ouverture)} - {_write(avant.fermeture)}"
    detail = f"{_write(ouverture)} - {_write(fermeture)} (avant : {hier})"
    operateur.record("dater_vague", vague_id, detail)
    operateur.registre.calendrier.save(vague_id, ouverture, fermeture, par=operateur.compte)


def open_vague(operateur: Operateur, vague_id: str, jour: date) -> None:
    """Ouverte à partir de ce jour, sans clôture ; une vague déjà ouverte garde son premier jour."""
    vague = get_vague(vague_id)
    ouverte = vague.ouverture if vague.ouverture and vague.ouverture <= jour else jour
    set_dates(operateur, vague_id, ouverte, None)


def close_vague(operateur: Operateur, vague_id: str, jour: date) -> None:
    """Ce jour est le dernier où une réponse compte."""
    set_dates(operateur, vague_id, get_vague(vague_id).ouverture, jour)


def reset_dates(operateur: Operateur, vague_id: str) -> None:
    """Rend à une vague les dates du catalogue."""
    get_vague(vague_id)
    ecrite = next(v for v in load_catalogue_ecrit().vagues if v.id == vague_id)
    operateur.record(
        "dater_vague", vague_id, f"catalogue : {_write(ecrite.ouverture)} - {_write(ecrite.fermeture)}"
    )
    operateur.registre.calendrier.remove(vague_id)


def _write(jour: date | None) -> str:
    return format_date(jour) if jour else "?"
