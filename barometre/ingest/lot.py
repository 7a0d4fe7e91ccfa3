"""Ce qu'un fichier apporte à l'entrepôt : ses lignes, et le sort de chacune de celles qu'il avait."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from barometre.domain.formats import format_compte, format_nombre
from barometre.ingest.errors import Rejet
from barometre.ingest.garde import Correction, Recu
from barometre.ingest.labels import clean_label

_SIMULE = re.compile(r"(?<![a-z])simulee?s?(?![a-z])")
_PAS_SIMULE = re.compile(r"(?<![a-z])(non|pas|sans)[ _.-]*simul")


@dataclass(frozen=True, slots=True)
class AvantApres:
    """Un compte avant et après l'import : les répondantes, ou les réponses à une question."""

    objet: str
    avant: int
    apres: int


@dataclass(frozen=True)
class Lot:
    """Ce qu'un fichier apporte à l'entrepôt, et le sort de chacune de ses lignes."""

    lot_id: str
    fichier: str
    empreinte: str
    format: str
    vague_id: str
    questionnaire_id: str
    simule: bool
    lus: int
    participation: pd.DataFrame
    fait_reponse: pd.DataFrame
    rejets: tuple[Rejet, ...]
    # ligne, motif : les doublons (avec la ligne retenue) et les lignes ignorées.
    lignes_doublons: tuple[Rejet, ...]
    lignes_ignorees: tuple[Rejet, ...]
    recodes: int
    avertissements: tuple[str, ...]
    deja_charge: bool = False
    avant_apres: tuple[AvantApres, ...] = ()
    # Les raisons de demander un accord avant d'écrire (`--confirmer`).
    a_confirmer: tuple[str, ...] = ()
    # Les questions dont le fichier a une colonne : des autres, il ne dit rien.
    questions: frozenset[str] = frozenset()
    # Les fichiers lus, et sous quelle clé la réserve de l'entrepôt les garde (vide : pas gardés).
    recus: tuple[Recu, ...] = ()
    empreinte_gardee: str = ""
    # Ce qu'un opérateur y a corrigé, signé.
    corrections: tuple[Correction, ...] = ()
    # La version qui le contient : en service, ou préparée (vide : rien n'a été écrit).
    version_id: str = ""
    # Réponses gardées qui attendent les suivantes (`pipeline.tardives`).
    retenues: int = 0
    # La ligne du fichier de chaque participation, dans leur ordre ; vide d'un lot de plusieurs fichiers.
    lignes: tuple[int, ...] = ()

    @property
    def charges(self) -> int:
        """Lignes chargées : une par collectivité."""
        return len(self.participation)

    @property
    def doublons(self) -> int:
        """Lignes d'une collectivité dont une autre réponse est retenue."""
        return len(self.lignes_doublons)

    @property
    def quarantaine(self) -> int:
        """Lignes refusées, quel que soit le nombre de leurs motifs."""
        return len({r.ligne for r in self.rejets})

    @property
    def ignores(self) -> int:
        """Lignes vides, de test ou sans réponse."""
        return len(self.lignes_ignorees)

    def count_lignes(self) -> dict[str, int]:
        """Le sort de chaque ligne : lus = charges + doublons + quarantaine + ignores + retenues."""
        comptes = ("lus", "charges", "doublons", "quarantaine", "ignores", "retenues")
        return {c: getattr(self, c) for c in comptes}

    def build_lot_import(self, importe_le: datetime) -> dict[str, Any]:
        """La ligne de la table `lot_import`."""
        champs = (
            "lot_id", "fichier", "empreinte", "empreinte_gardee", "format", "vague_id", "questionnaire_id",
            "simule",
        )  # fmt: skip
        return {c: getattr(self, c) for c in champs} | self.count_lignes() | {"importe_le": importe_le}

    def to_dict(self) -> dict[str, Any]:
        """L'objet JSON de la commande `importer`."""
        return {
            "lot": self.lot_id,
            "lus": self.lus,
            "charges": self.charges,
            "doublons": self.doublons,
            "quarantaine": self.quarantaine,
            "ignores": self.ignores,
            "deja_charge": self.deja_charge,
            "rejets": [_to_dict(r) for r in self.rejets],
            "lignes_doublons": [_to_dict(r) for r in self.lignes_doublons],
            "lignes_ignorees": [_to_dict(r) for r in self.lignes_ignorees],
            "recodes": self.recodes,
            "avertissements": list(self.avertissements),
            "avant_apres": [{"objet": c.objet, "avant": c.avant, "apres": c.apres} for c in self.avant_apres],
            "a_confirmer": list(self.a_confirmer),
            "retenues": self.retenues,
        }


def write_equation(lignes: Mapping[str, int]) -> str:
    """« 412 lignes lues = 400 chargées + 3 doublons + 7 en quarantaine + 2 ignorées »."""
    termes = [
        format_compte(lignes["charges"], "chargée"),
        format_compte(lignes["doublons"], "doublon"),
        f"{format_nombre(lignes['quarantaine'])} en quarantaine",
        format_compte(lignes["ignores"], "ignorée"),
    ]
    if lignes.get("retenues"):
        termes.append(format_compte(lignes["retenues"], "retenue"))
    return f"{format_compte(lignes['lus'], 'ligne lue', 'lignes lues')} = {' + '.join(termes)}"


def _to_dict(rejet: Rejet) -> dict[str, Any]:
    return {"ligne": rejet.ligne, "colonne": rejet.colonne, "valeur": rejet.valeur, "motif": rejet.motif}


def is_nom_simule(nom: str) -> bool:
    """« r-simule.csv » dit que tout est simulé ; « non_simulees » ou « simulateur » ne le disent pas."""
    return bool(_SIMULE.search(clean_label(nom))) and not _PAS_SIMULE.search(clean_label(nom))


def build_lot_id(vague_id: str, questionnaire_id: str, empreinte: str) -> str:
    """Le même fichier pour le même questionnaire et la même vague donne toujours le même lot."""
    return f"{vague_id}-{questionnaire_id}-{empreinte[:12]}"
