"""Deux comptes de participation, tous deux publics, soustraits l'un de l'autre."""

from __future__ import annotations

from itertools import combinations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from barometre.access.participation import list_confondus
from barometre.domain.secret import SEUIL_PARTICIPATION

UNITES = [f"c{i}" for i in range(140)]
# Deux régions, quatre départements, et le conseil de chaque région, qui n'est d'aucun département.
CADRE = pd.DataFrame(
    {
        "collectivite_id": UNITES,
        "region": [f"r{i // 70}" for i in range(140)],
        "departement": [None if i % 70 == 69 else f"d{i // 35}" for i in range(140)],
    }
)
TERRITOIRES = {
    str(nom): frozenset(g)
    for axe in ("region", "departement")
    for nom, g in CADRE.groupby(axe)["collectivite_id"]
}
PERIMETRES = st.tuples(
    st.lists(st.sampled_from(sorted(TERRITOIRES)), max_size=2), st.sets(st.sampled_from(UNITES), max_size=14)
)


@given(st.lists(PERIMETRES, min_size=1, max_size=4))
def test_aucune_difference_de_deux_comptes_publics_ne_porte_sur_moins_de_dix(
    choix: list[tuple[list[str], set[str]]],
) -> None:
    """Région moins périmètre : le compte d'une seule collectivité, si rien ne se taisait."""
    unions = [frozenset().union(*(TERRITOIRES[t] for t in pris)) ^ plus for pris, plus in choix]
    perimetres = {f"o{k}": siennes for k, siennes in enumerate(unions)}
    lignes = [(opsn, c) for opsn, siennes in perimetres.items() for c in sorted(siennes)]
    muets = list_confondus(pd.DataFrame(lignes, columns=["opsn_id", "collectivite_id"]), CADRE)
    dits = [p for nom, p in perimetres.items() if nom not in muets]
    # Le même groupe qu'un territoire a le compte de ce territoire : il n'ajoute rien à soustraire.
    neufs = [p for p in dits if p and p not in TERRITOIRES.values()]
    reunis = [a | b for a, b in combinations(TERRITOIRES.values(), 2)]
    for un, autre in [(p, t) for p in neufs for t in (*TERRITOIRES.values(), *reunis)]:
        assert not 0 < len(un ^ autre) < SEUIL_PARTICIPATION
    for un, autre in combinations(neufs, 2):
        assert not 0 < len(un ^ autre) < SEUIL_PARTICIPATION
