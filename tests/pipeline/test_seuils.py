"""Les seuils de ce qui demande un accord, attend, ou se tait : à la borne, et juste après."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import numpy as np
import pandas as pd
import pytest

from barometre.catalogue import load_catalogue
from barometre.domain.brouillage import draw_bruit_effectif
from barometre.domain.secret import LOT_TARDIF
from barometre.ingest.errors import ImportRefuse, Rejet
from barometre.ingest.lot import AvantApres, Lot
from barometre.pipeline.ecarts import _keep_safe
from barometre.pipeline.import_lot import check_nature
from barometre.pipeline.remplacement import (
    _is_baisse,
    _list_absentes,
    _list_appauvries,
    _list_quarantaine,
    _list_raisons,
    _list_voisines,
    check_confirme,
)
from barometre.pipeline.secret import compute_states
from barometre.pipeline.tardives import count_changees, find_identiques
from barometre.stats.perturbation import Perturbation
from barometre.warehouse.repository import Repository


def build_lot(charges: int, **champs: object) -> Lot:
    participation = pd.DataFrame(
        {"collectivite_id": [f"c{i}" for i in range(charges)], "date_reponse": pd.Timestamp("2023-12-01")}
    )
    vide = build_faits({})
    lot = Lot("l", "f.csv", "e", "csv", "v", "q", False, charges, participation, vide, (), (), (), 0, ())
    return replace(lot, **champs)  # type: ignore[arg-type]


def build_faits(reponses: dict[str, dict[str, object]]) -> pd.DataFrame:
    """Collectivité → question → valeur répondue ; `None` : sans réponse."""
    lignes = [
        (c, q, "", "sans_reponse" if v is None else "repondu", v, None)
        for c, siennes in reponses.items()
        for q, v in siennes.items()
    ]
    colonnes = ["collectivite_id", "question_id", "option_id", "etat", "valeur", "texte"]
    return pd.DataFrame(lignes, columns=colonnes)


@pytest.mark.parametrize(("apres", "baisse"), [(80, False), (79, True), (100, False), (0, True)])
def test_un_cinquieme_de_moins_est_une_baisse(apres: int, baisse: bool) -> None:
    assert _is_baisse(AvantApres("répondantes", 100, apres)) == baisse


@pytest.mark.parametrize(("refusees", "dit"), [(50, False), (51, True)])
def test_la_moitie_des_lignes_en_quarantaine(refusees: int, dit: bool) -> None:
    rejets = tuple(Rejet(i, "", "", "faux") for i in range(refusees))
    lot = build_lot(100 - refusees, lus=100, rejets=rejets)
    assert bool(_list_quarantaine(lot)) == dit
    assert (
        _list_quarantaine(build_lot(0, lus=100, rejets=rejets)) == []
    )  # rien ne serait chargé : dit ailleurs


def _explain(
    avant: AvantApres, lot: Lot, jour: str = "2023-12-01", *autres: AvantApres, complement: bool = False
) -> str:
    presentes = pd.DataFrame(
        {"collectivite_id": [f"c{i}" for i in range(avant.avant)], "date_reponse": pd.Timestamp(jour)}
    )
    return " ".join(_list_raisons([avant, *autres], presentes, lot, complement=complement))


def test_ce_qu_un_remplacement_fait_perdre() -> None:
    assert _explain(AvantApres("répondantes", 100, 100), build_lot(100)) == ""
    # Un cinquième des collectivités peut avoir changé, non davantage.
    autres = [f"c{i}" for i in range(20, 120)]
    lot = build_lot(100)
    lot.participation["collectivite_id"] = autres
    assert _explain(AvantApres("répondantes", 100, 100), lot) == ""
    lot.participation["collectivite_id"] = [f"c{i}" for i in range(21, 121)]
    assert "21 collectivités en service, sur 100" in _explain(AvantApres("répondantes", 100, 100), lot)
    assert _explain(AvantApres("répondantes", 100, 121), lot, complement=True) == ""
    # La même dernière date n'est pas un recul ; un jour de moins, si.
    assert _explain(AvantApres("répondantes", 100, 100), build_lot(100), "2023-12-01") == ""
    assert "s'arrête au 01/12/2023" in _explain(
        AvantApres("répondantes", 100, 100), build_lot(100), "2023-12-02"
    )
    question = AvantApres("Q07", 100, 79)
    assert "forte baisse : Q07 (100 → 79)" in _explain(
        AvantApres("répondantes", 100, 100), build_lot(100), "2023-12-01", question
    )
    assert "sans plus aucune réponse : Q07" in _explain(
        AvantApres("répondantes", 100, 100), build_lot(100), "2023-12-01", replace(question, apres=0)
    )


@pytest.mark.parametrize(
    ("appauvries", "gardees", "dit"),
    [(1, 2, False), (2, 2, True), (2, 3, False)],  # de quatre questions, deux perdues font la moitié
)
def test_des_reponses_dont_la_moitie_se_perd(appauvries: int, gardees: int, dit: bool) -> None:
    """Plus d'une collectivité sur vingt, et la moitié au moins de ce qu'elle avait répondu."""
    entiere: dict[str, object] = dict.fromkeys(["q1", "q2", "q3", "q4"], 1.0)
    bout = {q: v if i < gardees else None for i, (q, v) in enumerate(entiere.items())}
    avant = build_faits({f"c{i}": entiere for i in range(20)})
    apres = build_faits({f"c{i}": bout if i < appauvries else entiere for i in range(20)})
    assert bool(_list_appauvries(avant, build_lot(20, fait_reponse=apres))) == dit


@pytest.mark.parametrize(
    ("changees", "dit"), [(0, False), (1, True), (LOT_TARDIF - 1, True), (LOT_TARDIF, False)]
)
def test_deux_versions_voisines_se_disent(changees: int, dit: bool) -> None:
    assert bool(_list_voisines(changees)) == dit


@pytest.mark.parametrize(("vides", "dit"), [(8, False), (9, True)])
def test_neuf_questions_sur_dix_sans_reponse(vides: int, dit: bool) -> None:
    questions = [AvantApres(f"Q{i}", 0, int(i >= vides)) for i in range(10)]
    assert bool(_list_absentes([AvantApres("répondantes", 0, 50), *questions])) == dit


def test_une_reponse_n_est_la_meme_que_mot_pour_mot() -> None:
    avant = build_faits({"a": {"q1": 1.0, "q2": 0.0}, "b": {"q1": 1.0}, "c": {"q1": 3.0}})
    apres = build_faits({"a": {"q2": 0.0, "q1": 1.0}, "b": {"q1": 0.0}, "d": {"q1": 3.0}})
    assert find_identiques(avant, apres) == {"a"}  # l'ordre n'y fait rien, la valeur si
    assert count_changees(avant, apres) == 3  # b change, c part, d vient
    assert find_identiques(avant, apres.assign(texte="RAS")) == set()
    assert find_identiques(avant, apres.assign(etat="ne_sait_pas")) == set()


class _Depot:
    def __init__(self, *, simulee: bool) -> None:
        self.simulee = simulee

    def get_version(self) -> _Depot:
        return self


def test_de_vraies_reponses_et_des_simulees_ne_se_melent_pas() -> None:
    reel, demo = (cast("Repository", _Depot(simulee=s)) for s in (False, True))
    check_nature(reel, build_lot(1))
    with pytest.raises(ImportRefuse, match="dit que ses réponses sont simulées"):
        check_nature(reel, build_lot(1, simule=True))
    with pytest.raises(ImportRefuse, match="est la démonstration"):
        check_nature(demo, build_lot(1))


def test_un_accord_demande_se_donne_ou_rien_n_est_ecrit() -> None:
    check_confirme(build_lot(1))
    with pytest.raises(ImportRefuse, match=r"Rien n'a été écrit. Trop peu. Si c'est voulu"):
        check_confirme(build_lot(1, a_confirmer=("Trop peu.",)))


@pytest.mark.parametrize(
    ("nommees", "repondantes", "montre"),
    [(15, 10, True), (14, 10, False), (15, 9, False), (40, 30, True)],
)
def test_un_fait_se_lit_de_quinze_communes_et_de_dix_reponses(
    nommees: int, repondantes: int, montre: bool
) -> None:
    """Des deux côtés : celles qui ont le fait, et celles qui ne l'ont pas."""
    ids = pd.Index([f"commune-{i}" for i in range(200)])
    muettes = Perturbation(np.zeros(100, dtype=np.uint64), {})  # de clés nulles, un bruit nul
    fait = np.zeros(200)
    fait[:repondantes] = fait[200 - (nommees - repondantes) :] = 1.0
    for faits in (fait, 1 - fait):
        cadre = pd.DataFrame({"fait": faits}, ids)
        gardes = _keep_safe(cadre, cadre.iloc[:100], muettes)
        assert (len(gardes.columns) == 1) == montre


