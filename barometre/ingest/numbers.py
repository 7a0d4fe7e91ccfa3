"""Un nombre écrit à la main : son format se décide sur toute la colonne, l'ambigu est refusé par son nom."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

_ESPACES = r"[ \u00a0\u202f']"
_ESPACES_DE_MILLIERS = re.compile(rf"^[+-]?[0-9]{{1,3}}({_ESPACES}[0-9]{{3}})+([.,][0-9]+)?$")
_UNITE = re.compile(
    rf"{_ESPACES}*(%|€|euros?|agents?|habitants?|heures?|h|jours?|postes?|etp)$", re.IGNORECASE
)
# « 1.234 » ou « 120,000 » : un millier ou trois décimales.
_AMBIGU = re.compile(r"^[+-]?[1-9][0-9]{0,2}([.,])[0-9]{3}$")
_MILLIERS = re.compile(r"^[+-]?[0-9]{1,3}(?:([.,])[0-9]{3})(?:\1[0-9]{3})+$")
_MIXTE = re.compile(r"^[+-]?[0-9]{1,3}(?:([.,])[0-9]{3})(?:\1[0-9]{3})*(?!\1)([.,])[0-9]+$")
_DECIMAL = re.compile(r"^[+-]?[0-9]+([.,])[0-9]+$")
_ENTIER = re.compile(r"^[+-]?[0-9]+$")
_MAX_CARACTERES = 40

# Des unités qui se disent l'une pour l'autre ; celle d'une autre famille que la question est une autre
# réponse (« 45 € » ne dit pas 45 agents). « % » n'en est pas : un tableur l'ajoute par son format de cellule.
_FAMILLES = (
    frozenset({"€", "euro", "euros"}),
    frozenset({"agent", "agents", "poste", "postes", "etp"}),
    frozenset({"habitant", "habitants"}),
    frozenset({"h", "heure", "heures"}),
    frozenset({"jour", "jours"}),
)
AUTRE_UNITE = "« {} » n'est pas dans l'unité de la question ({}) : écrivez le nombre dans cette unité."
PAS_UN_NOMBRE = "Cette réponse n'est pas un nombre."
AMBIGU = (
    "« {} » se lit de deux façons (millier ou trois décimales), et rien dans la colonne ne tranche : "
    "écrivez {} ou {}."
)
PART_OU_POURCENT = (
    "« {} » est une part ou un pourcentage, et rien dans la colonne ne tranche : écrivez « 45 % »."
)


@dataclass(frozen=True, slots=True)
class FormatNombre:
    """Les signes qu'une colonne emploie pour les décimales et pour les milliers."""

    decimales: frozenset[str]
    milliers: frozenset[str]
    # Vrai si, dans une colonne de pourcentages, toutes les valeurs tiennent entre 0 et 1.
    parts: bool = False
    # Vrai si certaines valeurs y portent « % » : « 0,45 » à côté de « 45 % » peut être une part.
    pourcents: bool = False


def build_format(valeurs: Iterable[str], unite: str = "") -> FormatNombre:
    """Ce que les valeurs sans ambiguïté d'une colonne disent de son format."""
    decimales, milliers, nombres, valeurs = set[str](), set[str](), list[float](), tuple(valeurs)
    nets = [_strip(v) for v in valeurs if v]
    for net in nets:
        if trouve := _MIXTE.match(net):
            milliers.add(trouve[1])
            decimales.add(trouve[2])
        elif trouve := _MILLIERS.match(net):
            milliers.add(trouve[1])
        elif (trouve := _DECIMAL.match(net)) and not _AMBIGU.match(net):
            decimales.add(trouve[1])
    if unite == "%":
        nombres = [float(n.replace(",", ".")) for n in nets if _DECIMAL.match(n) or _ENTIER.match(n)]
    parts = bool(nombres) and max(nombres) <= 1 and any(0 < n < 1 for n in nombres)
    pourcents = unite == "%" and any("%" in v for v in valeurs)
    return FormatNombre(frozenset(decimales), frozenset(milliers), parts, pourcents)


def check_unite(texte: str, unite: str) -> str:
    """Le motif d'une unité écrite qui n'est pas celle de la question ; vide si rien ne se contredit."""
    trouve = _UNITE.search(texte.strip())
    siennes = set(re.findall(r"%|€|[a-z]+", unite.lower()))
    attendue = next((f for f in _FAMILLES if f & siennes), None)
    if trouve is None or trouve[1] == "%" or attendue is None or trouve[1].lower() in attendue:
        return ""
    return AUTRE_UNITE.format(texte, unite)


def read_nombre(texte: str, formate: FormatNombre) -> tuple[float | None, str]:
    """Le nombre, ou rien avec le motif du refus."""
    net = _strip(texte)
    if len(net) > _MAX_CARACTERES:
        return None, PAS_UN_NOMBRE
    if trouve := _AMBIGU.match(net):
        return _read_ambigu(net, trouve[1], formate)
    if trouve := _MIXTE.match(net):
        net = net.replace(trouve[1], "").replace(trouve[2], ".")
    elif trouve := _MILLIERS.match(net):
        net = net.replace(trouve[1], "")
    elif not (_DECIMAL.match(net) or _ENTIER.match(net)):
        return None, PAS_UN_NOMBRE
    nombre = float(net.replace(",", "."))
    if "%" not in texte and (0 < nombre < 1 if formate.pourcents else formate.parts and 0 < nombre <= 1):
        return None, PART_OU_POURCENT.format(texte)
    return nombre, ""


def _read_ambigu(net: str, signe: str, formate: FormatNombre) -> tuple[float | None, str]:
    """Tranché par la colonne : un signe qui y sert aux décimales n'y sert pas aux milliers.

    Une colonne qui écrit ses décimales de deux façons ne tranche rien.
    """
    if len(formate.decimales) > 1:
        return None, _build_ambigu(net, signe)
    decimal = signe in formate.decimales and signe not in formate.milliers
    # Un autre signe de milliers dans la colonne ferait de celui-ci des décimales : rien ne tranche.
    millier = signe not in formate.decimales and (signe in formate.milliers or bool(formate.decimales))
    if decimal or millier:
        return float(net.replace(signe, "." if decimal else "")), ""
    return None, _build_ambigu(net, signe)


def _build_ambigu(net: str, signe: str) -> str:
    entier, _, reste = net.partition(signe)
    return AMBIGU.format(net, entier + reste, f"{entier},{reste}0")


def _strip(texte: str) -> str:
    net = _UNITE.sub("", texte.strip())
    return re.sub(_ESPACES, "", net) if _ESPACES_DE_MILLIERS.match(net) else net
