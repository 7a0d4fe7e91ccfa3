"""Écrire un nombre, une part, une date comme on les lit en français. La seule façon de le faire."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

# Espace fine insécable : entre les milliers, devant « % », à l'intérieur des guillemets.
# Un chiffre à trois réponses de 0 ou de 100 % n'est que borné : ses mots, et le bout où il se range.
BORNES = {"au_plus": "moins de ", "au_moins": "plus de "}
COTES = {"au_plus": -1, "au_moins": 1}
FINE = "\u202f"
# Espace insécable ordinaire : entre un nombre et le mot qu'il compte.
INSECABLE = "\u00a0"
MOINS = "\u2212"
INCONNU = "non connu"
MOIS = (
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()  # noqa: SIM905
)


def is_absent(valeur: object) -> bool:
    """Vrai pour None et NaN (une cellule masquée par la porte d'accès est NaN)."""
    return valeur is None or (isinstance(valeur, float) and math.isnan(valeur))


def read_nombre(valeur: Any) -> float | None:
    """Le nombre d'une cellule lue ; None si elle est vide ou masquée."""
    nombre = math.nan if valeur is None else float(valeur)
    return None if math.isnan(nombre) else nombre


def format_nombre(valeur: float | None, decimales: int = 0) -> str:
    """1234.5 → « 1 234,5 ». L'arrondi est celui de l'école (0,5 monte)."""
    if is_absent(valeur):
        return INCONNU
    arrondi = round_nombre(valeur, decimales)
    texte = f"{abs(arrondi):,.{decimales}f}".replace(",", FINE).replace(".", ",")
    return f"{MOINS}{texte}" if arrondi < 0 else texte


def format_au_plus(valeur: float | None, decimales: int = 2) -> str:
    """1234.5 → « 1 234,5 » : sans zéro inutile, au plus tant de décimales."""
    texte = format_nombre(valeur, decimales)
    return texte.rstrip("0").rstrip(",") if "," in texte else texte


def round_nombre(valeur: float | None, decimales: int = 0) -> Decimal:
    """L'arrondi de l'école, celui de tout ce qui s'écrit : à l'écran et dans les fichiers, le même nombre."""
    # str() d'abord : 0.285 s'arrondit comme il se lit, non comme sa valeur binaire.
    return Decimal(str(valeur)).quantize(Decimal(1).scaleb(-decimales), rounding=ROUND_HALF_UP)


def to_pourcents(part: float | None) -> float:
    """0.285 → 28.5, en décimal : en binaire 0.285 × 100 vaut 28.499999999999996, et s'arrondirait à 28."""
    return float(Decimal(str(part)) * 100)


def format_part(part: float | None, decimales: int = 0) -> str:
    """0.235 → « 24 % ». Les parts vont de 0 à 1 partout ailleurs qu'à l'écran."""
    if is_absent(part):
        return INCONNU
    return f"{format_nombre(to_pourcents(part), decimales)}{FINE}%"


def format_valeur(valeur: float | None, unite: str, decimales: int = 0, *, est_part: bool = False) -> str:
    """Une valeur avec son unité : « 24 % », « 1 234 agents »."""
    if is_absent(valeur):
        return INCONNU
    if est_part:
        return format_part(valeur, decimales)
    texte = format_nombre(valeur, decimales)
    return f"{texte}{_before(unite)}{unite}" if unite else texte


def format_intervalle(
    bas: float | None, haut: float | None, unite: str = "%", decimales: int = 0, *, est_part: bool = True
) -> str:
    """0.21, 0.28 → « entre 21 et 28 % » ; une seule borne visible après arrondi → « environ 21 % »."""
    if is_absent(bas) or is_absent(haut):
        return INCONNU
    if est_part:
        bas, haut = to_pourcents(bas), to_pourcents(haut)
    premier, second = format_nombre(bas, decimales), format_nombre(haut, decimales)
    fin = f"{second}{_before(unite)}{unite}" if unite else second
    return f"environ {fin}" if premier == second else f"entre {premier} et {fin}"


def format_points(ecart: float | None, decimales: int = 0) -> str:
    """Un écart entre deux parts : 0.034 → « +3 points »."""
    if is_absent(ecart):
        return INCONNU
    texte = format_nombre(to_pourcents(ecart), decimales)
    signe = "" if texte.startswith(MOINS) or not texte.strip("0,") else "+"
    # Tel qu'il se lit : 1,97 s'écrit « 2 points ».
    pluriel = "s" if abs(round_nombre(to_pourcents(ecart), decimales)) >= 2 else ""
    return f"{signe}{texte}{INSECABLE}point{pluriel}"


def format_compte(n: float | None, singulier: str, pluriel: str = "") -> str:
    """3117, « réponse » → « 3 117 réponses » (en français, le pluriel commence à deux)."""
    if is_absent(n):
        return f"nombre de {pluriel or singulier + 's'} {INCONNU}"
    mot = (pluriel or f"{singulier}s") if abs(n or 0) >= 2 else singulier
    return f"{format_nombre(n)}{INSECABLE}{mot}"


def format_effectif(n: float | None, singulier: str, pluriel: str = "") -> str:
    """35, « réponse » → « environ 35 réponses » : le secret ne dit un effectif qu'à cinq près."""
    return f"{_approche(n)}{format_compte(n, singulier, pluriel)}"


def format_effectif_seul(n: float | None) -> str:
    """« environ 35 » : le même, là où l'en-tête d'une colonne dit déjà ce qui est compté."""
    return f"{_approche(n)}{format_nombre(n)}"


def _approche(n: float | None) -> str:
    return f"environ{INSECABLE}" if not is_absent(n) else ""


def format_date(jour: date | datetime | str | None) -> str:
    """2023-11-22 → « 22 novembre 2023 » ; « 2024-02 » → « février 2024 » ; « 2024 » → « 2024 »."""
    if is_absent(jour) or not jour or str(jour) == "NaT":
        return INCONNU
    if isinstance(jour, str):
        return _format_date_texte(jour)
    return f"{'1er' if jour.day == 1 else jour.day} {MOIS[jour.month - 1]} {jour.year}"


def format_periode(debut: date | None, fin: date | None) -> str:
    """Deux dates, l'une ou l'autre peut n'avoir pas été publiée."""
    if debut and fin:
        return f"du {format_date(debut)} au {format_date(fin)}"
    if debut:
        return f"à partir du {format_date(debut)}"
    if fin:
        return f"jusqu’au {format_date(fin)}"
    return "dates non publiées"


def format_liste(elements: Sequence[str], liaison: str = "et") -> str:
    """« a, b et c »."""
    if len(elements) < 2:
        return "".join(elements)
    return f"{', '.join(elements[:-1])} {liaison} {elements[-1]}"


def format_guillemets(texte: str) -> str:
    """« texte », avec les espaces qui ne se coupent pas."""
    return f"«{FINE}{texte}{FINE}»"


def _before(unite: str) -> str:
    return FINE if unite == "%" else INSECABLE


def _format_date_texte(texte: str) -> str:
    morceaux = texte.strip()[:10].split("-")
    if not all(m.isdecimal() for m in morceaux):
        return texte
    if len(morceaux) == 3:
        return format_date(date.fromisoformat(texte.strip()[:10]))
    return f"{MOIS[int(morceaux[1]) - 1]} {morceaux[0]}" if len(morceaux) == 2 else texte


def format_ponctuation(texte: str) -> str:
    """Les espaces que le français ne coupe pas (« : », « ? », « % ») et l'apostrophe typographique."""
    texte = re.sub(r" ([:;?!%»])", rf"{FINE}\1", texte.replace("« ", f"«{FINE}"))
    return re.sub(r"(?<=\w)'(?=\w)", "’", texte)
