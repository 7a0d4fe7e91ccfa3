"""Les objectifs du programme : la distance à chaque cible, dite par un test et jamais par le seul chiffre."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd

from barometre.access import Gate
from barometre.catalogue.model import Catalogue
from barometre.catalogue.objectifs import Objectif
from barometre.domain.enquete import Vague
from barometre.domain.formats import format_compte, format_date, format_part
from barometre.domain.indicateur import Indicateur
from barometre.domain.provenance import Provenance
from barometre.views.lecture.cellules import read_cellules
from barometre.views.lecture.chiffres import Chiffre, format_bornes
from barometre.views.lecture.libelles import Libelles
from barometre.views.lecture.ligne import Lecture
from barometre.views.lecture.provenance import build_provenance_lecture
from barometre.views.lecture.selection import Selection
from barometre.views.lecture.tableau import build_tableau, to_pourcent

ATTEINT = "atteint"
EN_BONNE_VOIE = "en bonne voie"
PAS_DEMONTRE = "pas démontré"
EN_RETARD = "en retard"
TROP_PEU = "trop peu de réponses"
EXEMPLE = "Objectifs d’exemple : aucun objectif du comité de coordination n’a été publié."
COLONNES = (
    "objectif", "champ", "sens", "cible", "echeance", "part", "part_bas", "part_haut", "reste", "etat",
    "decide_par",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class EtatObjectif:
    """Un objectif face à son dernier chiffre ; `attendu` : où le chemin droit voudrait que l'on soit."""

    objectif: Objectif
    indicateur: Indicateur
    champ: str
    vague: str
    chiffre: Chiffre | None
    attendu: float | None
    etat: str

    @property
    def reste(self) -> float | None:
        """La distance à la cible, de −1 à 1 ; négative quand elle est dépassée."""
        if self.chiffre is None or self.chiffre.valeur is None:
            return None
        ecart = self.objectif.cible - self.chiffre.valeur
        return ecart if self.objectif.sens == "au_moins" else -ecart

    @property
    def phrase(self) -> str:
        """L'état en une phrase, avec ce qui le fonde."""
        mot = "au moins" if self.objectif.sens == "au_moins" else "au plus"
        cible = f"{mot} {format_part(self.objectif.cible)} le {format_date(self.objectif.echeance)}"
        debut = f"{self.indicateur.titre}, {self.champ} : {cible}"
        if self.chiffre is None or self.reste is None:
            return f"{debut}. {TROP_PEU.capitalize()} pour dire où l’on en est."
        valeur = f"{format_part(self.chiffre.valeur)} ({format_bornes(self.indicateur, self.chiffre)})"
        return f"{debut}. {self.vague} : {valeur}. {self.etat[0].upper()}{self.etat[1:]}."


@dataclass(frozen=True, slots=True)
class VueObjectifs:
    """Tous les objectifs."""

    etats: tuple[EtatObjectif, ...]
    provenance: Provenance | None

    @property
    def a_retenir(self) -> str:
        """Combien sont atteints, en bonne voie, non démontrés."""
        if not self.etats:
            return "Aucun objectif n’est déclaré."
        comptes = Counter(e.etat for e in self.etats)
        sans = comptes.pop(TROP_PEU, 0)
        if sans == len(self.etats):
            return f"{format_compte(sans, 'objectif')}\u202f: {TROP_PEU} pour dire où l’on en est."
        reste = [f"{TROP_PEU} pour {sans}"] if sans else []
        dits = ", ".join([*(f"{n} {etat}" for etat, n in comptes.items()), *reste])
        return f"{format_compte(len(self.etats), 'objectif')} : {dits}."

    @property
    def table(self) -> pd.DataFrame:
        """Le tableau de lecture, et celui qui se télécharge."""
        return build_tableau((_to_rang(e) for e in self.etats), COLONNES)


