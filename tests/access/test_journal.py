"""Le journal chaîné : une ligne ôtée, changée ou ajoutée se voit ; ce qui ne doit pas y être n'y est pas."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import create_engine, text

from barometre.access import registre as module
from barometre.access.registre import Registre, RegistreError, open_registre
from barometre.domain.portee import Portee
from tests.conftest import MOTEURS

PROGRAMME = Portee("programme", nominatif=True)


@pytest.fixture(params=["sqlite", *MOTEURS[1:]])
def registre(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Registre]:
    sqlite = f"sqlite:///{tmp_path}/registre.db"
    adresse = sqlite if request.param == "sqlite" else request.getfixturevalue("registre_postgresql")
    ouvert = open_registre(adresse)
    for rang in range(5):
        ouvert.journaliser("lire_reponses", f"commune-{rang}", portee=PROGRAMME, compte="c-1")
    yield ouvert
    ouvert.close()


def test_un_journal_entier_se_suit(registre: Registre) -> None:
    assert registre.check_journal().is_intact
    assert registre.check_journal().lignes == 5


@pytest.mark.parametrize(
    ("ordre", "avant"),
    [
        ("DELETE FROM journal WHERE journal_id = 3", 2),
        ("DELETE FROM journal WHERE journal_id = 5", 4),
        ("DELETE FROM journal", 0),
        ("UPDATE journal SET objet = 'commune-9' WHERE journal_id = 2", 1),
        ("UPDATE journal SET compte = 'c-2' WHERE journal_id = 4", 3),
        ("UPDATE journal SET simulee = (1 = 1) WHERE journal_id = 1", 0),
        ("UPDATE journal SET instant = '2020-01-01 00:00:00.000000' WHERE journal_id = 2", 1),
        ("UPDATE journal SET role = 'opsn' WHERE journal_id = 3", 2),
        ("UPDATE journal SET action = 'exporter' WHERE journal_id = 3", 2),
        ("UPDATE journal SET detail = 'autre' WHERE journal_id = 5", 4),
        ("UPDATE journal SET empreinte = 'x' WHERE journal_id = 1", 0),
        (
            "INSERT INTO journal (instant, compte, role, simulee, action, objet, detail, empreinte) "
            "SELECT instant, compte, role, simulee, action, objet, detail, empreinte FROM journal "
            "WHERE journal_id = 5",
            5,
        ),
    ],
)
def test_un_journal_retouche_se_voit(registre: Registre, ordre: str, avant: int) -> None:
    with registre._moteur.begin() as connexion:
        connexion.execute(text(ordre))
    lue = registre.check_journal()
    assert not lue.is_intact
    assert lue.lignes == avant


def test_deux_ecritures_a_la_fois_ne_fourchent_pas_la_chaine(registre: Registre) -> None:
    with ThreadPoolExecutor(4) as bras:
        list(bras.map(lambda i: registre.journaliser("exporter", str(i)), range(40)))
    assert registre.check_journal().is_intact
    assert registre.check_journal().lignes == 45


def test_aucune_adresse_electronique_n_y_entre(registre: Registre) -> None:
    registre.journaliser("exporter", "liste de jean@mairie.fr", compte="a@b.fr", detail="pour <x@y.fr>")
    ligne = registre.list_journal(1).iloc[0]
    assert "@" not in "".join(map(str, ligne))


def test_un_droit_refuse_ne_laisse_pas_de_trace(registre: Registre) -> None:
    with pytest.raises(RegistreError):
        registre.accorder("c-1", Portee("collectivite"))
    with pytest.raises(RegistreError, match="jamais une adresse"):
        registre.accorder("a@b.fr", PROGRAMME)
    assert registre.check_journal().lignes == 5


def test_sans_journal_une_ecriture_est_refusee(registre: Registre) -> None:
    with registre._moteur.begin() as connexion:
        connexion.execute(text("DROP TABLE journal_tete"))
    with pytest.raises(RegistreError, match="cette lecture est refusée"):
        registre.journaliser("lire_reponses", "commune-1", portee=PROGRAMME, compte="c-1")
    assert len(registre.list_journal()) == 5


def test_un_registre_de_la_premiere_forme_garde_tout(tmp_path: Path) -> None:
    adresse = f"sqlite:///{tmp_path}/ancien.db"
    moteur = create_engine(adresse)
    config = Config()
    config.set_main_option("script_location", str(Path(module.__file__).parent / "migrations"))
    with moteur.begin() as connexion:
        config.attributes["connection"] = connexion
        command.upgrade(config, "0001")
        connexion.execute(
            text(
                "INSERT INTO acces (compte, role, collectivite_id, opsn_id, cyber, nominatif, motif, "
                "accorde_par, accorde_le) VALUES ('a@b.fr', 'programme', '', '', 0, 1, 'm', 'p', "
                "'2026-01-01 00:00:00.000000')"
            )
        )
        for rang in range(3):
            connexion.execute(
                text(
                    "INSERT INTO journal (instant, compte, role, simulee, action, objet, detail) "
                    f"VALUES ('2026-01-0{rang + 1} 10:00:00.123456', 'c', 'programme', 0, 'lire', 'o', 'd')"
                )
            )
    registre = open_registre(adresse)
    assert list(registre.list_portees("a@b.fr").values()) == [PROGRAMME]
    registre.journaliser("lire_reponses", "commune-1")
    assert registre.check_journal().lignes == 4
    assert registre.check_journal().is_intact


def test_un_droit_d_avant_sans_siret_prend_un_etablissement(tmp_path: Path) -> None:
    """Donné par la commande, celui du compte ; donné à une connexion sans SIRET, il reste à celle-là."""
    adresse = f"sqlite:///{tmp_path}/ancien.db"
    config = Config()
    config.set_main_option("script_location", str(Path(module.__file__).parent / "migrations"))
    droit = (
        "INSERT INTO acces (compte, role, collectivite_id, opsn_id, cyber, nominatif, motif, "
        "accorde_par, accorde_le, siret) "
        "VALUES ('{}', 'programme', '', '', 0, 1, 'm', 'p', '2026-01-01', '')"
    )
    with create_engine(adresse).begin() as connexion:
        config.attributes["connection"] = connexion
        command.upgrade(config, "0004")
        for compte in ("c-commande", "c-demande"):
            connexion.execute(
                text(f"INSERT INTO comptes VALUES ('{compte}', 'e', 'f', '{compte}', '', '1', "
                     "'2026-01-01', '2026-01-01')")
            )  # fmt: skip
            connexion.execute(text(droit.format(compte)))
        connexion.execute(
            text("INSERT INTO demandes VALUES (1, 'c-demande', '', 'accordee', '', '2026-01-01', NULL, 'p')")
        )
        connexion.execute(
            text("INSERT INTO publications VALUES ('v2', 'v1', 'o', 'c', '2026-01-01', NULL, '2026-02-02')")
        )
    registre = open_registre(adresse)
    preparee = registre.publications.get("v2")
    assert preparee is not None
    assert (preparee.base_id, preparee.reponses_jusqu_au, preparee.cle) == ("v1", date(2026, 2, 2), None)
    lus = {
        c: [bool(registre.list_portees(c, s)) for s in ("1", "", "2")] for c in ("c-commande", "c-demande")
    }
    assert lus == {"c-commande": [True, False, False], "c-demande": [False, True, False]}
