"""(a) L'effectif exact d'une question, lu de ses seules parts : elles auraient n pour diviseur commun.

    python -m tests.secret.diviseurs

Une part au pour cent de k réponses parmi n ne laisse, sous cent réponses, que quelques n possibles ; les
options d'une question ont le même, et l'effectif publié, brouillé et arrondi, le cherche à dix près. Le
retrouver, c'est défaire le bruit des effectifs : qui a répondu se soustrait alors, et d'une question sous
condition, n est le nombre exact des « oui » d'une autre. Sur l'entrepôt en service, lu à la porte.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from barometre.access import Gate
from barometre.catalogue import load_catalogue
from barometre.domain.secret import BRUIT_MAXIMAL, DECIMALES, PAS_EFFECTIF
from barometre.warehouse.repository import open_repository

Tableau = npt.NDArray[np.float64]
CELLULE = ["vague_id", "niveau", "territoire_id", "type", "strate", "couverture"]
JEU = 1e-9
# Ce dont l'effectif publié peut s'écarter de l'exact.
ECART = BRUIT_MAXIMAL + PAS_EFFECTIF // 2
# Au-delà, le pour cent est plus large qu'une réponse : tout n convient.
TROP = 100


class Essai(NamedTuple):
    """Une question d'une cellule : combien de parts s'y lisent, les effectifs possibles, et le vrai."""

    parts: int
    possibles: npt.NDArray[np.intp]
    exact: int

    @property
    def devine(self) -> bool:
        """Vrai si un seul effectif reste, et que c'est lui."""
        return self.possibles.tolist() == [self.exact]


def find_effectifs(parts: Tableau, publie: float) -> npt.NDArray[np.intp]:
    """Les n, près de l'effectif publié, dont toutes ces parts sont des multiples de 1/n au pour cent près."""
    n = np.arange(max(1, int(publie) - ECART), int(publie) + ECART + 1)
    comptes = n[:, None] * parts[None, :]
    proches = np.abs(comptes - np.rint(comptes)) <= n[:, None] * 10.0**-DECIMALES / 2 + JEU
    return np.asarray(n[proches.all(axis=1)])


def list_essais(gate: Gate, exacts: pd.Series, questions: dict[str, str]) -> Iterator[Essai]:
    """Chaque question de chaque cellule ; `questions` : de chaque indicateur ; `exacts` : leurs n."""
    lues = gate.list_agregats(list(questions))
    lues = lues[lues["plafond"].eq("") & lues["brut"].notna() & (lues["n"] < TROP)]
    cles = pd.MultiIndex.from_frame(lues[["indicateur_id", *CELLULE]])
    lues = lues.assign(
        question=lues["indicateur_id"].astype("str").map(questions), exact=exacts.reindex(cles).to_numpy()
    )
    for _, ensemble in lues.groupby([*CELLULE, "question"], observed=True):
        if ensemble["exact"].nunique() == 1:
            possibles = find_effectifs(ensemble["brut"].to_numpy(dtype=float), float(ensemble["n"].iloc[0]))
            yield Essai(len(ensemble), possibles, int(ensemble["exact"].iloc[0]))


def main() -> None:
    """Thème par thème, ce que le diviseur commun rend de l'entrepôt en service."""
    depot, catalogue = open_repository(), load_catalogue()
    gate = Gate(depot)
    for theme in catalogue.themes:
        parts = [i for i in catalogue.list_indicateurs(theme.id, origine="declare") if i.est_part]
        questions = {i.id: i.calcul.question_id for i in parts}
        exacts = depot.list_agregats(list(questions)).set_index(["indicateur_id", *CELLULE])["n"]
        essais = list(list_essais(gate, exacts, questions))
        seuls = [e for e in essais if e.possibles.size == 1]
        devines = sum(e.devine for e in essais)
        print(
            f"{theme.id} : {len(essais)} effectifs cherchés, {len(seuls)} seuls possibles, {devines} justes"
        )


if __name__ == "__main__":
    main()
