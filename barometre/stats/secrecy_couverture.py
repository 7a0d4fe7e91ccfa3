"""Région × couverture : l'étage où deux découpages se croisent dans la même région.

F(r, s, c) = α(r, s) + β(r, c) + γ(zone, s, c), pour la région r, la strate s, la couverture c. Avec une
région de comparaison q dont β est constant, F(r,s,c1) − F(r,s,c2) − F(q,s,c1) + F(q,s,c2) = β(r,c1) −
β(r,c2) pour toute strate : si ce nombre n'était pas nul, S contiendrait, pour chaque s, l'un de deux
groupes connus. Lorsque la somme sur les strates du plus petit des quatre groupes passe les seuils, β est
donc constant. Les régions où l'on ne peut pas le prouver ne montrent pas leur couverture.
"""

from __future__ import annotations

import numpy as np

from barometre.stats.secrecy_lattice import Booleens, Entiers, Presents, list_components, rank_codes


def settle_couverture(presents: Presents, montre: Booleens) -> Entiers:
    """Cache (sur place) les cellules région × couverture sans preuve ; rend les blocs qui restent connus."""
    tables = _Tables(presents, montre)
    tables.hide_without_region(presents.place("region", "", False))
    references = {r for r in range(tables.regions) if not tables.is_split(r)}
    restantes = sorted(set(range(tables.regions)) - references, key=tables.size)
    while restantes:
        prouvees = [r for r in restantes if tables.is_proved(r, references)]
        # Aucune preuve possible : la plus grande région renonce, et sert de comparaison aux autres.
        if not prouvees:
            tables.hide(restantes[-1])
            prouvees = restantes[-1:]
        references |= set(prouvees)
        restantes = [r for r in restantes if r not in prouvees]
    return tables.blocks()


class _Tables:
    """Les effectifs région × strate × couverture, et ce que chaque région montre de sa couverture."""

    def __init__(self, presents: Presents, montre: Booleens) -> None:
        self.montre, self.seuils = montre, presents.seuils
        self.cellules = presents.place("region", "", True)
        self.region = rank_codes(presents.code("region"))[1]
        self.strate = rank_codes(presents.code("type", "strate"))[1]
        self.couv = rank_codes(presents.code("couverture"))[1]
        forme = tuple(int(x.max()) + 1 for x in (self.region, self.strate, self.couv))
        plat = np.ravel_multi_index((self.region, self.strate, self.couv), forme)
        self.effectifs = np.array(
            [np.bincount(plat, w, int(np.prod(forme))).reshape(forme) for w in presents.poids]
        )
        self.regions = forme[0]
        self.zone_de = np.zeros(self.regions, dtype=np.int64)
        self.zone_de[self.region] = presents.code("zone")

    def size(self, r: int) -> float:
        return float(self.effectifs[0, r].sum())

    def blocks(self) -> Entiers:
        """La cellule région × couverture montrée de l'atome, sinon le reste de la région."""
        vu = (self.cellules >= 0) & self.montre[self.cellules]
        return np.where(vu, self.cellules, len(self.montre) + self.region)

    def is_split(self, r: int) -> bool:
        return len(np.unique(self.blocks()[self.region == r])) > 1

    def hide(self, r: int) -> None:
        ici = self.cellules[(self.region == r) & (self.cellules >= 0)]
        self.montre[ici] = False

    def hide_without_region(self, totaux: Entiers) -> None:
        cachees = (totaux < 0) | ~self.montre[totaux]
        self.montre[self.cellules[cachees & (self.cellules >= 0)]] = False

    def is_proved(self, r: int, references: set[int]) -> bool:
        """Vrai si des quadruplets assez lourds lient toutes les couvertures présentes dans la région."""
        comparables = [q for q in references if self.zone_de[q] == self.zone_de[r]]
        if not comparables:
            return False
        ici = self.region == r
        bloc_de = dict(zip(self.couv[ici].tolist(), self.blocks()[ici].tolist(), strict=True))
        rang = {b: i for i, b in enumerate(sorted(set(bloc_de.values())))}
        liens = np.zeros((len(rang), len(rang)), dtype=bool)
        for c1, b1 in bloc_de.items():
            for c2, b2 in bloc_de.items():
                if b1 < b2 and self._weighs(r, comparables, (c1, c2)):
                    liens[rang[b1], rang[b2]] = True
        return list_components(liens)[0] == 1

    def _weighs(self, r: int, comparables: list[int], couple: tuple[int, int]) -> bool:
        ici = self.effectifs[:, [r]][..., list(couple)]
        la = self.effectifs[:, comparables][..., list(couple)]
        quatre = np.minimum(ici.min(axis=-1), la.min(axis=-1))
        meilleur = quatre[0].argmax(axis=0)
        somme = quatre[:, meilleur, np.arange(quatre.shape[2])].sum(axis=1)
        return bool((somme >= self.seuils).all())
