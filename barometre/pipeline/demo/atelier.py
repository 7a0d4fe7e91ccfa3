"""Tous les fichiers de la démonstration, à graine fixe : les mêmes octets à chaque construction."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from barometre.catalogue import Catalogue
from barometre.domain.enquete import Questionnaire, Vague
from barometre.pipeline.demo.answers import Tirage, draw_answers
from barometre.pipeline.demo.cells import Forme, build_colonnes, build_forme
from barometre.pipeline.demo.dirt import Attendu, Feuille
from barometre.pipeline.demo.frame import Cadre, build_cadre
from barometre.pipeline.demo.hypotheses import Hypotheses, build_hasard, load_hypotheses
from barometre.pipeline.demo.identity import (
    build_colonnes_identite,
    build_colonnes_systeme,
    build_identites,
    build_siret,
)
from barometre.pipeline.demo.sampling import draw_dates, draw_elus, draw_questionnaires, draw_respondents
from barometre.pipeline.demo.targets import Cibles, list_cibles
from barometre.pipeline.demo.writing import write_fichier

# Le baromètre a été lancé le 22 novembre 2023.
GRAINE = 20231122
_ETRANGERS = 6


@dataclass(frozen=True, slots=True)
class Fichier:
    """Un export écrit, et ce que l'import doit en dire."""

    path: Path
    questionnaire_id: str
    vague_id: str
    format: str
    attendu: Attendu


@dataclass(frozen=True, slots=True)
class Commande:
    """Un export à écrire : rien n'est tiré avant `write`, qui donne toujours les mêmes octets."""

    questionnaire_id: str
    write: Callable[[], Fichier]


def generate(
    folder: str | Path,
    catalogue: Catalogue,
    collectivites: pd.DataFrame,
    *,
    codes_anciens: pd.DataFrame | None = None,
    graine: int = GRAINE,
) -> list[Fichier]:
    """Écrit un export par vague et par questionnaire ; leur nom contient « simule ».

    `collectivites` : les colonnes de `dim_collectivite` (`couverture` facultative).
    """
    commandes = list_commandes(folder, catalogue, collectivites, codes_anciens=codes_anciens, graine=graine)
    return [commande.write() for commande in commandes]


def list_commandes(
    folder: str | Path,
    catalogue: Catalogue,
    collectivites: pd.DataFrame,
    *,
    codes_anciens: pd.DataFrame | None = None,
    graine: int = GRAINE,
) -> list[Commande]:
    """Les exports que `generate` écrirait, un par un : plusieurs processus peuvent se les partager."""
    dossier = Path(folder)
    dossier.mkdir(parents=True, exist_ok=True)
    hypotheses = load_hypotheses()
    cadre = build_cadre(collectivites, hypotheses, graine)
    atelier = _Atelier(dossier, catalogue, cadre, _index_anciens(codes_anciens), hypotheses, graine)
    return list(atelier.list_commandes())


def _index_anciens(codes_anciens: pd.DataFrame | None) -> dict[str, str]:
    """Commune actuelle → un de ses anciens codes, qui n'est plus celui d'aucune commune."""
    if codes_anciens is None:
        return {}
    encore = codes_anciens["encore_actuel"].astype(str).str.lower() == "true"
    perimes = codes_anciens[~encore].sort_values("code")
    return dict(zip(perimes["code_actuel"], perimes["code"], strict=True))


