"""La seule porte entre l'entrepôt et un lecteur : elle décide avant tout affichage, fichier ou cache."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cached_property
from typing import Literal, NoReturn

import pandas as pd

from barometre.access import droits
from barometre.access.avance import Avance, Bornes
from barometre.access.chiffres_publics import ChiffresPublics
from barometre.access.credits import build_regions, sum_credits
from barometre.access.declarations import Declaration
from barometre.access.droits import Sujet
from barometre.access.lectures import Attente, Journal, Lecture
from barometre.access.masques import round_effectifs
from barometre.access.participation import (
    count_brouillees,
    count_by_group,
    count_fidelite,
    count_jours,
    is_dite,
    list_confondus,
)
from barometre.access.publications import Publication
from barometre.access.registre import get_registre
from barometre.domain.portee import PUBLIC, Portee
from barometre.domain.secret import QUESTIONNAIRES_SENSIBLES, SEUIL_CADRE
from barometre.warehouse.queries import Filtre
from barometre.warehouse.repository import Repository

AXES_PARTICIPATION = frozenset({"vague_id", "questionnaire_id", "profil", "date_reponse"})
REFUS_AXES = "Ce croisement de la participation n'est pas public."
REFUS_IMPORTS = "Le détail des imports est réservé aux opérateurs du baromètre."


def _name(filtre: Filtre) -> str:
    """Ce qui est demandé, tel que le journal le dit et le cherche ; vide : tout."""
    return filtre if isinstance(filtre, str) else ", ".join(filtre or ())


class AccesRefuse(Exception):
    """La portée ne permet pas cette lecture ; le message est une phrase pour le lecteur."""


class Gate(ChiffresPublics):
    """Un dépôt lu au nom d'une portée. Tout ce que reçoivent les vues passe ici."""

    def __init__(
        self,
        repository: Repository,
        portee: Portee = PUBLIC,
        *,
        journal: Journal | None = None,
        compte: str = "",
        nommees: Repository | None = None,
        avance: Avance | None = None,
    ) -> None:
        super().__init__(repository, avance)
        # Le dépôt public peut ne pas avoir droit à la participation : ses comptes se font par un autre.
        self._nommees = nommees or repository
        self.portee = portee
        self._journal = journal
        self.compte = compte
        # Ce que cette porte a livré de nommé : une vue gardée le redit à chaque fois qu'elle sert.
        self.lectures: list[Lecture] = []

    def reopen(self) -> Gate:
        """Une porte de mêmes droits, qui ne dit rien au journal : `record_again` inscrira ce qu'elle a lu."""
        return self._reopen(Attente(), self._avance)

    def reopen_ahead(self, territoires: Sequence[str], bornes: Bornes) -> Gate:
        """La même porte, qui lira d'un coup les chiffres de ces territoires ; elle, si c'est déjà fait."""
        if self._avance.has(territoires):
            return self
        avance = Avance()
        porte = self._reopen(self._journal, avance)
        avance.prepare(lambda: porte.read_ahead(territoires, bornes))
        return porte

    def _reopen(self, journal: Journal | None, avance: Avance) -> Gate:
        return Gate(
            self._repository,
            self.portee,
            journal=journal,
            compte=self.compte,
            nommees=self._nommees,
            avance=avance,
        )

    # La participation

    def can_see_participation(self, collectivite_id: str) -> bool:
        """Vrai si la portée peut lire si cette collectivité a répondu."""
        return droits.can_read(self.portee, collectivite_id, "participation", self._perimetre)

    def list_participations(
        self,
        vague_id: Filtre = None,
        questionnaire_id: Filtre = None,
        collectivite_id: Filtre = None,
    ) -> pd.DataFrame:
        """Qui a répondu, dans ce que la portée en lit : soi, son périmètre, ou tout ; inscrit au journal.

        Le public n'en lit aucune : les comptes sont dans `count_participations` et `count_repondantes`.
        """
        lisibles = droits.list_lisibles(self.portee, "participation", self._perimetre)
        if lisibles is not None and not lisibles:
            return self._nommees.list_participations(vague_id, questionnaire_id, []).drop(columns="lot_id")
        self._record("lire_participation", _name(collectivite_id) or "toutes", _name(vague_id))
        lignes = self._nommees.list_participations(vague_id, questionnaire_id, collectivite_id)
        if lisibles is None:
            return lignes
        lignes = lignes[lignes["collectivite_id"].isin(lisibles)].reset_index(drop=True)
        return lignes.drop(columns="lot_id").assign(profil=pd.Series(pd.NA, lignes.index, dtype="str"))

    def count_repondantes(
        self, groupes: pd.Series, vague_id: Filtre = None, questionnaire_id: Filtre = None
    ) -> pd.DataFrame:
        """Combien ont répondu, par groupe : `cadre`, `repondantes`, `taux`, vides sous les seuils.

        `groupes` : collectivité du cadre → groupe (un territoire, ou aucun). Répondre à trois questionnaires
        compte une fois. Un compte, brouillé, se dit à cinq près ; un EPCI n'a qu'un taux, à dix points près.
        """
        return count_by_group(
            groupes, self._nommees.get_cles_participations().sum(vague_id, questionnaire_id)
        )

    def count_repondantes_opsn(self) -> pd.DataFrame:
        """Combien ont répondu, par OPSN ; vide aussi là où le périmètre se confond presque avec un autre.

        Colonne `confondu` : vrai pour ceux-là (`participation.list_confondus`).
        """
        cadre, perimetres = self.list_collectivites(), self.list_perimetres_opsn()
        # Un index d'objets : `isin` convertirait trente mille noms d'Arrow, un par un.
        connues = pd.Index(cadre["collectivite_id"].to_numpy(dtype=object))
        perimetres = perimetres[
            connues.get_indexer(perimetres["collectivite_id"].to_numpy(dtype=object)) >= 0
        ]
        comptes = self.count_repondantes(perimetres.set_index("collectivite_id")["opsn_id"])
        confondu = comptes.index.isin(list(list_confondus(perimetres, cadre)))
        confondu &= comptes["cadre"] >= SEUIL_CADRE  # en dessous, un taux se tait déjà
        caches = comptes[["repondantes", "taux"]].mask(confondu)
        return comptes[["cadre"]].join(caches).assign(confondu=confondu)

    def count_collectivites_repondantes(self) -> dict[str, int]:
        """Combien ont répondu à chaque vague, France entière, chacune une fois ; rien sous le seuil."""
        lignes = self._nommees.get_cles_participations().select()
        unites = lignes.groupby(["vague_id", "collectivite_id"], observed=True)["cle"].sum()
        comptes = count_brouillees(unites, unites.index.get_level_values("vague_id"))
        arrondis = round_effectifs(comptes["brouillees"])[is_dite(comptes)]
        return {str(v): int(n) for v, n in arrondis.items()}

    def count_fidelite(self, questionnaire_id: Filtre = None) -> dict[int, int | None]:
        """Combien de collectivités ont répondu à une, deux, trois… vagues ; vide sans réponse."""
        lignes = self._nommees.get_cles_participations().select(theme_id=questionnaire_id)
        return count_fidelite(lignes) if len(lignes) else {}

    def get_derniere_vague(self, questionnaire_id: Filtre = None) -> str:
        """La dernière vague où ce questionnaire a des réponses ; vide s'il n'en a pas."""
        repondues = set(self._nommees.list_participations(None, questionnaire_id)["vague_id"].unique())
        vagues = self._repository.list_vagues()["vague_id"]
        return next((str(v) for v in reversed(vagues.tolist()) if v in repondues), "")

    def count_participations(self, *axes: str) -> pd.DataFrame:
        """Le nombre de questionnaires remplis, par axes d'`AXES_PARTICIPATION`.

        Le jour et le profil ne se croisent pas : un jour d'une seule réponse dirait qui a tenu la plume. Sous
        dix, un compte se tait, et tous sont brouillés ; des jours se regroupent jusqu'à en faire dix (la
        date est celle du dernier).
        """
        if not set(axes) <= AXES_PARTICIPATION or {"profil", "date_reponse"} <= set(axes):
            raise AccesRefuse(REFUS_AXES)
        lignes = self._nommees.get_cles_participations().select()
        if "date_reponse" in axes:
            return count_jours(lignes, [axe for axe in axes if axe != "date_reponse"])
        comptes = count_brouillees(lignes["cle"], [lignes[a] for a in axes] or pd.Series("", lignes.index))
        dits = round_effectifs(comptes["brouillees"])[is_dite(comptes)].astype("int64")
        lignes = dits.rename("questionnaires").to_frame()
        return lignes.reset_index() if axes else lignes.reset_index(drop=True)

    # Les réponses nommées

    def can_read(self, collectivite_id: str, objet: str = "") -> bool:
        """Vrai si la portée permet de lire cet indicateur (ou ce questionnaire) de cette collectivité."""
        return not self.explain_refusal(collectivite_id, objet)

    def explain_refusal(self, collectivite_id: str, objet: str = "") -> str:
        """La phrase du refus, ou vide si la lecture est permise ; `objet` vide : hors cybersécurité."""
        return droits.explain_refusal(self.portee, collectivite_id, self._get_sujet(objet), self._perimetre)

    def _get_sujet(self, objet: str) -> Sujet:
        sensible = objet in QUESTIONNAIRES_SENSIBLES or (objet and objet in self._sensitive())
        return "cyber" if sensible else "reponse"

    @cached_property
    def _perimetre(self) -> frozenset[str]:
        """Les collectivités de l'OPSN de la portée ; vide pour une autre portée."""
        if self.portee.role != "opsn":
            return frozenset()
        return frozenset(self.list_perimetre_opsn(self.portee.opsn_id))

    def list_reponses(self, collectivite_id: str, vague_id: Filtre = None) -> pd.DataFrame:
        """Les réponses d'une collectivité, sans celles de cybersécurité si le droit ne les ouvre pas."""
        refus = self.explain_refusal(collectivite_id)
        if refus:
            self._refuse("lire_reponses", collectivite_id, refus)
        self._record("lire_reponses", collectivite_id, _name(vague_id))
        lignes = self._nommees.list_reponses(collectivite_id, vague_id)
        if not self._reads_cyber(collectivite_id):
            lignes = lignes[~lignes["questionnaire_id"].isin(QUESTIONNAIRES_SENSIBLES)]
        return lignes.reset_index(drop=True)

    def list_valeurs(self, indicateur_id: str, periode: Filtre = None, type: Filtre = None) -> pd.DataFrame:
        """Une donnée de l'État est publique ; une réponse déclarée suit les droits de la portée."""
        if self._is_measured(indicateur_id):
            return self._repository.list_valeurs(indicateur_id, periode, type)
        lisibles = self._readable(indicateur_id)
        self._record("lire_valeurs", indicateur_id, _name(periode))
        return self._repository.list_valeurs(indicateur_id, periode, type, lisibles)

    def list_exactes(self, indicateur_id: str, vague_id: str) -> pd.DataFrame:
        """Toutes les réponses à un indicateur, sans bruit : de quoi en calculer les chiffres exacts."""
        if droits.list_lisibles(self.portee, self._get_sujet(indicateur_id)) is not droits.TOUTES:
            self._refuse("lire_exactes", indicateur_id, droits.REFUS_EXACTS)
        self._record("lire_exactes", indicateur_id, vague_id)
        return self._nommees.list_valeurs(indicateur_id, vague_id)

    def list_valeurs_collectivite(self, collectivite_id: str) -> pd.DataFrame:
        """Les données de l'État d'une collectivité, et ses réponses si la portée y a droit."""
        if not self.can_read(collectivite_id):
            return self._list_mesures_of(collectivite_id)
        lignes, sensibles = (
            self._repository.list_valeurs(None, collectivite_id=collectivite_id),
            self._sensitive(),
        )
        self._record("lire_valeurs", collectivite_id)
        if not self._reads_cyber(collectivite_id):
            mesures = lignes["indicateur_id"].isin(self._mesures)
            lignes = lignes[mesures | ~lignes["indicateur_id"].isin(sensibles)]
        return lignes.reset_index(drop=True)

    # Le droit de réponse

    def list_declarations(self, collectivite_id: str) -> tuple[Declaration, ...]:
        """Ce que la collectivité a déclaré de ses chiffres, pour qui lit ses réponses ; inscrit au journal.

        Un rôle prêté par la démonstration n'en lit aucune : n'importe qui peut le prendre.
        """
        if self.portee.simulee or not self.can_read(collectivite_id):
            return ()
        siennes = get_registre().declarations.list(collectivite_id)
        if not self._reads_cyber(collectivite_id):
            siennes = tuple(d for d in siennes if d.indicateur_id not in self._sensitive())
        if siennes:
            self._record("lire_declarations", collectivite_id)
        return siennes

    def get_fenetre(self, collectivite_id: str, jour: date) -> Publication | None:
        """La fenêtre où cette portée peut déclarer quelque chose de cette collectivité ; `None` : aucune."""
        if not droits.can_declare(self.portee, collectivite_id):
            return None
        return get_registre().publications.get_fenetre(jour)

    def declare(self, collectivite_id: str, indicateur_id: str, nature: str, texte: str, jour: date) -> None:
        """Garde une déclaration ; `AccesRefuse` ou `RegistreError` disent ce qui ne va pas."""
        if not droits.can_declare(self.portee, collectivite_id):
            self._refuse("declarer", collectivite_id, droits.REFUS_DECLARER)
        fenetre = self.get_fenetre(collectivite_id, jour)
        if fenetre is None:
            self._refuse("declarer", collectivite_id, droits.REFUS_FENETRE)
        siens = self._repository.list_valeurs(None, collectivite_id=collectivite_id)["indicateur_id"]
        if indicateur_id not in set(siens) or self._is_measured(indicateur_id):
            self._refuse("declarer", collectivite_id, droits.REFUS_CHIFFRE)
        get_registre().declarations.add(
            indicateur_id,
            nature,
            texte,
            version_id=fenetre.version_id,
            portee=self.portee,
            compte=self.compte,
        )

    def _reads_cyber(self, collectivite_id: str) -> bool:
        return droits.can_read(self.portee, collectivite_id, "cyber", self._perimetre)

    def _readable(self, indicateur_id: str) -> list[str] | None:
        """Les collectivités dont la portée lit cet indicateur déclaré ; None : toutes."""
        lisibles = droits.list_lisibles(self.portee, self._get_sujet(indicateur_id), self._perimetre)
        if lisibles is None:
            return None
        if not lisibles:
            exemple = next(iter(self._perimetre), self.portee.collectivite_id)
            self._refuse("lire_valeurs", indicateur_id, self.explain_refusal(exemple, indicateur_id))
        return sorted(lisibles)

    # Les crédits d'un fonds

    def get_lot_actions(self, fonds_id: str) -> dict[str, object]:
        """De la liste en service d'un fonds : quand elle a été importée ; vide si aucune ne l'est."""
        lots = self._repository.list_lots_actions(fonds_id)
        return {} if lots.empty else {"importe_le": lots.iloc[0]["importe_le"]}

    def sum_credits(self, fonds_id: str, axe: Literal["region", "axe", "statut"]) -> pd.DataFrame:
        """Bénéficiaires, projets, euros et projets sans montant, par groupe d'au moins dix bénéficiaires."""
        actions = self._repository.list_actions_fonds(fonds_id)
        if axe == "region":
            regions = build_regions(actions, self.get_referentiel(), self._repository.list_liens_opsn())
            return sum_credits(actions, regions)
        return sum_credits(actions, actions[axe])

    def can_read_actions(self) -> bool:
        """Vrai si la portée lit la liste nommée d'un fonds."""
        return droits.can_read_actions(self.portee)

    def list_actions_fonds(self, fonds_id: str) -> pd.DataFrame:
        """La liste nommée, pour le programme et les opérateurs ; inscrite au journal."""
        if not self.can_read_actions():
            self._refuse("lire_actions", fonds_id, droits.REFUS_ACTIONS)
        self._record("lire_actions", fonds_id)
        return self._repository.list_actions_fonds(fonds_id)

    # Les imports, pour l'opérateur

    def list_lots(self) -> pd.DataFrame:
        """Les fichiers importés et leurs comptes."""
        self._check_operateur()
        return self._repository.list_lots()

    def count_quarantaine(self) -> pd.DataFrame:
        """Par fichier reçu : `vague_id`, `questionnaire_id`, lignes `lus` et en `quarantaine`.

        Des comptes, sans aucune ligne ; pour qui pilote la collecte, rien pour tout autre.
        """
        colonnes = ["vague_id", "questionnaire_id", "lus", "quarantaine"]
        # Le rôle public de PostgreSQL n'a pas la table : qui ne pilote pas ne l'interroge pas.
        if not self._leads():
            return pd.DataFrame(columns=colonnes)
        return self._repository.list_lots()[colonnes]

    def count_quarantaine_fonds(self) -> pd.DataFrame:
        """Par liste d'un fonds en service : `fonds_id`, `importe_le`, `lus` et en `quarantaine` ; de même."""
        colonnes = ["fonds_id", "importe_le", "lus", "quarantaine"]
        if not self._leads():
            return pd.DataFrame(columns=colonnes)
        return self._repository.list_lots_actions()[colonnes]

    def _leads(self) -> bool:
        """Vrai pour qui pilote la collecte."""
        return self.portee.role in ("programme", "operateur")

    def list_quarantaine(self, lot_id: Filtre = None) -> pd.DataFrame:
        """Les lignes refusées, avec leur motif."""
        self._check_operateur()
        self._record("lire_quarantaine", _name(lot_id) or "tous les lots")
        return self._repository.list_quarantaine(lot_id)

    def _check_operateur(self) -> None:
        if self.portee.role != "operateur":
            self._refuse("lire_imports", "lots", REFUS_IMPORTS)

    def _refuse(self, action: str, objet: str, phrase: str) -> NoReturn:
        """Inscrit le refus, puis le dit. Le public n'a pas de compte : il n'y a rien à inscrire."""
        if self.portee.role != "public":
            self._write(Lecture(f"refus_{action}", objet, phrase))
        raise AccesRefuse(phrase)

    def _record(self, action: str, objet: str, detail: str = "") -> None:
        """Inscrit une lecture nommée avant qu'elle ne sorte ; sans journal ouvert, pas de lecture."""
        lecture = Lecture(action, objet, detail)
        self.lectures.append(lecture)
        self._write(lecture)

    def record_again(self, lectures: Sequence[Lecture]) -> None:
        """Une vue gardée sort de nouveau : ce qu'elle a lu de nommé s'inscrit au compte de qui la reçoit."""
        # Une vue faite d'une vue gardée a lu ce que celle-ci a lu.
        self.lectures.extend(lectures)
        for lecture in lectures:
            self._write(lecture)

    def _write(self, lecture: Lecture) -> None:
        if self._journal is None:
            self._journal = get_registre()
        self._journal.journaliser(
            lecture.action, lecture.objet, portee=self.portee, compte=self.compte, detail=lecture.detail
        )
