"""Les objectifs du programme : la distance à chaque cible, dite par un test et jamais par le seul chiffre."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import hypot

import pandas as pd

from barometre.access import Gate
from barometre.catalogue.model import Catalogue
from barometre.catalogue.objectifs import Objectif
from barometre.domain.enquete import Vague
from barometre.domain.formats import format_compte, format_date, format_part, format_points
from barometre.domain.indicateur import Indicateur
from barometre.domain.provenance import Provenance
from barometre.views.lecture.cellules import read_cellules
from barometre.views.lecture.chiffres import Chiffre, format_bornes, format_cellule
from barometre.views.lecture.libelles import Libelles, lower_initiale
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
SANS_DEPART = (
    "Aucun chemin ne se trace\u202f: la vague de départ n’a pas de chiffre à lui comparer, ou pas de date."
)
REFORMULEE = "Aucun chemin ne se trace\u202f: la question a changé de mots depuis la vague de départ."
# Une part ne gagne pas cent points en un an : un tel rythme se dit en points restants.
IMPOSSIBLE = 1.0
JOURS_PAR_AN = 365.25
COLONNES = (
    "objectif", "champ", "sens", "cible", "echeance", "part", "part_bas", "part_haut", "chemin", "reste",
    "par_an", "etat", "decide_par",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Chemin:
    """Le chemin droit du départ à la cible, là où il passe à la date de la dernière vague.

    `marge` : ce que l'intervalle du chiffre de départ laisse d'incertain à cet endroit ; `annees` : de cette
    vague à l'échéance, zéro si elle est passée.
    """

    attendu: float
    marge: float = 0.0
    annees: float = 0.0


@dataclass(frozen=True, slots=True)
class EtatObjectif:
    """Un objectif face à son dernier chiffre, et au chemin qui y mènerait."""

    objectif: Objectif
    indicateur: Indicateur
    champ: str
    vague: str
    chiffre: Chiffre | None
    chemin: Chemin | None
    etat: str
    # Pourquoi aucun chemin ne se trace ; vide s'il s'en trace un.
    sans_chemin: str = ""

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
        debut = f"{self.indicateur.titre}, {lower_initiale(self.champ)} : {cible}"
        if self.chiffre is None or self.reste is None:
            return f"{debut}. {TROP_PEU.capitalize()} pour dire où l’on en est."
        part = format_cellule(self.indicateur, self.chiffre, "redresse")
        valeur = f"{part} ({format_bornes(self.indicateur, self.chiffre)})"
        dit = f"{debut}. {self.vague} : {valeur}. {self.etat[0].upper()}{self.etat[1:]}."
        return f"{dit} {self.phrase_chemin}".rstrip()

    @property
    def par_an(self) -> float | None:
        """Les points à gagner (ou à perdre) chaque année jusqu'à l'échéance ; rien si elle est passée."""
        if self.reste is None or self.reste <= 0 or self.chemin is None or not self.chemin.annees:
            return None
        ecart = self.reste if self.objectif.sens == "au_moins" else -self.reste
        return ecart / self.chemin.annees

    @property
    def phrase_chemin(self) -> str:
        """Où le chemin droit passe à cette vague, et le pas qu'il faut désormais ; vide une fois atteint."""
        if self.etat in (ATTEINT, TROP_PEU):
            return ""
        if self.chemin is None:
            return self.sans_chemin
        ici = f"À un rythme régulier, on en serait à {format_part(self.chemin.attendu)}"
        if not self.chemin.annees:
            return f"{ici} ; l’échéance est passée."
        if self.par_an is None:
            return f"{ici} ; au chiffre près, la cible est déjà là."
        if abs(self.par_an) > IMPOSSIBLE:
            return f"{ici} ; il faudrait désormais {format_points(self.reste_signe)} en moins d’un an."
        return f"{ici} ; il faudrait désormais {format_points(self.par_an)} par an."

    @property
    def reste_signe(self) -> float:
        """Ce qu'il faut ajouter au chiffre pour toucher la cible."""
        reste = self.reste or 0.0
        return reste if self.objectif.sens == "au_moins" else -reste


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
    chemin, sans_chemin = _trace(catalogue, objectif, vagues, par_vague)
    libelles = Libelles(catalogue, gate)
    return EtatObjectif(
        objectif,
        indicateur,
        libelles.get_champ(champ),
        vagues[-1].titre if vagues else "",
        dernier,
        chemin,
        judge(objectif, dernier, chemin),
        sans_chemin,
    )


