"""Ce que disent un nombre, une unité, une date : valeur par valeur, et le refus en entier."""

from __future__ import annotations

from datetime import date

import pytest

from barometre.domain.enquete import Vague
from barometre.ingest.dates import (
    ILLISIBLE,
    MELEES,
    FormatDate,
    build_format_date,
    build_formats,
    check_ordre,
    check_periode,
    read_date,
)
from barometre.ingest.numbers import PAS_UN_NOMBRE, build_format, check_unite, read_nombre

FACONS = "se lit de deux façons (millier ou trois décimales), et rien dans la colonne ne tranche : écrivez"


def read(texte: str, *colonne: str, unite: str = "") -> float | str:
    """Le nombre que dit ce texte au milieu de sa colonne, ou le motif de son refus."""
    nombre, motif = read_nombre(texte, build_format([texte, *colonne], unite))
    assert (nombre is None) == bool(motif)
    return motif if nombre is None else nombre


@pytest.mark.parametrize(
    ("texte", "colonne", "attendu"),
    [
        ("12", (), 12),
        ("+12", (), 12),
        ("-12,5", (), -12.5),
        ("12.5", (), 12.5),
        ("1 234", (), 1234),
        ("1'234 567,5", (), 1234567.5),
        ("1\u202f200 habitants", (), 1200),
        ("45 €", (), 45),
        ("1.234.567", (), 1234567),
        ("1,234,567", (), 1234567),
        ("1.234,5", (), 1234.5),
        ("1,234.5", (), 1234.5),
        ("1.234", (), f"« 1.234 » {FACONS} 1234 ou 1,2340."),
        ("-12,345", (), f"« -12,345 » {FACONS} -12345 ou -12,3450."),
        ("0.125", (), 0.125),  # un millier ne commence pas par zéro
        ("1.234", ("12.5",), 1.234),  # le point sert aux décimales
        ("1.234", ("12,5",), 1234),  # la virgule aussi : le point est un millier
        ("1.234", ("5.678.000",), 1234),  # le point sert aux milliers
        ("1.234", ("1.234,5",), 1234),
        ("1,234", ("1.234,5",), 1.234),
        ("1.234", ("12.5", "12,5"), f"« 1.234 » {FACONS} 1234 ou 1,2340."),
        ("1.234", ("12.5", "5.678.000"), f"« 1.234 » {FACONS} 1234 ou 1,2340."),
        ("1.234", ("5,678,000",), f"« 1.234 » {FACONS} 1234 ou 1,2340."),
        ("beaucoup", (), PAS_UN_NOMBRE),
        ("12 50", (), PAS_UN_NOMBRE),
        ("1.23.456", (), PAS_UN_NOMBRE),
        ("9" * 40, (), float("9" * 40)),
        ("9" * 41, (), PAS_UN_NOMBRE),
    ],
)
def test_un_nombre_se_lit_dans_sa_colonne(texte: str, colonne: tuple[str, ...], attendu: float | str) -> None:
    assert read(texte, *colonne) == attendu


@pytest.mark.parametrize(
    ("texte", "colonne", "lu"),
    [
        ("45 %", (), True),
        ("0,45", ("45 %",), False),  # une part, au milieu de pourcentages ?
        ("0,45 %", ("45 %",), True),
        ("1", ("45 %",), True),
        ("0", ("45 %",), True),
        ("0,45", ("1", "0,2"), False),  # toute la colonne tient entre 0 et 1
        ("1", ("0,45",), False),
        ("0", ("0,45",), True),
        ("1", ("0",), True),  # rien que des zéros et des uns : aucune part ne s'y voit
        ("0,45", ("1,5",), True),
    ],
)
def test_une_part_ne_passe_pas_pour_un_pourcentage(texte: str, colonne: tuple[str, ...], lu: bool) -> None:
    part = (
        f"« {texte} » est une part ou un pourcentage, et rien dans la colonne ne tranche : écrivez « 45 % »."
    )
    attendu = float(texte.removesuffix(" %").replace(",", ".")) if lu else part
    assert read(texte, *colonne, unite="%") == attendu
    # D'une autre unité que le pourcentage, un nombre entre 0 et 1 est un nombre.
    assert isinstance(read(texte, *colonne, unite="agents"), float)


@pytest.mark.parametrize(
    ("texte", "unite", "accord"),
    [
        ("45", "agents", True),
        ("45 agents", "agents", True),
        ("45 AGENTS ", "agents", True),
        ("45 ETP", "agents", True),  # la même famille
        ("45 €", "agents", False),
        ("45 heures", "jours", False),
        ("45 h", "heures par semaine", True),
        ("45 %", "agents", True),  # un tableur l'ajoute
        ("45 €", "€", True),
        ("45 euros", "euros par habitant", True),
        ("45 agents", "points", True),  # d'une unité inconnue, rien ne se contredit
        ("45 agents", "", True),
    ],
)
def test_une_unite_d_une_autre_famille_se_refuse(texte: str, unite: str, accord: bool) -> None:
    refus = (
        f"« {texte} » n'est pas dans l'unité de la question ({unite}) : écrivez le nombre dans cette unité."
    )
    assert check_unite(texte, unite) == ("" if accord else refus)


LE_5_DECEMBRE = (date(2023, 12, 5), "")


