"""Couvertes par un OPSN, ou non connues comme telles : l'écart et son intervalle, jamais une preuve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from barometre.domain.indicateur import Indicateur
from barometre.formats import format_intervalle, format_points
from barometre.stats.contrasts_cells import contrast_cells
from barometre.views.collectivite.pairs import Comparaison
from barometre.views.lecture.cellules import read_cellules
from barometre.views.lecture.chiffres import Chiffre, format_cellule
from barometre.views.lecture.selection import Selection

PRECAUTION = (
    "Une association, pas une preuve : les collectivités couvertes diffèrent aussi par leur région et leurs "
    "moyens. « Inconnue » ne veut pas dire « non couverte »."
)


@dataclass(frozen=True, slots=True)
class Contraste:
    """L'écart entre couvertes et autres pour un indicateur."""

    indicateur: Indicateur
    couvertes: Chiffre
    autres: Chiffre
    champ: str
    difference: float
    bas: float
    haut: float
    # 1 ou −1 si l'écart est démontré, sinon 0
    classe: int

    @property
    def texte_ecart(self) -> str:
        """« +12 points, entre 4 et 19 »."""
        bornes = format_intervalle(self.bas, self.haut, unite="")
        return f"{format_points(self.difference)}, {bornes}"

    @property
    def texte_verdict(self) -> str:
        """Ce que le test permet de dire."""
        return {1: "plus souvent", -1: "moins souvent", 0: "pas d’écart démontré"}[self.classe]


def build_contrastes(
    comparaison: Comparaison, vague_id: str, indicateurs: Sequence[Indicateur]
) -> tuple[Contraste, ...]:
    """Les écarts du thème, au public le plus fin où les deux groupes se montrent."""
    parts = [i for i in indicateurs if i.est_part]
    restants = {i.id: i for i in parts}
    paires: list[tuple[Indicateur, Chiffre, Chiffre, str]] = []
    couverte = "adherente" if comparaison.collectivite.couverture == "adherente" else "perimetre"
    for selection in _list_publics(comparaison, vague_id):
        if not restants:
            break
        cellules = read_cellules(comparaison.gate, restants, selection, couverture=[couverte, "inconnue"])
        lues = {(c.indicateur_id, c.couverture): c for c in cellules.values()}
        champ = comparaison.libelles.get_champ(selection)
        for id_ in list(restants):
            une, autre = lues.get((id_, couverte)), lues.get((id_, "inconnue"))
            if _is_montrable(une) and _is_montrable(autre):
                paires.append((restants.pop(id_), une, autre, champ))  # type: ignore[arg-type]
    return _compare(paires)


def _list_publics(comparaison: Comparaison, vague_id: str) -> list[Selection]:
    """France entière, du plus fin au plus large : la strate, puis le type, puis toutes."""
    collectivite = comparaison.collectivite
    return [
        Selection(vague_id, type=collectivite.type, strate=collectivite.strate or ""),
        Selection(vague_id, type=collectivite.type),
        Selection(vague_id),
    ]


def _is_montrable(chiffre: Chiffre | None) -> bool:
    # Un chiffre seulement borné (« au plus 5 % ») ne se soustrait pas.
    return chiffre is not None and chiffre.montre and chiffre.bas is not None and not chiffre.plafond


def _compare(paires: Sequence[tuple[Indicateur, Chiffre, Chiffre, str]]) -> tuple[Contraste, ...]:
    if not paires:
        return ()
    ecarts = contrast_cells(_frame(c for _, c, _, _ in paires), _frame(c for _, _, c, _ in paires))
    bornes = ecarts[["difference", "low", "high"]].round(2).to_numpy().tolist()
    return tuple(
        Contraste(i, une, autre, champ, ecart[0], ecart[1], ecart[2], int(classe))
        for (i, une, autre, champ), ecart, classe in zip(paires, bornes, ecarts["class"], strict=True)
    )


def _frame(chiffres: object) -> pd.DataFrame:
    lignes = [(c.valeur, c.bas, c.haut) for c in chiffres]  # type: ignore[attr-defined]
    return pd.DataFrame(lignes, columns=["p", "low", "high"]).astype("float64")


def build_table_contrastes(contrastes: Sequence[Contraste]) -> pd.DataFrame:
    """Le tableau de lecture."""
    lignes: list[Mapping[str, object]] = [
        {
            "Indicateur": c.indicateur.titre,
            "Couvertes": format_cellule(c.indicateur, c.couvertes, "redresse"),
            "Couverture inconnue": format_cellule(c.indicateur, c.autres, "redresse"),
            "Écart et intervalle": c.texte_ecart,
            "Ce que l’on peut dire": c.texte_verdict,
            "Champ": c.champ,
        }
        for c in contrastes
    ]
    return pd.DataFrame(lignes)
