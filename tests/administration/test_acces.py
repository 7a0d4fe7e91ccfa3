"""Les demandes répondues par un opérateur : signées, motivées, jamais à soi."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from barometre.access.registre import Registre, RegistreError
from barometre.administration.acces import (
    Accord,
    accept_demande,
    close_sessions,
    reject_demande,
    remove_droit,
)
from barometre.administration.operateur import Operateur
from barometre.domain.portee import Portee
from tests.administration.conftest import connect

MAIRE = Portee("collectivite", "commune-01001")
DEMAIN = datetime.now(UTC).date() + timedelta(days=1)


@pytest.fixture
def demande(registre: Registre, operateur: Operateur) -> int:
    connect(registre, "maire")
    demandes = registre.comptes.list_demandes()
    return int(demandes.loc[demandes["courriel"] == "maire@essai.fr", "demande_id"].iloc[0])


def test_une_demande_accordee_l_est_jusqu_au_dernier_jour_compris(
    registre: Registre, operateur: Operateur, demande: int
) -> None:
    numero = accept_demande(operateur, demande, Accord(MAIRE, "élu depuis 2026", DEMAIN))
    droit = registre.lister().set_index("acces_id").loc[numero]
    assert (droit["accorde_par"], droit["motif"]) == (operateur.compte, "élu depuis 2026")
    assert droit["expire_le"].date() == DEMAIN + timedelta(days=1)  # à minuit : DEMAIN compte en entier
    assert registre.list_journal(1).iloc[0]["compte"] == operateur.compte


@pytest.mark.parametrize(
    ("accord", "phrase"),
    [
        (Accord(MAIRE, " "), "pourquoi"),
        (Accord(MAIRE, "motif", date(2020, 1, 1)), "déjà passé"),
        (Accord(Portee("collectivite"), "motif"), "demande une collectivité"),
        (Accord(Portee("public"), "motif"), "ne s'accorde pas"),
    ],
    ids=["sans motif", "date passée", "sans collectivité", "public"],
)
def test_un_accord_mal_fait_ne_repond_pas(
    registre: Registre, operateur: Operateur, demande: int, accord: Accord, phrase: str
) -> None:
    with pytest.raises(RegistreError, match=phrase):
        accept_demande(operateur, demande, accord)
    assert demande in set(registre.comptes.list_demandes()["demande_id"])


def test_un_operateur_ne_s_accorde_rien(registre: Registre, operateur: Operateur) -> None:
    """Il ne lit aucune réponse : se donner un droit de programme les ouvrirait toutes."""
    sienne = registre.comptes.list_demandes().set_index("compte_id").loc[operateur.compte, "demande_id"]
    with pytest.raises(RegistreError, match="autre opérateur"):
        accept_demande(operateur, int(sienne), Accord(Portee("programme", nominatif=True), "moi"))
    assert {p.role for p in registre.list_portees(operateur.compte, "1").values()} == {"operateur"}


def test_deux_operateurs_ne_repondent_qu_une_fois(
    registre: Registre, operateur: Operateur, demande: int
) -> None:
    reject_demande(operateur, demande, "établissement inconnu")
    with pytest.raises(RegistreError):
        accept_demande(operateur, demande, Accord(MAIRE, "motif"))
    assert registre.lister()["role"].tolist() == ["operateur"]


def test_retirer_et_deconnecter_sont_signes(registre: Registre, operateur: Operateur, demande: int) -> None:
    numero = accept_demande(operateur, demande, Accord(MAIRE, "motif"))
    compte = str(registre.lister().set_index("acces_id").loc[numero, "compte"])
    remove_droit(operateur, numero)
    assert close_sessions(operateur, compte) == 1
    faits = registre.list_journal(2)
    assert set(faits["action"]) == {"retirer", "deconnecter"}
    assert set(faits["compte"]) == {operateur.compte}
