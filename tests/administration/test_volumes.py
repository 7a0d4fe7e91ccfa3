"""Un volume inhabituel se dit ; l'habitude d'un compte, son propre mois, ne s'y dit pas."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import insert

from barometre.access.horloge import get_now
from barometre.access.registre import Registre
from barometre.access.tables import journal
from barometre.administration.volumes import PLANCHERS, list_alertes

MAINTENANT = get_now()
CE_MATIN, AVANT = MAINTENANT - timedelta(hours=2), MAINTENANT - timedelta(days=3)


def _fill(registre: Registre, compte: str, action: str, instant: object, nombre: int) -> None:
    ligne = {"instant": instant, "compte": compte, "role": "programme", "simulee": False, "action": action,
             "objet": "x", "detail": "", "empreinte": ""}  # fmt: skip
    with registre._moteur.begin() as connexion:
        connexion.execute(insert(journal), [ligne] * nombre)


@pytest.mark.parametrize(
    ("action", "genre"),
    [("exporter", "exporter"), ("lire_reponses", "lire"), ("refus_lire_reponses", "refus")],
)
def test_juste_au_dessus_du_plancher(registre: Registre, action: str, genre: str) -> None:
    _fill(registre, "c-1", action, CE_MATIN, PLANCHERS[genre])
    assert list_alertes(registre, MAINTENANT) == []
    _fill(registre, "c-1", action, CE_MATIN, 1)
    (phrase,) = list_alertes(registre, MAINTENANT)
    assert "c-1" in phrase
    assert str(PLANCHERS[genre] + 1) in phrase


def test_l_habitude_d_un_compte_n_alerte_pas(registre: Registre) -> None:
    # 300 exports en un mois : 10 par jour d'ordinaire, et l'alerte au-delà de 30.
    _fill(registre, "c-1", "exporter", AVANT, 300)
    _fill(registre, "c-1", "exporter", CE_MATIN, 30)
    assert list_alertes(registre, MAINTENANT) == []
    _fill(registre, "c-1", "exporter", CE_MATIN, 1)
    assert len(list_alertes(registre, MAINTENANT)) == 1


def test_ni_la_veille_ni_un_autre_geste_ni_personne(registre: Registre) -> None:
    _fill(registre, "c-1", "exporter", AVANT, 200)
    _fill(registre, "c-2", "accorder", CE_MATIN, 200)
    _fill(registre, "", "exporter", CE_MATIN, 200)
    assert list_alertes(registre, MAINTENANT) == []
