"""Ce que l'on montre d'une donnée de l'État : en tête, en petit avec sa date, ou caché et pourquoi.

La seule règle, de l'âge de la valeur et de la part d'unités connues ; thème, fiche, carte, « déclaré et
mesuré », fichiers et API l'interrogent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from barometre.domain.formats import format_compte, format_date, format_guillemets, format_nombre
from barometre.domain.indicateur import Indicateur
from barometre.views.lecture.chiffres import format_chiffre

Place = Literal["en_tete", "en_petit", "cachee"]
PLACES: tuple[Place, ...] = get_args(Place)
OUI, NON = "oui", "non"
TROP_PARTIELLE, TROP_ANCIENNE = "trop partiel", "trop ancien"


@dataclass(frozen=True, slots=True)
class Relevee:
    """Une valeur relevée, et les `n` unités connues sur `total` ; vide si elles ne se comptent pas."""

    valeur: float
    periode: str
    n: int | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """La place d'une valeur, et la phrase qui dit pourquoi elle n'est pas en tête."""

    place: Place
    raison: str = ""
    # Ce qui s'écrit à la place d'une valeur cachée : « trop partiel », « trop ancien ».
    mot: str = ""

    @property
    def montre(self) -> bool:
        """Vrai si la valeur s'écrit, en tête ou en petit."""
        return self.place != "cachee"


EN_TETE = Verdict("en_tete")


def judge_place(
    indicateur: Indicateur, relevee: Relevee, jour: date, plus_recente: Indicateur | None = None
) -> Verdict:
    """La place d'une valeur ce jour-là ; `plus_recente` : celle qui la remplace, connue ici."""
    if is_trop_partielle(indicateur, relevee):
        return Verdict("cachee", _explain_partielle(relevee), TROP_PARTIELLE)
    perimee = is_perimee(indicateur, relevee.periode, jour)
    raison = _explain_age(relevee, perimee, plus_recente)
    # Zéro il y a des années, d'une chose qui se déploie : cela ne dit rien d'aujourd'hui.
    vide = relevee.valeur == 0 and indicateur.sens == "plus_haut_mieux"
    if perimee and (plus_recente is not None or vide):
        return Verdict("cachee", raison, TROP_ANCIENNE)
    return Verdict("en_petit", raison) if perimee or plus_recente is not None else EN_TETE


def is_trop_partielle(indicateur: Indicateur, relevee: Relevee) -> bool:
    """Vrai si trop peu d'unités sont connues pour décrire le territoire."""
    return relevee.n is not None and relevee.n < indicateur.part_connue * (relevee.total or 0)


def is_perimee(indicateur: Indicateur, periode: str, jour: date) -> bool:
    """Vrai si la valeur a dépassé l'âge que déclare sa carte ; une date illisible n'en a pas."""
    mois = count_months(periode, jour)
    return bool(indicateur.perime_apres) and mois is not None and mois > 12 * indicateur.perime_apres


def count_months(periode: str, jour: date) -> int | None:
    """L'âge d'une date en mois ; None si la source n'en donne pas. Une année seule se compte à sa fin."""
    morceaux = periode.strip()[:10].split("-")
    if not all(m.isdecimal() for m in morceaux):
        return None
    mois = int(morceaux[1]) if len(morceaux) > 1 else 12
    return 12 * (jour.year - int(morceaux[0])) + jour.month - mois


def format_mesure(indicateur: Indicateur, valeur: float, *, propre: bool) -> str:
    """« oui » ou « non » pour le fait d'une collectivité (`propre`) ; sinon la valeur et son unité."""
    if propre and indicateur.oui_non and valeur in (0, 1):
        return OUI if valeur else NON
    dit = format_chiffre(indicateur, valeur)
    # « Une commune rurale : 47 % » ne disait pas de quoi : c’est la part des communes dont le fait est vrai.
    return f"{dit} des communes" if indicateur.oui_non and indicateur.agregation == "part_communes" else dit


def _explain_partielle(relevee: Relevee) -> str:
    connues = format_compte(relevee.n, "commune connue", "communes connues")
    return f"Trop partiel : {connues} sur {format_nombre(relevee.total)}."


def _explain_age(relevee: Relevee, perimee: bool, plus_recente: Indicateur | None) -> str:
    if plus_recente is not None:
        return f"Remplacé par {format_guillemets(plus_recente.titre)}, plus récent."
    return f"Donnée ancienne : {format_date(relevee.periode)}." if perimee else ""
