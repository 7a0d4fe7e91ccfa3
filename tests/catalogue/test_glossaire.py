"""Le glossaire dit les mots que le code emploie : ni oubli, ni mot qui n'existe plus."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from barometre.domain.enquete import ETATS_REPONSE
from barometre.domain.portee import ROLES
from barometre.domain.territoire import COUVERTURES, TYPES
from barometre.views.lecture.address import CLES
from barometre.warehouse.schema import metadata

GLOSSAIRE = Path(__file__).resolve().parents[2] / "GLOSSAIRE.md"
LIGNES = [
    [case.strip() for case in ligne.strip("|").split("|")]
    for ligne in GLOSSAIRE.read_text("utf-8").splitlines()
    if ligne.startswith("|") and not ligne.startswith(("|---", "| mot |"))
]
MOTS = {mot for ligne in LIGNES for case in ligne[1:] for mot in re.findall(r"`([^`]+)`", case)}


def test_chaque_ligne_a_ses_quatre_cases() -> None:
    assert [ligne[0] for ligne in LIGNES if len(ligne) != 4] == []


def test_toutes_les_cles_d_adresse_y_sont_et_elles_seules() -> None:
    citees = {cle.split("=")[0] for ligne in LIGNES for cle in re.findall(r"`([^`]+)`", ligne[3])}
    assert citees == set(CLES)


@pytest.mark.parametrize("valeurs", [TYPES, COUVERTURES, ETATS_REPONSE, ROLES])
def test_les_valeurs_du_domaine_y_sont(valeurs: tuple[str, ...]) -> None:
    assert [valeur for valeur in valeurs if valeur not in MOTS] == []


def test_les_cles_des_tables_y_sont() -> None:
    cles = {colonne.name for table in metadata.tables.values() for colonne in table.primary_key}
    # Deux vagues, et des mots qui n'ont de sens que dans leur table.
    techniques = {"vague_1", "vague_2", "objet", "rang", "nature"}
    assert sorted(cles - techniques - MOTS) == []
