"""Ce que l'on rapproche des réponses : la dernière valeur de chaque mesure 0 ou 1, les projets des fonds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from barometre.catalogue import Catalogue

# Un fait n'est connu « de toutes les communes » que s'il manque à moins d'une sur cent.
PART_CONNUE = 0.99


@dataclass(frozen=True)
class Mesures:
    """Collectivité × mesure (0, 1, ou vide), et la période de chacune."""

    table: pd.DataFrame
    periodes: Mapping[str, str]
    cadre: pd.DataFrame
    catalogue: Catalogue
    # Les projets des fonds dont la liste est reçue (table `action_fonds`).
    actions: pd.DataFrame = field(default_factory=pd.DataFrame)

    @cached_property
    def communes(self) -> pd.DataFrame:
        """Les communes du cadre."""
        return self.cadre[self.cadre["type"].eq("commune")]

    @cached_property
    def _densites(self) -> pd.DataFrame:
        return pd.get_dummies(self.communes["densite"], dtype="float64")

    @cached_property
    def faits(self) -> pd.DataFrame:
        """Commune × fait connu de presque toutes : les mesures, puis les classes de densité."""
        connus = self.table.reindex(self.communes.index)
        connus = connus.loc[:, connus.notna().mean().ge(PART_CONNUE)]
        return connus.join(self._densites.rename(columns=str)) if len(self._densites.columns) else connus

    @cached_property
    def densites(self) -> frozenset[str]:
        """Les faits qui sont une classe de densité : les poids y sont calés."""
        return frozenset(map(str, self._densites))

    @cached_property
    def noms(self) -> dict[str, str]:
        """Le nom de chaque fait, pour un lecteur."""
        noms = {str(d): f"Densité : {str(d).lower()}" for d in self._densites}
        mesures = (str(fait) for fait in self.faits if str(fait) not in noms)
        return noms | {mesure: self.catalogue.get_indicateur(mesure).titre for mesure in mesures}


def list_binaires(catalogue: Catalogue) -> list[str]:
    """Les mesures qui sont des parts, avec une valeur propre à chaque collectivité."""
    return [i.id for i in catalogue.list_indicateurs(origine="mesure") if i.est_part and not i.montee_de]


def build_mesures(
    lignes: pd.DataFrame, cadre: pd.DataFrame, catalogue: Catalogue, actions: pd.DataFrame
) -> Mesures:
    """La dernière valeur propre de chaque collectivité ; `lignes` : leurs `fait_valeur`, non montées."""
    propres = lignes[lignes["etat"].eq("repondu")]
    # Des rangs plutôt que des textes : grouper et pivoter 300 000 textes prend une demi-seconde.
    (i, indicateurs), (c, collectivites), (p, periodes) = (
        pd.factorize(propres[nom], sort=True) for nom in ("indicateur_id", "collectivite_id", "periode")
    )
    derniere = np.full(len(indicateurs), -1)
    np.maximum.at(derniere, i, p)
    gardees = p == derniere[i]
    valeurs = np.full((len(collectivites), len(indicateurs)), np.nan)
    valeurs[c[gardees], i[gardees]] = propres["valeur"].to_numpy(dtype=float)[gardees]
    binaires = (np.isnan(valeurs) | (valeurs == 0) | (valeurs == 1)).all(axis=0)
    table = pd.DataFrame(valeurs[:, binaires], collectivites, indicateurs[binaires])
    connues = {str(nom): str(periodes[rang]) for nom, rang in zip(indicateurs, derniere, strict=True)}
    return Mesures(table, connues, cadre, catalogue, actions)
