"""Ce qu'une collectivité dit d'elle à côté de son code, tel qu'elle l'écrit : population, département, CP."""

from __future__ import annotations

import math
import re

from barometre.ingest.identity import clean_numero
from barometre.ingest.labels import clean_label

# « 1 200,5 » : une moyenne d'habitants, ou une colonne qu'un tableur a mise en forme.
_NOMBRE = re.compile(
    r"\d{1,3}(?:[ ']\d{3})+[.,]\d{1,2}(?!\d)|\d{1,3}(?:[ .,']\d{3})+(?![\d.,])|\d+(?:[.,]\d+)?"
)
_MOINS, _PLUS = re.compile(r"moins|<|inferieur|jusqu|au plus"), re.compile(r"plus|>|superieur|au moins|\+")
# « Dept 24 », « Dép. de la Dordogne », « D24 » : le mot qui précède le département.
_DEPARTEMENT = re.compile(r"^(?:dep(?:t|artements?)?|dpt|d(?=[ .]?\d))[ .:]*(?:no?[ .]|n°|numero)?\s*")
_CODE_DEPARTEMENT = re.compile(r"^\(?0?(97\d|2[ab]|\d{1,2})\b")
_CODE_POSTAL = re.compile(r"(?<!\d)(\d{2} ?\d{3})(?!\d)")


def read_population(texte: str) -> tuple[float, float] | None:
    """La plus petite et la plus grande population que dit une cellule ; rien si elle n'en dit pas.

    « 1 250 », « 265.328 hab. », « De 500 à 999 habitants », « moins de 1 000 ».
    """
    net = clean_label(clean_numero(texte))
    nombres = [_read_nombre(n, net) for n in _NOMBRE.findall(net)]
    if not nombres or len(nombres) > 2:
        return None
    bas, haut = min(n for n, _ in nombres), max(n for _, n in nombres)
    if len(nombres) == 2:
        return bas, haut
    if _MOINS.search(net) or texte.strip().startswith("<"):
        return 0.0, haut
    return (bas, math.inf) if _PLUS.search(net) else (bas, haut)


def _read_nombre(texte: str, net: str) -> tuple[float, float]:
    """Ce qu'un nombre peut dire : « 265,3 » est une moyenne d'habitants, ou des milliers."""
    milliers = bool(re.search(r"\d ?(?:k|milliers)\b", net))
    if re.fullmatch(r"\d{1,3}(?:[ .,']\d{3})+", texte):
        return (entier := float(re.sub(r"\D", "", texte)), entier)
    nombre = float(re.sub(r"[ ']", "", texte).replace(",", "."))
    groupe = " " in texte or "'" in texte
    if milliers:
        return nombre * 1_000, nombre * 1_000
    return nombre, nombre if groupe or nombre.is_integer() else nombre * 1_000


def read_code_departement(texte: str) -> tuple[str, str]:
    """Le code d’une cellule (« Dept 24 », « 024 », « 24000 »), et le reste, à chercher parmi les noms."""
    net = _DEPARTEMENT.sub("", clean_label(texte))
    if postal := re.fullmatch(r"\d{5}", net):
        return find_departement_postal(postal[0]), ""
    trouve = _CODE_DEPARTEMENT.match(net)
    return (trouve[1].upper().zfill(2), "") if trouve else ("", net)


def find_departement_postal(code: str) -> str:
    """Le département d'un code postal ; « 20 » pour la Corse."""
    return code[:3] if code.startswith(("97", "98")) else code[:2]


def read_code_postal(texte: str) -> str:
    """Le code postal d'une cellule : « 35000 Rennes », « F-33 000 », « 1500.0 » ; « 44 », le département."""
    net = clean_numero("".join(texte.split()))
    if net.isdecimal():
        return net.zfill(2) if len(net) < 4 else net.zfill(5)
    trouve = _CODE_POSTAL.search(texte.replace("\u00a0", " ").replace("\u202f", " "))
    return trouve[1].replace(" ", "") if trouve else net.upper()
