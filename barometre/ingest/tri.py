"""D'un export à un lot : chaque ligne lue est chargée, doublon, en quarantaine ou ignorée.

La quarantaine se décide par ligne : une seule cellule illisible écarte la réponse entière, qui
reviendra avec le fichier corrigé. Une ligne peut avoir plusieurs motifs ; elle compte une fois.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from barometre.domain.enquete import Questionnaire, Vague
from barometre.ingest.answers import NE_SAIT_PAS, NON_CONCERNE, REPONDU, Reponses
from barometre.ingest.avertissements import Lues, list_avertissements
from barometre.ingest.columns import Plan, build_plan, check_croises, check_intitules
from barometre.ingest.concordance import find_colonnes_de_noms
from barometre.ingest.copies import drop_point_zero, list_copies
from barometre.ingest.duplicates import Departage, hash_lines, list_recopies
from barometre.ingest.entetes import describe_entetes
from barometre.ingest.errors import ImportRefuse, Rejet
from barometre.ingest.export import Export
from barometre.ingest.garde import build_recu
from barometre.ingest.identity import Referentiel
from barometre.ingest.lot import Lot, build_lot_id, is_nom_simule
from barometre.ingest.mapping import Correspondance, build_declares, find_columns
from barometre.ingest.personal import mask_personal
from barometre.ingest.questionnaire_answers import (
    apply_conditions,
    build_facts,
    count_answered,
    count_dites,
    read_answers,
)
from barometre.ingest.respondents import find_inacheves, read_respondents

LIGNE_VIDE = "Ligne vide."
LIGNE_DE_TEST = "Ligne de test."
DOSSIER_ECARTE = "Dossier refusé, classé sans suite ou supprimé : sa réponse n'est pas retenue."
SANS_AUCUNE_REPONSE = "Questionnaire ouvert mais sans aucune réponse."
# Sous ce nombre de questions dans le fichier, une seconde moitié vide ne dit pas un abandon.
QUESTIONS_INTERRUPTION = 6
RECOPIE = (
    "Le même identifiant est sur {} lignes aux réponses différentes : un tableur a-t-il recopié la colonne ? "
    "Rien ne dit à qui est chacune."
)
ABANDON = "Questionnaire abandonné : non validé, moins de la moitié des questions posées ont une réponse."


def load_lot(
    export: Export,
    questionnaire: Questionnaire,
    vague: Vague,
    referentiel: Referentiel,
    correspondance: Correspondance | None = None,
) -> Lot:
    """Interprète un export ; ne lève qu'`ImportRefuse`, si le fichier entier est illisible."""
    correspondance = correspondance or Correspondance()
    declares = build_declares(correspondance, export.entetes, questionnaire)
    trouves = find_colonnes_de_noms(export, referentiel) | declares | list_copies(export)
    plan = build_plan(export.entetes, questionnaire, trouves)
    check_croises(export.entetes, plan, questionnaire, declares)
    export = drop_point_zero(export, plan)
    plan.confiance = find_columns(correspondance.identifiants, export.entetes)
    _check_identifiant(plan, export.entetes, questionnaire)
    if not correspondance.colonnes:
        check_intitules(export.entetes, plan, questionnaire)
    repondants = read_respondents(export, plan, vague, referentiel)
    reponses = read_answers(export, plan, questionnaire, correspondance)
    types = np.array([c.partition("-")[0] for c in repondants.collectivites], dtype=object)
    valides = None if repondants.valides is None else np.array(repondants.valides, dtype=bool)
    ecartees = apply_conditions(reponses, types, valides)
    departage = Departage(
        count_dites(reponses, plan.question_ids),
        repondants.dates,
        hash_lines([r for q, r in reponses.items() if q in plan.question_ids]),
    )
    lot = _Tri(export, questionnaire, vague, plan, Lues(repondants, reponses, ecartees), departage).build()
    return replace(lot, recus=(build_recu(export, plan, questionnaire, correspondance),))


