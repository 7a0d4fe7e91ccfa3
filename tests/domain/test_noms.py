"""Articles et élisions : sur quelques noms relus, puis sur tous ceux du référentiel."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from barometre.domain.noms import build_cle_tri, format_complement, format_sujet

REFERENTIEL = Path(__file__).resolve().parents[2] / "data" / "collectivites.csv.gz"


@pytest.mark.parametrize(
    ("type_", "nom", "sujet", "complement"),
    [
        ("commune", "Osly-Courtil", "Osly-Courtil", "d’Osly-Courtil"),
        ("commune", "Le Havre", "Le Havre", "du Havre"),
        ("commune", "Les Abymes", "Les Abymes", "des Abymes"),
        ("commune", "La Rochelle", "La Rochelle", "de La Rochelle"),
        ("commune", "L'Haÿ-les-Roses", "L'Haÿ-les-Roses", "de L'Haÿ-les-Roses"),
        ("commune", "Yvetot", "Yvetot", "d’Yvetot"),
        ("commune", "Y", "Y", "d’Y"),
        ("commune", "Œuilly", "Œuilly", "d’Œuilly"),
        ("commune", "Étampes", "Étampes", "d’Étampes"),
        ("commune", "Haguenau", "Haguenau", "de Haguenau"),
        ("commune", "Lens", "Lens", "de Lens"),
        ("epci", "CA Mauges Communauté", "la CA Mauges Communauté", "de la CA Mauges Communauté"),
        ("epci", "Bordeaux Métropole", "Bordeaux Métropole", "de Bordeaux Métropole"),
        ("epci", "Eurométropole de Metz", "l’Eurométropole de Metz", "de l’Eurométropole de Metz"),
        ("departement", "Ain", "l’Ain", "de l’Ain"),
        ("departement", "Hérault", "l’Hérault", "de l’Hérault"),
        ("departement", "Yonne", "l’Yonne", "de l’Yonne"),
        ("departement", "Haute-Garonne", "la Haute-Garonne", "de la Haute-Garonne"),
        ("departement", "Val-d'Oise", "le Val-d'Oise", "du Val-d'Oise"),
        ("departement", "Landes", "les Landes", "des Landes"),
        ("departement", "Paris", "Paris", "de Paris"),
        ("region", "Corse", "la Corse", "de la Corse"),
        ("region", "Île-de-France", "l’Île-de-France", "de l’Île-de-France"),
        ("region", "Grand Est", "le Grand Est", "du Grand Est"),
        ("region", "Hauts-de-France", "les Hauts-de-France", "des Hauts-de-France"),
        ("region", "La Réunion", "La Réunion", "de La Réunion"),
    ],
)
def test_quelques_noms_relus(type_: str, nom: str, sujet: str, complement: str) -> None:
    assert format_sujet(type_, nom) == sujet
    assert format_complement(type_, nom) == complement


def _list_noms() -> Iterator[tuple[str, str]]:
    with gzip.open(REFERENTIEL, "rt", encoding="utf-8") as fichier:
        for ligne in csv.DictReader(fichier):
            yield ligne["type"], ligne["nom"]


def test_tous_les_noms_du_referentiel() -> None:
    voyelles = "AEIOUÀÂÉÈÊËÎÏÔÙÛÜŒÆ"
    lus = 0
    for type_, nom in _list_noms():
        complement = format_complement(type_, nom)
        assert complement.endswith(nom.removeprefix("Les ").removeprefix("Le ")), nom
        assert format_sujet(type_, nom).endswith(nom), nom
        assert not complement.lower().startswith(("de le ", "de les ", "des les ")), complement
        if complement.startswith("de "):
            assert complement[3] not in voyelles, complement  # « de Osly-Courtil »
        if complement.startswith("d’"):
            assert complement[2] in voyelles + "Y", complement  # « d’Lens »
        lus += 1
    assert lus > 36_000


def test_l_ordre_est_celui_du_dictionnaire() -> None:
    noms = ["Ardennes", "Zuydcoote", "Œuilly", "Ardèche", "Évreux", "Orne"]
    assert sorted(noms, key=build_cle_tri) == ["Ardèche", "Ardennes", "Évreux", "Œuilly", "Orne", "Zuydcoote"]
