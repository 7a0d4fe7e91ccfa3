"""La vague qu'une page propose d'abord : la dernière à citer, sinon à montrer, sinon la dernière posée."""

from __future__ import annotations

import pandas as pd
import pytest

from barometre.views.lecture.chiffres import read_chiffres
from barometre.views.lecture.ligne import choose_vague, choose_vague_defaut
from barometre.views.lecture.selection import Selection
from tests.views.fausse_porte import build_catalogue, cellule

ANCIENNE, NEUVE = "2023-v1", "2026-v4"
A, C, CACHEE = {"note": "A"}, {"note": "C", "etat": "indicative"}, {"note": "", "etat": "primary"}


@pytest.mark.parametrize(
    ("ancienne", "neuve", "attendue"),
    [
        (A, A, NEUVE),
        (A, C, ANCIENNE),  # douze premières réponses ne chassent pas un chiffre qui se cite
        (A, CACHEE, ANCIENNE),
        (A, None, ANCIENNE),
        (C, C, NEUVE),
        (C, CACHEE, ANCIENNE),
        (CACHEE, CACHEE, NEUVE),
        (None, None, NEUVE),
    ],
)
def test_la_derniere_a_citer_puis_a_montrer_puis_posee(
    ancienne: dict[str, str] | None, neuve: dict[str, str] | None, attendue: str
) -> None:
    vagues = ((ANCIENNE, ancienne), (NEUVE, neuve))
    lignes = [cellule(vague_id=vague, **dite) for vague, dite in vagues if dite is not None]
    chiffres = read_chiffres(pd.DataFrame(lignes)) if lignes else []
    cellules = {(c.indicateur_id, c.vague_id, "france", "", "", ""): c for c in chiffres}
    assert choose_vague_defaut(build_catalogue(), "essai", cellules) == attendue


def test_un_theme_jamais_pose_n_a_pas_de_vague() -> None:
    assert choose_vague_defaut(build_catalogue(), "autre", {}) == ""


@pytest.mark.parametrize(
    ("demandee", "repondue", "attendue"),
    [
        (ANCIENNE, NEUVE, ANCIENNE),  # la vague de l'adresse, même sans réponse
        ("2024-v2", ANCIENNE, ANCIENNE),  # elle n'a pas posé ce thème
        ("", NEUVE, NEUVE),
        ("", "aucune", NEUVE),
    ],
)
def test_la_vague_demandee_d_abord_sinon_la_derniere_repondue(
    demandee: str, repondue: str, attendue: str
) -> None:
    (chiffre,) = read_chiffres(pd.DataFrame([cellule(vague_id=repondue)]))
    cellules = {chiffre.cle: chiffre}
    choisie = choose_vague(build_catalogue(), "essai", Selection(demandee, "region-01"), cellules)
    assert (choisie.vague_id, choisie.territoire_id) == (attendue, "region-01")
