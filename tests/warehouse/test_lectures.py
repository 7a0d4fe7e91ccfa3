"""Les lectures gardées : une par clé, jamais salies par qui les reçoit, bornées en place."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from barometre.warehouse import lectures
from barometre.warehouse.lectures import Lectures, build_key
from barometre.warehouse.repository import Repository


def test_une_lecture_repetee_ne_lit_qu_une_fois_et_reste_propre() -> None:
    gardees, lues = Lectures(), []

    def read() -> pd.DataFrame:
        lues.append(1)
        return pd.DataFrame({"n": [1, 2]})

    recu = gardees.get("cle", read)
    recu.loc[0, "n"] = 99
    recu["autre"] = 0
    assert gardees.get("cle", read)["n"].tolist() == [1, 2]
    assert list(gardees.get("cle", read)) == ["n"]
    assert len(lues) == 1


def test_la_cle_distingue_un_filtre_vide_d_un_filtre_absent() -> None:
    cles = [
        build_key("agregat", (), {"type": None}),
        build_key("agregat", (), {"type": ""}),
        build_key("agregat", (), {"type": [""]}),
        build_key("agregat", (), {"strate": ""}),
        build_key("agregat", ("rang",), {"type": ""}),
        build_key("evolution", (), {"type": ""}),
    ]
    assert len(set(cles)) == len(cles)
    assert build_key("a", (), {"x": "1", "y": "2"}) == build_key("a", (), {"y": "2", "x": "1"})


def test_une_grosse_lecture_n_est_pas_gardee(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lectures, "OCTETS_UNE", 1_000)
    gardees, lues = Lectures(), []

    def read() -> pd.DataFrame:
        lues.append(1)
        return pd.DataFrame({"n": np.zeros(1_000)})

    gardees.get("cle", read)
    gardees.get("cle", read)
    assert len(lues) == 2


def test_les_moins_lues_s_effacent_quand_la_place_manque() -> None:
    gardees, lues = Lectures(octets=2_500), []

    def read(nom: str) -> pd.DataFrame:
        lues.append(nom)
        return pd.DataFrame({"n": np.zeros(100)})  # 800 octets et l'index

    for nom in ("a", "b", "a", "c", "d", "a"):
        gardees.get(nom, lambda nom=nom: read(nom))
    assert lues.count("b") == 1
    gardees.get("b", lambda: read("b"))
    assert lues.count("b") == 2  # effacée entre-temps


def test_le_depot_ne_rend_pas_les_lectures_d_une_autre_version(repository: Repository) -> None:
    premiere = repository.list_opsn()
    premiere["nom"] = "sali"
    assert "sali" not in repository.list_opsn()["nom"].tolist()


@pytest.mark.parametrize(
    "colonnes",
    [
        {
            "texte": ["été", "", "un libellé plus long"] * 40,
            "n": np.arange(120),
            "part": np.linspace(0, 1, 120),
        },
        {"jour": pd.to_datetime(["2026-11-29"] * 50), "simulee": [True] * 50},
        {"objet": pd.Series([("a", "b"), None, 12], dtype=object)},
        {},
    ],
)
def test_un_tableau_pese_ce_qu_en_dit_pandas(colonnes: dict[str, object]) -> None:
    tableau = pd.DataFrame(colonnes)
    assert lectures.measure_tableau(tableau) == int(tableau.memory_usage(deep=True).sum())
    assert lectures.measure_tableau(tableau.iloc[:2]) <= lectures.measure_tableau(tableau)
