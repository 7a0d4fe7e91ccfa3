"""Une question écrite deux fois : ses options jointes dans une cellule, et des cases à côté.

Kobo écrit les deux, qui disent la même chose ; Google Forms ou Grist joignent tout dans une cellule, à côté
d'une seule case ou d'un « Autre, précisez ». Une colonne n'en cache jamais une autre.
"""

from __future__ import annotations

import numpy as np

from barometre.ingest.answers import REPONDU, SANS_REPONSE, Reponses

CONTREDITE = "Cette cellule et les cases de la même question ne disent pas la même chose."


def join_liste(cases: Reponses, vus: np.ndarray, liste: Reponses, rang: int) -> Reponses:
    """Ce que disent ensemble les cases et la cellule ; une contradiction met la ligne en quarantaine.

    `vus` : l'état que chaque case écrivait, dans l'ordre de ses options. Toutes les options ont leur case :
    une cellule qui ne se lit pas n'ajoute rien et ne refuse rien.
    """
    completes = len(cases.options) == len(liste.options)
    illisibles = {i for i, _, _ in liste.rejets}
    if completes and _is_etrangere(liste, illisibles):
        return cases
    places = [liste.options.index(option) for option in cases.options]
    en_cases, en_liste = cases.valeurs == 1, liste.valeurs[:, places] == 1
    dits = ~np.isin(np.arange(len(cases.etats)), list(illisibles)) & (liste.etats == REPONDU)
    # « Autre » peut n'être coché que d'un côté : son texte est de l'autre.
    libre = np.array([option.startswith("autre") for option in cases.options], dtype=bool)
    non = (vus == REPONDU) & ~en_cases
    if completes:
        non |= ~en_cases & en_cases.any(axis=1, keepdims=True)
    oppose = ((en_cases & ~en_liste) | (non & en_liste)) & ~libre
    contredites = dits & oppose.any(axis=1) & (en_cases.any(axis=1) | (vus == REPONDU).any(axis=1))
    valeurs = liste.valeurs.copy()
    valeurs[:, places] = np.maximum(valeurs[:, places], cases.valeurs)
    textes = np.where(cases.textes != "", cases.textes, liste.textes)
    rejets = [*cases.rejets, *([] if completes else liste.rejets)]
    rejets += [(int(i), rang, CONTREDITE) for i in np.flatnonzero(contredites)]
    return Reponses(cases.question, _join_etats(cases, liste), valeurs, textes, liste.options, rejets)


def _is_etrangere(liste: Reponses, illisibles: set[int]) -> bool:
    """Vrai si la colonne jointe ne parle pas des options : un commentaire sous le nom de la question."""
    return len(illisibles) + (liste.textes != "").sum() > (liste.etats == REPONDU).sum() / 2


def _join_etats(cases: Reponses, liste: Reponses) -> np.ndarray:
    """Répondu si l'une des deux l'est ; sinon ce que disent les cases, ou la cellule si elles sont vides."""
    etats = np.where(cases.etats == SANS_REPONSE, liste.etats, cases.etats)
    etats[liste.etats == REPONDU] = REPONDU
    return etats
