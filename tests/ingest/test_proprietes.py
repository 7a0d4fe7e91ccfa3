"""Quels que soient les octets reçus : un refus d'une phrase, ou un lot dont les comptes tombent juste."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from barometre.ingest import ImportRefuse, Referentiel, prepare
from tests.ingest.conftest import MiniCatalogue, check_counts
from tests.ingest.test_formats_lus import build_xlsx

ENTETES = [
    "SIREN",
    "SIRET",
    "Code INSEE",
    "TYPE",
    "submitdate",
    "Q01",
    "Q02[SQ001]",
    "Q02",
    "Q03",
    "Q04",
    "Q05",
    "",
]
VALEURS = [
    "",
    "Y",
    "N",
    "N/A",
    "213300635",
    "210100012",
    "21330063500017",
    "01003",
    "33063",
    "commune",
    "2023-12-01",
    "31/02/2024",
    "1 200,5",
    "-3",
    "A1",
    "Je ne sais pas",
    '"',
    '"un\ndeux"',
    "a;b",
    "é’œ",
]
REGLAGES = settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def check_fichier(contenu: bytes, nom: str, referentiel: Referentiel) -> None:
    with tempfile.TemporaryDirectory() as dossier:
        chemin = Path(dossier) / nom
        chemin.write_bytes(contenu)
        try:
            lot = prepare(chemin, "communication", "2023-v1", "auto", referentiel, MiniCatalogue())
        except ImportRefuse:
            return
        check_counts(lot)


cellule = st.sampled_from(VALEURS) | st.text(max_size=8)
tableau = st.lists(st.lists(cellule, max_size=14), max_size=12)


@REGLAGES
@given(contenu=st.binary(max_size=400))
def test_octets_quelconques(referentiel: Referentiel, contenu: bytes) -> None:
    check_fichier(contenu, "r.csv", referentiel)


@REGLAGES
@given(
    entetes=st.lists(st.sampled_from(ENTETES), min_size=1, max_size=12, unique=True),
    lignes=tableau,
    separateur=st.sampled_from(";,\t"),
    encodage=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
)
def test_tableaux_mal_formes(
    referentiel: Referentiel, entetes: list[str], lignes: list[list[str]], separateur: str, encodage: str
) -> None:
    texte = "\n".join(separateur.join(ligne) for ligne in [entetes, *lignes])
    check_fichier(texte.encode(encodage, "ignore"), "r.csv", referentiel)


@REGLAGES
@given(lignes=st.lists(st.tuples(*[cellule] * 5), max_size=12))
def test_lignes_bien_formees(referentiel: Referentiel, lignes: list[tuple[str, ...]]) -> None:
    tableau = [["SIREN", "TYPE", "submitdate", "Q01", "Q03"], *lignes]
    echappe = "\n".join(";".join('"' + c.replace('"', '""') + '"' for c in ligne) for ligne in tableau)
    check_fichier(echappe.encode("utf-8", "ignore"), "r.csv", referentiel)


@settings(REGLAGES, max_examples=60)
@given(place=st.integers(0, 20_000), octets=st.binary(min_size=1, max_size=8))
def test_classeurs_abimes(referentiel: Referentiel, place: int, octets: bytes) -> None:
    contenu = bytearray(build_xlsx([["SIREN", "Q01"], ["213300635", "Y"], ["210100012", "N"]]))
    debut = place % len(contenu)
    contenu[debut : debut + len(octets)] = octets
    check_fichier(bytes(contenu), "r.xlsx", referentiel)
