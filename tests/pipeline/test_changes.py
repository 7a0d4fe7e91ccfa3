"""Le verdict d'une évolution : corrigé du nombre de tests, et jamais contre le panel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import ndtr

from barometre.pipeline.changes import CLE, _shared_cells, _states, align_methodes, judge
from barometre.pipeline.terrain import build_design
from barometre.pipeline.weights import Redressement
from barometre.stats.calibration import rake
from barometre.stats.change import STABLE
from barometre.stats.design import Design


def lignes(p_values: list[float], **autres: object) -> pd.DataFrame:
    return pd.DataFrame(
        {"p_value": p_values, "changement": 0.06, "bas": 0.01, "haut": 0.11, "gains": 12, "pertes": 4,
         "n_1": 200, "n_2": 200, "etat": "published"} | autres
    )  # fmt: skip


def test_un_test_seul_suffit_mille_ne_suffisent_pas() -> None:
    assert judge(lignes([0.04])).tolist() == ["hausse"]
    assert "hausse" not in judge(lignes([0.04] + [0.5] * 20)).tolist()


@pytest.mark.parametrize(
    "autres",
    [{"gains": 4, "pertes": 12}, {"etat": "primary"}, {"bas": -0.01}],
)
def test_ce_qui_empeche_de_dire_une_hausse(autres: dict[str, object]) -> None:
    assert judge(lignes([0.0001], **autres)).tolist() == ["pas de changement démontré"]


def test_une_baisse_demontree() -> None:
    baisse = {"changement": -0.06, "bas": -0.11, "haut": -0.01, "gains": 4, "pertes": 12}
    assert judge(lignes([0.001], **baisse)).tolist() == ["baisse"]


def test_un_changement_cache_n_entre_pas_dans_la_famille() -> None:
    etats = ["published"] + ["primary"] * 40
    assert judge(lignes([0.04] + [0.9] * 40, etat=etats)).iloc[0] == "hausse"


@pytest.mark.parametrize("commun", [0.0, 0.5])
def test_deux_cents_vagues_ou_rien_ne_bouge_n_alertent_presque_jamais(commun: float) -> None:
    """Vingt-six questions d'un thème, liées ou non : la règle `indicateur_bouge` tient le taux qu'elle écrit.

    Sans correction, près de trois vagues sur quatre (une sur trois, liées) auraient une fausse hausse.
    """
    rng, se, fausses, nues = np.random.default_rng(20261129), 0.02, 0, 0
    for _ in range(200):
        z = np.sqrt(commun) * rng.normal() + np.sqrt(1 - commun) * rng.normal(size=26)
        ecart, sens = z * se, np.where(z > 0, 6, -6)
        vague = lignes(
            list(2 * (1 - ndtr(np.abs(z)))), changement=ecart, bas=ecart - 1.96 * se, haut=ecart + 1.96 * se,
            gains=12 + sens, pertes=12 - sens,  # le panel va dans le même sens : il n'arrête rien
        )  # fmt: skip
        fausses += bool(judge(vague).ne(STABLE).any())
        nues += bool((np.abs(z) > 1.96).any())
    # 5 % de 200 ; plus de 17 n'arrive qu'une fois sur cent (loi binomiale).
    assert fausses <= 17
    assert nues > 60


@pytest.mark.parametrize(("n", "etat"), [(30, "published"), (29, "primary")])
def test_sous_trente_reponses_a_une_vague_un_changement_ne_se_montre_pas(n: int, etat: str) -> None:
    cellule = dict.fromkeys(CLE, "") | {"indicateur_id": "site", "territoire_id": "france"}
    agregats = pd.DataFrame([cellule | {"etat": "published"}])
    changement = pd.DataFrame([cellule | {"n_1": 200, "n_2": n}])
    assert _states(changement, agregats, agregats).tolist() == [etat]


@dataclass(frozen=True)
class _Cellules:
    """Ce que `_shared_cells` lit d'un terrain."""

    cellules: pd.DataFrame


def test_ont_une_evolution_le_pays_ses_types_ses_strates_et_les_regions() -> None:
    """Ni une couverture, ni un département, ni la strate d'une région, ni une cellule d'une seule vague."""
    lieux = [
        ("france", "france", "", "", ""),
        ("france", "france", "commune", "", ""),
        ("france", "france", "commune", "commune-0-499", ""),
        ("region", "region-84", "", "", ""),
        ("region", "region-84", "commune", "", ""),
        ("france", "france", "", "", "perimetre"),
        ("region", "region-84", "epci", "", ""),
        ("region", "region-84", "commune", "commune-0-499", ""),
        ("region", "region-84", "", "", "perimetre"),
        ("departement", "departement-01", "", "", ""),
    ]
    premiere = pd.DataFrame([*lieux, ("region", "region-53", "", "", "")], columns=["niveau", *CLE])
    seconde = pd.DataFrame(lieux, columns=["niveau", *CLE])
    terrains: Any = [_Cellules(premiere), _Cellules(seconde)]
    communes = _shared_cells(*terrains)
    assert list(communes.itertuples(index=False, name=None)) == [lieu[1:] for lieu in lieux[:5]]


