"""Un chiffre publié se lit avec son unité, qu'il soit un nombre ou des mots."""

from __future__ import annotations

import pytest

from barometre.catalogue import load_catalogue
from barometre.views.lecture.publies import format_publie

PUBLIES = {publie.id: publie for publie in load_catalogue().chiffres_publies}


@pytest.mark.parametrize(
    ("id_", "lu"),
    [
        ("duree_questionnaire", "moins de 10\u00a0minutes"),
        ("questions_par_questionnaire", "10 à 25\u00a0questions"),
        ("part_territoires_mutualises", "près de la moitié"),
        ("lieu_mediation_2025", "26\u202f%"),
    ],
)
def test_un_chiffre_publie_a_son_unite(id_: str, lu: str) -> None:
    """« Durée de remplissage : moins de 10 » ne disait pas de quoi."""
    assert format_publie(PUBLIES[id_]) == lu
