"""Les forces et les écarts d'une fiche : le sens de l'indicateur décide lequel est lequel."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from barometre.domain.indicateur import Calcul
from barometre.views.collectivite.ecarts import Ecart, describe_pairs_enonce, list_ecarts, list_forces
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


def _compare(*parts: float, reponse: float, **autres: Any) -> tuple[list[Ecart], list[Ecart]]:
    """Les forces et les écarts d'une collectivité qui répond la même chose à chaque indicateur."""
    indicateurs = [build_indicateur(f"i{rang}") for rang in range(len(parts))]
    lignes = [cellule(i.id, redresse=p, **autres) for i, p in zip(indicateurs, parts, strict=True)]
    chiffres = {c.indicateur_id: c for c in read_chiffres(pd.DataFrame(lignes))}
    pairs = SimpleNamespace(theme_id="t", vague_id="v", get=chiffres.get)
    soi = Soi("commune-01001", reponses={(i.id, "v"): Reponse(reponse) for i in indicateurs})
    demande = (soi, [pairs], {"t": indicateurs})
    return list_forces(*demande), list_ecarts(*demande)  # type: ignore[arg-type]


def test_une_force_est_rare_un_ecart_est_courant_et_cinq_suffisent() -> None:
    """Au plus deux pairs sur trois, la plus rare d'abord ; au moins un sur trois, le plus courant d'abord."""
    parts = (0.34, 0.32, 0.9, 0.6, 0.5, 0.45, 0.66, 0.68)
    forces, ecarts = _compare(*parts, reponse=1.0)[0], _compare(*parts, reponse=0.0)[1]
    assert [f.ampleur for f in forces] == pytest.approx([0.32, 0.34, 0.45, 0.5, 0.6])
    assert [e.ampleur for e in ecarts] == pytest.approx([0.9, 0.68, 0.66, 0.6, 0.5])
    assert [f.ampleur for f in _compare(0.66, 0.68, reponse=1.0)[0]] == pytest.approx([0.66])
    assert [e.ampleur for e in _compare(0.34, 0.32, reponse=0.0)[1]] == pytest.approx([0.34])


def test_la_phrase_dit_ce_que_le_chiffre_vaut() -> None:
    """« Vous aussi » dès la moitié ; l’intervalle, d’une borne aussi ; « indicatif » d’une note C."""
    (rare,), (courante,) = _compare(0.3, reponse=1.0)[0], _compare(0.5, reponse=1.0)[0]
    assert rare.phrase.endswith("; vous l’avez.")
    assert courante.phrase.endswith("; vous aussi.")
    assert ", entre " in courante.phrase
    assert "indicatif" not in courante.phrase
    (borne,) = _compare(0.1, reponse=1.0, plafond="au_plus")[0]
    assert "pour l’ensemble" in borne.phrase
    (douteuse,) = _compare(0.5, reponse=1.0, note="C", etat="indicative")[0]
    assert "(indicatif)" in douteuse.phrase


def test_une_moyenne_ne_distingue_personne() -> None:
    agents = build_indicateur(calcul=Calcul("moyenne", "essai_q01"))
    (chiffre,) = read_chiffres(pd.DataFrame([cellule(redresse=0.6)]))
    pairs = SimpleNamespace(theme_id="t", vague_id="v", get=lambda _: chiffre)
    soi = Soi("commune-01001", reponses={(agents.id, "v"): Reponse(1.0)})
    assert list_forces(soi, [pairs], {"t": [agents]}) == []  # type: ignore[list-item]


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
