"""Le tableau d'une carte se fait sans avertissement, même quand aucun lieu n'a de classe."""

from __future__ import annotations

import warnings
from types import SimpleNamespace
from typing import cast

import pytest

from barometre.maps.composition import Carte
from barometre.maps.legende import Entree, Legende
from barometre.maps.tableau import build_table
from tests.maps.donnees import build_cadre


@pytest.mark.parametrize("classes", [(), (Entree("#123456", "moins de 20\u202f%", rang=0),)])
def test_un_lieu_sans_classe_a_une_case_vide(classes: tuple[Entree, ...]) -> None:
    """D'une légende sans classe, pandas rendait des nombres manquants et prévenait de ne pas les remplir."""
    lieux = build_cadre([{"code": "01"}, {"code": "02"}]).assign(rang=-1)
    carte = SimpleNamespace(lieux=lieux, niveau="departement", legende=Legende("Essai", classes))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        table = build_table(cast("Carte", carte))
    assert table["classe"].tolist() == ["", ""]
    assert table["valeur_texte"].tolist() == ["non publié", "non publié"]
