"""Un tableau que le lecteur trie et filtre dans la page : `francais.js` l'entend, rien n'est redemandé.

Sur papier et filtré, le tableau se lit entier. Chaque entête est un bouton : clavier et
lecteur d’écran y accèdent.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from barometre.domain.formats import format_compte
from barometre.ui.blocks.textes import DEFILE, texte

# Un écran de portable, deux de téléphone : au-delà, les lignes se demandent (ou se filtrent).
LIGNES_MONTREES = 12


@dataclass(frozen=True, slots=True)
class Case:
    """Une case : son HTML, et ce qui la range (un nombre en clair, une date ISO, un texte)."""

    html: str
    tri: str

    @classmethod
    def build(cls, mots: str, tri: str | None = None) -> Case:
        """Une case de texte, rangée comme elle se lit si rien d'autre n'est dit."""
        return cls(texte(mots), mots if tri is None else tri)


def build_triable(titre: str, entetes: Sequence[str], lignes: Sequence[Sequence[Case]]) -> str:
    """Le HTML : un champ, un compte, le tableau ; un long tableau commence par ses premières lignes."""
    boutons = "".join(
        f'<th scope="col"><button type="button" class="baro-tri" data-trier>{texte(entete)}</button></th>'
        for entete in entetes
    )
    corps = "".join(f"<tr>{''.join(_build_case(case) for case in ligne)}</tr>" for ligne in lignes)
    court, suite = _cut(len(lignes))
    return (
        f'<div class="baro-triable"{court}><label class="baro-filtre">Filtrer ce tableau '
        '<input type="search" data-filtrer placeholder="Un mot"></label>'
        f'<p class="baro-legende" role="status">{format_compte(len(lignes), "ligne")}</p>'
        f'<div class="baro-tableau" tabindex="0" role="region" aria-label="{escape(titre)}{DEFILE}"><table>'
        f"<caption>{texte(titre)}</caption><thead><tr>{boutons}</tr></thead><tbody>{corps}</tbody>"
        f"</table></div>{suite}</div>"
    )


def _cut(lignes: int) -> tuple[str, str]:
    """La marque d'un tableau écourté, et le bouton qui le montre en entier ; rien pour un tableau court."""
    if lignes <= LIGNES_MONTREES:
        return "", ""
    bouton = (
        f'<button type="button" class="baro-bouton" data-tout="{LIGNES_MONTREES}">'
        f"Voir les {format_compte(lignes, 'ligne')}</button>"
    )
    return " data-court", bouton


def _build_case(case: Case) -> str:
    # « 2 729 » se range comme 2729 : l'espace des milliers en ferait un 2.
    tri = re.sub(r"(?<=\d)\s(?=\d)", "", case.tri)
    return f'<td data-tri="{escape(tri)}">{case.html}</td>'
