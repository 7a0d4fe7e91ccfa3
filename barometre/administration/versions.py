"""Les versions : gardées, en service, ou préparées en attendant qu'on les publie."""

from __future__ import annotations

from datetime import date

import pandas as pd

from barometre.access import RegistreError
from barometre.access.publications import Publication
from barometre.administration.operateur import Operateur
from barometre.views.lecture.tableau import build_tableau
from barometre.warehouse.engine import EntrepotError
from barometre.warehouse.versions import (
    activate_version,
    check_gardee,
    check_preparee,
    list_versions,
    open_entrepot,
    publish_preparee,
    remove_preparee,
)

COLONNES = ("version", "creee_le", "active", "simulee", "commentaire")
INCONNUE = "Cette version préparée n'est pas connue du registre : abandonnez-la, puis préparez-la de nouveau."

PASSE = "Ce jour est passé : choisissez aujourd'hui, ou un jour à venir."


def list_gardees() -> pd.DataFrame:
    """Une ligne par version gardée, la plus récente d'abord."""
    return build_tableau(list_versions(open_entrepot())[list(COLONNES)].to_numpy(dtype=object), COLONNES)


def list_preparees() -> list[str]:
    """Les versions préparées, la plus récente d'abord."""
    return list(reversed(open_entrepot().list_preparees()))


def get_publication(operateur: Operateur, version_id: str) -> Publication:
    """Ce que le registre sait d'une version préparée ; `EntrepotError` s'il n'en sait rien."""
    trouvee = operateur.registre.publications.get(version_id)
    if trouvee is None:
        raise EntrepotError(INCONNUE)
    return trouvee


def activate(operateur: Operateur, version_id: str) -> None:
    """Met une version gardée en service, après l'avoir inscrit ; les lecteurs suivent sans redémarrage."""
    entrepot = open_entrepot()
    # Le journal ne dit pas un geste qui ne peut pas avoir lieu.
    check_gardee(entrepot, version_id)
    operateur.record("activer", version_id, f"avant={entrepot.get_active() or ''}")
    activate_version(entrepot, version_id)


def publish(operateur: Operateur, version_id: str) -> None:
    """Met une version préparée en service, si celle dont elle part l'est encore."""
    publication = get_publication(operateur, version_id)
    operateur.record("publier", version_id, f"avant={publication.base_id}")
    publish_preparee(open_entrepot(), version_id, publication.base_id)
    # La fenêtre de réponse court jusqu'à son jour, version publiée ou non.
    if publication.reponses_jusqu_au is None:
        operateur.registre.publications.remove(version_id)


def forget_preparee(operateur: Operateur, version_id: str) -> None:
    """Abandonne une version préparée ; les fichiers reçus restent dans la réserve."""
    entrepot = open_entrepot()
    check_preparee(entrepot, version_id)
    operateur.record("abandonner", version_id)
    remove_preparee(entrepot, version_id)
    operateur.registre.publications.remove(version_id)


def set_date(operateur: Operateur, version_id: str, prevue_le: date | None) -> None:
    """Annonce au programme quand la version paraîtra."""
    get_publication(operateur, version_id)
    _check_jour(prevue_le)
    operateur.record("prevoir", version_id, prevue_le.isoformat() if prevue_le else "sans date")
    operateur.registre.publications.set_date(version_id, prevue_le)


def set_fenetre(operateur: Operateur, version_id: str, jusqu_au: date | None) -> None:
    """Ouvre aux collectivités le droit de répondre jusqu'à ce jour ; sans jour, le ferme."""
    get_publication(operateur, version_id)
    _check_jour(jusqu_au)
    operateur.record("ouvrir_reponses", version_id, jusqu_au.isoformat() if jusqu_au else "fermée")
    operateur.registre.publications.set_fenetre(version_id, jusqu_au)


def list_fenetres(operateur: Operateur, jour: date) -> list[Publication]:
    """Les versions publiées dont la fenêtre de réponse est encore ouverte ; une préparée a la sienne."""
    preparees = set(list_preparees())
    ouvertes = operateur.registre.publications.list_ouvertes(jour)
    return [publication for publication in ouvertes if publication.version_id not in preparees]


def _check_jour(jour: date | None) -> None:
    if jour is not None and jour < date.today():
        raise RegistreError(PASSE)
