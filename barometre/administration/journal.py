"""Le journal lu par un opérateur : des faits, jamais une réponse ni une adresse."""

from __future__ import annotations

from datetime import date

import pandas as pd

from barometre.access import AccesRefuse, Gate, Registre
from barometre.access.recherche_journal import Recherche
from barometre.administration.operateur import RESERVEE
from barometre.domain.faits import name_fait, name_role
from barometre.domain.formats import format_compte
from barometre.domain.provenance import Provenance
from barometre.views.lecture.provenance import build_provenance
from barometre.views.lecture.tableau import build_tableau

# Ce que la page montre ; le fichier a tout ce que la recherche trouve.
LIMITE = 200
COLONNES = ("numero", "instant", "compte", "role", "geste", "objet", "precision")


def build_table_journal(registre: Registre, recherche: Recherche, limite: int | None = None) -> pd.DataFrame:
    """Les faits cherchés, le plus récent d'abord."""
    faits = registre.list_journal(limite, recherche)
    lignes = [
        (f["journal_id"], f"{f['instant']:%Y-%m-%d %H:%M:%S}", f["compte"],
         name_role(f["role"], simulee=f["simulee"]), name_fait(f["action"]), f["objet"], f["detail"])
        for f in faits.to_dict("records")
    ]  # fmt: skip
    return build_tableau(lignes, COLONNES)


def explain_chaine(registre: Registre) -> str:
    """La chaîne relue, en une phrase."""
    lue = registre.check_journal()
    lignes = format_compte(lue.lignes, "ligne relue", "lignes relues")
    if lue.is_intact:
        return f"La chaîne du journal est entière ({lignes})."
    return f"La chaîne du journal est rompue après {lignes}. {lue.rupture} Prévenez qui répond du service."


def load_journal(gate: Gate, registre: Registre, recherche: Recherche) -> tuple[pd.DataFrame, Provenance]:
    """Le fichier d'une recherche, entière ; `AccesRefuse` si la porte n'est pas celle d'un opérateur."""
    if gate.portee.role != "operateur" or gate.portee.simulee:
        raise AccesRefuse(RESERVEE)
    filtres = " ; ".join(f for f in write_recherche(recherche) if f) or "tous les faits"
    provenance = build_provenance(
        gate.get_version(), "Journal des accès", "journal", filtres=filtres,
        source="Registre du service", reponses=False,
    )  # fmt: skip
    return build_table_journal(registre, recherche), provenance


def write_recherche(recherche: Recherche) -> tuple[str, str, str, str]:
    """La recherche en textes, tels qu'une adresse signée les porte."""
    depuis, jusqu_a = (jour.isoformat() if jour else "" for jour in (recherche.depuis, recherche.jusqu_a))
    return recherche.texte, recherche.action, depuis, jusqu_a


def read_recherche(mots: str, action: str, depuis: str, jusqu_a: str) -> Recherche:
    """La recherche que ces textes disent."""
    jours = (date.fromisoformat(texte) if texte else None for texte in (depuis, jusqu_a))
    return Recherche(mots, action, *jours)
