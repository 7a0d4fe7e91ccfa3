"""La seule porte entre l'entrepôt et un lecteur : elle décide avant tout affichage, fichier ou cache."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import pandas as pd

from barometre.access.faits_publics import FaitsPublics
from barometre.access.groupes import build_cellules, get_minimum
from barometre.access.masques import (
    mask_accords,
    mask_agregats,
    mask_associations,
    mask_estimations,
    mask_evolutions,
)
from barometre.access.masques_contrastes import mask_contrastes
from barometre.access.registre import open_registre
from barometre.domain.portee import PUBLIC, Portee
from barometre.warehouse.queries import Filtre
from barometre.warehouse.repository import Repository

QUESTIONNAIRES_SENSIBLES = frozenset({"cybersecurite"})
REFUS = {
    "public": "Les réponses d'une collectivité ne sont pas publiques : elle seule, et qui en a reçu le "
    "droit, peuvent les lire.",
    "collectivite": "Vous lisez les réponses de votre collectivité, pas celles d'une autre.",
    "opsn": "Cette collectivité n'est pas dans le périmètre de votre OPSN.",
    "programme": "Lire des réponses nommées demande un droit nominatif, que ce compte n'a pas.",
    "operateur": "Un opérateur charge et vérifie les fichiers ; il ne lit pas les réponses nommées.",
}
REFUS_CYBER = "Les réponses de cybersécurité demandent un droit à part, que ce compte n'a pas."
REFUS_PAIRS = "Les chiffres des pairs sans votre collectivité sont réservés à la collectivité elle-même."
AXES_PARTICIPATION = frozenset({"vague_id", "questionnaire_id", "profil", "date_reponse"})
REFUS_AXES = "Ce croisement de la participation n'est pas public."
REFUS_IMPORTS = "Le détail des imports est réservé aux opérateurs du baromètre."


class AccesRefuse(Exception):
    """La portée ne permet pas cette lecture ; le message est une phrase pour le lecteur."""


class Journal(Protocol):
    """Ce qui inscrit une lecture nommée : le registre, ou une liste dans un test."""

    def journaliser(
        self, action: str, objet: str, *, portee: Portee, compte: str = "", detail: str = ""
    ) -> None:
        """Inscrit un fait."""


class Gate(FaitsPublics):
    """Un dépôt lu au nom d'une portée. Tout ce que reçoivent les vues passe ici."""

    def __init__(
        self,
        repository: Repository,
        portee: Portee = PUBLIC,
        *,
        journal: Journal | None = None,
        compte: str = "",
    ) -> None:
        super().__init__(repository)
        self.portee = portee
        self._journal = journal
        self._compte = compte
        self._cyber: tuple[str, frozenset[str]] = ("", frozenset())
        self._mesures: frozenset[str] = frozenset()

    # Les chiffres agrégés

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
        """Les cellules, masquées selon la portée ; `plafond` : au_plus, au_moins ou vide."""
        lignes = self._repository.list_agregats(
            indicateurs, vague_id, niveau, territoire_id, type, strate=strate, couverture=couverture
        )
        return mask_agregats(lignes, self.portee, self._sensitive())

    def list_evolutions(
        self,
        indicateurs: Filtre = None,
        territoire_id: Filtre = None,
        type: Filtre = None,
        strate: Filtre = None,
        couverture: Filtre = None,
    ) -> pd.DataFrame:
        """Les changements testés, masqués où l'une des deux cellules l'est."""
        lignes = self._repository.list_evolutions(indicateurs, territoire_id, type, strate, couverture)
        return mask_evolutions(lignes, self.portee, self._sensitive())

    def list_contrastes(
        self, indicateurs: Filtre = None, vague_id: Filtre = None, reference: Filtre = None
    ) -> pd.DataFrame:
        """Les groupes comparés aux autres (ou couvertes et inconnues), là où les deux se montrent."""
        return mask_contrastes(
            self._repository.list_contrastes(indicateurs, vague_id, reference), self.portee
        )

    def list_estimations_modele(
        self, indicateur_id: Filtre = None, vague_id: Filtre = None, territoire_id: Filtre = None
    ) -> pd.DataFrame:
        """Les estimations par modèle, telles que la portée les voit."""
        lignes = self._repository.list_estimations_modele(indicateur_id, vague_id, territoire_id)
        return mask_estimations(lignes, self.portee, self._sensitive())

    def list_accords(self, indicateurs: Filtre = None, vague_id: Filtre = None) -> pd.DataFrame:
        """Chez les répondantes, l'accord entre réponse et donnée de l'État : n et parts entières."""
        return mask_accords(self._repository.list_accords(indicateurs, vague_id))

    def list_associations(
        self, programme_id: Filtre = None, indicateurs: Filtre = None, vague_id: Filtre = None
    ) -> pd.DataFrame:
        """Une pratique chez les bénéficiaires d'un programme et chez des communes comparables."""
        lignes = self._repository.list_associations(programme_id, indicateurs, vague_id)
        return mask_associations(lignes, self.portee, self._sensitive())

    def list_mesures(self, indicateurs: Sequence[str], collectivite_id: Filtre = None) -> pd.DataFrame:
        """Des données de l'État, publiques ; un indicateur déclaré est laissé de côté."""
        mesures = [i for i in indicateurs if self._is_measured(i)]
        return self._repository.list_valeurs(mesures, collectivite_id=collectivite_id)

    def list_participations(
        self,
        vague_id: Filtre = None,
        questionnaire_id: Filtre = None,
        collectivite_id: Filtre = None,
    ) -> pd.DataFrame:
        """Qui a répondu est public ; qui a tenu la plume (agent, élu) ne l'est qu'en compte."""
        lignes = self._repository.list_participations(vague_id, questionnaire_id, collectivite_id)
        if self.portee.role in ("programme", "operateur"):
            return lignes
        return lignes.drop(columns=["lot_id"]).assign(profil=pd.Series(pd.NA, lignes.index, dtype="str"))

    def count_participations(self, *axes: str) -> pd.DataFrame:
        """Le nombre de questionnaires remplis, par axes d'`AXES_PARTICIPATION`.

        Le jour et le profil ne se croisent pas : un jour d'une seule réponse dirait qui a tenu la plume.
        """
        if not set(axes) <= AXES_PARTICIPATION or {"profil", "date_reponse"} <= set(axes):
            raise AccesRefuse(REFUS_AXES)
        lignes = self._repository.list_participations()
        if not axes:
            return pd.DataFrame({"questionnaires": [len(lignes)]})
        return lignes.groupby(list(axes), dropna=False).size().reset_index(name="questionnaires")

    # Les réponses nommées

    def can_read(self, collectivite_id: str, questionnaire_id: str = "") -> bool:
        """Vrai si la portée permet de lire les réponses de cette collectivité."""
        return not self.explain_refusal(collectivite_id, questionnaire_id)

    def explain_refusal(self, collectivite_id: str, questionnaire_id: str = "") -> str:
        """La phrase du refus, ou vide si la lecture est permise."""
        portee = self.portee
        permis = {
            "collectivite": collectivite_id == portee.collectivite_id,
            "opsn": portee.role == "opsn" and collectivite_id in self.list_perimetre_opsn(portee.opsn_id),
            "programme": portee.nominatif,
        }.get(portee.role, False)
        if not permis:
            return REFUS[portee.role]
        return REFUS_CYBER if self._hides_cyber() and questionnaire_id in QUESTIONNAIRES_SENSIBLES else ""

    def list_reponses(self, collectivite_id: str, vague_id: Filtre = None) -> pd.DataFrame:
        """Les réponses d'une collectivité, sans celles de cybersécurité si le droit ne les ouvre pas."""
        refus = self.explain_refusal(collectivite_id)
        if refus:
            raise AccesRefuse(refus)
        self._record("lire_reponses", collectivite_id, str(vague_id or ""))
        lignes = self._repository.list_reponses(collectivite_id, vague_id)
        if self._hides_cyber():
            lignes = lignes[~lignes["questionnaire_id"].isin(QUESTIONNAIRES_SENSIBLES)]
        return lignes.reset_index(drop=True)

    def list_valeurs(self, indicateur_id: str, periode: Filtre = None, type: Filtre = None) -> pd.DataFrame:
        """Une donnée de l'État est publique ; une réponse déclarée suit les droits de la portée."""
        if self._is_measured(indicateur_id):
            return self._repository.list_valeurs(indicateur_id, periode, type)
        lisibles = self._readable(indicateur_id)
        self._record("lire_valeurs", indicateur_id, str(periode or ""))
        return self._repository.list_valeurs(indicateur_id, periode, type, lisibles)

    def list_valeurs_collectivite(self, collectivite_id: str) -> pd.DataFrame:
        """Les données de l'État d'une collectivité, et ses réponses si la portée y a droit."""
        lignes = self._repository.list_valeurs(None, collectivite_id=collectivite_id)
        sensibles = self._sensitive()
        mesures = lignes["indicateur_id"].isin(self._mesures)
        if not self.can_read(collectivite_id):
            return lignes[mesures].reset_index(drop=True)
        self._record("lire_valeurs", collectivite_id)
        if self._hides_cyber():
            lignes = lignes[mesures | ~lignes["indicateur_id"].isin(sensibles)]
        return lignes.reset_index(drop=True)

    # Les pairs, en compte

    def can_count_pairs(self, collectivite_id: str) -> bool:
        """Vrai si la portée voit ses pairs sans elle-même : la collectivité pour elle, le programme."""
        if self.portee.role == "programme":
            return True
        return self.portee.role == "collectivite" and self.portee.collectivite_id == collectivite_id

    def list_agregats_pairs(
        self, collectivite_id: str, pairs: Sequence[str], indicateurs: Sequence[str], vague_id: str
    ) -> pd.DataFrame:
        """Les chiffres des pairs sans la collectivité, masqués comme toute cellule."""
        valeurs = self._list_others(collectivite_id, pairs, indicateurs, vague_id)
        catalogue = self._repository.list_indicateurs()
        parts = frozenset(catalogue.loc[catalogue["unite"] == "%", "indicateur_id"])
        poids = self._list_poids(indicateurs, catalogue, vague_id)
        return build_cellules(valeurs, poids, parts, self.portee, self._sensitive())

    def list_pratiques_pairs(
        self, collectivite_id: str, pairs: Sequence[str], indicateurs: Sequence[str], vague_id: str
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Les réponses des pairs sans leur nom, pour les compter : valeurs, et « non concerné ».

        Vides s'il y a trop peu de répondants.
        """
        lignes = self._list_others(collectivite_id, pairs, indicateurs, vague_id)
        valeurs = lignes.pivot(index="collectivite_id", columns="indicateur_id", values="valeur")
        etats = lignes.pivot(index="collectivite_id", columns="indicateur_id", values="etat")
        cyber = any(i in self._sensitive() for i in indicateurs)
        if len(valeurs) < get_minimum(self.portee, cyber):
            valeurs, etats = valeurs.iloc[:0], etats.iloc[:0]
        hors = etats == "non_concerne"
        return valeurs.astype(float).reset_index(drop=True), hors.reset_index(drop=True)

    def _list_others(
        self, collectivite_id: str, pairs: Sequence[str], indicateurs: Sequence[str], vague_id: str
    ) -> pd.DataFrame:
        if not self.can_count_pairs(collectivite_id):
            raise AccesRefuse(REFUS_PAIRS)
        autres = [p for p in dict.fromkeys(pairs) if p != collectivite_id]
        return self._repository.list_valeurs(list(indicateurs), vague_id, collectivite_id=autres)

    def _list_poids(self, indicateurs: Sequence[str], catalogue: pd.DataFrame, vague_id: str) -> pd.Series:
        themes = catalogue.loc[catalogue["indicateur_id"].isin(list(indicateurs)), "theme_id"].unique()
        poids = self._repository.list_poids(vague_id, list(themes))
        return poids.drop_duplicates("collectivite_id").set_index("collectivite_id")["poids"]

    def _readable(self, indicateur_id: str) -> list[str] | None:
        """Les collectivités dont la portée lit cet indicateur déclaré ; None : toutes."""
        if indicateur_id in self._sensitive() and self._hides_cyber():
            raise AccesRefuse(REFUS_CYBER if self.portee.role != "public" else REFUS["public"])
        if self.portee.role == "collectivite":
            return [self.portee.collectivite_id]
        if self.portee.role == "opsn":
            return self.list_perimetre_opsn(self.portee.opsn_id)
        if self.portee.role == "programme" and self.portee.nominatif:
            return None
        raise AccesRefuse(REFUS[self.portee.role])

    # Les imports, pour l'opérateur

    def list_lots(self) -> pd.DataFrame:
        """Les fichiers importés et leurs comptes."""
        self._check_operateur()
        return self._repository.list_lots()

    def list_quarantaine(self, lot_id: Filtre = None) -> pd.DataFrame:
        """Les lignes refusées, avec leur motif."""
        self._check_operateur()
        self._record("lire_quarantaine", str(lot_id or "tous les lots"))
        return self._repository.list_quarantaine(lot_id)

    def _check_operateur(self) -> None:
        if self.portee.role != "operateur":
            raise AccesRefuse(REFUS_IMPORTS)

    def _hides_cyber(self) -> bool:
        # Une collectivité lit ses propres réponses, cybersécurité comprise.
        return not self.portee.cyber and self.portee.role != "collectivite"

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

    def _record(self, action: str, objet: str, detail: str = "") -> None:
        """Inscrit une lecture nommée ; sans journal ouvert, pas de lecture."""
        if self.portee.role == "collectivite":
            return  # une collectivité relit ses propres réponses
        if self._journal is None:
            self._journal = open_registre()
        self._journal.journaliser(action, objet, portee=self.portee, compte=self._compte, detail=detail)
