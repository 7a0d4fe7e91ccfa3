"""Le journal chaîné : chaque ligne porte le condensé de la précédente ; une ligne ôtée ou changée se voit.

Ni réponse, ni jeton, ni adresse électronique n'y entrent. Il s'écrit avant que la donnée ne sorte : qui ne
peut pas écrire ne lit pas.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from barometre.access.erreurs import RegistreError
from barometre.access.horloge import get_now
from barometre.access.tables import journal, journal_tete
from barometre.domain.portee import Portee

ORIGINE = "0" * 64
TETE = 1
CHAMPS = ("instant", "compte", "role", "simulee", "action", "objet", "detail")
_COURRIEL = re.compile(r"[^\s@<>]+@[^\s@<>]+")
NON_ECRIT = "Le journal des accès ne peut pas être écrit : cette lecture est refusée. Réessayez plus tard."


@dataclass(frozen=True, slots=True)
class Verification:
    """La chaîne relue : le nombre de lignes, et la première rupture (vide si tout se suit)."""

    lignes: int
    rupture: str

    @property
    def is_intact(self) -> bool:
        """Vrai si aucune ligne n'a été ôtée, ajoutée ou changée hors du registre."""
        return not self.rupture


def compute_empreinte(precedente: str, ligne: Mapping[str, Any] | RowMapping) -> str:
    """SHA-256 de l'empreinte d'avant et des champs, dans un ordre et une écriture fixes."""
    instant = ligne["instant"]
    date = instant.isoformat() if isinstance(instant, datetime) else str(instant)
    valeurs = [ligne[c] if isinstance(ligne[c], str) else bool(ligne[c]) for c in CHAMPS[1:]]
    texte = json.dumps([precedente, date, *valeurs], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(texte.encode()).hexdigest()


def hide_courriels(texte: str) -> str:
    """Le texte sans adresse électronique : le journal se lit et s'exporte sans livrer de personne."""
    return _COURRIEL.sub("[adresse retirée]", texte)


def write_fait(
    connexion: Connection, action: str, objet: str, *, portee: Portee, compte: str, detail: str
) -> int:
    """Ajoute un fait au bout de la chaîne, dans la transaction de `connexion` ; rend son numéro."""
    precedente = _lock_tete(connexion)
    ligne = {
        "instant": get_now(), "compte": hide_courriels(compte), "role": portee.role,
        "simulee": portee.simulee, "action": action, "objet": hide_courriels(objet),
        "detail": hide_courriels(detail),
    }  # fmt: skip
    empreinte = compute_empreinte(precedente, ligne)
    cle = connexion.execute(insert(journal).values(**ligne, empreinte=empreinte)).inserted_primary_key
    assert cle is not None
    connexion.execute(update(journal_tete).values(journal_id=cle[0], empreinte=empreinte))
    return int(cle[0])


def _lock_tete(connexion: Connection) -> str:
    """Retient la fin de chaîne jusqu'au bout de la transaction : deux écritures ne la fourchent pas."""
    try:
        connexion.execute(update(journal_tete).values(tete_id=TETE))
        return str(connexion.execute(select(journal_tete.c.empreinte)).scalar_one())
    except SQLAlchemyError as erreur:
        raise RegistreError(NON_ECRIT) from erreur


def check_chaine(connexion: Connection) -> Verification:
    """Relit tout le journal ; la première ligne qui ne suit pas la précédente est nommée."""
    precedente, lignes = ORIGINE, 0
    for ligne in connexion.execute(select(journal).order_by(journal.c.journal_id)).mappings():
        if ligne["empreinte"] != compute_empreinte(precedente, ligne):
            return Verification(lignes, f"La ligne {ligne['journal_id']} ne suit pas celle d'avant.")
        precedente, lignes = ligne["empreinte"], lignes + 1
    fin = connexion.execute(select(journal_tete.c.empreinte)).scalar_one()
    return Verification(lignes, "" if fin == precedente else "La fin du journal a été ôtée.")
