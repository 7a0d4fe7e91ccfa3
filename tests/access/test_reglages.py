"""Les réglages d'un service ouvert : chaque manque est nommé ; en production il empêche de démarrer."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from barometre.access.reglages import list_defauts, read_reglages
from barometre.ui.serving.ouverture import OuvertureRefusee, check_ouverture

JUSTES = {
    "BAROMETRE_PRODUCTION": "1",
    "BAROMETRE_ADRESSE": "https://barometre.test/",
    "BAROMETRE_HOTES": "barometre.test, autre.test",
    "BAROMETRE_OIDC_EMETTEUR": "https://pro.test/api/v2",
    "BAROMETRE_OIDC_CLIENT": "barometre",
    "BAROMETRE_OIDC_SECRET": "0123456789abcdefghijklmnopqrstuv",
    "BAROMETRE_SECRET": "vutsrqponmlkjihgfedcba9876543210",
}


def test_des_reglages_justes_ouvrent() -> None:
    reglages = read_reglages(JUSTES)
    assert list_defauts(reglages) == []
    assert (reglages.adresse, reglages.hotes) == ("https://barometre.test", ("barometre.test", "autre.test"))


@pytest.mark.parametrize(
    ("faux", "nomme"),
    [
        ({"BAROMETRE_ADRESSE": ""}, "BAROMETRE_ADRESSE"),
        ({"BAROMETRE_ADRESSE": "http://barometre.test"}, "BAROMETRE_ADRESSE"),
        ({"BAROMETRE_ADRESSE": "https://barometre.test/ici"}, "BAROMETRE_ADRESSE"),
        ({"BAROMETRE_HOTES": ""}, "BAROMETRE_HOTES"),
        ({"BAROMETRE_HOTES": "*"}, "BAROMETRE_HOTES"),
        ({"BAROMETRE_HOTES": "*.barometre.test"}, "BAROMETRE_HOTES"),
        ({"BAROMETRE_HOTES": "ailleurs.test"}, "BAROMETRE_HOTES"),
        ({"BAROMETRE_OIDC_EMETTEUR": "http://pro.test"}, "BAROMETRE_OIDC_EMETTEUR"),
        ({"BAROMETRE_OIDC_CLIENT": ""}, "BAROMETRE_OIDC_CLIENT"),
        ({"BAROMETRE_OIDC_SECRET": "court"}, "BAROMETRE_OIDC_SECRET"),
        ({"BAROMETRE_OIDC_SECRET": "a" * 64}, "BAROMETRE_OIDC_SECRET"),
        ({"BAROMETRE_SECRET": ""}, "BAROMETRE_SECRET"),
        ({"BAROMETRE_SECRET": "b" * 64}, "BAROMETRE_SECRET"),
        ({"BAROMETRE_ENTREPOT": "postgresql://barometre@base/b"}, "BAROMETRE_ENTREPOT_PUBLIC"),
        (
            {
                "BAROMETRE_ENTREPOT": "postgresql://barometre@base/b",
                "BAROMETRE_ENTREPOT_PUBLIC": "postgresql://barometre:autre@base/b",
            },
            "BAROMETRE_ENTREPOT_PUBLIC",
        ),
    ],
)
def test_un_reglage_faux_empeche_de_demarrer(
    monkeypatch: pytest.MonkeyPatch, faux: Mapping[str, str], nomme: str
) -> None:
    for nom, valeur in (JUSTES | dict(faux)).items():
        monkeypatch.setenv(nom, valeur)
    with pytest.raises(OuvertureRefusee, match=nomme):
        check_ouverture()
    monkeypatch.setenv("BAROMETRE_PRODUCTION", "0")
    assert not check_ouverture().production


@pytest.mark.parametrize(
    "lieux",
    [
        {"BAROMETRE_ENTREPOT": "/donnees/entrepot"},
        {
            "BAROMETRE_ENTREPOT": "postgresql://barometre@base/b",
            "BAROMETRE_ENTREPOT_PUBLIC": "postgresql+psycopg://barometre_lecteur@base/b",
        },
    ],
)
def test_un_fichier_ou_deux_comptes_ouvrent(lieux: Mapping[str, str]) -> None:
    assert list_defauts(read_reglages(JUSTES | dict(lieux))) == []


def test_sans_reglage_la_connexion_n_est_pas_offerte() -> None:
    assert not read_reglages({}).has_connexion
    assert len(list_defauts(read_reglages({}))) == 6
