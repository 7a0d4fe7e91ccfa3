"""La participation par intercommunalité : un taux par classe de dix points, et là seulement où il se dit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import pandas as pd

from barometre.domain.formats import format_compte, format_liste, format_nombre, format_part
from barometre.domain.secret import PAS_TAUX_EPCI, SEUIL_CADRE, SEUIL_PARTICIPATION
from barometre.views.lecture.tableau import build_tableau, to_pourcent
from barometre.views.piloter.groupe import Groupe

COLONNES = ("epci", "cadre", "taux_classe")
DEMI = PAS_TAUX_EPCI / 2
NOM = ("intercommunalité", "intercommunalités")


def format_classe(taux: float) -> str:
    """« environ 20 % » ; aux bords, ce que la classe dit vraiment : « moins de 5 % », « plus de 95 % »."""
    if taux < DEMI:
        return f"moins de {format_part(DEMI)}"
    if taux > 1 - DEMI:
        return f"plus de {format_part(1 - DEMI)}"
    return f"environ {format_part(taux)}"


def list_dites(groupes: Iterable[Groupe]) -> list[tuple[Groupe, float]]:
    """Celles dont un taux se dit, le plus haut d'abord, puis par nom."""
    dites = [(g, g.taux) for g in groupes if g.taux is not None]
    return sorted(dites, key=lambda paire: -paire[1])


def describe_epci(groupes: Sequence[Groupe]) -> str:
    """Combien se disent, dans quelles classes, et pourquoi les autres se taisent."""
    dites = list_dites(groupes)
    seuils = f"au moins {SEUIL_CADRE} collectivités et {SEUIL_PARTICIPATION} réponses"
    total = format_compte(len(groupes), *NOM)
    if not dites:
        return f"Sur {total}, aucune n’a {seuils} : aucun taux ne se dit à cette échelle."
    classes = Counter(taux for _, taux in dites)
    mots = format_liste([f"{format_classe(t)} pour {format_nombre(n)}" for t, n in classes.items()])
    verbe = "a" if len(dites) == 1 else "ont"
    return (
        f"Sur {total}, {format_nombre(len(dites))} {verbe} {seuils}. Leur taux, à dix points près : {mots}. "
        "Des autres, rien ne se dit."
    )


def build_cadre_epci(groupes: Iterable[Groupe]) -> pd.DataFrame:
    """Le cadre des barres (`charts.build_barres`)."""
    lignes = [
        (g.nom, taux, f"{format_classe(taux)} de {format_nombre(g.cadre)}") for g, taux in list_dites(groupes)
    ]
    return pd.DataFrame(lignes, columns=["groupe", "valeur", "texte"])


def build_table_epci(groupes: Iterable[Groupe]) -> pd.DataFrame:
    """Le tableau de lecture et le fichier : celles dont un taux se dit."""
    return build_tableau(((g.nom, g.cadre, to_pourcent(taux)) for g, taux in list_dites(groupes)), COLONNES)
