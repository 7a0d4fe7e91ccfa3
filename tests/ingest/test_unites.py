"""Nombres et dates : le format se décide sur la colonne entière, l'ambigu est refusé par son nom."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.ingest.conftest import Importer, check_counts


def list_nombres(importer: Importer, *valeurs: str) -> list[float | str]:
    """Chaque valeur : son nombre, ou le motif de son refus."""
    sirens = ["213300635", "210100012", "212000046"]
    corps = "\n".join(f'{s}|"{v}"' for s, v in zip(sirens, valeurs, strict=False))
    lot = importer(f"SIREN|Q03\n{corps}\n")
    check_counts(lot)
    motifs = {r.ligne: r.motif for r in lot.rejets}
    lus = iter(lot.fait_reponse.query("question_id == 'communication_q03'")["valeur"])
    return [motifs[i] if i in motifs else next(lus) for i in range(2, 2 + len(valeurs))]


@pytest.mark.parametrize("ambigu", ["120.000", "120,000", "1.234", "120.000 €"])
def test_nombre_ambigu_refuse_par_son_nom(importer: Importer, ambigu: str) -> None:
    (motif,) = list_nombres(importer, ambigu)
    assert "se lit de deux façons" in str(motif)


@pytest.mark.parametrize(
    ("valeurs", "attendus"),
    [
        (("1.234", "12,5"), [1234, 12.5]),
        (("1.234", "12.5"), [1.234, 12.5]),
        (("1,234", "1,234.5"), [1234, 1234.5]),
        (("12.345", "10.000.50"), None),
        (("1200.0000000000", "12.500"), [1200, 12.5]),  # LimeSurvey : dix décimales
        (("0.125", "45 %", "7,5 habitants"), [0.125, 45, 7.5]),
        (("1.234,5", "2.000"), [1234.5, 2000]),
    ],
)
def test_la_colonne_tranche(
    importer: Importer, valeurs: tuple[str, ...], attendus: list[float] | None
) -> None:
    lus = list_nombres(importer, *valeurs)
    if attendus is None:
        assert all(isinstance(v, str) for v in lus)
    else:
        assert lus == attendus


@pytest.mark.parametrize("ambigu", ["120,000", "120.000"])
def test_une_colonne_aux_deux_decimales_ne_tranche_pas(importer: Importer, ambigu: str) -> None:
    lus = list_nombres(importer, "12,5", "12.5", ambigu)
    assert lus[:2] == [12.5, 12.5]
    assert "se lit de deux façons" in str(lus[2])


def list_dates(importer: Importer, *dates: str) -> list[date | str]:
    sirens = ["213300635", "210100012", "212000046"]
    corps = "\n".join(f"{s};{d};Y" for s, d in zip(sirens, dates, strict=False))
    lot = importer(f"SIREN;submitdate;Q01\n{corps}\n")
    check_counts(lot)
    motifs = {r.ligne: r.motif for r in lot.rejets}
    lues = iter(lot.participation["date_reponse"])
    return [motifs[i] if i in motifs else next(lues) for i in range(2, 2 + len(dates))]


def test_dates_americaines_de_toute_la_colonne(importer: Importer) -> None:
    lues = list_dates(importer, "12/25/2023 10:00", "02/01/2024", "03/04/2024 9:30 AM")
    assert lues == [date(2023, 12, 25), date(2024, 2, 1), date(2024, 3, 4)]
    assert list_dates(importer, "25/12/2023", "02/01/2024") == [date(2023, 12, 25), date(2024, 1, 2)]


def test_ordres_meles(importer: Importer) -> None:
    lues = list_dates(importer, "25/12/2023", "12/26/2023", "02/01/2024")
    assert lues[:2] == [date(2023, 12, 25), date(2023, 12, 26)]
    assert "mêle jour/mois et mois/jour" in str(lues[2])


def test_un_mois_d_abord_qui_sort_de_la_vague_ne_decide_pas_seul(importer: Importer) -> None:
    """Un « 12/25 » parmi des dates françaises : « 01/02/2024 » se chargeait au 2 janvier sans un mot."""
    lues = list_dates(importer, "12/25/2023", "05/12/2023", "01/02/2024")
    assert lues[0] == date(2023, 12, 25)
    assert all("mêle jour/mois et mois/jour" in str(lue) for lue in lues[1:])


def test_dates_hors_de_la_vague(importer: Importer) -> None:
    avenir = (date.today() + timedelta(days=2)).isoformat()
    lues = list_dates(importer, "2023-11-21", avenir, "2023/12/01 10:30:15 AM UTC+1")
    assert "précède l'ouverture de la vague (22/11/2023)" in str(lues[0])
    assert "dans l'avenir" in str(lues[1])
    assert lues[2] == date(2023, 12, 1)
