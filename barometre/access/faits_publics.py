"""Les faits que tout lecteur peut voir : collectivités, vagues, sources, chiffres publiés."""

from __future__ import annotations

import pandas as pd

from barometre.domain.territoire import Collectivite
from barometre.domain.version import Version
from barometre.recherche.demande import describe_hors_champ
from barometre.recherche.index import RESULTATS
from barometre.recherche.resultats import Trouvaille
from barometre.warehouse.queries import Filtre
from barometre.warehouse.repository import Repository
from barometre.warehouse.versions import list_versions


class FaitsPublics:
    """Transmet au dépôt les questions qui ne touchent aucune réponse."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository

    @property
    def version_id(self) -> str:
        """L'identifiant de la version lue."""
        return self._repository.version_id

    def get_version(self) -> Version:
        """La version lue."""
        return self._repository.get_version()

    def list_versions(self) -> pd.DataFrame:
        """Les versions gardées, la plus récente d'abord : version, creee_le, active, simulee."""
        versions = list_versions(self._repository.entrepot)
        return versions[versions["creee_le"].notna()].drop(columns="commentaire")

    def get_collectivite(self, collectivite_id: str) -> Collectivite | None:
        """Une collectivité ou un territoire, ou None."""
        return self._repository.get_collectivite(collectivite_id)

    def list_collectivites(
        self,
        type: Filtre = None,
        departement: Filtre = None,
        region: Filtre = None,
        epci: Filtre = None,
        strate: Filtre = None,
        *,
        cadre: bool = True,
    ) -> pd.DataFrame:
        """Les collectivités ; `cadre` : sans les territoires qu'une autre porte."""
        return self._repository.list_collectivites(type, departement, region, epci, strate, cadre=cadre)

    def get_referentiel(self) -> pd.DataFrame:
        """Toutes les collectivités et tous les territoires, gardés en mémoire : à lire, jamais à modifier."""
        return self._repository.get_referentiel()

    def count_communes(self, niveau: str) -> dict[str, int]:
        """Le nombre de communes de chaque territoire d'un niveau, par code."""
        return self._repository.count_communes(niveau)

    def search(self, texte: str, limite: int = RESULTATS) -> list[Trouvaille]:
        """Trouver une collectivité par son nom ou l'un de ses codes."""
        return self._repository.get_search_index().search(texte, limite)

    def describe_hors_champ(self, texte: str) -> str:
        """Une phrase si le texte désigne une collectivité que le baromètre n'interroge pas ; vide sinon."""
        return describe_hors_champ(texte)

    def resolve_code(self, code: str) -> str | None:
        """Un code, même ancien → la collectivité."""
        return self._repository.resolve_code(code)

    def list_codes_anciens(self) -> pd.DataFrame:
        """Les codes qui ne sont plus ceux d'une commune."""
        return self._repository.list_codes_anciens()

    def list_opsn(self) -> pd.DataFrame:
        """Les OPSN."""
        return self._repository.list_opsn()

    def list_liens_opsn(self, collectivite_id: Filtre = None) -> pd.DataFrame:
        """Les liens constatés entre OPSN et territoires."""
        return self._repository.list_liens_opsn(collectivite_id)

    def list_perimetre_opsn(self, opsn_id: str) -> list[str]:
        """Les collectivités d'un OPSN."""
        return self._repository.list_perimetres_opsn(opsn_id)["collectivite_id"].tolist()

    def list_perimetres_opsn(self) -> pd.DataFrame:
        """`opsn_id`, `collectivite_id` : les périmètres de tous ; une collectivité peut avoir deux OPSN."""
        return self._repository.list_perimetres_opsn()

    def list_vagues(self) -> pd.DataFrame:
        """Les vagues."""
        return self._repository.list_vagues()

    def list_vagues_questionnaires(self, vague_id: Filtre = None) -> pd.DataFrame:
        """Les questionnaires ouverts par vague."""
        return self._repository.list_vagues_questionnaires(vague_id)

    def list_questions(self, questionnaire_id: Filtre = None) -> pd.DataFrame:
        """Les questions posées."""
        return self._repository.list_questions(questionnaire_id)

    def list_indicateurs(self, theme_id: Filtre = None) -> pd.DataFrame:
        """Les indicateurs de la version."""
        return self._repository.list_indicateurs(theme_id)

    def list_qualite(self, vague_id: Filtre = None, questionnaire_id: Filtre = None) -> pd.DataFrame:
        """Le rapport de qualité des redressements."""
        return self._repository.list_qualite(vague_id, questionnaire_id)

    def list_chiffres_publies(self, theme_id: Filtre = None) -> pd.DataFrame:
        """Les chiffres publiés par le baromètre."""
        return self._repository.list_chiffres_publies(theme_id)

    def list_sources(self) -> pd.DataFrame:
        """Les sources."""
        return self._repository.list_sources()
