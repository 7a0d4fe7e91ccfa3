"""Une vague s'ouvre et se clôt d'un geste signé ; import, alertes et pages suivent aussitôt."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from barometre.access import AccesRefuse
from barometre.access.lecteur import read_lecteur
from barometre.access.registre import Registre
from barometre.administration.operateur import Operateur, check_operateur
from barometre.administration.vagues import close_vague, list_vagues, open_vague, reset_dates, set_dates
from barometre.assemblage.calendrier import forget_calendrier, set_calendrier_garde
from barometre.catalogue import calendrier, load_catalogue
from barometre.domain.portee import Portee
from barometre.ingest.dates import check_periode
from barometre.ingest.depouillement import find_enquete
from barometre.ingest.errors import ImportRefuse
from barometre.views.piloter.participation import describe_periode
from tests.administration.conftest import connect

VAGUE, JOUR = "2026-v4", date(2026, 11, 28)


@pytest.fixture(autouse=True)
def suivi() -> Iterator[None]:
    """Le catalogue suit le registre le temps d'un essai."""
    set_calendrier_garde()
    forget_calendrier()
    yield
    calendrier.set_lecteur(lambda: ())


def _check(lue: date) -> str:
    forget_calendrier()
    _, vague = find_enquete(load_catalogue(), "inclusion", VAGUE)
    return check_periode(lue, vague, JOUR)


def test_une_vague_rouverte_accepte_les_reponses_d_apres_sa_cloture(operateur: Operateur) -> None:
    assert "suit la clôture" in _check(JOUR)
    open_vague(operateur, VAGUE, JOUR)
    assert _check(JOUR) == ""
    assert describe_periode(load_catalogue(), VAGUE, JOUR) == "Collecte en cours."


def test_une_vague_close_refuse_le_lendemain_et_le_dit(operateur: Operateur) -> None:
    close_vague(operateur, VAGUE, JOUR - timedelta(days=2))
    assert "26/11/2026" in _check(JOUR - timedelta(days=1))
    assert describe_periode(load_catalogue(), VAGUE, JOUR) == "Collecte close le 26 novembre 2026."


def test_chaque_geste_est_signe_avec_les_dates_d_avant(operateur: Operateur, registre: Registre) -> None:
    set_dates(operateur, VAGUE, date(2026, 3, 1), None)
    fait = registre.list_journal().iloc[0]
    assert (fait["action"], fait["objet"], fait["compte"]) == ("dater_vague", VAGUE, operateur.compte)
    assert "avant : 2 février 2026 - 30 juin 2026" in fait["detail"]


def test_le_tableau_dit_ou_en_est_chaque_vague_et_d_ou_vient_sa_date(operateur: Operateur) -> None:
    set_dates(operateur, VAGUE, JOUR + timedelta(days=3), None)
    forget_calendrier()
    table = list_vagues(operateur, JOUR)
    assert table["etat_vague"].tolist() == ["ouverte", "dates inconnues", "close", "à venir"]
    assert table["dates_donnees"].tolist() == ["le catalogue"] * 3 + ["un opérateur"]


def test_les_dates_du_catalogue_reviennent(operateur: Operateur) -> None:
    open_vague(operateur, VAGUE, JOUR)
    reset_dates(operateur, VAGUE)
    assert "suit la clôture" in _check(JOUR)


def test_une_cloture_avant_l_ouverture_et_une_vague_inconnue_sont_refusees(operateur: Operateur) -> None:
    with pytest.raises(ImportRefuse, match="précéder"):
        set_dates(operateur, VAGUE, JOUR, JOUR - timedelta(days=1))
    with pytest.raises(ImportRefuse, match="liste"):
        close_vague(operateur, "2099-v9", JOUR)
    assert operateur.registre.calendrier.list() == ()


@pytest.mark.parametrize("role", ["collectivite", "opsn", "programme"])
def test_seul_un_operateur_date_une_vague(registre: Registre, role: str) -> None:
    portee = Portee(role, collectivite_id="commune-33063" if role == "collectivite" else "",
                    opsn_id="opsn-a" if role == "opsn" else "")  # fmt: skip
    jeton = connect(registre, role, portee)
    with pytest.raises(AccesRefuse):
        check_operateur(read_lecteur(lambda: registre, jeton), registre)
