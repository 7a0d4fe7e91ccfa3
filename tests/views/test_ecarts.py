"""Les forces et les écarts d'une fiche : le sens de l'indicateur décide lequel est lequel."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from barometre.views.collectivite.ecarts import list_ecarts, list_forces
from barometre.views.collectivite.soi import Reponse, Soi
from barometre.views.lecture.chiffres import read_chiffres
from tests.views.fausse_porte import build_indicateur, cellule


@pytest.mark.parametrize(
    ("sens", "reponse", "forces", "ecarts"),
    [
        ("plus_haut_mieux", 1.0, [0.6], []),
        ("plus_haut_mieux", 0.0, [], [0.6]),
        # Moins il y en a, mieux c'est : qui dit « non » est en avance sur 60 % de ses pairs.
        ("plus_bas_mieux", 0.0, [0.4], []),
        ("plus_bas_mieux", 1.0, [], [0.4]),
        ("neutre", 1.0, [], []),
        ("neutre", 0.0, [], []),
        ("plus_bas_mieux", None, [], []),
    ],
)
def test_une_force_est_du_bon_cote(
    sens: str, reponse: float | None, forces: list[float], ecarts: list[float]
) -> None:
    indicateur = build_indicateur(sens=sens)
    (chiffre,) = read_chiffres(pd.DataFrame([cellule(redresse=0.6, bas=0.5, haut=0.7)]))
    pairs = SimpleNamespace(theme_id="t", vague_id="v", get=lambda _: chiffre)
    soi = Soi("commune-01001", reponses={(indicateur.id, "v"): Reponse(reponse)})
    demande = (soi, [pairs], {"t": [indicateur]})
    assert [e.ampleur for e in list_forces(*demande)] == pytest.approx(forces)  # type: ignore[arg-type]
    assert [e.ampleur for e in list_ecarts(*demande)] == pytest.approx(ecarts)  # type: ignore[arg-type]
