"""L'image à imprimer : un jeton par portée et par carte, la même porte, rien de gardé sans fin."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from threading import Event

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from barometre.access.lecteur import Lecteur
from barometre.assemblage import depot
from barometre.assemblage.carte_gardee import Dessin
from barometre.domain.portee import PUBLIC, Portee
from barometre.ui import porte
from barometre.ui.serving import images
from barometre.ui.serving.images import Atelier, Image, Jetons
from barometre.ui.visiteur import COOKIE
from barometre.views.carte.vue_carte import ChoixCarte
from barometre.views.lecture.selection import Selection
from tests.fakes import build_entrepot_factice

CHOIX = (ChoixCarte("site_internet", "communication", "region", Selection()),)
IMAGE = Image(PUBLIC, "v1", CHOIX, Dessin(), 0)
OPERATEUR = Portee(role="operateur")


def test_la_meme_carte_garde_son_jeton_et_chaque_portee_a_le_sien() -> None:
    registre = Jetons()
    jeton = registre.add(IMAGE)
    assert registre.add(IMAGE) == jeton
    assert len(jeton) >= 24
    autre = registre.add(replace(IMAGE, portee=OPERATEUR))
    assert autre != jeton
    assert registre.get(jeton) == IMAGE
    assert registre.get(autre).portee == OPERATEUR  # type: ignore[union-attr]
    assert registre.get("inconnu") is None


def test_une_image_oubliee_ou_d_un_autre_processus_se_relit_de_son_jeton() -> None:
    """Signé du secret commun : `servir --processus 2` sert une image privée, où que la page ait été faite."""
    selection = Selection("2026-v4", "region-75", "commune", valeur="brut", structure="egale")
    choix = (*CHOIX, ChoixCarte("site_internet", "communication", "departement", selection, "2023-v1"))
    prive = Image(OPERATEUR, "v1", choix, Dessin("egales", "opsn", "2026"), 1, "s1")
    registre, autre = Jetons(gardees=1), Jetons()
    demandees = [prive, IMAGE, replace(IMAGE, sombre=True)]
    jetons = [registre.add(i) for i in demandees]
    assert [registre.get(j) for j in jetons] == [autre.get(j) for j in jetons] == demandees


def test_un_jeton_altere_ou_d_un_autre_secret_ou_perime_ne_dit_rien(monkeypatch: pytest.MonkeyPatch) -> None:
    jeton = Jetons().add(IMAGE)
    assert Jetons().get(jeton[:-2] + ("AA" if jeton[-2:] != "AA" else "BB")) is None
    passe = Jetons(duree=-1)
    assert passe.get(passe.add(IMAGE)) is None
    monkeypatch.setenv("BAROMETRE_SECRET", "x" * 40)
    assert Jetons().get(jeton) is None


def test_une_seule_image_se_prepare_a_la_fois(monkeypatch: pytest.MonkeyPatch) -> None:
    faites: list[int] = []
    parti, suite = Event(), Event()

    def _build(image: Image) -> bytes:
        faites.append(image.rang)
        parti.set()
        assert suite.wait(5)
        return b"image"

    monkeypatch.setattr(images, "_build", _build)
    atelier = Atelier(Jetons(), faites=1)
    premier, second = (atelier.jetons.add(replace(IMAGE, rang=rang)) for rang in (0, 1))
    atelier.prepare(premier, attente=0)
    assert parti.wait(5)
    atelier.prepare(second, attente=0)
    suite.set()
    assert atelier._place.acquire(timeout=5)  # la préparation est finie
    assert atelier.get(premier) == b"image"
    assert faites == [0]
    atelier.get(second)
    atelier.get(premier)
    assert faites == [0, 1, 0]  # une seule est gardée


@pytest.fixture(scope="module")
def entrepot(tmp_path_factory: pytest.TempPathFactory) -> str:
    return build_entrepot_factice(tmp_path_factory.mktemp("entrepot"))


@pytest.fixture
def client(entrepot: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setenv("BAROMETRE_ENTREPOT", entrepot)
    depot.forget()
    monkeypatch.setattr(images, "ATELIER", Atelier(Jetons()))
    yield TestClient(Starlette(routes=images.build_routes()))
    depot.forget()


def test_l_adresse_rend_l_image_de_la_portee_du_lecteur(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    portees: list[Portee] = []
    ouvrir = depot.build_gate
    monkeypatch.setattr(porte, "get_portee", lambda: OPERATEUR)
    adresse = images.get_adresse(CHOIX, Dessin(), 0)
    monkeypatch.setattr(
        depot, "build_gate", lambda portee, v, compte="": portees.append(portee) or ouvrir(portee, v)
    )
    reponse = client.get(f"/{adresse}")
    assert reponse.status_code == 200
    assert reponse.content[:4] == b"\x89PNG"
    assert reponse.headers["cache-control"].startswith("private")
    assert set(portees) == {OPERATEUR}


@pytest.mark.parametrize("jeton", ["inconnu", "..%2f..%2fetc", "a" * 400])
def test_un_autre_jeton_ne_rend_rien(client: TestClient, jeton: str) -> None:
    assert client.get(f"/images/{jeton}.png").status_code == 404


def test_l_image_d_une_personne_meurt_avec_sa_session_et_son_droit(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Le même jeton : seule la session à qui il a été remis, avec son droit, reçoit l'image."""
    programme = Portee(role="programme", nominatif=True)
    sessions = {
        "alice": Lecteur("alice", droits={1: programme}, portee=programme, session="s1"),
        "alice, une autre fois": Lecteur("alice", droits={1: programme}, portee=programme, session="s2"),
        "bob": Lecteur("bob", droits={2: programme}, portee=programme, session="s3"),
    }
    monkeypatch.setattr(images, "read_lecteur", lambda _, jeton: sessions.get(jeton, Lecteur()))
    version = depot.get_version_id()
    prive = replace(IMAGE, portee=programme, version_id=version, session="s1")
    adresse = f"/images/{images.ATELIER.jetons.add(prive)}.png"

    def demander(session: str) -> int:
        return client.get(adresse, headers={"cookie": f"{COOKIE}={session}"}).status_code

    assert [demander(s) for s in ("alice", "alice, une autre fois", "bob", "")] == [200, 404, 404, 404]
    assert (
        client.get(adresse, headers={"cookie": f"{COOKIE}=alice"})
        .headers["cache-control"]
        .endswith("no-store")
    )
    sans_droit = Lecteur("alice", droits={}, session="s1")
    with monkeypatch.context() as pendant:  # retiré pendant que l'image se dessine
        pendant.setattr(images, "_build", lambda *_: sessions.update(alice=sans_droit) or b"image")
        assert demander("alice") == 404
    sessions["alice"] = sans_droit
    assert demander("alice") == 404
    del sessions["alice"]  # session close
    assert demander("alice") == 404


def test_une_version_disparue_ne_rend_rien(client: TestClient) -> None:
    jeton = images.ATELIER.jetons.add(replace(IMAGE, version_id="20200101T000000Z-abcdef"))
    assert client.get(f"/images/{jeton}.png").status_code == 404
