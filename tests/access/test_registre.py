"""Le registre : droits accordés, retirés, expirés ; journal ; vues gardées."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect

from barometre.access.registre import Registre, RegistreError, open_registre
from barometre.access.tables import metadata
from barometre.domain.portee import Portee
from tests.conftest import MOTEURS

OPSN = Portee(role="opsn", opsn_id="opsn-a", cyber=True)


@pytest.fixture(params=["sqlite", *MOTEURS[1:]])
def registre(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Registre]:
    if request.param == "sqlite":
        ouvert = open_registre(f"sqlite:///{tmp_path}/dossier/registre.db")
    else:
        ouvert = open_registre(request.getfixturevalue("base_postgresql"))
    yield ouvert
    ouvert.close()


def test_accorder_puis_retirer(registre: Registre) -> None:
    numero = registre.accorder("C-Agent ", OPSN, par="dinum", motif="convention")
    assert registre.list_portees("c-agent") == {numero: OPSN}
    registre.retirer(numero, par="dinum")
    assert registre.list_portees("c-agent") == {}
    assert len(registre.lister(en_cours=False)) == 1  # la ligne reste, datée
    with pytest.raises(RegistreError, match="Aucun droit en cours"):
        registre.retirer(numero)
    assert registre.list_journal()["action"].tolist() == ["retirer", "accorder"]


def test_un_droit_expire_ne_compte_plus(registre: Registre) -> None:
    hier = datetime.now(UTC).replace(tzinfo=None) - timedelta(days=1)
    registre.accorder("c-a", Portee(role="programme"), expire_le=hier)
    assert registre.list_portees("c-a") == {}


@pytest.mark.parametrize(
    ("portee", "phrase"),
    [
        (Portee(role="collectivite"), "demande une collectivité"),
        (Portee(role="opsn"), "demande un OPSN"),
        (Portee(role="public"), "ne s'accorde pas"),
    ],
)
def test_un_droit_incomplet_est_refuse(registre: Registre, portee: Portee, phrase: str) -> None:
    with pytest.raises(RegistreError, match=phrase):
        registre.accorder("c-a", portee)
    assert registre.list_journal().empty


def test_les_vues_gardees_sont_a_leur_compte(registre: Registre) -> None:
    numero = registre.save_selection("a@b.fr", "Ma vue", "theme=inclusion")
    registre.remove_selection("autre@b.fr", numero)
    assert registre.list_selections("a@b.fr")["requete"].tolist() == ["theme=inclusion"]
    registre.remove_selection("a@b.fr", numero)
    assert registre.list_selections("a@b.fr").empty


def test_les_migrations_donnent_les_tables_du_code(tmp_path: Path) -> None:
    adresse = f"sqlite:///{tmp_path}/r.db"
    open_registre(adresse).close()
    open_registre(adresse).close()  # une seconde ouverture ne migre rien
    lues = inspect(create_engine(adresse))
    for table in metadata.tables.values():
        colonnes = {c["name"]: c["nullable"] for c in lues.get_columns(table.name)}
        assert colonnes == {c.name: c.nullable for c in table.columns}
