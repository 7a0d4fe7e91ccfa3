"""Ce que voit une personne connectée : rien n’est demandé à un autre hôte, la console est muette."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import expect

from barometre.access.registre import get_registre
from barometre.domain.portee import Portee
from barometre.ui.blocks.administration.page import VUES
from tests.administration.conftest import connect
from tests.browser.conftest import Visiter, run_serveur, wait_calme
from tests.fakes import build_entrepot_factice

pytestmark = pytest.mark.navigateur
ADMINISTRATION = [f"/administration?vue={vue}" for vue in VUES]
PERSONNES = {
    "operateur": (Portee("operateur"), ADMINISTRATION),
    "collectivite": (
        Portee("collectivite", collectivite_id="commune-01001"),
        ["/fiche?collectivite=commune-01001", "/comparer?collectivite=commune-01001", "/inclusion"],
    ),
    "opsn": (Portee("opsn", opsn_id="opsn-essai"), ["/opsn", "/participation", "/obligations"]),
    "programme": (Portee("programme"), ["/", "/participation", "/alertes", "/evolution", "/synthese"]),
}

CONNEXION = {
    "BAROMETRE_ADRESSE": "https://127.0.0.1",
    "BAROMETRE_OIDC_EMETTEUR": "https://fournisseur.invalid",
    "BAROMETRE_OIDC_CLIENT": "essai",
    "BAROMETRE_OIDC_SECRET": "s" * 40,
}


@dataclass
class Service:
    """Un service sur des réponses réelles, et de quoi y connecter quelqu'un."""

    base: str
    jetons: dict[str, str]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    dossier = tmp_path_factory.mktemp("service")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BAROMETRE_REGISTRE", f"sqlite:///{dossier}/registre.db")
        jetons = {nom: connect(get_registre(), nom, portee) for nom, (portee, _) in PERSONNES.items()}
        # Personne ne va jusqu'au fournisseur : ces réglages font dessiner le compte dans le menu.
        for nom, valeur in CONNEXION.items():
            patch.setenv(nom, valeur)
        entrepot = build_entrepot_factice(dossier / "entrepot", simulee=False)
        with run_serveur(entrepot, dossier, dossier / "contours") as base:
            yield Service(base, jetons)


@pytest.mark.parametrize("nom", PERSONNES)
def test_une_personne_connectee_ne_fait_rien_demander_ailleurs(
    service: Service, visiter: Visiter, nom: str
) -> None:
    premiere, *suite = PERSONNES[nom][1]
    visite = visiter(service.base, premiere, jeton=service.jetons[nom])
    page = visite.page
    for chemin in (premiere, *suite):
        if chemin != premiere:
            page.goto(service.base + chemin)
            page.wait_for_selector(".baro-pied", timeout=60_000)
        page.wait_for_load_state("networkidle")
        dits = page.locator(".stMain").inner_text()
        assert "Traceback" not in dits
        assert "réservée aux" not in dits, chemin
        assert page.get_by_text("Se déconnecter").count() == 1, chemin
        assert page.locator(".stException").count() == 0, chemin
    assert visite.hors_du_serveur == []
    assert visite.console == []


def test_une_vue_gardee_se_rouvre_par_qui_a_son_adresse_et_s_oublie(
    service: Service, visiter: Visiter
) -> None:
    page = visiter(
        service.base, "/explorer?theme=inclusion&par=strate", jeton=service.jetons["programme"]
    ).page
    champ = page.get_by_role("textbox", name="Nom de la vue")
    champ.fill("Inclusion <b>par taille")
    champ.press("Enter")
    page.wait_for_url("**nom=Inclusion**")
    wait_calme(page)
    page.get_by_role("button", name="Garder cette vue").click()
    page.get_by_text("La vue est gardée.").wait_for()
    wait_calme(page)
    adresse = page.url.removeprefix(service.base)
    # Sans compte, la même adresse : le nom, la vue, et rien à garder.
    autre = visiter(service.base, adresse).page
    expect(autre.get_by_role("textbox", name="Nom de la vue")).to_have_value("Inclusion <b>par taille")
    assert autre.get_by_role("button", name="Garder cette vue").count() == 0
    page.get_by_text("Mes vues gardées").click()
    gardee = page.get_by_role("link", name="Inclusion <b>par taille")
    gardee.wait_for()
    # Le dépliant se remplit en plusieurs fois : un clic pendant qu'un bouton se refait ne donne rien.
    wait_calme(page, pendant=500)
    page.get_by_role("button", name="Oublier").click()
    # La phrase ne se montre qu'une fois, et un rejeu peut l'ôter : ce qui reste est que la vue n'y est plus.
    expect(gardee).to_have_count(0, timeout=30_000)
