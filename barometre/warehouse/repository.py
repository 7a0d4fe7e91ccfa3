"""Les questions que l'on pose à l'entrepôt : des filtres simples, des tableaux en réponse."""

from __future__ import annotations

import threading
from operator import attrgetter
from typing import Any

import pandas as pd
from cachetools import LRUCache, cachedmethod
from sqlalchemy import Engine, Select, Table
from sqlalchemy.exc import SQLAlchemyError

from barometre.domain.territoire import Collectivite
from barometre.domain.version import Version
from barometre.recherche.index import SearchIndex, build_search_index
from barometre.warehouse import queries as q
from barometre.warehouse import schema as s
from barometre.warehouse.cles_participations import ClesParticipations, build_cles_participations
from barometre.warehouse.compatibilite import check_compatibilite
from barometre.warehouse.dialects import read_frame
from barometre.warehouse.engine import EntrepotError
from barometre.warehouse.entrepot import Entrepot
from barometre.warehouse.lectures import Lectures, build_key, select_kept
from barometre.warehouse.queries import Filtre
from barometre.warehouse.valeurs import build_collectivite, build_version
from barometre.warehouse.versions import open_entrepot

# Moteurs gardés ouverts : la version en service et la précédente, que des lecteurs finissent de lire.
MOTEURS_GARDES = 3
COLLECTIVITES_GARDEES = 1_000
AUCUNE = "Aucun entrepôt n'est encore construit : lancez « python -m barometre construire »."