@pytest.mark.parametrize(
    ("texte", "attendu"),
    [
        ("2023-12-05", LE_5_DECEMBRE),
        ("2023/12/5 10:00:00", LE_5_DECEMBRE),
        ("05/12/2023", LE_5_DECEMBRE),
        ("5.12.23", LE_5_DECEMBRE),
        ("5 décembre 2023", LE_5_DECEMBRE),
        ("mardi 5 déc. 2023 à 10:00", LE_5_DECEMBRE),
        ("45265", LE_5_DECEMBRE),  # le jour d'un tableur, compté depuis le 30 décembre 1899
        ("45265,5", LE_5_DECEMBRE),
        ("20231205", LE_5_DECEMBRE),
        ("1701770400", LE_5_DECEMBRE),  # secondes depuis 1970 : l'API de Grist
        ("1701770400000", LE_5_DECEMBRE),
        ("Dec 5, 2023 2:30 PM", LE_5_DECEMBRE),
        ("5-Dec-23", LE_5_DECEMBRE),
        ("Ju 5, 2023", (None, ILLISIBLE)),  # June ou July
        ("1er mai 2024", (date(2024, 5, 1), "")),
        ("31/12/2100", (date(2100, 12, 31), "")),
        ("01/01/2000", (date(2000, 1, 1), "")),
        ("", (None, "")),
        ("1980-01-01", (None, "")),  # LimeSurvey, d'une enquête non datée
        ("5 ju 2023", (None, ILLISIBLE)),
        ("5 juin 2023", (date(2023, 6, 5), "")),
        ("5 jui 2023", (None, ILLISIBLE)),  # juin ou juillet
        ("hier", (None, ILLISIBLE)),
        ("30/02/2024", (None, "Cette date n'existe pas dans le calendrier.")),
        ("31/12/1999", (None, "Cette date est hors de la période du baromètre.")),
        ("01/01/2101", (None, "Cette date est hors de la période du baromètre.")),
        ("05/12/0023", (None, "Cette date est hors de la période du baromètre.")),
    ],
)
def test_une_date_se_lit_ou_dit_pourquoi(texte: str, attendu: tuple[date | None, str]) -> None:
    assert read_date(texte) == attendu


@pytest.mark.parametrize(
    ("colonne", "attendu"),
    [
        (("03/04/2023",), FormatDate()),
        (("13/04/2023", "03/04/2023"), FormatDate()),
        (("12/12/2023",), FormatDate()),
        (("04/13/2023",), FormatDate(mois_d_abord=True)),
        (("03/04/2023 2:30 PM",), FormatDate(mois_d_abord=True)),
        (("13/04/2023 2:30 PM",), FormatDate()),
        (("13/04/2023", "04/13/2023"), FormatDate(melees=True)),
        (("illisible", "2023-04-13"), FormatDate()),
    ],
)
def test_l_ordre_du_jour_et_du_mois_se_lit_dans_la_colonne(
    colonne: tuple[str, ...], attendu: FormatDate
) -> None:
    assert build_format_date(colonne) == attendu


def test_une_colonne_qui_ne_tranche_pas_suit_les_autres() -> None:
    seule, anglaise = ("03/04/2023",), ("04/13/2023",)
    assert build_formats({1: seule, 4: anglaise}) == {1: FormatDate(True), 4: FormatDate(True)}
    francaise = ("13/04/2023",)
    assert build_formats({1: francaise, 4: anglaise})[4] == FormatDate(True)


def test_mois_d_abord_et_mois_meles() -> None:
    assert read_date("03/04/2023", FormatDate(mois_d_abord=True)) == (date(2023, 3, 4), "")
    melees = FormatDate(melees=True)
    assert read_date("03/04/2023", melees) == (None, MELEES)
    assert read_date("04/04/2023", melees) == (date(2023, 4, 4), "")
    assert read_date("04/13/2023", melees) == (date(2023, 4, 13), "")
    assert read_date("13/12/2023", melees) == (date(2023, 12, 13), "")


VAGUE = Vague("v", "V", 1, (), date(2023, 11, 22), fermeture=date(2024, 2, 28), suivante=date(2025, 1, 1))
AUJOURD_HUI = date(2025, 6, 1)


@pytest.mark.parametrize(
    ("jour", "vague", "motif"),
    [
        (date(2023, 11, 22), VAGUE, ""),
        (date(2024, 2, 28), VAGUE, ""),
        (date(2023, 11, 21), VAGUE, "Cette date précède l'ouverture de la vague (22/11/2023)."),
        (date(2024, 2, 29), VAGUE, "Cette date suit la clôture de la vague (28/02/2024)."),
        (date(2025, 6, 2), VAGUE, "Cette date est dans l'avenir."),
        (AUJOURD_HUI, Vague("v", "V", 1, ()), ""),
        (
            date(2025, 1, 1),
            Vague("v", "V", 1, (), suivante=date(2025, 1, 1)),
            "Cette date est celle de la vague suivante, ouverte le 01/01/2025.",
        ),
        (date(2024, 12, 31), Vague("v", "V", 1, (), suivante=date(2025, 1, 1)), ""),
    ],
)
def test_une_reponse_est_de_sa_vague(jour: date, vague: Vague, motif: str) -> None:
    assert check_periode(jour, vague, AUJOURD_HUI) == motif


def test_un_mois_d_abord_qui_sort_de_la_vague_ne_decide_pas_seul() -> None:
    """« 05/12/2023 » est du 5 décembre, dans la vague ; du 12 mai, avant elle : les deux ordres se mêlent."""
    anglais = FormatDate(mois_d_abord=True)
    assert check_ordre(["12/25/2023", "05/12/2023"], anglais, VAGUE, AUJOURD_HUI) == FormatDate(melees=True)
    assert check_ordre(["12/25/2023", "12/05/2023"], anglais, VAGUE, AUJOURD_HUI) == anglais
    assert check_ordre(["12/25/2023", "illisible"], anglais, VAGUE, AUJOURD_HUI) == anglais
    assert check_ordre(["05/12/2023"], FormatDate(), VAGUE, AUJOURD_HUI) == FormatDate()