def judge(objectif: Objectif, chiffre: Chiffre | None, chemin: Chemin | None) -> str:
    """L'état d'un objectif : l'intervalle entier doit passer la cible, ou le chemin, pour que ce soit dit.

    atteint : la borne la moins favorable passe la cible. en bonne voie : elle passe le point du chemin.
    en retard : même la plus favorable ne l'atteint pas. pas démontré : le chemin est dans l'intervalle. Le
    chemin part d'un chiffre incertain lui aussi : sa marge s'ajoute, au carré, à celle du dernier chiffre.
    """
    if chiffre is None or not chiffre.citable or chiffre.bas is None or chiffre.haut is None:
        return TROP_PEU
    signe = 1 if objectif.sens == "au_moins" else -1
    pire, mieux = (chiffre.bas, chiffre.haut) if signe > 0 else (-chiffre.haut, -chiffre.bas)
    if pire >= signe * objectif.cible:
        return ATTEINT
    if chemin is None or chiffre.valeur is None:
        return PAS_DEMONTRE
    ecart = signe * (chiffre.valeur - chemin.attendu)
    valeur = signe * chiffre.valeur
    if ecart >= hypot(valeur - pire, chemin.marge):
        return EN_BONNE_VOIE
    return EN_RETARD if -ecart > hypot(mieux - valeur, chemin.marge) else PAS_DEMONTRE


def _trace(
    catalogue: Catalogue, objectif: Objectif, vagues: Sequence[Vague], chiffres: dict[str, Chiffre]
) -> tuple[Chemin | None, str]:
    """Le chemin droit, du départ à la cible, à la date de la dernière vague ; sinon pourquoi il n'y en a pas.

    Un départ qui n'est qu'une borne, ou d'une question qui a depuis changé de mots, n'en est pas un.
    """
    depart = next((v for v in vagues if v.id == objectif.depart), None)
    if depart is None or vagues[-1].id == depart.id:
        return None, SANS_DEPART
    if catalogue.is_reformule(catalogue.get_indicateur(objectif.indicateur), depart.id, vagues[-1].id):
        return None, REFORMULEE
    debut, jour, chiffre = _date_of(depart), _date_of(vagues[-1]), chiffres[depart.id]
    if debut is None or jour is None or chiffre.valeur is None or chiffre.bas is None or chiffre.haut is None:
        return None, SANS_DEPART
    if chiffre.plafond or objectif.echeance <= debut:
        return None, SANS_DEPART
    avance = min((jour - debut).days / (objectif.echeance - debut).days, 1.0)
    attendu = chiffre.valeur + avance * (objectif.cible - chiffre.valeur)
    marge = (1 - avance) * max(chiffre.haut - chiffre.valeur, chiffre.valeur - chiffre.bas)
    return Chemin(attendu, marge, max((objectif.echeance - jour).days, 0) / JOURS_PAR_AN), ""


def _date_of(vague: Vague) -> date | None:
    return vague.fermeture or vague.ouverture


def _to_rang(e: EtatObjectif) -> tuple[object, ...]:
    sens = "au moins" if e.objectif.sens == "au_moins" else "au plus"
    but = (e.indicateur.titre, e.champ, sens, to_pourcent(e.objectif.cible), e.objectif.echeance)
    mesure: tuple[float | None, ...] = (None,) * 6
    if e.chiffre is not None and e.reste is not None:
        # Sur trop peu de réponses, ni chemin ni pas : la phrase n'en dit rien non plus.
        dits = e.chemin is not None and e.etat != TROP_PEU
        pas = (e.chemin.attendu, e.reste, e.par_an) if dits and e.chemin else (None, e.reste, None)
        mesure = (e.chiffre.valeur, e.chiffre.bas, e.chiffre.haut, *pas)
    return (*but, *(to_pourcent(v) for v in mesure), e.etat, e.objectif.decide_par)
