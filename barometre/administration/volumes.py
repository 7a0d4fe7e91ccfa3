"""L'alerte sur un volume inhabituel : qui lit ou emporte, en un jour, bien plus que d'ordinaire."""

from __future__ import annotations

from datetime import datetime, timedelta

import pandas as pd

from barometre.access import Registre
from barometre.access.horloge import get_now
from barometre.access.recherche_journal import Recherche
from barometre.domain.formats import format_compte

FENETRE = timedelta(days=1)
HABITUDE = timedelta(days=30)
# Un compte se compare à son propre mois, et à un plancher : un agent qui prépare un comité emporte dix
# fichiers et ouvre deux cents fiches ; un compte neuf n'a pas d'habitude.
PLANCHERS = {"exporter": 20, "lire": 400, "refus": 20}
FOIS = 3
MOTS = {
    "exporter": ("fichier emporté", "fichiers emportés"),
    "lire": ("lecture nommée", "lectures nommées"),
    "refus": ("lecture refusée", "lectures refusées"),
}


def list_alertes(registre: Registre, maintenant: datetime | None = None) -> list[str]:
    """Une phrase par compte et genre de fait qui passe, en un jour, le plancher et trois fois son mois."""
    fin = maintenant or get_now()
    faits = registre.list_journal(None, Recherche(depuis=(fin - HABITUDE).date()))
    faits = faits[faits["compte"] != ""].assign(genre=faits["action"].str.split("_").str[0])
    recents = faits["instant"] > fin - FENETRE
    jours = HABITUDE / FENETRE
    du_jour, d_avant = _count(faits[recents]), _count(faits[~recents])
    return [
        _explain(compte, genre, nombre)
        for (compte, genre), nombre in sorted(du_jour.items())
        if genre in PLANCHERS
        and nombre > max(PLANCHERS[genre], FOIS * d_avant.get((compte, genre), 0) / jours)
    ]


def _count(faits: pd.DataFrame) -> dict[tuple[str, str], int]:
    comptes = faits.groupby(["compte", "genre"]).size()
    return {(str(cle[0]), str(cle[1])): int(n) for cle, n in zip(comptes.index, comptes, strict=True)}


def _explain(compte: str, genre: str, nombre: int) -> str:
    return f"Volume inhabituel : le compte {compte} a {format_compte(nombre, *MOTS[genre])} en 24 heures."
