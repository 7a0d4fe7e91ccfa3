"""La participation en mots : qui répondrait plus volontiers, et dans quel sens le chiffre bouge."""

from __future__ import annotations

import pandas as pd
import pytest

from barometre.stats.grades import Precision, grade_proportions
from barometre.views.lecture.chiffres import Chiffre, read_chiffres
from barometre.views.lecture.citation import Contexte, build_citation
from barometre.views.lecture.prudence import RAISONS, build_g_etoile, build_prudence, build_sensibilite
from tests.views.fausse_porte import build_indicateur, cellule


def _chiffre(**autres: object) -> Chiffre:
    return read_chiffres(pd.DataFrame([cellule(**autres)]))[0]


@pytest.mark.parametrize(
    ("sens", "qui", "attendu"),
    [
        ("plus_haut_mieux", "« oui »", "14\u202f%"),  # 0,24/(0,24 + 2·0,76) : les « oui » sont trop
        ("neutre", "« oui »", "14\u202f%"),
        ("plus_bas_mieux", "« non »", "39\u202f%"),  # 2·0,24/(2·0,24 + 0,76) : les « non » sont trop
    ],
)
def test_la_sensibilite_va_dans_le_bon_sens(sens: str, qui: str, attendu: str) -> None:
    phrase = build_sensibilite(build_indicateur(sens=sens), _chiffre())
    assert f"celles qui répondent {qui}" in phrase
    assert f"{attendu} si elles répondent 2 fois" in phrase
    assert "équipées" not in phrase


def test_prudence_et_g_etoile_se_lisent() -> None:
    chiffre = _chiffre()
    assert "entre 18 et 33\u202f%" in build_prudence(build_indicateur(), chiffre)
    assert "répondent 1,2 fois plus volontiers" in build_g_etoile(build_indicateur(), chiffre)
    assert "moindre préférence" in build_g_etoile(build_indicateur(), _chiffre(g_etoile=1.0))


@pytest.mark.parametrize("sans", [{"plafond": "au_plus"}, {"prudence_bas": None}, {"etat": "primary"}])
def test_sans_prudence_rien_n_est_dit(sans: dict[str, object]) -> None:
    chiffre = _chiffre(**sans)
    assert build_prudence(build_indicateur(), chiffre) == ""
    assert build_sensibilite(build_indicateur(), chiffre) == ""


def test_une_note_c_dit_sa_vraie_raison() -> None:
    citation = build_citation(build_indicateur(), _chiffre(note="C", raison="rare"), Contexte("", ""))
    assert "trop large pour une part si petite" in citation.explication
    assert "trop peu" not in citation.explication
    assert "répondent 1,2 fois plus volontiers" in citation.explication  # g* de chaque chiffre, C compris


def test_chaque_raison_a_ses_mots() -> None:
    _, raisons = grade_proportions(Precision(400, 200, 250, 0.5, 0.4, 0.6, 300, 0.3, 0.7))
    assert str(raisons) in RAISONS


def test_solide_ne_se_dit_plus() -> None:
    citation = build_citation(build_indicateur(), _chiffre(), Contexte("", ""))
    assert "si les répondantes ressemblent aux autres" in citation.explication
    assert "solide" not in citation.explication


def test_une_moyenne_brouillee_ne_passe_pas_sous_zero() -> None:
    """« −0,1 agent » se lisait dans la synthèse d'un département : le bruit du secret y menait."""
    chiffre = _chiffre(brut=-0.3, redresse=-0.1, bas=-1.2, haut=1.9)
    assert (chiffre.brut, chiffre.redresse, chiffre.bas, chiffre.haut) == (0.0, 0.0, 0.0, 1.9)
