"""La date d'une réponse, telle que l'écrivent LimeSurvey, un formulaire en ligne ou un tableur.

« 03/04 » est le 3 avril ou le 4 mars : l'ordre se décide sur toute la colonne.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from barometre.domain.enquete import Vague
from barometre.ingest.labels import clean_label

# LimeSurvey écrit le 1er janvier 1980 quand l'enquête n'est pas datée : ce n'est pas une date.
SANS_DATE = date(1980, 1, 1)
_PREMIERE_ANNEE, _DERNIERE_ANNEE = 2000, 2100
_HEURE = (
    r"(?:(?:T|,? (?:[-–à] )?)\d{1,2}[:h]\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[AaPp][Mm])?"
    r"(?:Z| ?(?:UTC|GMT)?[+-]\d{1,2}(?::?\d{2})?| (?:UTC|GMT))?)?$"
)
_ISO = re.compile(r"^(\d{4})[-/](\d{1,2})[-/](\d{1,2})" + _HEURE, re.ASCII)
_JOUR_MOIS = re.compile(r"^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}|\d{2})" + _HEURE, re.ASCII)
# « mardi 5 décembre 2023 », « 5 déc. 2023 à 10:00 » : le nom du mois, sans accent.
_EN_LETTRES = re.compile(
    r"^(?:[a-z]+\.?,? )?(\d{1,2})(?:er)? ([a-z]{3,9})\.? (\d{4})(?:,? (?:a |[-–] )?\d{1,2}[:h]\d{2}.*)?$"
)
_MOIS = (
    "janvier", "fevrier", "mars", "avril", "mai", "juin", "juillet", "aout", "septembre", "octobre",
    "novembre", "decembre",
)  # fmt: skip
# Un jour compté depuis le 30 décembre 1899, ce qu'Excel écrit d'une date sans format : 2009 à 2064.
_SERIE, _ORIGINE = re.compile(r"^([45]\d{4})(?:[.,]\d+)?$", re.ASCII), date(1899, 12, 30)
# « 20231205 » ; un nombre de secondes ou de millièmes depuis 1970, ce que rendent les API (Grist).
_SERREE, _EPOQUE = (
    re.compile(r"^(20\d\d)(\d\d)(\d\d)$", re.ASCII),
    re.compile(r"^(1\d{9})(\d{3})?(?:\.\d+)?$"),
)
# « Dec 5, 2023 2:30 PM », « 5-Dec-23 » : l'anglais.
_ANGLAISE = re.compile(
    r"^([a-z]{3,9})\.? (\d{1,2}),? (\d{4})\b|^(\d{1,2})[- ]([a-z]{3,9})[- ](\d{4}|\d\d)(?!\d)"
)
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
    "november", "december",
)  # fmt: skip
_DOUZE_HEURES = re.compile(r"[ap]m\b", re.IGNORECASE)

ILLISIBLE = "Cette date n'est pas lisible (attendu : 2023-11-22 ou 22/11/2023)."
MELEES = (
    "La colonne mêle jour/mois et mois/jour : cette date se lit de deux façons. Écrivez-la en 2023-11-22."
)


@dataclass(frozen=True, slots=True)
class FormatDate:
    """L'ordre d'une colonne : jour/mois (le français), mois/jour, ou les deux mêlés."""

    mois_d_abord: bool = False
    melees: bool = False


def build_format_date(textes: Iterable[str]) -> FormatDate:
    """Un 13 ou plus en première ou en seconde place trahit l'ordre de toute la colonne."""
    trouves = [t for texte in textes if (t := _JOUR_MOIS.match(texte))]
    jour_d_abord = any(int(t[1]) > 12 for t in trouves)
    # « 2:30 PM » : l'anglais d'Amérique, qui écrit le mois d'abord.
    mois_d_abord = any(int(t[2]) > 12 for t in trouves)
    if not jour_d_abord and any(_DOUZE_HEURES.search(t.string) for t in trouves):
        mois_d_abord = True
    return FormatDate(mois_d_abord and not jour_d_abord, mois_d_abord and jour_d_abord)


def build_formats(colonnes: dict[int, tuple[str, ...]]) -> dict[int, FormatDate]:
    """Le format de chaque colonne de dates : un fichier les écrit toutes pareil.

    Une colonne où rien ne tranche suit donc ce que disent les autres.
    """
    fichier = build_format_date(t for colonne in colonnes.values() for t in colonne)
    seuls = {rang: build_format_date(colonne) for rang, colonne in colonnes.items()}
    return {rang: fichier if seul == FormatDate() else seul for rang, seul in seuls.items()}


