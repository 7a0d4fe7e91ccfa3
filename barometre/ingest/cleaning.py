"""Des textes abîmés en chemin : caractères invisibles retirés, encodage réparé ; toujours dit."""

from __future__ import annotations

import re

from barometre.domain.formats import format_compte
from barometre.ingest.layout import Feuille

# Commandes, espaces sans largeur et marques de sens d'écriture, qui changent ce qu'un lecteur voit.
_INVISIBLES = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)
# « Ã© », « â€™ », « Â » : deux octets d'UTF-8 lus un à un.
_SUITE = "".join(bytes([o]).decode("cp1252", "ignore") for o in range(0x80, 0xC0))
_ABIME = re.compile(f"[ÃÂÅ][{re.escape(_SUITE)}\x80-\x9f ]|â€")
# Ce que le format VV de LimeSurvey écrit à la place d'un caractère.
_VV = {"{newline}": "\n", "{cr}": "", "{tab}": " ", "{quote}": '"', "{rbrace}": "}", "{lbrace}": "{"}
_ECHAPPE = re.compile("|".join(map(re.escape, _VV)))


# « ="Oui" » : du texte, forcé pour un tableur.
_FORCEE = re.compile(r'^="([^"]*)"$')
# Ce qu'un logiciel écrit à la place d'un caractère qu'il n'a pas su lire : rien ne le rend.
PERDU = "\ufffd"


def clean_feuille(feuille: Feuille) -> None:
    """Nettoie chaque cellule ; compte et dit ce qui a changé."""
    invisibles = repares = perdus = 0
    for _, cellules in feuille.lignes:
        # Une recherche par ligne : presque aucune n'est abîmée (une fin de ligne n'est d'aucun motif).
        ensemble = "\n".join(cellules)
        if _ECHAPPE.search(ensemble):
            cellules[:] = [_ECHAPPE.sub(lambda lu: _VV[lu[0]], c).strip() for c in cellules]
        if '="' in ensemble:
            cellules[:] = [lu[1].strip() if (lu := _FORCEE.match(c)) else c for c in cellules]
        if PERDU in ensemble:
            perdus += sum(PERDU in cellule for cellule in cellules)
        if not (_INVISIBLES.search(ensemble) or _ABIME.search(ensemble)):
            continue
        for i, cellule in enumerate(cellules):
            if _INVISIBLES.search(cellule):
                invisibles += 1
                cellules[i] = _INVISIBLES.sub("", cellule).strip()
            if _ABIME.search(cellule) and (repare := _repair(cellules[i])) != cellules[i]:
                repares += 1
                cellules[i] = repare.strip()
    if invisibles:
        cellules_lues = format_compte(invisibles, "cellule portait", "cellules portaient")
        feuille.avertissements.append(f"{cellules_lues} des caractères invisibles, retirés.")
    if repares:
        reparees = format_compte(repares, "cellule")
        feuille.avertissements.append(f"Encodage abîmé réparé dans {reparees} : vérifiez les textes.")
    if perdus:
        perdues = format_compte(perdus, "cellule a", "cellules ont")
        feuille.avertissements.append(
            f"{perdues} perdu des caractères (« {PERDU} ») : reprenez le fichier d'origine."
        )


def _repair(texte: str) -> str:
    # Presque aucun fichier n'est abîmé : la bibliothèque ne se charge que pour lui.
    import ftfy  # noqa: PLC0415

    return ftfy.fix_encoding(texte)