def _is_interrompu(presentes: list[Reponses]) -> np.ndarray:
    """Vrai là où la seconde moitié d'un questionnaire d'au moins six questions n'a plus de réponse."""
    repondues = np.array([np.isin(r.etats, (REPONDU, NE_SAIT_PAS)) for r in presentes])
    atteintes = repondues[len(presentes) // 2 :]
    # Si personne n'y a répondu, c'est que cette moitié n'a pas été montrée : rien ne dit un abandon.
    if len(presentes) < QUESTIONS_INTERRUPTION or not atteintes.any():
        return np.zeros(repondues.shape[-1], dtype=bool)
    return np.asarray(~atteintes.any(axis=0))


def _check_identifiant(plan: Plan, entetes: tuple[str, ...], questionnaire: Questionnaire) -> None:
    if not {"siren", "siret", "code"} & set(plan.roles):
        raise ImportRefuse(
            "Aucune colonne d'identifiant (SIREN, SIRET ou code INSEE) : le nom seul ne rattache rien. "
            + describe_entetes(entetes, questionnaire)
        )


@dataclass(slots=True)
class _Tri:
    export: Export
    questionnaire: Questionnaire
    vague: Vague
    plan: Plan
    lues: Lues
    departage: Departage

    def build(self) -> Lot:
        """Répartit les lignes, puis assemble le lot."""
        ignorees = self._list_ignorees()
        rejets = self._list_rejets(set(ignorees))
        candidates = np.ones(len(self.export.lignes), dtype=bool)
        candidates[[*ignorees, *(i for i, _ in rejets)]] = False
        recopies = list_recopies(self.ids, candidates, self.departage.signatures)
        rejets += [
            (i, self._rejet(i, self._rang_identifiant(), RECOPIE.format(n))) for i, n in recopies.items()
        ]
        candidates[list(recopies)] = False
        doublons = self.departage.pick_retained(self.ids, candidates)
        garde = candidates.copy()
        garde[list(doublons)] = False
        self._drop_abandons(garde, doublons, ignorees)
        return self._assemble(garde, [r for _, r in rejets], doublons, ignorees)

    def _drop_abandons(self, garde: np.ndarray, doublons: dict[int, int], ignorees: dict[int, str]) -> None:
        """Une collectivité qui n'a que des réponses abandonnées n'est pas une répondante."""
        abandons = np.flatnonzero(garde & self._is_abandon())
        garde[abandons] = False
        retenues = {int(i) for i in abandons}
        perdus = [i for i, retenue in doublons.items() if retenue in retenues]
        for i in perdus:
            del doublons[i]
        ignorees |= dict.fromkeys([*retenues, *perdus], ABANDON)

    def _rang_identifiant(self) -> int:
        return next((self.plan.roles[r] for r in ("siren", "siret", "code") if r in self.plan.roles), -1)

    @property
    def ids(self) -> np.ndarray:
        """La collectivité de chaque ligne, vide si elle n'est pas rattachée."""
        return np.array(self.lues.repondants.collectivites, dtype=object)

    def _list_ignorees(self) -> dict[int, str]:
        """Une ligne où aucune question n'a de réponse n'apporte rien, même avec un identifiant faux."""
        vide = self._is_sans_reponse()
        repondants = self.lues.repondants
        return {
            i: LIGNE_DE_TEST if test else DOSSIER_ECARTE if ecarte else SANS_AUCUNE_REPONSE
            for i, (test, ecarte) in enumerate(zip(repondants.tests, repondants.ecartes, strict=True))
            if test or ecarte or vide[i]
        }

    def _is_sans_reponse(self) -> np.ndarray:
        """Aucune question répondue, et aucune cellule refusée : la ligne n'apporte rien."""
        refusees = [i for reponse in self.lues.reponses.values() for i, _, _ in reponse.rejets]
        vide = count_answered(self.lues.reponses) == 0
        vide[refusees] = False
        return vide

    def _is_abandon(self) -> np.ndarray:
        """Commencé, jamais validé, moins de la moitié des questions posées répondues.

        Le seuil est celui des « break-offs » de l'AAPOR (Standard Definitions, 10e édition, 2023). Si rien ne
        dit ce qui a été validé, la dernière page vue en juge ; à défaut, des réponses qui s'arrêtent pour ne
        plus reprendre.
        """
        presentes = [r for q, r in self.lues.reponses.items() if q in self.plan.question_ids]
        posees = np.sum([r.etats != NON_CONCERNE for r in presentes], axis=0)
        peu = 2 * count_answered(self.lues.reponses) < posees
        if self.lues.repondants.valides is not None:
            return np.asarray(peu & ~np.array(self.lues.repondants.valides, dtype=bool))
        inacheves = find_inacheves(self.export, self.plan)
        return np.asarray(peu & (_is_interrompu(presentes) if inacheves is None else inacheves))

    def _list_rejets(self, ignorees: set[int]) -> list[tuple[int, Rejet]]:
        bruts = [
            *self.lues.repondants.rejets,
            *(r for reponse in self.lues.reponses.values() for r in reponse.rejets),
        ]
        return [(i, self._rejet(i, rang, motif)) for i, rang, motif in sorted(bruts) if i not in ignorees]

    def _rejet(self, ligne: int, rang: int, motif: str) -> Rejet:
        colonne = self.export.entetes[rang] if rang >= 0 else ""
        valeur = self.export.colonnes[rang][ligne] if rang >= 0 else ""
        return Rejet(self.export.lignes[ligne], colonne[:200], mask_personal(valeur[:200]), motif)

    def _assemble(
        self, garde: np.ndarray, rejets: list[Rejet], doublons: dict[int, int], ignorees: dict[int, str]
    ) -> Lot:
        export = self.export
        lot_id = build_lot_id(self.vague.id, self.questionnaire.id, export.empreinte)
        simule = is_nom_simule(export.nom) or any(self.lues.repondants.simules)
        return Lot(
            lot_id=lot_id,
            fichier=export.nom,
            empreinte=export.empreinte,
            format=export.format,
            vague_id=self.vague.id,
            questionnaire_id=self.questionnaire.id,
            simule=simule,
            lus=export.lus,
            participation=self._build_participation(garde, lot_id, simule),
            fait_reponse=self._build_faits(garde),
            rejets=tuple(sorted([*export.rejets, *rejets], key=lambda r: r.ligne)),
            lignes_doublons=tuple(self._doublon(i, j) for i, j in sorted(doublons.items())),
            lignes_ignorees=self._build_ignorees(ignorees),
            questions=frozenset(self.plan.question_ids),
            lignes=tuple(self.export.lignes[i] for i in np.flatnonzero(garde)),
            recodes=int(np.array(self.lues.repondants.recodes, dtype=bool)[garde].sum()),
            avertissements=(
                *export.avertissements,
                *list_avertissements(self.export, self.questionnaire, self.plan, self.lues, garde),
                *self.departage.list_indecis(doublons),
            ),
        )

    def _doublon(self, rang: int, retenue: int) -> Rejet:
        motif = (
            f"La ligne {self.export.lignes[retenue]} est retenue : {self.departage.describe(rang, retenue)}."
        )
        return Rejet(self.export.lignes[rang], "", self.lues.repondants.collectivites[rang], motif)

    def _build_ignorees(self, ignorees: dict[int, str]) -> tuple[Rejet, ...]:
        vides = [Rejet(ligne, "", "", LIGNE_VIDE) for ligne in self.export.vides]
        autres = [Rejet(self.export.lignes[i], "", "", motif) for i, motif in ignorees.items()]
        return tuple(sorted([*vides, *autres], key=lambda r: r.ligne))

    def _build_participation(self, garde: np.ndarray, lot_id: str, simule: bool) -> pd.DataFrame:
        rangs = np.flatnonzero(garde)
        simules = np.array(self.lues.repondants.simules, dtype=bool)[rangs]
        return pd.DataFrame(
            {
                "vague_id": self.vague.id,
                "questionnaire_id": self.questionnaire.id,
                "collectivite_id": self.ids[rangs],
                "date_reponse": pd.Series([self.lues.repondants.dates[i] for i in rangs], dtype=object),
                "profil": pd.Series([self.lues.repondants.profils[i] for i in rangs], dtype=object),
                "lot_id": lot_id,
                # Sans colonne de marque, c'est le nom du fichier qui dit que tout est simulé.
                "simulee": simules if "simule" in self.plan.roles else np.full(len(rangs), simule),
            }
        )

    def _build_faits(self, garde: np.ndarray) -> pd.DataFrame:
        faits = build_facts(self.lues.reponses, garde, self.ids)
        faits.insert(0, "vague_id", self.vague.id)
        faits.insert(1, "questionnaire_id", self.questionnaire.id)
        return faits
