"""Ce que vaut un indicateur pour une réponse donnée : la règle de calcul, sur un seul questionnaire."""

from __future__ import annotations

from dataclasses import dataclass

from barometre.domain.enquete import EtatReponse
from barometre.domain.indicateur import Calcul


@dataclass(frozen=True, slots=True)
class Saisie:
    """Une réponse à une question : son état, et les options choisies, le nombre ou le texte."""

    etat: EtatReponse = "sans_reponse"
    options: frozenset[str] = frozenset()
    nombre: float | None = None
    texte: str = ""


def apply_calcul(calcul: Calcul, saisie: Saisie) -> tuple[float | None, EtatReponse]:
    """La valeur et l'état ; la valeur est absente quand l'état n'est pas « répondu »."""
    if saisie.etat == "non_concerne" and calcul.non_concerne == "non":
        # La question filtrée vaut « non » : sans site internet, pas de site accessible.
        return 0.0, "repondu"
    if saisie.etat != "repondu":
        return None, saisie.etat
    valeur = _compute(calcul, saisie)
    return (None, "sans_reponse") if valeur is None else (valeur, "repondu")


def _compute(calcul: Calcul, saisie: Saisie) -> float | None:
    if calcul.regle == "part_options":
        return float(not saisie.options.isdisjoint(calcul.options))
    if calcul.regle == "part_au_moins":
        return float(len(saisie.options & set(calcul.options)) >= (calcul.seuil or 0))
    if saisie.nombre is None:
        return None
    return saisie.nombre if calcul.regle == "moyenne" else float(saisie.nombre >= (calcul.seuil or 0))
