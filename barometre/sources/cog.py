"""Passer d'un code de commune, même ancien, à la commune d'aujourd'hui, et dire ce qui s'est passé."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import pandas as pd

EtatCode = Literal["actuel", "recode", "fusionne", "inconnu"]


@dataclass(frozen=True)
class Cog:
    """Le code officiel géographique en vigueur et son histoire."""

    actuels: frozenset[str]
    anciens: dict[str, str]

    def get_actuel(self, code: str) -> tuple[str, EtatCode]:
        """La commune actuelle d'un code : `actuel`, `recode`, ou `inconnu` (code rendu vide).

        Un code qui est à la fois celui d'une commune et d'une commune déléguée est celui de la commune.
        """
        if code in self.actuels:
            return code, "actuel"
        if code in self.anciens:
            return self.anciens[code], "recode"
        return "", "inconnu"

    def apply(self, codes: pd.Series) -> pd.DataFrame:
        """Pour chaque ligne : `code` actuel et `etat`.

        `fusionne` : la commune actuelle reçoit d'autres codes du même fichier, dont les valeurs se
        cumulent ; `recode` : elle n'en reçoit qu'un.
        """
        couples = [self.get_actuel(code) for code in codes.tolist()]
        frame = pd.DataFrame(couples, columns=["code", "etat"], index=codes.index, dtype="str")
        distincts = pd.DataFrame({"code": frame["code"], "origine": codes}).drop_duplicates()
        plusieurs = distincts["code"].value_counts()
        partage = frame["code"].map(plusieurs).fillna(0).gt(1)
        frame["etat"] = frame["etat"].mask(partage & frame["etat"].eq("recode"), "fusionne")
        return frame


def build_cog(collectivites: pd.DataFrame, codes_anciens: pd.DataFrame) -> Cog:
    """Le COG des tables du référentiel ; un ancien code partagé entre deux communes reste inconnu."""
    communes = collectivites.loc[collectivites["type"].eq("commune"), "code"]
    uniques = codes_anciens.drop_duplicates(["code", "code_actuel"])
    uniques = uniques[~uniques["code"].duplicated(keep=False)]
    anciens = dict(zip(uniques["code"].tolist(), uniques["code_actuel"].tolist(), strict=True))
    return Cog(frozenset(communes.tolist()), anciens)
