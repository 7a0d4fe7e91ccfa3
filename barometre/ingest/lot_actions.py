"""Les actions d'un fichier de bénéficiaires, prêtes à charger, et le sort de ses lignes."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import pandas as pd

from barometre.ingest.errors import Rejet
from barometre.ingest.export import Export


@dataclass(frozen=True, slots=True)
class LotActions:
    """Les actions d'un fichier ; `actions` : les lignes de `action_fonds`."""

    lot_id: str
    fonds_id: str
    export: Export
    actions: pd.DataFrame
    rejets: tuple[Rejet, ...]
    lignes_doublons: tuple[Rejet, ...]
    avertissements: tuple[str, ...]
    deja_charge: bool = False
    a_confirmer: tuple[str, ...] = ()

    @property
    def charges(self) -> int:
        """Les actions chargées."""
        return len(self.actions)

    @property
    def montant(self) -> float:
        """La somme des montants chargés, en euros."""
        return float(self.actions["montant"].fillna(0.0).sum())

    def count_lignes(self) -> dict[str, int]:
        """Le sort de chaque ligne : lus = charges + doublons + quarantaine + ignores."""
        return {
            "lus": self.export.lus,
            "charges": self.charges,
            "doublons": len(self.lignes_doublons),
            "quarantaine": len({r.ligne for r in self.rejets}),
            "ignores": len(self.export.vides),
        }

    def build_lot(self, importe_le: datetime, cle: str) -> pd.DataFrame:
        """La ligne de la table `lot_actions`."""
        qui = {"lot_id": self.lot_id, "fonds_id": self.fonds_id, "fichier": self.export.nom}
        quoi = {"empreinte": self.export.empreinte, "empreinte_gardee": cle, "importe_le": importe_le}
        return pd.DataFrame([qui | quoi | self.count_lignes()])

    def to_dict(self) -> dict[str, Any]:
        """L'objet JSON de la commande `importer-actions`."""
        return {
            "lot": self.lot_id,
            **self.count_lignes(),
            "montant": self.montant,
            "deja_charge": self.deja_charge,
            "rejets": [asdict(r) for r in self.rejets],
            "lignes_doublons": [asdict(r) for r in self.lignes_doublons],
            "avertissements": list(self.avertissements),
            "a_confirmer": list(self.a_confirmer),
        }
