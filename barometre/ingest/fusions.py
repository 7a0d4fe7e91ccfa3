"""Les cellules dont le dessin contredit la valeur : fusionnées, barrées, annotées.

D'une plage fusionnée, le classeur ne garde que la première cellule ; rien ne dit si son auteur voulait la
répéter ou la centrer. D'une cellule barrée, rien ne dit si elle est annulée. Leurs lignes vont en
quarantaine ; une note, elle, est dite.
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
BARREE = (
    "Une cellule de cette ligne est barrée ({cellule}) : si sa réponse est annulée, effacez-la ; sinon, ôtez "
    "la barre."
)
_NOTES_CITEES = 3
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


def list_barrees(barrees: Sequence[tuple[int, int]], lues: Sequence[bool]) -> dict[int, str]:
    """Ligne → sa première cellule barrée, parmi les colonnes que l'import lit."""
    trouvees = dict[int, str]()
    for ligne, colonne in barrees:
        if colonne < len(lues) and lues[colonne]:
            trouvees.setdefault(ligne, name_cellule(ligne, colonne))
    return trouvees


def describe_notes(cellules: Sequence[str]) -> str:
    """« 2 notes de cellule, non lues : B3, C7. » ; leur texte peut nommer quelqu'un, il n'est pas redit."""
    notes = format_compte(len(cellules), "note de cellule, non lue", "notes de cellule, non lues")
    reste = len(cellules) - _NOTES_CITEES
    suite = f" et {format_compte(reste, 'autre', 'autres')}" if reste > 0 else ""
    return f"{notes} : {', '.join(cellules[:_NOTES_CITEES])}{suite}."


def describe_plage(plage: Plage) -> str:
    """(2, 6, 4, 6) → « G2:G4 »."""
    haut, gauche, bas, droite = plage
    return f"{name_cellule(haut, gauche)}:{name_cellule(bas, droite)}"


def name_cellule(ligne: int, colonne: int) -> str:
    """(3, 1) → « B3 »."""
    return f"{_lettres(colonne)}{ligne}"


def _lettres(rang: int) -> str:
    lettres = ""
    while rang >= 0:
        lettres, rang = chr(65 + rang % 26) + lettres, rang // 26 - 1
    return lettres
