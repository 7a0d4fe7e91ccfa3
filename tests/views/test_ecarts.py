"""Les forces et les écarts d'une fiche : le sens de l'indicateur décide lequel est lequel."""

from __future__ import annotations

from types import SimpleNamespace

import pandas as pd
import pytest

from barometre.views.collectivite.ecarts import describe_pairs_enonce, list_ecarts, list_forces
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


@pytest.mark.parametrize(
    ("definition", "attendu"),
    [
        (
            "Part des collectivités qui ont un site.",
            "Parmi les répondantes, plus de 88\u202f% de vos pairs ont un site, "
            "entre 65 et 100\u202f% pour l’ensemble (indicatif)",
        ),
        (
            "Part des collectivités où un élu est chargé du numérique.",
            "Parmi les répondantes, chez plus de 88\u202f% de vos pairs, un élu est chargé du numérique, "
            "entre 65 et 100\u202f% pour l’ensemble (indicatif)",
        ),
    ],
)
def test_une_borne_des_pairs_garde_son_intervalle(definition: str, attendu: str) -> None:
    """Elle le perdait : « plus de 88 % de vos pairs » avait l'air plus sûr qu'une part dite avec le sien."""
    borne = cellule(redresse=0.88, bas=0.65, haut=1.0, plafond="au_moins", note="C", etat="indicative")
    (chiffre,) = read_chiffres(pd.DataFrame([borne]))
    assert describe_pairs_enonce(build_indicateur(definition=definition), chiffre) == attendu
