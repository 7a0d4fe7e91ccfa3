"""Les lignes sales d'un fichier : doublons, réponses vides, erreurs de saisie, chacune connue d'avance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from barometre.domain.enquete import Questionnaire
from barometre.pipeline.demo.cells import Colonne, Forme

CLE_FAUSSE = "SIRET dont la clé de contrôle est fausse"
HORS_LISTE = "réponse hors de la liste"
SANS_IDENTIFIANT = "aucun identifiant"
CHAMP_EN_TROP = "un champ de trop dans la ligne"


@dataclass(frozen=True, slots=True)
class Attendu:
    """Ce que l'import doit dire d'un fichier de démonstration."""

    lus: int
    charges: int
    doublons: int
    quarantaine: int
    ignores: int
    salissures: tuple[str, ...]


class Feuille:
    """Les lignes d'un fichier, où l'on ajoute des lignes sales avant d'écrire."""

    def __init__(self, colonnes: list[Colonne], questionnaire: Questionnaire) -> None:
        self.entetes = [c.entete for c in colonnes]
        self.question_ids = [c.question_id for c in colonnes]
        self.lignes = [list(ligne) for ligne in zip(*(c.cellules for c in colonnes), strict=True)]
        self._uniques = [
            rang
            for rang, question in enumerate(self.question_ids)
            if question
            in {q.id for q in questionnaire.questions if q.type == "choix_unique" and not q.condition}
        ]

    def add_salissures(
        self, doublons: int, etrangers: list[str], forme: Forme, hasard: np.random.Generator
    ) -> Attendu:
        """Ajoute les lignes sales ; `etrangers` : SIRET de collectivités qui n'ont pas répondu."""
        charges = len(self.lignes)
        faits = min(doublons, charges)
        for rang in hasard.choice(charges, size=faits, replace=False):
            self.lignes.append(self._doublon(self.lignes[rang]))
        self.lignes += [self._vide(siret) for siret in etrangers[:2]]
        refus = self._add_refus(etrangers[2:], forme)
        ordre = hasard.permutation(len(self.lignes))
        self.lignes = [self.lignes[i] for i in ordre]
        ignores = min(2, len(etrangers))
        lus = charges + faits + ignores + len(refus)
        return Attendu(lus, charges, faits, len(refus), ignores, tuple(refus))

    def _doublon(self, ligne: list[str]) -> list[str]:
        """La même collectivité, moins complète : c'est l'autre réponse qui doit être retenue."""
        copie = list(ligne)
        remplies = [r for r in self._uniques if copie[r]]
        for rang in remplies[:2]:
            copie[rang] = ""
        return copie

    def _vide(self, siret: str) -> list[str]:
        """Questionnaire ouvert, jamais rempli."""
        identite = {self._siret: siret, self._simule: self.lignes[0][self._simule]}
        return [identite.get(rang, "") for rang in range(len(self.entetes))]

    def _add_refus(self, sirets: list[str], forme: Forme) -> list[str]:
        refus = []
        for siret, motif in zip(
            sirets, (CLE_FAUSSE, HORS_LISTE, SANS_IDENTIFIANT, CHAMP_EN_TROP), strict=False
        ):
            if motif == CHAMP_EN_TROP and forme.contenant == "xlsx":
                continue
            self.lignes.append(self._refus(siret, motif))
            refus.append(motif)
        return refus

    def _refus(self, siret: str, motif: str) -> list[str]:
        ligne = list(self.lignes[0])
        ligne[self._siret], ligne[self._code] = siret, ""
        # Un numéro de réponse à elle : le même pour deux collectivités serait une autre faute.
        ligne[self._numero] = f"{len(self.lignes) + 1}"
        if motif == CLE_FAUSSE:
            ligne[self._siret] = siret[:-1] + str((int(siret[-1]) + 1) % 10)
        elif motif == HORS_LISTE:
            ligne[self._uniques[0]] = "Peut-être"
        elif motif == SANS_IDENTIFIANT:
            ligne[self._siret] = ""
        else:
            ligne.insert(self._uniques[0], "en cours")
        return ligne

    @property
    def _siret(self) -> int:
        return self._find("siret")

    @property
    def _numero(self) -> int:
        return self._find("id")

    @property
    def _code(self) -> int:
        return self._find("insee")

    @property
    def _simule(self) -> int:
        return self._find("simul")

    def _find(self, mot: str) -> int:
        return next(r for r, e in enumerate(self.entetes) if not self.question_ids[r] and mot in e.lower())