@dataclass(frozen=True)
class _Vague:
    """Ce que `align_methodes` lit d'un terrain."""

    redressement: Redressement
    design: Design


def _build_vague(marges: tuple[str, ...]) -> _Vague:
    """Soixante répondantes de deux régions inégales et, pour une marge de plus, de deux couvertures."""
    rang = np.arange(60)
    repondantes = pd.DataFrame({
        "strate": "s", "region": np.where(rang < 40, "84", "53"), "couverture": np.where(rang % 3, "a", "b"),
        "poids_base": 10.0, "population": 600.0,
    })  # fmt: skip
    totaux = {
        "strate": pd.Series({"s": 600.0}), "region": pd.Series({"84": 300.0, "53": 300.0}),
        "couverture": pd.Series({"a": 150.0, "b": 450.0}),
    }  # fmt: skip
    calage = rake(
        repondantes[list(marges)], {m: totaux[m] for m in marges}, base_weights=repondantes["poids_base"]
    )
    redressement = Redressement(
        repondantes.assign(poids=calage.weights), marges, "", calage, pd.DataFrame(), None, (), totaux
    )
    return _Vague(redressement, build_design(redressement))


def test_deux_vagues_de_memes_marges_ne_se_refont_pas() -> None:
    premiere: Any = _build_vague(("strate", "region"))
    assert align_methodes(premiere, premiere) is None


def test_une_marge_de_plus_a_une_vague_se_retire_pour_les_comparer() -> None:
    premiere: Any = _build_vague(("strate", "region"))
    seconde: Any = _build_vague(("strate", "region", "couverture"))
    memes = align_methodes(premiere, seconde)
    assert memes is not None
    assert [v.redressement.marges for v in memes] == [("strate", "region")] * 2
    poids = [v.design.weights for v in memes]
    assert poids[1] == pytest.approx(poids[0])
    assert seconde.design.weights != pytest.approx(poids[0])
    # 300 collectivités pour 40 répondantes, 300 pour 20
    assert sorted(set(np.round(poids[1], 6))) == [7.5, 15.0]
    # De même si c'est la première qui a la marge de plus.
    envers = align_methodes(seconde, premiere)
    assert envers is not None
    assert [v.redressement.marges for v in envers] == [("strate", "region")] * 2


def test_deux_cents_paires_de_vagues_ou_rien_n_a_bouge_ne_disent_presque_rien() -> None:
    """L'alerte « un chiffre clé a bougé » promet cinq fausses sur cent au plus : ici, tout chiffre compte."""
    hasard = np.random.default_rng(20261129)
    bruyantes = 0
    for _ in range(200):
        z = hasard.normal(size=20 * 12)
        lignes = pd.DataFrame(
            {
                "p_value": 2 * ndtr(-np.abs(z)), "changement": z, "bas": z - 1.96, "haut": z + 1.96,
                "gains": 0, "pertes": 0, "etat": "published",
            }
        )  # fmt: skip
        bruyantes += bool((judge(lignes) != STABLE).any())
    assert 0 < bruyantes <= 200 * 0.05 + 2 * np.sqrt(200 * 0.05 * 0.95)


@pytest.mark.parametrize(
    ("avant", "apres", "etat"),
    [
        ("published", "published", "published"),
        ("indicative", "published", "indicative"),
        ("published", "indicative", "indicative"),
        ("primary", "published", "primary"),
        ("published", "primary", "primary"),
        ("published", "empty", "primary"),
        ("empty", "indicative", "primary"),
    ],
)
def test_un_changement_ne_se_montre_que_si_ses_deux_chiffres_se_montrent(
    avant: str, apres: str, etat: str
) -> None:
    """Le changement et l'un des chiffres rendraient l'autre ; indicatif, si l'un des deux l'est."""
    cellule = dict.fromkeys(CLE, "") | {"indicateur_id": "site", "territoire_id": "france"}
    tables = [pd.DataFrame([cellule | {"etat": e}]) for e in (avant, apres)]
    changement = pd.DataFrame([cellule | {"n_1": 200, "n_2": 200}])
    assert _states(changement, *tables).tolist() == [etat]
