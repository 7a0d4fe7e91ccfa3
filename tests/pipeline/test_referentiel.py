"""Le cadre : la strate d'une collectivité, et ce que l'on sait de son accompagnement."""

from __future__ import annotations

import pandas as pd

from barometre.catalogue import load_catalogue
from barometre.pipeline.referentiel import compute_couvertures, compute_strates


def test_une_strate_comprend_ses_deux_bornes() -> None:
    """499 habitants, puis 500 : nulle commune ne tombe entre deux strates."""
    bornees = [s for s in load_catalogue().grilles["defaut"].strates if s.maximum is not None]
    bornes = [(s.type, population, s.id) for s in bornees for population in (s.minimum, s.maximum)]
    lues = pd.DataFrame(bornes, columns=["type", "population", "attendue"]).assign(porteur_id=None)
    lues["population"] = lues["population"].astype("Int64")
    assert compute_strates(lues, load_catalogue()).tolist() == lues["attendue"].tolist()


def test_un_territoire_porte_ou_sans_population_n_a_pas_de_strate() -> None:
    """Paris est une commune et un département : il ne répond, et ne pèse, qu'une fois."""
    lues = pd.DataFrame({
        "type": ["departement", "departement", "commune"],
        "population": pd.array([2_103_778, 679_344, None], dtype="Int64"),
        "porteur_id": ["commune-75056", None, None],
    })  # fmt: skip
    assert compute_strates(lues, load_catalogue()).notna().tolist() == [False, True, False]


def test_une_adherente_reste_adherente_dans_le_perimetre_d_un_autre() -> None:
    """Le fait le plus précis : elle a choisi d'adhérer, son département n'a fait que la couvrir."""
    lues = pd.DataFrame({
        "collectivite_id": ["commune-33063", "commune-33381", "commune-69123", "commune-01004"],
        "departement": ["33", "33", "69", "01"],
    })  # fmt: skip
    liens = pd.DataFrame(
        [("departement-33", "perimetre"), ("commune-33381", "adherente"), ("commune-69123", "adherente")],
        columns=["cible_id", "nature"],
    )
    assert compute_couvertures(lues, liens).tolist() == ["perimetre", "adherente", "adherente", "inconnue"]
