"""Vérifier une version : les contrôles de l'entrepôt, et le secret refait depuis les réponses."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from barometre.catalogue import Catalogue, load_catalogue
from barometre.domain.secret import BRUIT_MAXIMAL, MONTRES, SEUIL
from barometre.pipeline.attaque import check_devinees, read_publiees
from barometre.pipeline.empreintes import compute_empreintes
from barometre.warehouse.controles import Controle, list_controles
from barometre.warehouse.engine import Engine
from barometre.warehouse.etat import read_sommes
from barometre.warehouse.repository import Repository, read_rows
from barometre.warehouse.versions import open_entrepot

# Une part brouillée ne s'éloigne jamais de plus de réponses que le bruit n'en ajoute.
TOLERANCE = 1e-6
_TOTAL = {"territoire_id": "france", "type": "", "strate": "", "couverture": ""}


def check_version(moteur: Engine, deja: Sequence[Controle] = ()) -> list[Controle]:
    """Les contrôles d'une version que l'on vient d'écrire ; `deja` : ceux qui sont faits."""
    return [*list_controles(moteur, deja), _check_perturbation(moteur)]


def verifier(
    adresse: str | None = None,
    catalogue: Catalogue | None = None,
    *,
    attaque: bool = False,
    processus: int = 1,
) -> tuple[str, list[Controle]]:
    """La version en service et ses contrôles, dont : est-elle à jour ? `attaque` : voir `check_devinees`."""
    catalogue = catalogue or load_catalogue()
    depot = Repository(open_entrepot(adresse))
    try:
        version_id = depot.version_id
        controles = [*check_version(depot.get_engine()), check_fraicheur(depot, catalogue)]
        a_attaquer = read_publiees(depot, catalogue) if attaque else None
    finally:
        depot.close()
    # Aucune connexion n'est ouverte quand les processus de l'attaque naissent.
    return version_id, [*controles, check_devinees(a_attaquer, processus)] if a_attaquer else controles


def check_fraicheur(depot: Repository, catalogue: Catalogue) -> Controle:
    """Les chiffres viennent-ils du catalogue et du programme du jour ? Sinon, qu'est-ce qui a changé."""
    nom = "À jour : les chiffres viennent du catalogue et du programme d'aujourd'hui"
    differences = depot.get_version().empreintes.list_differences(compute_empreintes(catalogue))
    if not differences:
        return Controle(nom, True, "rien n'a changé depuis leur calcul")
    calcules = set(read_rows(depot.get_engine(), "dim_indicateur")["indicateur_id"].astype(str))
    neufs = [i.id for i in catalogue.list_indicateurs(origine="declare") if i.id not in calcules]
    detail = f"ont changé depuis leur calcul : {', '.join(differences)}"
    if neufs:
        detail += f" ; indicateurs jamais calculés : {', '.join(neufs[:5])}"
    return Controle(nom, False, f"{detail}. Lancez « python -m barometre recalculer »")


def _check_perturbation(moteur: Engine) -> Controle:
    """Les parts nationales, recomptées depuis les réponses : brouillées, de deux BRUIT_MAXIMAL au plus.

    Une grandeur n'a pas de « oui » : elle n'est pas jugée ici (`n_oui` y est vide).
    """
    ecarts = _list_shifts(moteur)
    nom = "Secret : les parts publiées sont brouillées, sans s'éloigner du compte"
    if ecarts.empty:
        return Controle(nom, True, "aucune part à contrôler")
    # un compte brut porte deux bruits (`stats.perturbation`)
    loin = ecarts[ecarts.abs() > 2 * BRUIT_MAXIMAL + TOLERANCE]
    if len(loin):
        return Controle(nom, False, f"par exemple : {loin.index[0]} s'écarte de {loin.iloc[0]:+.0f} réponses")
    # Vingt parts toutes exactes n'arrivent pas par hasard : le bruit n'est pas appliqué.
    nul = len(ecarts) >= SEUIL * 2 and bool(np.allclose(ecarts, 0))
    return Controle(nom, not nul, "aucune part n'est brouillée" if nul else f"{len(ecarts)} parts recomptées")


def _list_shifts(moteur: Engine) -> pd.Series:
    """« Oui » publiés moins « oui » comptés, par indicateur et vague, à l'échelle nationale."""
    totaux = read_rows(moteur, "agregat", etat=list(MONTRES), **_TOTAL).dropna(subset=["n_oui"])
    if totaux.empty:
        return pd.Series(dtype=float)
    ids = sorted(totaux["indicateur_id"].astype(str).unique())
    compte = read_sommes(moteur, ids).set_index(["indicateur_id", "periode"])["somme"]
    cles = pd.MultiIndex.from_frame(totaux[["indicateur_id", "vague_id"]].astype(str))
    return pd.Series(totaux["n_oui"].to_numpy(dtype=float) - compte.reindex(cles).to_numpy(), index=cles)
