"""Le registre sauvegardé puis rendu : mêmes droits, même journal, chaîne entière, numéros qui continuent."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from barometre.access.registre import Registre, RegistreError, open_registre
from barometre.domain.portee import Portee
from tests.conftest import MOTEURS


@pytest.fixture
def plein(tmp_path: Path) -> Registre:
    registre = open_registre(f"sqlite:///{tmp_path}/plein.db")
    registre.accorder("c-a", Portee(role="opsn", opsn_id="opsn-a"), par="camille", motif="convention")
    registre.accorder("c-b", Portee(role="programme"), par="camille", motif="comité")
    registre.retirer(1, par="camille")
    registre.vues.save("c-b", "Ma vue", "theme=inclusion")
    return registre


@pytest.fixture(params=MOTEURS)
def neuf(request: pytest.FixtureRequest, tmp_path: Path) -> Registre:
    if request.param == "duckdb":
        return open_registre(f"sqlite:///{tmp_path}/neuf.db")
    return open_registre(request.getfixturevalue("base_postgresql"))


def test_rendu_il_est_le_meme(plein: Registre, neuf: Registre) -> None:
    neuf.restore_copie(plein.read_copie())
    assert neuf.read_copie() == plein.read_copie()
    assert neuf.lister(en_cours=False).equals(plein.lister(en_cours=False))
    verification = neuf.check_journal()
    assert (verification.is_intact, verification.lignes) == (True, 3)
    numero = neuf.accorder("c-c", Portee(role="programme"), par="camille", motif="suite")
    assert numero == 3
    assert neuf.check_journal().is_intact


def test_un_registre_plein_ne_recoit_rien(plein: Registre) -> None:
    copie = plein.read_copie()
    with pytest.raises(RegistreError, match="registre neuf"):
        plein.check_neuf()
    with pytest.raises(RegistreError, match="acces, selections, journal"):
        plein.restore_copie(copie)
    assert plein.read_copie() == copie


def test_ni_session_ni_connexion_ne_partent(plein: Registre) -> None:
    assert set(json.loads(plein.read_copie())) == {
        "comptes", "demandes", "acces", "selections", "correspondances", "calendrier", "declarations",
        "journal", "journal_tete",
    }  # fmt: skip


def test_une_copie_d_un_programme_plus_recent_est_refusee(plein: Registre, neuf: Registre) -> None:
    copie = json.loads(plein.read_copie())
    copie["acces"][0]["nouveau"] = "x"
    with pytest.raises(RegistreError, match="plus récent"):
        neuf.restore_copie(json.dumps(copie).encode())
    neuf.check_neuf()