def test_exactes_et_brouillees_il_en_faut_dix() -> None:
    """Du seul compte exact, ou du seul brouillé, deux versions voisines diraient qui les sépare."""
    ids = pd.Index([f"commune-{i}" for i in range(200)])
    plus, moins = (
        next(cle for cle in range(10_000) if draw_bruit_effectif(cle) * sens >= 2) for sens in (1, -1)
    )

    def count(reponses: int, cle: int) -> int:
        fait = np.zeros(200)
        fait[:reponses] = fait[100:140] = 1.0
        cles = np.zeros(100, dtype=np.uint64)
        cles[0] = cle
        cadre = pd.DataFrame({"fait": fait}, ids)
        return len(_keep_safe(cadre, cadre.iloc[:100], Perturbation(cles, {})).columns)

    assert [count(10, 0), count(10, moins), count(9, plus), count(20, moins)] == [1, 0, 0, 1]


INDICATEUR = load_catalogue().get_indicateur("site_internet")
GRILLE = [
    ("france", "", "", "", True),
    ("zone", "commune", "", "", True),
    ("region", "commune", "", "", True),
    ("departement", "", "", "", False),
    ("epci", "", "", "", False),
    ("france", "commune", "commune-0-499", "", True),
    ("region", "commune", "commune-0-499", "", False),
    ("france", "", "", "perimetre", True),
    ("france", "commune", "", "perimetre", False),
    ("france", "commune", "commune-0-499", "perimetre", False),
    ("region", "", "", "perimetre", False),
]


