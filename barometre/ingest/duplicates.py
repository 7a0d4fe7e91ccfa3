"""Une collectivité, un questionnaire, une vague : une seule réponse est retenue."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from barometre.domain.formats import format_compte
from barometre.ingest.answers import Reponses

# Autant de réponses différentes sous un identifiant ne sont pas d'une seule collectivité.
MAX_REPONSES = 5


@dataclass(frozen=True, slots=True)
class Departage:
    """De quoi choisir entre les réponses d'une collectivité, et dire pourquoi.

    La plus complète, puis la plus récente, puis la dernière du fichier.
    """

    completude: np.ndarray
    dates: Sequence[date | None]
    # Deux lignes de même signature disent la même chose.
    signatures: Sequence[bytes]

    def pick_retained(self, collectivites: np.ndarray, candidates: np.ndarray) -> dict[int, int]:
        """Rang de chaque doublon → rang de la ligne retenue à sa place."""
        retenues: dict[str, int] = {}
        doublons: dict[int, int] = {}
        for rang in sorted(map(int, np.flatnonzero(candidates)), key=self._note, reverse=True):
            gagnante = retenues.setdefault(collectivites[rang], rang)
            if gagnante != rang:
                doublons[rang] = gagnante
        return doublons

    def _note(self, rang: int) -> tuple[int, int, int]:
        return int(self.completude[rang]), _jour(self.dates[rang]), rang

    def describe(self, rang: int, retenue: int) -> str:
        """Ce qui a fait préférer la ligne retenue."""
        if self.signatures[rang] == self.signatures[retenue]:
            return "elle dit la même chose"
        perdue, gardee = self._note(rang), self._note(retenue)
        if perdue[0] != gardee[0]:
            return "plus complète"
        if perdue[1] != gardee[1]:
            return "aussi complète, et plus récente"
        return "aussi complète, la dernière du fichier, et rien ne dit laquelle des deux est la plus récente"

    def list_indecis(self, doublons: dict[int, int]) -> list[str]:
        """Les lignes que seul leur ordre dans le fichier a départagées, en une phrase."""
        nombre = sum(
            self._note(i)[:2] == self._note(j)[:2] and self.signatures[i] != self.signatures[j]
            for i, j in doublons.items()
        )
        if not nombre:
            return []
        lignes = format_compte(nombre, "ligne contredit", "lignes contredisent")
        return [
            f"{lignes} une autre réponse de la même collectivité, sans date qui les départage : la "
            "dernière du fichier est chargée (voir les doublons)."
        ]


def hash_lines(reponses: Sequence[Reponses]) -> list[bytes]:
    """Ce que dit chaque ligne, en octets à comparer."""
    etats = np.column_stack([r.etats for r in reponses])
    # Répondre zéro et ne pas répondre diffèrent déjà par l'état.
    valeurs = np.column_stack([np.nan_to_num(r.valeurs) for r in reponses])
    textes = zip(*(r.textes for r in reponses), strict=True)
    lignes = zip(etats, valeurs, textes, strict=True)
    return [e.tobytes() + v.tobytes() + "\0".join(map(str, t)).encode() for e, v, t in lignes]


def list_recopies(
    collectivites: np.ndarray, candidates: np.ndarray, signatures: Sequence[bytes]
) -> dict[int, int]:
    """Les lignes d'un identifiant qui en porte trop, et combien il en porte."""
    rangs: dict[str, list[int]] = defaultdict(list)
    for rang in map(int, np.flatnonzero(candidates)):
        rangs[collectivites[rang]].append(rang)
    trop = [r for r in rangs.values() if len({signatures[i] for i in r}) > MAX_REPONSES]
    return {i: len(r) for r in trop for i in r}


def _jour(jour: date | None) -> int:
    return jour.toordinal() if jour else 0