class Repository:
    """Lit la version en service et suit le pointeur ; `at(version)` en fixe une."""

    def __init__(self, entrepot: Entrepot, version_id: str | None = None) -> None:
        self.entrepot = entrepot
        self._fixee = version_id
        self._moteurs: dict[str, Engine] = {}
        self._preparees: set[str] = set()  # ouvertes ainsi : leur publication les renomme dans l'entrepôt
        self._index: dict[str, SearchIndex] = {}
        self._referentiels: dict[str, pd.DataFrame] = {}
        self._cles: dict[str, ClesParticipations] = {}
        # Où est chaque collectivité dans le référentiel : l'y chercher le relit en entier (5 ms).
        self._rangs: dict[str, dict[str, int]] = {}
        self._verrou = threading.Lock()
        self._lectures = Lectures()
        # Une page redit trente fois le même lieu, la même version : en faire une valeur coûte 1 à 3 ms.
        self._collectivites: LRUCache[tuple[str, str], Collectivite | None] = LRUCache(COLLECTIVITES_GARDEES)
        self._versions: LRUCache[str, Version] = LRUCache(MOTEURS_GARDES)

    @property
    def version_id(self) -> str:
        """La version que cette lecture emploie."""
        trouvee = self._fixee or self.entrepot.get_active()
        if trouvee is None:
            raise EntrepotError(AUCUNE)
        return trouvee

    def at(self, version_id: str) -> Repository:
        """Le même entrepôt, tenu à une version."""
        return Repository(self.entrepot, version_id)

    def close(self) -> None:
        """Ferme les connexions ouvertes."""
        with self._verrou:
            while self._moteurs:
                self._moteurs.popitem()[1].dispose()

    def get_engine(self) -> Engine:
        """Le moteur de la version lue."""
        version_id = self.version_id
        with self._verrou:
            if version_id in self._preparees and version_id in self.entrepot.list_ids():
                self._preparees.discard(version_id)
                if ancien := self._moteurs.pop(version_id, None):
                    ancien.dispose()
            if version_id not in self._moteurs:
                self._preparees |= {version_id} & set(self.entrepot.list_preparees())
                moteur = self.entrepot.build_engine(version_id)
                check_compatibilite(moteur, version_id)
                self._moteurs[version_id] = moteur
                self._forget_oldest()
            return self._moteurs[version_id]

    def _forget_oldest(self) -> None:
        for ancienne in list(self._moteurs)[:-MOTEURS_GARDES]:
            # Une connexion prêtée à un lecteur se ferme quand il la rend.
            self._moteurs.pop(ancienne).dispose()
            self._index.pop(ancienne, None)
            self._referentiels.pop(ancienne, None)
            self._cles.pop(ancienne, None)
            self._rangs.pop(ancienne, None)

    def read(self, requete: Select[Any]) -> pd.DataFrame:
        """Exécute une requête de `queries` ; une panne devient une phrase."""
        try:
            with self.get_engine().connect() as connexion:
                return read_frame(connexion, requete)
        except (SQLAlchemyError, OSError) as erreur:
            raise EntrepotError("L'entrepôt ne peut pas être lu.") from erreur

    def _rows(self, table: Table, *ordre: str, **filtres: Filtre) -> pd.DataFrame:
        cle = (self.version_id, build_key(table.name, ordre, filtres))
        return self._lectures.get(cle, lambda: self.read(q.select_rows(table, filtres, *ordre)))

    # La version et les collectivités

    @cachedmethod(attrgetter("_versions"), key=attrgetter("version_id"), lock=attrgetter("_verrou"))
    def get_version(self) -> Version:
        """La version lue, telle que sa ligne la décrit."""
        return build_version(self._rows(s.version).iloc[0])

    def read_version(self) -> Version:
        """La même, toujours relue : `/readyz` demande par elle si l'entrepôt répond."""
        return build_version(self.read(q.select_rows(s.version, {})).iloc[0])

    def get_referentiel(self) -> pd.DataFrame:
        """Toutes les collectivités et tous les territoires, lus une fois par version : à ne pas modifier."""
        version_id = self.version_id
        if version_id not in self._referentiels:
            self._referentiels[version_id] = self.read(q.select_rows(s.dim_collectivite, {}))
        return self._referentiels[version_id]

    def get_search_index(self) -> SearchIndex:
        """L'index de recherche des collectivités, construit une fois par version."""
        if (version_id := self.version_id) not in self._index:
            self._index[version_id] = build_search_index(self.get_referentiel(), self.list_codes_anciens())
        return self._index[version_id]

    @cachedmethod(
        attrgetter("_collectivites"),
        key=lambda self, collectivite_id: (self.version_id, collectivite_id),
        lock=attrgetter("_verrou"),
    )
    def get_collectivite(self, collectivite_id: str) -> Collectivite | None:
        """Une collectivité (ou un territoire), ou None."""
        lignes = self._select_collectivite(collectivite_id)
        return None if lignes.empty else build_collectivite(lignes.iloc[0])

    def _select_collectivite(self, collectivite_id: str) -> pd.DataFrame:
        """Sa ligne : dans le référentiel s'il est déjà en mémoire, un aller à l'entrepôt sinon."""
        gardees = self._referentiels.get(self.version_id)
        if gardees is None:
            return self._rows(s.dim_collectivite, collectivite_id=collectivite_id)
        rang = self._get_rangs(gardees).get(collectivite_id)
        return gardees.iloc[:0] if rang is None else gardees.iloc[[rang]]

    def _get_rangs(self, referentiel: pd.DataFrame) -> dict[str, int]:
        version_id = self.version_id
        if version_id not in self._rangs:
            ids = referentiel["collectivite_id"].to_numpy(dtype=object).tolist()
            self._rangs[version_id] = dict(zip(ids, range(len(ids)), strict=True))
        return self._rangs[version_id]

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
        """Les collectivités ; `cadre` : sans les territoires qu'une autre collectivité porte."""
        filtres = {
            "type": type, "departement": departement, "region": region, "epci": epci, "strate": strate,
        }  # fmt: skip
        # Trier le référentiel gardé coûte cinq fois moins que de le relire (99 → 14 ms pour le cadre).
        lignes = select_kept(self.get_referentiel(), filtres)
        return lignes[lignes["porteur_id"].isna()].reset_index(drop=True) if cadre else lignes

    def count_communes(self, niveau: str) -> dict[str, int]:
        """Le nombre de communes de chaque territoire d'un niveau (zone, region, departement, epci)."""
        cle = (self.version_id, ("communes", niveau))
        comptes = self._lectures.get(cle, lambda: self.read(q.select_comptes_communes(niveau)))
        return dict(zip(comptes["territoire"], comptes["communes"].astype(int), strict=True))

    def resolve_code(self, code: str) -> str | None:
        """Code INSEE, SIREN, SIRET ou ancien code → collectivité ; None s'il n'en désigne pas une seule."""
        net = "".join(code.split()).upper()
        net = net[:9] if len(net) == 14 else net
        return self._resolve_actuel(net) or self._resolve_ancien(net)

    def _resolve_actuel(self, code: str) -> str | None:
        trouves = self.read(q.select_codes_of(code))
        # « 75 » est un territoire : on rend la collectivité qui le porte. « 01 » est aussi une région
        # (Guadeloupe) : un code à deux signes désigne le département.
        trouves = trouves.sort_values("type", key=lambda t: t.map(_RANG_TYPES).fillna(9), kind="stable")
        if trouves.empty:
            return None
        premiere = trouves.iloc[0]
        porteur = premiere["porteur_id"]
        return str(premiere["collectivite_id"] if pd.isna(porteur) else porteur)

    def _resolve_ancien(self, code: str) -> str | None:
        actuels = self.read(q.select_code_ancien(code))["code_actuel"].tolist()
        return f"commune-{actuels[0]}" if len(actuels) == 1 else None

    def list_codes_anciens(self) -> pd.DataFrame:
        """Les codes qui ne sont plus (ou pas) ceux d'une commune."""
        return self._rows(s.code_ancien)

    def list_opsn(self) -> pd.DataFrame:
        """Les opérateurs publics de services numériques."""
        return self._rows(s.dim_opsn)

    def list_liens_opsn(self, collectivite_id: Filtre = None) -> pd.DataFrame:
        """Les liens constatés d'une collectivité, sans ceux de son département (une petite table)."""
        return select_kept(self._rows(s.lien_opsn), {"cible_id": collectivite_id})

    def list_perimetres_opsn(self, opsn_id: str | None = None) -> pd.DataFrame:
        """`opsn_id`, `collectivite_id` : adhérentes d'un OPSN, ou dans un département qu'il couvre ; tous."""
        return self.read(q.select_perimetres(opsn_id))

    # L'enquête

    def list_vagues(self) -> pd.DataFrame:
        """Les vagues, dans l'ordre."""
        return self._rows(s.dim_vague, "rang")

    def list_vagues_questionnaires(self, vague_id: Filtre = None) -> pd.DataFrame:
        """Les questionnaires ouverts par vague."""
        return self._rows(s.vague_questionnaire, vague_id=vague_id)

    def list_questions(self, questionnaire_id: Filtre = None) -> pd.DataFrame:
        """Les questions, dans l'ordre où elles sont posées."""
        return self._rows(s.dim_question, "questionnaire_id", "rang", questionnaire_id=questionnaire_id)

    def list_participations(
        self, vague_id: Filtre = None, questionnaire_id: Filtre = None, collectivite_id: Filtre = None
    ) -> pd.DataFrame:
        """Les questionnaires remplis."""
        filtres = {
            "vague_id": vague_id, "questionnaire_id": questionnaire_id, "collectivite_id": collectivite_id
        }  # fmt: skip
        return self._rows(s.participation, **filtres)

    def get_cles_participations(self) -> ClesParticipations:
        """Les questionnaires remplis, et la clé secrète de chacun (`cle`), dont se tire tout bruit."""
        version_id = self.version_id
        if version_id not in self._cles:
            # Toutes d'un coup : une clé se calcule pour elle-même, et neuf thèmes les demandent par vague.
            lues, secrets = self.read(q.select_rows(s.participation, {})), self._rows(s.cle_secrete)
            self._cles[version_id] = ClesParticipations(build_cles_participations(lues, secrets))
        return self._cles[version_id]

    def list_reponses(
        self, collectivite_id: Filtre, vague_id: Filtre = None, questionnaire_id: Filtre = None
    ) -> pd.DataFrame:
        """Les réponses d'une collectivité, question par question."""
        filtres = {
            "vague_id": vague_id, "questionnaire_id": questionnaire_id, "collectivite_id": collectivite_id
        }  # fmt: skip
        return self._rows(s.fait_reponse, **filtres)

    # Les chiffres

    def list_indicateurs(self, theme_id: Filtre = None) -> pd.DataFrame:
        """Les indicateurs que la version connaît."""
        return self._rows(s.dim_indicateur, theme_id=theme_id)

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
        """Les cellules calculées ; '' demande le total d'une dimension, None ne filtre pas."""
        filtres = {
            "indicateur_id": indicateurs, "vague_id": vague_id, "niveau": niveau, "type": type,
            "territoire_id": territoire_id, "strate": strate, "couverture": couverture,
        }  # fmt: skip
        return self._rows(s.agregat, **filtres)

    def list_valeurs(
        self,
        indicateur_id: Filtre,
        periode: Filtre = None,
        type: Filtre = None,
        collectivite_id: Filtre = None,
    ) -> pd.DataFrame:
        """Les valeurs d'un indicateur : indicateur_id, collectivite_id, periode, valeur, etat, source_id."""
        filtres = {
            "indicateur_id": indicateur_id, "periode": periode, "collectivite_id": collectivite_id,
        }  # fmt: skip
        requete = q.select_valeurs(filtres, type)
        if not isinstance(collectivite_id, str):
            return self.read(requete)
        # Une fiche, la comparaison et le côte à côte relisent la même collectivité.
        cle = (self.version_id, build_key("fait_valeur", (), filtres | {"type": type}))
        return self._lectures.get(cle, lambda: self.read(requete))

    def list_releves(self, type: str) -> frozenset[str]:
        """Les indicateurs connus d'une collectivité de ce type au moins ; aucune valeur n'est rapportée."""
        cle = (self.version_id, ("releves", type))
        return frozenset(self._lectures.get(cle, lambda: self.read(q.select_releves(type)))["indicateur_id"])

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
        """Les changements testés entre deux vagues."""
        filtres = {
            "indicateur_id": indicateurs, "territoire_id": territoire_id, "type": type, "strate": strate,
            "couverture": couverture, "vague_1": vague_1, "vague_2": vague_2,
        }  # fmt: skip
        return self._rows(s.evolution, **filtres)

    def list_contrastes(
        self, indicateurs: Filtre = None, vague_id: Filtre = None, reference: Filtre = None
    ) -> pd.DataFrame:
        """Les groupes comparés aux autres, et les couvertes aux inconnues."""
        return self._rows(s.contraste, indicateur_id=indicateurs, vague_id=vague_id, reference=reference)

    def list_estimations_modele(self, indicateur_id: str, vague_id: str) -> pd.DataFrame:
        """Les estimations par modèle des départements."""
        return self._rows(s.estimation_modele, indicateur_id=indicateur_id, vague_id=vague_id)

    def list_qualite(self, vague_id: Filtre = None, questionnaire_id: Filtre = None) -> pd.DataFrame:
        """Le rapport de qualité des redressements."""
        return self._rows(s.qualite, vague_id=vague_id, questionnaire_id=questionnaire_id)

    def list_chiffres_publies(self, theme_id: Filtre = None) -> pd.DataFrame:
        """Les chiffres que le baromètre a publiés."""
        return self._rows(s.chiffre_publie, theme_id=theme_id)

    # Les données de l'État à côté des réponses

    def list_accords(self, indicateurs: Filtre = None, vague_id: Filtre = None) -> pd.DataFrame:
        """L'accord entre une réponse et une donnée de l'État, en comptes."""
        return self._rows(s.accord, indicateur_id=indicateurs, vague_id=vague_id)

    def list_associations(
        self, programme_id: Filtre = None, indicateurs: Filtre = None, vague_id: Filtre = None
    ) -> pd.DataFrame:
        """Une pratique chez les bénéficiaires d'un programme et chez des communes comparables."""
        return self._rows(
            s.association, programme_id=programme_id, indicateur_id=indicateurs, vague_id=vague_id
        )

    def list_doubles_differences(
        self, programme_id: Filtre = None, indicateurs: Filtre = None
    ) -> pd.DataFrame:
        """D'une vague à l'autre, les bénéficiaires d'un programme ou d'un fonds et des comparables."""
        return self._rows(s.double_difference, programme_id=programme_id, indicateur_id=indicateurs)

    # Les fonds

    def list_actions_fonds(self, fonds_id: Filtre = None) -> pd.DataFrame:
        """Les projets soutenus, un par ligne, tels que la liste reçue les donne."""
        return self._rows(s.action_fonds, fonds_id=fonds_id)

    def list_lots_actions(self, fonds_id: Filtre = None) -> pd.DataFrame:
        """Les listes de bénéficiaires en service, avec leurs comptes."""
        return self._rows(s.lot_actions, fonds_id=fonds_id)

    # Ce qui a été chargé

    def list_sources(self) -> pd.DataFrame:
        """Les sources, telles que chargées."""
        return self._rows(s.dim_source)

    def list_lots(self, vague_id: Filtre = None, questionnaire_id: Filtre = None) -> pd.DataFrame:
        """Les fichiers importés, avec leurs comptes."""
        return self._rows(s.lot_import, vague_id=vague_id, questionnaire_id=questionnaire_id)

    def list_quarantaine(self, lot_id: Filtre = None) -> pd.DataFrame:
        """Les lignes refusées d'un lot, avec leur motif."""
        return self._rows(s.quarantaine, lot_id=lot_id)


# Un SIREN ou un code de cinq signes n'a qu'un type ; « 01 », « 84 » en ont deux.
_RANG_TYPES = {"commune": 0, "epci": 1, "ept": 2, "departement": 3, "region": 4}


def read_rows(moteur: Engine, table: str, **filtres: Filtre) -> pd.DataFrame:
    """Les lignes d'une table d'une version, en service ou en chantier."""
    with moteur.connect() as connexion:
        return read_frame(connexion, q.select_rows(s.metadata.tables[table], filtres))


def open_repository(adresse: str | None = None) -> Repository:
    """Le dépôt de la version en service (variable BAROMETRE_ENTREPOT, ou le dossier `entrepot`)."""
    return Repository(open_entrepot(adresse))
