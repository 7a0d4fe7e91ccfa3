"""Le nom du fichier d'une vue d'Explorer : indicateurs, répartition, champ, vagues ; deux vues, deux noms.

La version et « réponses simulées » s'y ajoutent (`Provenance.get_nom`). Ce qui est trop long pour un nom y
est compté, et un condensé de la demande le distingue d'un autre de même compte.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from barometre.views.donnees.demande import TERRITOIRE, DemandeExplorer
from barometre.views.donnees.reproduire import build_requete

# Au-delà, on compte : un nom de fichier a 255 octets, version et simulation comprises.
NOMMES, SIGNES, ENTIER = 3, 60, 160
SIGNES_CONDENSE = 6


def name_fichier(demande: DemandeExplorer, periodes: Sequence[str]) -> str:
    """Le nom, sans version ni extension ; `periodes` : les vagues (ou les dates) que la table contient."""
    choix = demande.selection
    nommes = [
        _list(demande.indicateurs, "indicateurs") or (demande.theme_id or "chiffres-cles", False),
        (_name_par(demande), False),
        ("large" if demande.forme == "large" else "", False),
        (choix.territoire_id, False),
        _list(demande.territoires, "territoires"),
        (choix.strate or choix.type, False),
        (choix.couverture, False),
        _list(periodes or ([choix.vague_id] if choix.vague_id else []), "vagues", len(periodes)),
        ("brut" if choix.valeur == "brut" else "", False),
    ]
    dits = [mot for mot, _ in filter(None, nommes) if mot]
    contredits = bool(choix.strate and choix.type and not choix.strate.startswith(choix.type))
    nom = "_".join(("explorer", *dits))
    if len(nom) <= ENTIER and not contredits and not any(compte for _, compte in filter(None, nommes)):
        return nom
    condense = hashlib.sha256(build_requete(demande).encode()).hexdigest()[:SIGNES_CONDENSE]
    return f"{nom[:ENTIER]}_{condense}"


def _name_par(demande: DemandeExplorer) -> str:
    """« par-departement-strate » : un territoire s'y dit par son niveau."""
    lieux = "territoires" if demande.territoires else demande.niveau
    par = [lieux if p == TERRITOIRE else p for p in demande.par]
    return f"par-{'-'.join(par)}" if par else ""


def _list(ids: Sequence[str], quoi: str, nommes: int = NOMMES) -> tuple[str, bool] | None:
    """Les noms, s'ils sont peu et courts ; leur nombre sinon, et vrai ; None sans aucun."""
    if not ids:
        return None
    entier = "-".join(ids)
    longs = len(ids) > max(nommes, 1) or len(entier) > SIGNES
    return (f"{len(ids)}-{quoi}", True) if longs else (entier, False)
