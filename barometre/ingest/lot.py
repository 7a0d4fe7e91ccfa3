"""D'un export à un lot : chaque ligne lue est chargée, doublon, en quarantaine ou ignorée.

La quarantaine se décide par ligne : une seule cellule illisible écarte la réponse entière, qui
reviendra avec le fichier corrigé. Une ligne peut avoir plusieurs motifs ; elle compte une fois.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from barometre.domain.enquete import Questionnaire, Vague
from barometre.ingest.answers import NON_CONCERNE, Reponses
from barometre.ingest.columns import Plan, build_plan, describe_entetes, list_ecarts
from barometre.ingest.duplicates import REGLE_DOUBLONS, pick_retained
from barometre.ingest.errors import ImportRefuse, Rejet
from barometre.ingest.export import Export
from barometre.ingest.garde import Recu, build_recu
from barometre.ingest.identity import Referentiel
from barometre.ingest.labels import clean_label
from barometre.ingest.mapping import Correspondance, build_declares, find_columns
from barometre.ingest.personal import RETIRE, mask_personal
from barometre.ingest.questionnaire_answers import apply_conditions, build_facts, count_answered, read_answers
from barometre.ingest.respondents import Repondants, list_repetes, read_respondents

_SIMULE = re.compile(r"(?<![a-z])simulee?s?(?![a-z])")
_PAS_SIMULE = re.compile(r"(?<![a-z])(non|pas|sans)[ _.-]*simul")
LIGNE_VIDE = "Ligne vide."
LIGNE_DE_TEST = "Ligne de test."
SANS_AUCUNE_REPONSE = "Questionnaire ouvert mais sans aucune réponse."
ABANDON = "Questionnaire abandonné : non validé, moins de la moitié des questions posées ont une réponse."


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
    # Les fichiers lus, et sous quelle clé la réserve de l'entrepôt les garde (vide : pas gardés).
    recus: tuple[Recu, ...] = ()
    empreinte_gardee: str = ""

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

    def build_quarantaine(self) -> pd.DataFrame:
        """Lignes de la table `quarantaine`."""
        colonnes = ["lot_id", "rang", "ligne", "colonne", "valeur", "motif"]
        lignes = [
            (self.lot_id, i, r.ligne, r.colonne, r.valeur, r.motif) for i, r in enumerate(self.rejets, 1)
        ]
        return pd.DataFrame(lignes, columns=colonnes)

    def build_lot_import(self, importe_le: datetime) -> dict[str, Any]:
        """La ligne de la table `lot_import`."""
        champs = (
            "lot_id", "fichier", "empreinte", "empreinte_gardee", "format", "vague_id", "questionnaire_id",
            "simule", "lus",
        )  # fmt: skip
        comptes = ("charges", "doublons", "quarantaine", "ignores")
        return {c: getattr(self, c) for c in (*champs, *comptes)} | {"importe_le": importe_le}

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
        }


def _to_dict(rejet: Rejet) -> dict[str, Any]:
    return {"ligne": rejet.ligne, "colonne": rejet.colonne, "valeur": rejet.valeur, "motif": rejet.motif}


def is_nom_simule(nom: str) -> bool:
    """« r-simule.csv » dit que tout est simulé ; « non_simulees » ou « simulateur » ne le disent pas."""
    return bool(_SIMULE.search(clean_label(nom))) and not _PAS_SIMULE.search(clean_label(nom))


def build_lot_id(vague_id: str, questionnaire_id: str, empreinte: str) -> str:
    """Le même fichier pour le même questionnaire et la même vague donne toujours le même lot."""
    return f"{vague_id}-{questionnaire_id}-{empreinte[:12]}"


def load_lot(
    export: Export,
    questionnaire: Questionnaire,
    vague: Vague,
    referentiel: Referentiel,
    correspondance: Correspondance | None = None,
) -> Lot:
    """Interprète un export ; ne lève qu'`ImportRefuse`, si le fichier entier est illisible."""
    correspondance = correspondance or Correspondance()
    plan = build_plan(
        export.entetes, questionnaire, build_declares(correspondance, export.entetes, questionnaire)
    )
    plan.confiance = find_columns(correspondance.identifiants, export.entetes)
    _check_identifiant(plan, export.entetes, questionnaire)
    repondants = read_respondents(export, plan, vague, referentiel)
    reponses = read_answers(export, plan, questionnaire, correspondance)
    types = np.array([c.partition("-")[0] for c in repondants.collectivites], dtype=object)
    valides = np.array(repondants.valides, dtype=bool) if "soumission" in plan.roles else None
    ecartees = apply_conditions(reponses, types, valides)
    lot = _Tri(export, questionnaire, vague, plan, repondants, reponses, ecartees).build()
    return replace(lot, recus=(build_recu(export, plan, questionnaire, correspondance),))


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
    repondants: Repondants
    reponses: dict[str, Reponses]
    ecartees: dict[str, np.ndarray]

    def build(self) -> Lot:
        """Répartit les lignes, puis assemble le lot."""
        ignorees = self._list_ignorees()
        rejets = self._list_rejets(set(ignorees))
        candidates = np.ones(len(self.export.lignes), dtype=bool)
        candidates[[*ignorees, *(i for i, _ in rejets)]] = False
        completude = count_answered(self.reponses)
        doublons = pick_retained(self.ids, candidates, completude, self.repondants.dates)
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

    @property
    def ids(self) -> np.ndarray:
        """La collectivité de chaque ligne, vide si elle n'est pas rattachée."""
        return np.array(self.repondants.collectivites, dtype=object)

    def _list_ignorees(self) -> dict[int, str]:
        """Une ligne où aucune question n'a de réponse n'apporte rien, même avec un identifiant faux."""
        vide = self._is_sans_reponse()
        return {
            i: LIGNE_DE_TEST if test else SANS_AUCUNE_REPONSE
            for i, test in enumerate(self.repondants.tests)
            if test or vide[i]
        }

    def _is_sans_reponse(self) -> np.ndarray:
        """Aucune question répondue, et aucune cellule refusée : la ligne n'apporte rien."""
        refusees = [i for reponse in self.reponses.values() for i, _, _ in reponse.rejets]
        vide = count_answered(self.reponses) == 0
        vide[refusees] = False
        return vide

    def _is_abandon(self) -> np.ndarray:
        """Commencé, jamais validé, moins de la moitié des questions posées répondues.

        Le seuil est celui des « break-offs » de l'AAPOR (Standard Definitions, 10e édition, 2023). Seul un
        export qui donne la dernière page vue dit qu'une réponse n'a pas été validée.
        """
        if not {"soumission", "derniere_page"} <= set(self.plan.roles):
            return np.zeros(len(self.export.lignes), dtype=bool)
        presentes = [r for q, r in self.reponses.items() if q in self.plan.question_ids]
        posees = np.sum([r.etats != NON_CONCERNE for r in presentes], axis=0)
        ouvertes = ~np.array(self.repondants.valides, dtype=bool)
        return np.asarray(ouvertes & (2 * count_answered(self.reponses) < posees))

    def _list_rejets(self, ignorees: set[int]) -> list[tuple[int, Rejet]]:
        bruts = [*self.repondants.rejets, *(r for reponse in self.reponses.values() for r in reponse.rejets)]
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
        simule = is_nom_simule(export.nom) or any(self.repondants.simules)
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
            recodes=int(np.array(self.repondants.recodes, dtype=bool)[garde].sum()),
            avertissements=(*export.avertissements, *self._list_avertissements(garde)),
        )

    def _doublon(self, rang: int, retenue: int) -> Rejet:
        ligne = self.export.lignes[retenue]
        motif = f"La ligne {ligne} est retenue : {REGLE_DOUBLONS}."
        return Rejet(self.export.lignes[rang], "", self.repondants.collectivites[rang], motif)

    def _build_ignorees(self, ignorees: dict[int, str]) -> tuple[Rejet, ...]:
        vides = [Rejet(ligne, "", "", LIGNE_VIDE) for ligne in self.export.vides]
        autres = [Rejet(self.export.lignes[i], "", "", motif) for i, motif in ignorees.items()]
        return tuple(sorted([*vides, *autres], key=lambda r: r.ligne))

    def _build_participation(self, garde: np.ndarray, lot_id: str, simule: bool) -> pd.DataFrame:
        rangs = np.flatnonzero(garde)
        simules = np.array(self.repondants.simules, dtype=bool)[rangs]
        return pd.DataFrame(
            {
                "vague_id": self.vague.id,
                "questionnaire_id": self.questionnaire.id,
                "collectivite_id": self.ids[rangs],
                "date_reponse": pd.Series([self.repondants.dates[i] for i in rangs], dtype=object),
                "profil": pd.Series([self.repondants.profils[i] for i in rangs], dtype=object),
                "lot_id": lot_id,
                # Sans colonne de marque, c'est le nom du fichier qui dit que tout est simulé.
                "simulee": simules if "simule" in self.plan.roles else np.full(len(rangs), simule),
            }
        )

    def _build_faits(self, garde: np.ndarray) -> pd.DataFrame:
        faits = build_facts(self.reponses, garde, self.ids)
        faits.insert(0, "vague_id", self.vague.id)
        faits.insert(1, "questionnaire_id", self.questionnaire.id)
        return faits

    def _list_avertissements(self, garde: np.ndarray) -> list[str]:
        phrases = []
        if self.plan.inconnues:
            noms = ", ".join(f"« {e[:60]} »" for e in self.plan.inconnues[:5])
            phrases.append(f"{len(self.plan.inconnues)} colonne(s) non reconnue(s), non chargée(s) : {noms}.")
        if self.plan.commentaires:
            phrases.append(f"{len(self.plan.commentaires)} colonne(s) de commentaires, non chargée(s).")
        libres = self._list_libres(garde)
        if libres:
            phrases.append(f"Réponses libres comptées « Autre » : {', '.join(libres)}.")
        absentes = [q.code for q in self.questionnaire.questions if q.id not in self.plan.question_ids]
        if absentes:
            phrases.append(f"Questions absentes, comptées « sans réponse » : {', '.join(absentes)}.")
        if ecarts := list_ecarts(self.export.entetes, self.plan, self.questionnaire):
            phrases.append(f"L'intitulé n'est pas celui du catalogue pour : {', '.join(ecarts)}.")
        for code, lignes in self.ecartees.items():
            if nombre := int((garde & lignes).sum()):
                phrases.append(
                    f"{code} : {nombre} réponse(s) à une question qui n'était pas posée, écartée(s)."
                )
        phrases += list_repetes(self.export, self.plan, self.repondants.collectivites)
        masques = sum(bool(RETIRE.search(t)) for r in self.reponses.values() for t in r.textes[garde] if t)
        if masques:
            phrases.append(
                f"{masques} réponse(s) libre(s) nommaient une personne ou donnaient un courriel, un "
                "téléphone ou un mot de passe : retirés."
            )
        if sans_case := self._list_sans_case():
            phrases.append(f"Personne n'a rien coché, comptées « sans réponse » : {', '.join(sans_case)}.")
        partielles = int((garde & ~np.array(self.repondants.valides, dtype=bool)).sum())
        if "soumission" in self.plan.roles and partielles:
            phrases.append(f"{partielles} réponse(s) commencée(s) mais non validée(s) sont chargées.")
        return phrases

    def _list_libres(self, garde: np.ndarray) -> list[str]:
        """« Q08 (12) » : les listes où un texte libre a coché « Autre »."""
        listes = [r for q, r in self.reponses.items() if q in self.plan.questions and len(r.options)]
        comptes = [(r.question.code, int((garde & (r.textes != "")).sum())) for r in listes]
        return [f"{code} ({nombre})" for code, nombre in comptes if nombre]

    def _list_sans_case(self) -> list[str]:
        """Les questions à cases présentes dans le fichier où aucune ligne ne coche rien."""
        presentes = [
            r
            for q, r in self.reponses.items()
            if r.question.type == "choix_multiple" and q in self.plan.question_ids
        ]
        return [r.question.code for r in presentes if not (r.valeurs == 1).any()]
