from __future__ import annotations

from datetime import date

import pytest

from barometre.domain import formats

FINE = "\u202f"
INSECABLE = "\u00a0"


@pytest.mark.parametrize(
    ("valeur", "decimales", "attendu"),
    [
        (1234.5, 1, f"1{FINE}234,5"),
        (34875, 0, f"34{FINE}875"),
        (0.5, 0, "1"),  # 0,5 monte, comme à l'école
        (2.5, 0, "3"),  # et non 2 (arrondi bancaire)
        (-3.2, 0, "−3"),
        (-0.2, 0, "0"),  # jamais « −0 »
        (None, 0, "non connu"),
        (float("nan"), 0, "non connu"),
    ],
)
def test_un_nombre_se_lit_en_francais(valeur: float | None, decimales: int, attendu: str) -> None:
    assert formats.format_nombre(valeur, decimales) == attendu


def test_une_part_devient_un_pourcentage() -> None:
    assert formats.format_part(0.235) == f"24{FINE}%"
    assert formats.format_part(0.285) == f"29{FINE}%"  # 0.285 * 100 = 28.4999… en binaire
    assert formats.format_part(0.6251, 1) == f"62,5{FINE}%"


def test_un_intervalle_se_lit_entre_deux_bornes() -> None:
    assert formats.format_intervalle(0.21, 0.28) == f"entre 21 et 28{FINE}%"
    assert formats.format_intervalle(0.214, 0.209) == f"environ 21{FINE}%"
    assert (
        formats.format_intervalle(3.2, 4.8, "agents", 1, est_part=False)
        == f"entre 3,2 et 4,8{INSECABLE}agents"
    )
    assert formats.format_intervalle(float("nan"), 0.3) == "non connu"


@pytest.mark.parametrize(
    ("ecart", "attendu"),
    [
        (0.034, f"+3{INSECABLE}points"),
        (-0.01, f"−1{INSECABLE}point"),
        (0.0, f"0{INSECABLE}point"),
        (0.0197, f"+2{INSECABLE}points"),
    ],
)
def test_un_ecart_s_ecrit_en_points(ecart: float, attendu: str) -> None:
    assert formats.format_points(ecart) == attendu


@pytest.mark.parametrize(
    ("jour", "attendu"),
    [
        (date(2023, 11, 22), "22 novembre 2023"),
        ("2025-01-01", "1er janvier 2025"),
        ("2024-02", "février 2024"),
        ("2024", "2024"),
        ("printemps 2024", "printemps 2024"),
        (None, "non connu"),
    ],
)
def test_une_date_se_lit_en_francais(jour: date | str | None, attendu: str) -> None:
    assert formats.format_date(jour) == attendu


def test_une_periode_dit_ce_qui_n_a_pas_ete_publie() -> None:
    assert formats.format_periode(date(2023, 11, 22), None) == "à partir du 22 novembre 2023"
    assert formats.format_periode(None, date(2025, 5, 23)) == "jusqu’au 23 mai 2025"
    assert formats.format_periode(None, None) == "dates non publiées"


def test_le_pluriel_commence_a_deux() -> None:
    assert formats.format_compte(1, "réponse") == f"1{INSECABLE}réponse"
    assert formats.format_compte(0, "réponse") == f"0{INSECABLE}réponse"
    assert formats.format_compte(3117, "réponse") == f"3{FINE}117{INSECABLE}réponses"


def test_une_liste_finit_par_et() -> None:
    assert formats.format_liste(["a", "b", "c"]) == "a, b et c"
    assert formats.format_liste(["a"]) == "a"
    assert formats.format_liste([]) == ""
