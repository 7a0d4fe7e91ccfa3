"""Ce que la participation peut changer à un chiffre, en mots : prudence, g* et sensibilité.

Les mots nomment toujours qui répondrait plus volontiers, par sa réponse : « équipées » ne veut rien dire d'un
indicateur neutre, et dit le contraire de ce qu'il faut quand « plus bas » est mieux.
"""

from __future__ import annotations

from barometre.domain.formats import format_au_plus, format_intervalle
from barometre.domain.indicateur import Indicateur
from barometre.stats.prudence import PRUDENCE_FACTOR, SENSITIVITY_FACTORS, tilt_share
from barometre.views.lecture.chiffres import Chiffre, format_chiffre

# Un g* arrondi à 1,0 ne se lit pas comme une préférence.
SEUIL_DIT = 1.05
# Ce qui prive un chiffre d'une meilleure note, dit au lecteur.
RAISONS = {
    "nombre": "trop peu de réponses, de « oui » ou de « non »",
    "largeur": "l’intervalle est trop large",
    "rare": "l’intervalle est trop large pour une part si petite, ou si proche de 100 %",
    "degres": "les réponses viennent de trop de tailles et de types pour leur nombre",
    "prudence": "une petite préférence à répondre suffirait à le déplacer",
    "participation": "à cette vague, les collectivités ont répondu trop inégalement",
    "poids": "le redressement repose sur trop peu de réponses qui pèsent lourd",
}


def is_sensible(indicateur: Indicateur, chiffre: Chiffre) -> bool:
    """Vrai pour une part montrée dont la prudence est connue."""
    connue = chiffre.prudence_bas is not None and chiffre.prudence_haut is not None
    return chiffre.montre and not chiffre.plafond and indicateur.est_part and connue


def build_prudence(indicateur: Indicateur, chiffre: Chiffre) -> str:
    """L'intervalle de prudence, en une phrase courte ; rien s'il n'est pas connu."""
    if not is_sensible(indicateur, chiffre):
        return ""
    bornes = format_intervalle(
        chiffre.prudence_bas, chiffre.prudence_haut, "%", indicateur.decimales, est_part=True
    )
    return (
        f"Prudence : {bornes} si celles qui répondent « oui » ont répondu jusqu’à "
        f"{format_au_plus(PRUDENCE_FACTOR)} fois plus, ou moins, volontiers"
    )


def build_g_etoile(indicateur: Indicateur, chiffre: Chiffre) -> str:
    """g* en mots : la préférence qui suffirait à démentir l'intervalle."""
    if not is_sensible(indicateur, chiffre) or chiffre.g_etoile is None:
        return ""
    if chiffre.g_etoile < SEUIL_DIT:
        return "La moindre préférence à répondre mettrait la vérité hors de l’intervalle."
    return (
        f"Il suffirait que {_qui(indicateur)} répondent {format_au_plus(chiffre.g_etoile)} fois "
        "plus volontiers que les autres, à taille, région et couverture égales, pour que la vérité sorte "
        "de l’intervalle."
    )


def build_sensibilite(indicateur: Indicateur, chiffre: Chiffre) -> str:
    """Ce que deviendrait la part si celles que l'on craint sur-représentées répondaient plus volontiers."""
    if not is_sensible(indicateur, chiffre) or chiffre.valeur is None or chiffre.pente is None:
        return ""
    sens = -1 if indicateur.sens == "plus_bas_mieux" else 1
    effets = [
        f"{format_chiffre(indicateur, float(tilt_share(chiffre.valeur, chiffre.pente, g**sens)))} si elles "
        f"répondent {format_au_plus(g)} fois plus volontiers"
        for g in SENSITIVITY_FACTORS
    ]
    return (
        f"Et si {_qui(indicateur)} répondaient plus volontiers que les autres ? "
        f"Le chiffre serait de {', '.join(effets[:-1])} et {effets[-1]}."
    )


def _qui(indicateur: Indicateur) -> str:
    """Quand « plus bas » est mieux, ce sont les « non » que l'on craint plus empressées à répondre."""
    return f"celles qui répondent « {'non' if indicateur.sens == 'plus_bas_mieux' else 'oui'} »"
