"""La quarantaine corrigée sur place : une collectivité rattachée, une valeur rapprochée, le fichier rejoué.

Le fichier reçu n'est pas touché : la correction, signée, est gardée avec une copie corrigée, que `construire`
rejoue comme les autres.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from barometre.access import Gate
from barometre.access.horloge import get_now
from barometre.administration.compte_rendu import find_remede, is_identite, is_valeur
from barometre.administration.operateur import Operateur
from barometre.administration.preparation import Annonce
from barometre.catalogue import load_catalogue
from barometre.ingest.errors import ImportRefuse
from barometre.ingest.garde import Correction, Nature
from barometre.ingest.labels import heading_key
from barometre.ingest.lot import Lot
from barometre.pipeline.import_lot import importer_garde
from barometre.pipeline.suivi import Suivi
from barometre.views.lecture.tableau import build_tableau

COLONNES_LOTS = ("lot", "fichier", "questionnaire_id", "vague_id", "lus", "charges", "doublons",
                 "quarantaine", "ignores")  # fmt: skip
COLONNES_LIGNES = ("ligne", "colonne", "valeur_recue", "motif_rejet", "remede")
PAS_GARDE = "Ce fichier a été importé avant la réserve : corrigez-le à la main, et importez-le de nouveau."
SANS_MOTIF = "Dites pourquoi : la correction est signée et gardée avec le fichier."
SANS_SIREN = "Cette collectivité n'a pas de SIREN au référentiel : corrigez la ligne dans le fichier."


@dataclass(frozen=True, slots=True)
class Faute:
    """Une cellule en quarantaine, et comment la page la corrige (vide : dans le fichier seulement)."""

    ligne: int
    colonne: str
    valeur: str
    motif: str

    @property
    def nature(self) -> Nature | None:
        """Rattacher, rapprocher, ou rien."""
        if is_identite(self.motif):
            return "rattacher"
        return "rapprocher" if is_valeur(self.motif) else None


def list_lots(gate: Gate) -> pd.DataFrame:
    """Les fichiers en service et leurs comptes, le plus récent d'abord."""
    lots = gate.list_lots().sort_values("importe_le", ascending=False).rename(columns={"lot_id": "lot"})
    return build_tableau(lots[list(COLONNES_LOTS)].to_numpy(dtype=object), COLONNES_LOTS)


def list_fautes(gate: Gate, lot_id: str) -> list[Faute]:
    """Ce qu'un lot a en quarantaine ; la lecture est inscrite au journal."""
    lignes = gate.list_quarantaine(lot_id).sort_values("rang")
    return [
        Faute(int(r["ligne"]), str(r["colonne"] or ""), str(r["valeur"] or ""), str(r["motif"]))
        for r in lignes.to_dict("records")
    ]


def build_table_fautes(fautes: list[Faute]) -> pd.DataFrame:
    """Les fautes, et que faire de chacune."""
    lignes = [(f.ligne, f.colonne, f.valeur, f.motif, find_remede(f.motif)) for f in fautes]
    return build_tableau(lignes, COLONNES_LIGNES)


def list_options(questionnaire_id: str, colonne: str) -> dict[str, str]:
    """Les réponses possibles de la question qu'un entête désigne : option → libellé ; vide si inconnue."""
    cle = heading_key(colonne)
    for question in load_catalogue().questionnaires[questionnaire_id].questions:
        if cle in {heading_key(mot) for mot in (question.code, question.id, question.libelle)}:
            return {option.id: option.libelle for option in question.options}
    return {}


def build_correction(operateur: Operateur, gate: Gate, faute: Faute, cible: str, motif: str) -> Correction:
    """La correction signée ; `cible` : le code d'une collectivité à rattacher, ou une option à rapprocher.

    Lève `ImportRefuse` si aucune collectivité n'a ce code, ou si la faute ne se corrige que dans le fichier.
    """
    if faute.nature is None:
        raise ImportRefuse(find_remede(faute.motif))
    if faute.nature == "rattacher":
        cible = _find_siren(gate, cible)
    return _sign(operateur, faute.nature, faute, cible, motif)


def _find_siren(gate: Gate, code: str) -> str:
    collectivite_id = gate.resolve_code(code) if code.strip() else None
    collectivite = gate.get_collectivite(collectivite_id) if collectivite_id else None
    if collectivite is None:
        raise ImportRefuse(f"Aucune collectivité n'a le code INSEE ou le SIREN « {code} ».")
    if not collectivite.siren:
        raise ImportRefuse(SANS_SIREN)
    return collectivite.siren


def _sign(operateur: Operateur, nature: Nature, faute: Faute, cible: str, motif: str) -> Correction:
    if not motif.strip():
        raise ImportRefuse(SANS_MOTIF)
    le = get_now().isoformat(timespec="seconds")
    return Correction(nature, faute.ligne, faute.colonne, faute.valeur, cible, operateur.compte, le, motif)


def reread_corrige(
    operateur: Operateur, gate: Gate, lot_id: str, correction: Correction, progress: Suivi | None = None
) -> Lot:
    """Rejoue le fichier corrigé dans une version préparée ; inscrit avant d'écrire."""
    lots = gate.list_lots().set_index("lot_id")
    if lot_id not in lots.index:
        raise ImportRefuse(f"Le fichier « {lot_id} » n'est plus en service.")
    ligne = lots.loc[lot_id]
    if not isinstance(ligne["empreinte_gardee"], str) or not ligne["empreinte_gardee"]:
        raise ImportRefuse(PAS_GARDE)
    ou = f"{correction.nature} ligne={correction.ligne} colonne={correction.colonne}"
    operateur.record("corriger", lot_id, f"{ou} motif={correction.motif}")
    # Un lot que d'autres complètent n'efface pas leurs réponses.
    lieu = ["vague_id", "questionnaire_id"]
    voisins = (lots[lieu] == ligne[lieu]).all(axis=1)
    return importer_garde(
        ligne["empreinte_gardee"], corrections=(correction,), complement=int(voisins.sum()) > 1,
        preparation=Annonce(operateur, "Correction", str(ligne["fichier"])), par=operateur.compte,
        progress=progress,
    )  # fmt: skip