def build_vue_objectifs(gate: Gate, catalogue: Catalogue, objectifs: Sequence[Objectif]) -> VueObjectifs:
    """Chaque objectif face à la dernière vague qui a des réponses."""
    etats = tuple(_build_etat(gate, catalogue, objectif) for objectif in objectifs)
    if not etats:
        return VueObjectifs((), None)
    lecture = Lecture(gate, catalogue, Selection())
    provenance = build_provenance_lecture(
        lecture, "Objectifs du programme", "objectifs", [e.indicateur for e in etats]
    )
    return VueObjectifs(etats, provenance)


def _build_etat(gate: Gate, catalogue: Catalogue, objectif: Objectif) -> EtatObjectif:
    indicateur = catalogue.get_indicateur(objectif.indicateur)
    champ = Selection(territoire_id=objectif.territoire, type=objectif.type)
    cellules = read_cellules(gate, [indicateur.id], champ).values()
    par_vague = {c.vague_id: c for c in cellules if c.montre and c.bas is not None and c.haut is not None}
    vagues = [v for v in catalogue.vagues if v.id in par_vague]
    dernier = par_vague[vagues[-1].id] if vagues else None
    attendu = _expect(objectif, vagues, par_vague)
    libelles = Libelles(catalogue, gate)
    return EtatObjectif(
        objectif,
        indicateur,
        libelles.get_champ(champ),
        vagues[-1].titre if vagues else "",
        dernier,
        attendu,
        judge(objectif, dernier, attendu),
    )


def judge(objectif: Objectif, chiffre: Chiffre | None, attendu: float | None) -> str:
    """L'état d'un objectif : l'intervalle entier doit passer la cible, ou le chemin, pour que ce soit dit.

    atteint : la borne la moins favorable passe la cible. en bonne voie : elle passe le point du chemin.
    en retard : même la plus favorable ne l'atteint pas. pas démontré : le chemin est dans l'intervalle.
    """
    if chiffre is None or not chiffre.citable or chiffre.bas is None or chiffre.haut is None:
        return TROP_PEU
    monte = objectif.sens == "au_moins"
    pire, mieux = (chiffre.bas, chiffre.haut) if monte else (-chiffre.haut, -chiffre.bas)
    signe = 1 if monte else -1
    if pire >= signe * objectif.cible:
        return ATTEINT
    if attendu is None:
        return PAS_DEMONTRE
    if pire >= signe * attendu:
        return EN_BONNE_VOIE
    return EN_RETARD if mieux < signe * attendu else PAS_DEMONTRE


def _expect(objectif: Objectif, vagues: Sequence[Vague], chiffres: dict[str, Chiffre]) -> float | None:
    """Où le chemin droit, du départ à la cible, passe à la date de la dernière vague ; rien sans dates."""
    depart = next((v for v in vagues if v.id == objectif.depart), None)
    if depart is None or not vagues or vagues[-1].id == depart.id:
        return None
    debut, jour = _date_of(depart), _date_of(vagues[-1])
    valeur = chiffres[depart.id].valeur
    if debut is None or jour is None or valeur is None or objectif.echeance <= debut:
        return None
    avance = min((jour - debut).days / (objectif.echeance - debut).days, 1.0)
    return valeur + avance * (objectif.cible - valeur)


def _date_of(vague: Vague) -> date | None:
    return vague.fermeture or vague.ouverture


def _to_rang(e: EtatObjectif) -> tuple[object, ...]:
    sens = "au moins" if e.objectif.sens == "au_moins" else "au plus"
    but = (e.indicateur.titre, e.champ, sens, to_pourcent(e.objectif.cible), e.objectif.echeance)
    mesure: tuple[float | None, ...] = (None,) * 4
    if e.chiffre is not None and e.reste is not None:
        mesure = (e.chiffre.valeur, e.chiffre.bas, e.chiffre.haut, max(e.reste, 0.0))
    return (*but, *(to_pourcent(v) for v in mesure), e.etat, e.objectif.decide_par)
