"""Couvertes par un OPSN, ou non connues comme telles : l'écart et son intervalle, jamais une preuve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from barometre.domain.indicateur import Indicateur
from barometre.views.collectivite.pairs import Comparaison
from barometre.views.lecture.groupes_compares import GroupeCompare, read_couvertes
from barometre.views.lecture.selection import Selection


@dataclass(frozen=True, slots=True)
class Contraste:
    """L'écart entre couvertes et autres pour un indicateur, tel que le thème et la page OPSN le disent."""

    indicateur: Indicateur
    compare: GroupeCompare
    champ: str

    @property
    def texte_verdict(self) -> str:
        """Ce que le test permet de dire."""
        return {1: "plus souvent", -1: "moins souvent", 0: "pas d’écart démontré"}[self.compare.sens]


def build_contrastes(
    comparaison: Comparaison, vague_id: str, indicateurs: Sequence[Indicateur]
) -> tuple[Contraste, ...]:
    """Les écarts du thème, France entière : parmi celles de son type, sinon parmi toutes."""
    types = (comparaison.collectivite.type, "")
    lus = read_couvertes(comparaison.gate, [i.id for i in indicateurs if i.est_part], vague_id, types)
    champs = {t: comparaison.libelles.get_champ(Selection(vague_id, type=t)) for t in types}
    return tuple(Contraste(i, lus[i.id][1], champs[lus[i.id][0]]) for i in indicateurs if i.id in lus)


def build_table_contrastes(contrastes: Sequence[Contraste]) -> pd.DataFrame:
    """Le tableau de lecture."""
    return pd.DataFrame(
        [
            {
                "indicateur": c.indicateur.titre,
                "n_couvertes": c.compare.n,
                "n_non_connues": c.compare.n_reference,
                "ecart_lu": c.compare.ecart,
                "verdict": c.texte_verdict,
                "champ": c.champ,
            }
            for c in contrastes
        ]
    )