@dataclass(frozen=True, slots=True)
class _Atelier:
    dossier: Path
    catalogue: Catalogue
    cadre: Cadre
    anciens: dict[str, str]
    hypotheses: Hypotheses
    graine: int

    def list_commandes(self) -> Iterator[Commande]:
        """Vague après vague : qui a déjà répondu répond plus volontiers."""
        deja = np.zeros(len(self.cadre), dtype=bool)
        cibles = list_cibles(self.catalogue)
        for vague in self.catalogue.vagues:
            repondants = _Repondants.draw(self, vague, deja)
            deja[repondants.rangs] = True
            for rang, questionnaire_id in enumerate(vague.questionnaires):
                if questionnaire_id in self.catalogue.questionnaires:
                    ecrire = partial(self._write, vague, questionnaire_id, rang, repondants, cibles)
                    yield Commande(questionnaire_id, ecrire)

    def _write(
        self, vague: Vague, questionnaire_id: str, rang: int, repondants: _Repondants, cibles: Cibles
    ) -> Fichier:
        vagues = [v.id for v in self.catalogue.vagues]
        questionnaire = self.catalogue.questionnaires[questionnaire_id].keep_vague(vague.id, vagues)
        la = repondants.remplis[:, rang]
        tirage = Tirage(
            self.cadre, repondants.rangs[la], vague.id, vague.edition, cibles, self.hypotheses, self.graine
        )
        forme = self._pick_forme(vague, rang, int(la.sum()))
        feuille, attendu = self._build_feuille(questionnaire, repondants, la, tirage, forme)
        chemin = self.dossier / f"{vague.id}-{questionnaire_id}-simule.{forme.contenant}"
        write_fichier(chemin, feuille.entetes, feuille.lignes, forme)
        return Fichier(chemin, questionnaire_id, vague.id, "auto", attendu)

    def _pick_forme(self, vague: Vague, rang: int, lignes: int) -> Forme:
        formes = [build_forme(f) for f in self.hypotheses["formats"]]
        if lignes > self.hypotheses["lignes_classeur"]:
            formes = [f for f in formes if f.contenant == "csv"]
        depart = [v.id for v in self.catalogue.vagues].index(vague.id)
        return formes[(depart + rang) % len(formes)]

    def _build_feuille(
        self,
        questionnaire: Questionnaire,
        repondants: _Repondants,
        la: np.ndarray,
        tirage: Tirage,
        forme: Forme,
    ) -> tuple[Feuille, Attendu]:
        hasard = build_hasard(self.graine, "fichier", tirage.vague_id, questionnaire.id)
        identites = build_identites(self.cadre, tirage.rangs, self.anciens, self.hypotheses, hasard)
        dates = [jour for jour, present in zip(repondants.dates, la, strict=True) if present]
        colonnes = build_colonnes_systeme(dates, forme, hasard)
        colonnes += build_colonnes_identite(identites, repondants.elus[la], forme)
        for reponse in draw_answers(questionnaire, tirage).values():
            colonnes += build_colonnes(reponse, forme)
        feuille = Feuille(colonnes, questionnaire)
        doublons = self.hypotheses["salissures"]["doublons"]
        return feuille, feuille.add_salissures(
            doublons, self._list_etrangers(repondants, hasard), forme, hasard
        )

    def _list_etrangers(self, repondants: _Repondants, hasard: np.random.Generator) -> list[str]:
        """Des SIRET de communes qui n'ont pas répondu à cette vague, pour les lignes refusées."""
        libres = (self.cadre.types == "commune") & (self.cadre.sirens != "")
        libres[repondants.rangs] = False
        rangs = np.flatnonzero(libres)
        choisis = hasard.choice(rangs, size=min(_ETRANGERS, len(rangs)), replace=False)
        return [build_siret(siren) for siren in self.cadre.sirens[choisis]]


@dataclass(frozen=True, slots=True)
class _Repondants:
    """Les répondants d'une vague : rangs dans le cadre, profil, date, questionnaires remplis."""

    rangs: np.ndarray
    elus: np.ndarray
    dates: list[date]
    remplis: np.ndarray

    @classmethod
    def draw(cls, atelier: _Atelier, vague: Vague, deja: np.ndarray) -> _Repondants:
        """Tire une vague."""
        hypotheses, graine = atelier.hypotheses, atelier.graine
        rangs = draw_respondents(atelier.cadre, vague, deja, hypotheses, graine)
        return cls(
            rangs,
            draw_elus(atelier.cadre, rangs, vague, hypotheses, graine),
            draw_dates(len(rangs), vague, hypotheses, graine),
            draw_questionnaires(len(rangs), vague, hypotheses, graine),
        )
