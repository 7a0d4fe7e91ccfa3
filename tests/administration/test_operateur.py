"""Qui administre : un opérateur, relu au registre ; tout autre est refusé, et son refus inscrit."""

from __future__ import annotations

import pytest

from barometre.access import AccesRefuse
from barometre.access.lecteur import Lecteur, read_lecteur
from barometre.access.oidc.niveaux import NIVEAU_FAIBLE
from barometre.access.registre import Registre
from barometre.administration.operateur import Operateur, check_operateur, is_operateur
from barometre.domain.portee import Portee
from tests.administration.conftest import connect

AUTRES = [
    Portee("collectivite", "commune-01001"),
    Portee("opsn", opsn_id="opsn-a", cyber=True),
    Portee("programme", nominatif=True, cyber=True),
]


@pytest.mark.parametrize("portee", AUTRES, ids=lambda p: p.role)
def test_un_autre_role_est_refuse_et_son_refus_inscrit(registre: Registre, portee: Portee) -> None:
    lecteur = read_lecteur(lambda: registre, connect(registre, "autre", portee))
    with pytest.raises(AccesRefuse, match="opérateurs"):
        check_operateur(lecteur, registre)
    fait = registre.list_journal(1).iloc[0]
    assert (fait["action"], fait["compte"], fait["role"]) == (
        "refus_administrer",
        lecteur.compte,
        portee.role,
    )


def test_une_vue_pretee_ou_forgee_n_administre_pas(registre: Registre) -> None:
    prete = Portee("operateur", simulee=True)
    for lecteur in (Lecteur(), Lecteur(portee=Portee("operateur")), Lecteur("c-1", portee=prete)):
        assert not is_operateur(lecteur)
        with pytest.raises(AccesRefuse):
            check_operateur(lecteur, registre)


def test_sans_second_facteur_un_operateur_n_administre_pas(registre: Registre) -> None:
    jeton = connect(registre, "faible", Portee("operateur"), NIVEAU_FAIBLE)
    with pytest.raises(AccesRefuse):
        check_operateur(read_lecteur(lambda: registre, jeton), registre)


def test_un_droit_retire_ne_sert_plus_au_geste_suivant(registre: Registre, operateur: Operateur) -> None:
    (numero,) = registre.lister(operateur.compte)["acces_id"]
    jeton = connect(registre, "operatrice")
    registre.retirer(int(numero))
    with pytest.raises(AccesRefuse):
        check_operateur(read_lecteur(lambda: registre, jeton), registre)


def test_chaque_geste_porte_sa_signature(registre: Registre, operateur: Operateur) -> None:
    operateur.record("activer", "v1", "avant=v0")
    fait = registre.list_journal(1).iloc[0]
    assert (fait["action"], fait["compte"], fait["role"]) == ("activer", operateur.compte, "operateur")
    assert registre.check_journal().is_intact
