"""Ce qu'un fichier dit qu'aucune publication n'a dit : faux, ou une méthode qui change ; et qui l'a accepté.

Une colonne décalée reste un refus. Ce qu'une méthode nouvelle expliquerait aussi se charge par `--confirmer`,
après une vérification que la phrase nomme ; ce qui est ainsi accepté suit la copie, et se dit partout.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from barometre.domain.formats import format_compte
from barometre.sources.errors import SourceEnRecul, SourceRefusee

VOULU = "Si c'est voulu, ajoutez --confirmer."
METHODE = "Si la source a changé de méthode, ajoutez --confirmer."


@dataclass(frozen=True, slots=True)
class Rupture:
    """Ce qu'une garde trouve dans un département."""

    garde: str
    departement: str
    phrase: str
    # Ce que le lecteur vérifie avant d'accepter ; vide : aucune méthode ne l'explique, le fichier est faux.
    a_verifier: str = ""

    @property
    def cle(self) -> str:
        """Acceptée une fois, celle du fichier suivant l'est aussi."""
        return f"{self.garde} {self.departement}"


def list_phrases(ruptures: Iterable[Rupture]) -> Iterator[str]:
    """Une phrase par garde : son premier département, et combien d'autres sont comme lui."""
    par_garde: dict[str, list[Rupture]] = {}
    for rupture in ruptures:
        par_garde.setdefault(rupture.garde, []).append(rupture)
    for premiere, *autres in par_garde.values():
        suite = format_compte(len(autres), "autre département", "autres départements")
        yield f"{premiere.phrase} De même dans {suite}." if autres else premiere.phrase


@dataclass
class Accord:
    """Ce que l'opérateur accepte d'un fichier que les gardes refusaient."""

    confirme: bool = False
    # Les ruptures que la bonne copie avait, déjà acceptées.
    deja: frozenset[str] = frozenset()
    reculs: list[str] = field(default_factory=list)
    ruptures: tuple[Rupture, ...] = ()

    @property
    def phrases(self) -> tuple[str, ...]:
        """Tout ce qui est accepté."""
        return (*list_phrases(self.ruptures), *self.reculs)

    @property
    def admises(self) -> tuple[str, ...]:
        """Les clés des ruptures acceptées."""
        return tuple(rupture.cle for rupture in self.ruptures)

    def check_reculs(self, reculs: Iterable[str]) -> None:
        """Refuse au premier recul ; les retient tous si l'opérateur confirme."""
        for recul in reculs:
            if not self.confirme:
                raise SourceEnRecul(f"{recul} {VOULU}")
            self.reculs.append(recul)

    def check_ruptures(self, ruptures: Iterable[Rupture]) -> None:
        """Refuse ce qui est faux, et ce que l'opérateur n'a pas encore accepté."""
        toutes = tuple(ruptures)
        for phrase in list_phrases(r for r in toutes if not r.a_verifier):
            raise SourceRefusee(phrase)
        neuves = [r for r in toutes if r.cle not in self.deja]
        for phrase in list_phrases(neuves if not self.confirme else ()):
            raise SourceEnRecul(f"{phrase} {neuves[0].a_verifier} {METHODE}")
        self.ruptures = (*self.ruptures, *toutes)
