"""Des textes abîmés en chemin : caractères invisibles retirés, encodage réparé ; toujours dit."""

from __future__ import annotations

import re

import ftfy

from barometre.ingest.layout import Feuille

# Commandes, espaces sans largeur et marques de sens d'écriture, qui changent ce qu'un lecteur voit.
_INVISIBLES = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
# « Ã© », « â€™ », « Â » : deux octets d'UTF-8 lus un à un.
_ABIME = re.compile("[ÃÂ][\x80-\xbf€-™\xa0-\xff]|â€|Å“|Ã\xa0|Ã ")


def clean_feuille(feuille: Feuille) -> None:
    """Nettoie chaque cellule ; compte et dit ce qui a changé."""
    invisibles = repares = 0
    for _, cellules in feuille.lignes:
        for i, cellule in enumerate(cellules):
            if _INVISIBLES.search(cellule):
                invisibles += 1
                cellules[i] = _INVISIBLES.sub("", cellule).strip()
            if _ABIME.search(cellule) and (repare := ftfy.fix_encoding(cellules[i])) != cellules[i]:
                repares += 1
                cellules[i] = repare.strip()
    if invisibles:
        feuille.avertissements.append(
            f"{invisibles} cellule(s) portaient des caractères invisibles, retirés."
        )
    if repares:
        feuille.avertissements.append(
            f"Encodage abîmé réparé dans {repares} cellule(s) : vérifiez les textes."
        )
