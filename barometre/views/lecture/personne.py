"""À qui l'on parle : « vos pairs » à la collectivité, « ses pairs » à qui la lit du dehors.

Un agent d'OPSN ou un responsable de programme n'est pas la collectivité de la fiche. Les phrases sont écrites
une fois, à la deuxième personne ; une liste close les tourne à la troisième, accord compris.
"""

from __future__ import annotations

import re

# Le verbe qui suit « vous » change avec la personne : chaque tour est donné entier, avant les mots seuls.
_TOURS = {
    "en êtes-vous": "elle en est",
    "Qui êtes-vous, pour": "Qui elle est, pour",
    "Vous faites": "Elle fait",
    "Vous avez": "Elle a",
    "vous avez répondu": "elle a répondu",
    "vous avez donnée": "elle a donnée",
    "vous l’avez": "elle l’a",
    "vous ne saviez pas": "elle ne savait pas",
    "vous n’y avez pas droit": "sans droit de la lire",
    "ne vous distingue": "ne la distingue",
    "pour vous situer": "pour la situer",
    "vous accompagne": "l’accompagne",
    "chez vous": "chez elle",
    "pour vous": "pour elle",
    "devant vous": "devant soi",
    "que vous publiez": "que l’on publie",
    "l’on vous demande": "l’on demande",
    "Demandez": "Demander",
    "la vôtre comprise": "elle comprise",
    "choisissez la vôtre": "choisissez-en une",
    "votre collectivité": "la collectivité",
    "Votre collectivité": "La collectivité",
    "mes pairs": "ses pairs",
    "Mes pairs": "Ses pairs",
    "ma collectivité": "une collectivité",
    "Ma collectivité": "Une collectivité",
    "mes réponses": "ces réponses",
    "vos réponses restent": "ces réponses restent",
}
# « votre » devant un nom féminin qui commence par une consonne : « sa » ; sinon « son ».
_FEMININS = "commune|mairie|taille|strate|réponse|région|liste|visite"
_MOTS = (
    (rf"\bvotre (?={_FEMININS})", "sa "),
    (rf"\bVotre (?={_FEMININS})", "Sa "),
    # Un périmètre est à l'agent qui lit, non à la collectivité.
    (r"\bvotre\b(?! périmètre)", "son"),
    (r"\bVotre\b(?! périmètre)", "Son"),
    (r"\bvos\b", "ses"),
    (r"\bVos\b", "Ses"),
    (r"\bvous\b", "elle"),
    (r"\bVous\b", "Elle"),
)
_TOUR = re.compile("|".join(rf"\b{re.escape(tour)}\b" for tour in sorted(_TOURS, key=len, reverse=True)))


def apply_tiers(phrase: str) -> str:
    """La phrase, dite de la collectivité et non à elle : « Vos pairs » → « Ses pairs »."""
    tournee = _TOUR.sub(lambda tour: _TOURS[tour[0]], phrase)
    for motif, mot in _MOTS:
        tournee = re.sub(motif, mot, tournee)
    return tournee
