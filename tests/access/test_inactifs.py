"""Un compte que personne n'ouvre plus s'efface, inscrit d'abord ; un droit ou une visite le garde."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from barometre.access.horloge import get_now
from barometre.access.inactifs import JOURS, Inactifs
from barometre.access.registre import Registre, open_registre
from tests.access.test_sessions import AGENT, MAIRE
from tests.conftest import MOTEURS


@pytest.fixture(params=["sqlite", *MOTEURS[1:]])
def registre(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Registre]:
    sqlite = f"sqlite:///{tmp_path}/registre.db"
    ouvert = open_registre(
        sqlite if request.param == "sqlite" else request.getfixturevalue("registre_postgresql")
    )
    yield ouvert
    ouvert.close()


def test_qui_ne_vient_plus_s_efface(registre: Registre) -> None:
    parti, elu, ancien = (
        registre.comptes.recognize(replace(AGENT, sujet=s)) for s in ("parti", "élu", "ancien")
    )
    registre.vues.save(parti, "Ma vue", "vague=2024-v2")
    registre.sessions.open(parti, "", "idt")
    registre.accorder(elu, MAIRE)  # son droit dure : il reste
    registre.accorder(ancien, MAIRE, expire_le=get_now() + timedelta(days=JOURS))  # le sien a pris fin
    assert registre.inactifs.list().empty
    plus_tard = get_now() + timedelta(days=JOURS + 1)
    tard = Inactifs(registre._moteur, lambda: plus_tard)
    registre.comptes.recognize(replace(AGENT, sujet="parti", courriel="autre@mairie.fr"))
    assert set(tard.list()["compte_id"]) == {parti, ancien}
    assert set(tard.remove(par="root")["compte_id"]) == {parti, ancien}
    with registre._moteur.connect() as connexion:
        for table in ("comptes", "demandes", "sessions", "selections"):
            colonne = "compte" if table == "selections" else "compte_id"
            restent = connexion.execute(text(f"SELECT {colonne} FROM {table}")).scalars().all()
            assert set(restent) <= {elu}, table
    faits = registre.list_journal(2)
    assert (set(faits["action"]), set(faits["objet"])) == ({"purger_compte"}, {parti, ancien})
    assert registre.check_journal().is_intact
    # Revenue, la personne est neuve : un compte, une demande.
    assert registre.comptes.recognize(replace(AGENT, sujet="parti")) not in {parti, ancien, elu}


def test_un_droit_retire_ou_fini_ne_garde_pas_un_compte(registre: Registre) -> None:
    """Un droit à venir, ou qui finit après ce jour-là, si."""
    depuis = registre.comptes.recognize(AGENT)
    (instant,) = registre.inactifs.list(jours=-1)["connecte_le"]

    def read(jours: int = JOURS, **ecart: int) -> list[str]:
        plus_tard = instant + timedelta(days=JOURS, **ecart)
        return Inactifs(registre._moteur, lambda: plus_tard).list(jours)["compte_id"].tolist()

    assert read() == []  # trois ans jour pour jour : pas encore
    assert read(seconds=1) == [depuis]
    retire = registre.accorder(depuis, MAIRE)
    assert read(seconds=1) == []
    registre.retirer(retire)
    assert read(seconds=1) == [depuis]
    registre.accorder(depuis, MAIRE, expire_le=instant + timedelta(days=JOURS, seconds=2))
    assert [read(seconds=s) for s in (1, 2)] == [[], [depuis]]


def test_les_comptes_se_lisent_du_plus_ancien_geste_au_plus_recent(registre: Registre) -> None:
    ids = [registre.comptes.recognize(replace(AGENT, sujet=str(i))) for i in range(6)]
    for i in (4, 1, 5, 0, 3, 2):
        registre.comptes.recognize(replace(AGENT, sujet=str(i)))
    table = registre.inactifs.list(jours=-1)
    assert table["compte_id"].tolist() == [ids[i] for i in (4, 1, 5, 0, 3, 2)]
    assert table["connecte_le"].is_monotonic_increasing


def test_sans_journal_rien_ne_s_efface(registre: Registre) -> None:
    registre.comptes.recognize(AGENT)
    with registre._moteur.begin() as connexion:
        connexion.execute(text("DROP TABLE journal"))
    plus_tard = get_now() + timedelta(days=JOURS + 1)
    tard = Inactifs(registre._moteur, lambda: plus_tard)
    with pytest.raises(Exception, match="journal"):
        tard.remove(par="root")
    assert len(tard.list()) == 1