def test_la_cybersecurite_ne_se_croise_pas_plus_fin() -> None:
    """Région et type au plus ; la strate et la couverture, France entière, jamais croisées."""
    cellules = pd.DataFrame(GRILLE, columns=["niveau", "type", "strate", "couverture", "montre"])
    cellules = cellules.assign(participants=100, comptees=100, population=200, vides=0.0)
    n, notes = np.full((len(GRILLE), 1), 100.0), np.full((len(GRILLE), 1), "A")
    cyber = compute_states(cellules, n, notes, [replace(INDICATEUR, sensibilite="cyber")])[:, 0]
    assert (cyber == np.where(cellules["montre"], "published", "primary")).all()
    assert (compute_states(cellules, n, notes, [INDICATEUR]) == "published").all()


@pytest.mark.parametrize(
    ("n", "population", "etat"), [(20, 25, "published"), (19, 25, "primary"), (20, 24, "primary")]
)
def test_la_cybersecurite_demande_vingt_reponses_de_vingt_cinq(n: int, population: int, etat: str) -> None:
    cellules = pd.DataFrame([("france", "", "", "")], columns=["niveau", "type", "strate", "couverture"])
    cellules = cellules.assign(participants=n, comptees=n, population=population, vides=0.0)
    cyber = replace(INDICATEUR, sensibilite="cyber")
    assert compute_states(cellules, np.array([[float(n)]]), np.array([["A"]]), [cyber]) == [[etat]]
