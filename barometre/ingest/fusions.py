"""Des cellules fusionnées : le classeur n'en garde que la première, et les réponses des autres sont perdues.

Rien ne dit si leur auteur voulait répéter la première ou la centrer : la ligne va en quarantaine.
"""

from __future__ import annotations

from collections.abc import Sequence

from barometre.domain.formats import format_compte
from barometre.ingest.errors import ImportRefuse
from barometre.ingest.limits import MAX_CELLULES

MAX_PLAGES = 2_000
FUSIONNEE = (
    "Des cellules de cette ligne sont fusionnées ({plage}) : ses réponses n'y sont plus. Défusionnez-les, "
    "écrivez la réponse de chacune."
)
# Ligne et colonne de la première cellule, puis de la dernière ; les lignes comptent de 1, les colonnes de 0.
Plage = tuple[int, int, int, int]


def list_fusionnees(
    plages: Sequence[Plage], entete: int, derniere: int, lues: Sequence[bool], fichier: str
) -> dict[int, str]:
    """Ligne → la plage qui la prive d'une réponse ; `lues` : vrai pour chaque colonne que l'import lit."""
    utiles = [p for p in plages if p[2] > entete and any(lues[p[1] : p[3] + 1])]
    hauteurs = sum(min(p[2], derniere) - max(p[0], entete) for p in utiles)
    if len(utiles) > MAX_PLAGES or hauteurs > MAX_CELLULES:
        raise ImportRefuse(
            f"« {fichier} » a plus de {format_compte(MAX_PLAGES, 'plage')} de cellules fusionnées dans ses "
            "réponses : défusionnez-les."
        )
    trouvees = dict[int, str]()
    for haut, gauche, bas, droite in utiles:
        # La première cellule garde sa valeur : sa ligne n'y perd rien, si la plage n'a qu'une colonne.
        if haut > entete and any(lues[gauche + 1 : droite + 1]):
            trouvees.setdefault(haut, describe_plage((haut, gauche, bas, droite)))
        for ligne in range(max(haut, entete) + 1, min(bas, derniere) + 1):
            trouvees.setdefault(ligne, describe_plage((haut, gauche, bas, droite)))
    return trouvees


def describe_plage(plage: Plage) -> str:
    """(2, 6, 4, 6) → « G2:G4 »."""
    haut, gauche, bas, droite = plage
    return f"{_lettres(gauche)}{haut}:{_lettres(droite)}{bas}"


def _lettres(rang: int) -> str:
    lettres = ""
    while rang >= 0:
        lettres, rang = chr(65 + rang % 26) + lettres, rang // 26 - 1
    return lettres
