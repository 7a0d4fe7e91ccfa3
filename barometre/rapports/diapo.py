"""Un écran projeté, et ce qui en compose plusieurs : une liste longue en fait autant qu'il en faut."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from barometre.assemblage.carte_gardee import Dessin
from barometre.charts import Marques
from barometre.domain.formats import format_effectif
from barometre.domain.notes import format_note
from barometre.maps.legende import Legende
from barometre.views.carte.vue_carte import ChoixCarte
from barometre.views.lecture.chiffres import Chiffre
from barometre.views.lecture.selection import Selection
from barometre.views.piloter.participation import Axe

# Ce qui se lit du fond d'une salle sur 1024 × 768.
ELEMENTS = 5
ORDINAIRE = Dessin()


# En corps de cent points, « note C » ne dit rien à qui ne connaît pas les lettres.
INDICATIF = "indicatif, à ne pas citer"


@dataclass(frozen=True, slots=True)
class CarteProjetee:
    """Une carte, nue : ses octets, ceux d'un écran sombre s'ils diffèrent, sa légende, ses encarts."""

    alt: str
    octets: bytes
    legende: Legende
    sombre: bytes = b""
    mime: str = "image/png"
    encarts: str = ""


@dataclass(frozen=True, slots=True)
class Diapo:
    """Un écran : un titre, un chiffre au plus et sa preuve, une phrase, une liste ou un dessin.

    `reel` : un fait public, vrai même quand les réponses de la version sont simulées.
    """

    titre: str
    grand: str = ""
    preuve: str = ""
    phrase: str = ""
    elements: tuple[str, ...] = ()
    dessin: Marques | CarteProjetee | None = None
    reel: bool = False


@dataclass(frozen=True, slots=True)
class Choix:
    """Ce que l'adresse de la page choisit de montrer. `jour` : celui des alertes et des obligations.

    `axe`, `relance` : de la page Participation, dont `indicateur_id` est aussi la cible (un thème entier).
    """

    theme_id: str
    vague_id: str
    indicateur_id: str
    niveau: str
    selection: Selection
    jour: date
    axe: Axe = "strate"
    # La relance que propose la page tant que rien n'y est choisi.
    relance: str = "100"
    # De la page Carte : celles qu'elle met côte à côte, leurs classes et leur couche.
    cartes: tuple[ChoixCarte, ...] = ()
    trace: Dessin = ORDINAIRE


def list_preuves(chiffre: Chiffre, *, simulee: bool) -> tuple[str, ...]:
    """La note d'un chiffre, ce qu'elle interdit, et son nombre de réponses."""
    indicatif = (INDICATIF,) if chiffre.note == "C" else ()
    return format_note(chiffre.note, simulee=simulee), *indicatif, format_effectif(chiffre.n, "réponse")


def build_listes(titre: str, elements: Sequence[str], *, reel: bool = False) -> Iterator[Diapo]:
    """Une liste, `ELEMENTS` par écran ; au-delà du premier, le titre dit lequel."""
    total = -(-len(elements) // ELEMENTS)
    for rang in range(total):
        dit = f"{titre} ({rang + 1} sur {total})" if total > 1 else titre
        yield Diapo(dit, elements=tuple(elements[rang * ELEMENTS : (rang + 1) * ELEMENTS]), reel=reel)
