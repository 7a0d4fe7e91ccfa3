"""Les chiffres agrégés, masqués et arrondis, les mêmes pour tout lecteur."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from barometre.access.avance import Avance, Bornes
from barometre.access.faits_publics import FaitsPublics
from barometre.access.masque_agregats import mask_agregats
from barometre.access.masques import (
    mask_accords,
    mask_associations,
    mask_contrastes,
    mask_doubles_differences,
    mask_estimations,
    mask_evolutions,
)
from barometre.access.rangees import Rangees
from barometre.domain.estimation_modele import EstimationModele
from barometre.warehouse.queries import Filtre
from barometre.warehouse.repository import Repository

# Combien d'indicateurs se lisent à la fois quand tout se lit.
LOT = 40


class ChiffresPublics(FaitsPublics):
    """Ce que le dépôt a calculé, une fois le secret passé ; aucun droit n'y change rien."""

    def __init__(self, repository: Repository, avance: Avance | None = None) -> None:
        super().__init__(repository)
        self._avance = avance or Avance()
        self._cyber: tuple[str, frozenset[str]] = ("", frozenset())
        self._mesures: frozenset[str] = frozenset()

    def read_ahead(self, territoires: Sequence[str], bornes: Bornes | None = None) -> None:
        """Lit d'un coup les cellules et les changements de ces territoires, que l'on demandera tous.

        Sur une version fixée : ce qui est lu ne suit pas un changement de version. `bornes` : les types,
        strates et couvertures qui seront demandés, et eux seuls.
        """
        dites: dict[str, Any] = dict(bornes or {})
        cellules = self.list_agregats(territoire_id=territoires, **dites)
        self._avance.keep("agregat", territoires, cellules, dites)
        changements = self.list_evolutions(territoire_id=territoires, **dites)
        self._avance.keep("evolution", territoires, changements, dites)

    def read_rangees(self) -> Rangees:
        """Les cellules, les changements et les données de l'État de partout : pour les garder."""
        ids = self._repository.list_indicateurs()["indicateur_id"].tolist()
        # Lot après lot, dans l'ordre de la table : lues et masquées d'un bloc, elles prenaient 100 Mo, que le
        # processus ne rendait pas.
        lots = [ids[rang : rang + LOT] for rang in range(0, len(ids), LOT)] or [ids]
        tables = {"agregat": map(self.list_agregats, lots), "evolution": [self.list_evolutions()]}
        return Rangees(tables, self._read_mesures())

    def list_agregats(
        self,
        indicateurs: Filtre = None,
        vague_id: Filtre = None,
        niveau: Filtre = None,
        territoire_id: Filtre = None,
        type: Filtre = None,
        *,
        strate: Filtre = None,
        couverture: Filtre = None,
    ) -> pd.DataFrame:
        """Les cellules, les mêmes pour tous ; `plafond` : au_plus, au_moins ou vide."""
        filtres: dict[str, Filtre] = {
            "vague_id": vague_id, "niveau": niveau, "territoire_id": territoire_id, "type": type,
            "strate": strate, "couverture": couverture,
        }  # fmt: skip
        return self._avance.read(
            "agregat",
            filtres | {"indicateur_id": indicateurs},
            lambda: mask_agregats(self._repository.list_agregats(indicateurs, **filtres)),
        )

    def list_evolutions(
        self,
        indicateurs: Filtre = None,
        territoire_id: Filtre = None,
        type: Filtre = None,
        strate: Filtre = None,
        couverture: Filtre = None,
        *,
        vague_1: Filtre = None,
        vague_2: Filtre = None,
    ) -> pd.DataFrame:
        """Les changements testés, masqués où l'une des deux cellules l'est."""
        filtres: dict[str, Filtre] = {
            "territoire_id": territoire_id, "type": type, "strate": strate, "couverture": couverture,
            "vague_1": vague_1, "vague_2": vague_2,
        }  # fmt: skip
        return self._avance.read(
            "evolution",
            filtres | {"indicateur_id": indicateurs},
            lambda: mask_evolutions(
                self._repository.list_evolutions(indicateurs, **filtres), self._sensitive()
            ),
        )

    def list_contrastes(
        self, indicateurs: Filtre = None, vague_id: Filtre = None, reference: Filtre = None
    ) -> pd.DataFrame:
        """Les groupes comparés aux autres (ou couvertes et inconnues), là où les deux se montrent."""
        return mask_contrastes(self._repository.list_contrastes(indicateurs, vague_id, reference))

    def list_estimations_modele(self, indicateur_id: str, vague_id: str) -> tuple[EstimationModele, ...]:
        """Les estimations par modèle d'un indicateur : à lire, jamais à calculer."""
        lignes = self._repository.list_estimations_modele(indicateur_id, vague_id)
        return mask_estimations(lignes, self._sensitive())

    def list_accords(self, indicateurs: Filtre = None, vague_id: Filtre = None) -> pd.DataFrame:
        """Chez les répondantes, l'accord entre réponse et donnée de l'État : n et parts entières."""
        return mask_accords(self._repository.list_accords(indicateurs, vague_id))

    def list_associations(
        self, programme_id: Filtre = None, indicateurs: Filtre = None, vague_id: Filtre = None
    ) -> pd.DataFrame:
        """Une pratique chez les bénéficiaires d'un programme et chez des communes comparables."""
        lignes = self._repository.list_associations(programme_id, indicateurs, vague_id)
        return mask_associations(lignes)

    def list_doubles_differences(
        self, programme_id: Filtre = None, indicateurs: Filtre = None
    ) -> pd.DataFrame:
        """Avant et après, chez des bénéficiaires et des comparables : parts entières, pour tous pareil."""
        return mask_doubles_differences(self._repository.list_doubles_differences(programme_id, indicateurs))

    def list_mesures(self, indicateurs: Sequence[str], collectivite_id: Filtre = None) -> pd.DataFrame:
        """Des données de l'État, publiques ; un indicateur déclaré est laissé de côté."""
        mesures = [i for i in indicateurs if self._is_measured(i)]
        if not isinstance(collectivite_id, str):
            return self._repository.list_valeurs(mesures, collectivite_id=collectivite_id)
        toutes = self._list_mesures_of(collectivite_id)
        return toutes[toutes["indicateur_id"].isin(mesures)].reset_index(drop=True)

    def _list_mesures_of(self, collectivite_id: str) -> pd.DataFrame:
        """Les neuf thèmes d'un territoire et sa fiche lisent la même liste."""
        return self._avance.read_mesures(collectivite_id, lambda: self._read_mesures(collectivite_id))

    def _read_mesures(self, collectivite_id: str | None = None) -> pd.DataFrame:
        self._sensitive()
        return self._repository.list_valeurs(sorted(self._mesures), collectivite_id=collectivite_id)

    def has_mesure(self, indicateur_id: str, type: str) -> bool:
        """Vrai si cette donnée de l'État, publique, est connue d'une collectivité de ce type."""
        return self._is_measured(indicateur_id) and indicateur_id in self._repository.list_releves(type)

    def _sensitive(self) -> frozenset[str]:
        """Les indicateurs sensibles et mesurés de la version, relus quand elle change."""
        version_id = self._repository.version_id
        if self._cyber[0] != version_id:
            lignes = self._repository.list_indicateurs()
            self._mesures = frozenset(lignes.loc[lignes["origine"] == "mesure", "indicateur_id"])
            cyber = lignes.loc[lignes["sensibilite"] == "cyber", "indicateur_id"]
            self._cyber = (version_id, frozenset(cyber))
        return self._cyber[1]

    def _is_measured(self, indicateur_id: str) -> bool:
        self._sensitive()
        return indicateur_id in self._mesures
