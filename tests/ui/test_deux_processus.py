"""Deux processus, un secret, un registre : ce que l'un remet, l'autre le sert, à la même personne seule.

L'autre processus en est un vrai : un interpréteur neuf, qui ne partage que les réglages.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from barometre.access import jetons
from barometre.ui.serving import fichiers, images
from barometre.ui.visiteur import COOKIE
from tests.ui.test_fichiers import PROGRAMME, Service, entrepots, service
from tests.ui.test_images import IMAGE

__all__ = ["entrepots", "service"]
SECRET, AUTRE = "s" * 40, "t" * 40
AILLEURS = """
from barometre.assemblage.carte_gardee import Dessin
from barometre.domain.portee import Portee
from barometre.ui.serving import fichiers, images
from barometre.ui.serving.fichiers import Remise
from barometre.ui.serving.images import Image
from barometre.ui.serving.recettes import Recette
from barometre.views.carte.vue_carte import ChoixCarte
from barometre.views.lecture.selection import Selection
print(fichiers.get_adresse({remise!r}))
print("images/" + images.Jetons().add({image!r}) + ".png")
"""


def _build_elsewhere(remise: fichiers.Remise, image: images.Image) -> list[str]:
    """Les deux adresses, faites par un autre processus."""
    code = AILLEURS.format(remise=remise, image=image)
    variables = {**os.environ, "BAROMETRE_SECRET": SECRET}
    fait = subprocess.run([sys.executable, "-c", code], env=variables, capture_output=True, check=True)
    return [f"/{ligne}" for ligne in fait.stdout.decode().split()]


def test_ce_que_l_un_remet_l_autre_le_sert_a_la_meme_personne(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BAROMETRE_SECRET", SECRET)
    alice, remise = service.connect("alice")
    bob, _ = service.connect("bob")
    image = replace(IMAGE, portee=PROGRAMME, version_id=remise.version_id, session=remise.session)
    routes = [*fichiers.build_routes(), *images.build_routes()]
    client = TestClient(Starlette(routes=routes))

    def demander(adresses: list[str], session: str) -> list[int]:
        cookie = {"cookie": f"{COOKIE}={session}"}
        return [client.get(adresse, headers=cookie).status_code for adresse in adresses]

    adresses = _build_elsewhere(remise, image)
    assert demander(adresses, alice) == [200, 200]
    assert demander(adresses, bob) == demander(adresses, "") == [403, 404]
    monkeypatch.setenv("BAROMETRE_SECRET", AUTRE)
    monkeypatch.setattr(images, "ATELIER", images.Atelier(images.Jetons()))
    assert demander(adresses, alice) == [403, 404]
    monkeypatch.setenv("BAROMETRE_SECRET", SECRET)
    # lues sous le compte de qui demande, et de personne d'autre : le jeton n'en dit rien
    compte = service.registre.sessions.get(alice).compte_id  # type: ignore[union-attr]
    lectures = service.registre.list_journal()
    assert set(lectures.loc[lectures["action"].ne("accorder"), "compte"]) == {compte}
    service.registre.sessions.close(alice)
    assert demander(adresses, alice) == [403, 404]


def test_un_jeton_ne_dit_ni_compte_ni_courriel() -> None:
    """Signé n'est pas chiffré : une adresse collée dans un courriel ne dit pas de qui elle vient."""
    prive = replace(IMAGE, portee=PROGRAMME, session="condense")
    contenu = jetons.read_jeton(images.USAGE, images.Jetons().add(prive))
    assert contenu[-2:] in (["condense", False], ("condense", False))
    assert "compte" not in images.Image.__slots__
    assert "compte" not in fichiers.Remise.__slots__