def check_ordre(textes: Iterable[str], formate: FormatDate, vague: Vague, aujourd_hui: date) -> FormatDate:
    """L'ordre d'une colonne ; « mêlées » si le mois d'abord sort de la vague ce que le jour d'abord y met.

    Un seul « 12/25/2023 » ne décide pas pour une colonne dont « 05/12/2023 » serait alors d'avant la vague.
    """
    if not formate.mois_d_abord:
        return formate
    for texte in set(textes):
        lues = (read_date(texte, ordre)[0] for ordre in (formate, FormatDate()))
        ici, ailleurs = (jour is not None and not check_periode(jour, vague, aujourd_hui) for jour in lues)
        if ailleurs and not ici:
            return FormatDate(melees=True)
    return formate


def read_date(texte: str, formate: FormatDate = FormatDate()) -> tuple[date | None, str]:
    """La date, ou rien avec le motif du refus ; un texte vide n'est pas un refus."""
    if not texte:
        return None, ""
    parties, motif = _split_date(texte, formate)
    if motif:
        return None, motif
    try:
        lue = date(*parties)
    except ValueError:
        return None, "Cette date n'existe pas dans le calendrier."
    if lue == SANS_DATE:
        return None, ""
    if not _PREMIERE_ANNEE <= lue.year <= _DERNIERE_ANNEE:
        return None, "Cette date est hors de la période du baromètre."
    return lue, ""


def _split_date(texte: str, formate: FormatDate) -> tuple[tuple[int, int, int], str]:
    """Année, mois, jour."""
    if trouve := _ISO.match(texte):
        return (int(trouve[1]), int(trouve[2]), int(trouve[3])), ""
    trouve = _JOUR_MOIS.match(texte)
    if trouve is None:
        return _split_autre(texte)
    premier, second, annee = (int(t) for t in trouve.groups())
    # « 05/12/23 » : une réponse à une enquête est de ce siècle ; « 0023 » est une faute de frappe.
    annee += 2000 if len(trouve[3]) == 2 else 0
    if formate.melees and premier <= 12 and second <= 12 and premier != second:
        return (0, 0, 0), MELEES
    mois_d_abord = second > 12 if formate.melees else formate.mois_d_abord
    return ((annee, premier, second) if mois_d_abord else (annee, second, premier)), ""


def _split_autre(texte: str) -> tuple[tuple[int, int, int], str]:
    """Un mois en lettres, ou le numéro de jour d'un tableur."""
    if trouve := _SERIE.match(texte):
        jour = _ORIGINE + timedelta(days=int(trouve[1]))
        return (jour.year, jour.month, jour.day), ""
    if trouve := _SERREE.match(texte):
        return (int(trouve[1]), int(trouve[2]), int(trouve[3])), ""
    if trouve := _EPOQUE.match(texte):
        jour = datetime.fromtimestamp(int(trouve[1]), UTC).date()
        return (jour.year, jour.month, jour.day), ""
    if lue := _read_anglaise(clean_label(texte)):
        return lue, ""
    trouve = _EN_LETTRES.match(clean_label(texte))
    mois = [rang for rang, nom in enumerate(_MOIS, 1) if trouve and nom.startswith(trouve[2])]
    if trouve is None or len(mois) != 1:
        return (0, 0, 0), ILLISIBLE
    return (int(trouve[3]), mois[0], int(trouve[1])), ""


def _read_anglaise(cle: str) -> tuple[int, int, int] | None:
    """« dec 5, 2023 », « 5-dec-23 » ; un mois dont trois lettres ne suffisent pas n'est pas lu."""
    trouve = _ANGLAISE.match(cle)
    if not trouve:
        return None
    mois, jour, annee = (trouve[1], trouve[2], trouve[3]) if trouve[1] else (trouve[5], trouve[4], trouve[6])
    rangs = [rang for rang, nom in enumerate(_MONTHS, 1) if nom.startswith(mois)]
    annee = int(annee) + (2000 if len(annee) == 2 else 0)
    return (annee, rangs[0], int(jour)) if len(rangs) == 1 else None


def check_periode(lue: date, vague: Vague, aujourd_hui: date) -> str:
    """Le motif d'une date qui ne peut pas être celle d'une réponse à cette vague ; vide si elle le peut."""
    if lue > aujourd_hui:
        return "Cette date est dans l'avenir."
    if vague.ouverture is not None and lue < vague.ouverture:
        return f"Cette date précède l'ouverture de la vague ({vague.ouverture:%d/%m/%Y})."
    if vague.fermeture is not None and lue > vague.fermeture:
        return f"Cette date suit la clôture de la vague ({vague.fermeture:%d/%m/%Y})."
    if vague.suivante is not None and lue >= vague.suivante:
        return f"Cette date est celle de la vague suivante, ouverte le {vague.suivante:%d/%m/%Y}."
    return ""
