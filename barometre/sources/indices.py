"""Dire pourquoi des codes sont refusés : un tableur, des codes postaux, un nombre écrit « 78003.0 »."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from barometre.sources.contexte import Contexte
from barometre.sources.resultat import Rejet

POINT_ZERO = re.compile(r"^\d{4,5}[.,]0+$")
SANS_ZERO = re.compile(r"^[1-9]\d{3}$")
# La part des refus qui doivent avoir la même forme pour que l'on ose en dire la cause.
PART_PROBANTE = 0.5


def read_departement(code: str) -> str:
    """Celui d'un code INSEE, postal ou de département ; « 20 » pour la Corse, dont les codes diffèrent."""
    net = code.strip().upper()
    net = net.zfill(5) if len(net) == 4 and net.isdecimal() else net.zfill(2) if net else net
    debut = net[:3] if net.startswith("97") else net[:2]
    return "20" if debut in {"2A", "2B"} else debut


def describe_cause(rejets: Sequence[Rejet], contexte: Contexte) -> str:
    """La cause la plus probable, prête à suivre un compte ; vide si rien ne se dégage."""
    valeurs = [rejet.valeur for rejet in rejets if rejet.valeur]
    if not valeurs:
        return ""
    causes: tuple[tuple[Callable[[str], object], str], ...] = (
        (POINT_ZERO.match, "les codes sont devenus des nombres (« 78003.0 »)"),
        (SANS_ZERO.match, "un tableur a sans doute perdu le zéro des codes"),
        (contexte.territoires.codes_postaux.__contains__, "ce sont des codes postaux, non des codes INSEE"),
    )
    for reconnait, phrase in causes:
        if sum(1 for valeur in valeurs if reconnait(valeur)) >= PART_PROBANTE * len(valeurs):
            return f" : {phrase}"
    return ""
