"""Un périmètre d'OPSN qui change : au premier geste d'après, l'agent ne lit plus que le nouveau, partout."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.testclient import TestClient

from barometre.access import AccesRefuse, Gate
from barometre.access.comptes import Identite
from barometre.access.registre import Registre, get_registre
from barometre.assemblage import depot, memoire
from barometre.assemblage.carte_gardee import Dessin
from barometre.assemblage.collectivite import load_fiche_affichee
from barometre.domain.portee import PUBLIC, Portee
from barometre.ui import porte, state, visiteur
from barometre.ui.serving import fichiers, images
from barometre.ui.serving.fichiers import Remise, get_adresse
from barometre.ui.serving.recettes import Recette, build_prive
from barometre.ui.visiteur import COOKIE
from barometre.views.carte.vue_carte import ChoixCarte
from barometre.views.lecture.selection import Selection
from tests.fakes import OPSN, OPSN_SEUL, add_opsn, build_entrepot_factice

AVANT, APRES = {"commune-01001", "commune-01002"}, {"commune-01001", "commune-2A005"}
RESTEE, PARTIE, VENUE = "commune-01001", "commune-01002", "commune-2A005"
CARTE = [["participation", "communication", "commune", ["", "departement-01", "", "", "", "redresse"]]]


def _lier(*cibles: str, opsn_id: str = OPSN) -> Any:
    """Ce que la liste de couverture dit de cet OPSN."""

    def changer(tables: dict[str, list[dict[str, Any]]]) -> None:
        add_opsn(tables)
        tables["lien_opsn"] = [
            {"opsn_id": opsn_id, "cible_id": c, "nature": "adherente", "source_id": "opsn"}
            for c in sorted(cibles)
        ]  # fmt: skip

    return changer


@dataclass
class Agent:
    """Une personne connectée, avec un droit d'OPSN, devant deux versions."""

    client: TestClient
    registre: Registre
    dossier: Path
    jeton: str
    droit: int
    compte: str

    def publish(self, *cibles: str, opsn_id: str = OPSN) -> None:
        """Une nouvelle liste de couverture, donc une nouvelle version ; le pointeur se relit."""
        build_entrepot_factice(self.dossier, simulee=False, changer=_lier(*cibles, opsn_id=opsn_id))
        depot.get_version_id.cache.clear()
        visiteur.reread()

    def open_gate(self) -> Gate:
        return porte.get_gate()

    def deliver(self, nom: str, *arguments: Any) -> str:
        """L'adresse que la page remettrait à l'instant."""
        lecteur = visiteur.get_lecteur()
        remise = Remise(
            Recette(nom, arguments), "csv", porte.get_version_id(), lecteur.session, lecteur.droit,
            motif="essai",
        )  # fmt: skip
        return f"/{get_adresse(remise)}"

    def show_image(self) -> str:
        choix = (
            ChoixCarte(
                "participation", "communication", "commune", Selection(territoire_id="departement-01")
            ),
        )
        return f"/{images.get_adresse(choix, Dessin(), 0)}"

    def ask(self, adresse: str) -> tuple[int, str]:
        reponse = self.client.get(adresse, headers={"cookie": f"{COOKIE}={self.jeton}"})
        return reponse.status_code, reponse.content.decode("latin-1")


@pytest.fixture
def agent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Agent]:
    dossier = tmp_path / "entrepot"
    build_entrepot_factice(dossier, simulee=False, changer=_lier(*AVANT))
    monkeypatch.setenv("BAROMETRE_ENTREPOT", str(dossier))
    monkeypatch.setenv("BAROMETRE_REGISTRE", f"sqlite:///{tmp_path}/registre.db")
    monkeypatch.setattr(st, "session_state", {})
    monkeypatch.setattr(images, "ATELIER", images.Atelier(images.Jetons()))
    depot.forget()
    memoire.forget()
    registre = get_registre()
    compte = registre.comptes.recognize(Identite("https://pro", "idp", "agent", "a@opsn.fr", "1"))
    droit = registre.accorder(compte, Portee("opsn", opsn_id=OPSN), siret="1")
    jeton = registre.sessions.open(compte, "eidas1", "idt")
    cookies = type("Contexte", (), {"cookies": {COOKIE: jeton}})
    monkeypatch.setattr(st, "context", cookies)
    routes = [*fichiers.build_routes(), *images.build_routes()]
    yield Agent(TestClient(Starlette(routes=routes)), registre, dossier, jeton, droit, compte)
    depot.forget()
    memoire.forget()


def _list_lues(gate: Gate) -> set[str]:
    """Ce que lit la porte, par toutes ses lectures nommées."""
    lues = set(gate.list_participations()["collectivite_id"])
    suivies = set(build_prive(gate, Recette("suivi"), "csv").octets.decode("utf-8-sig").split(";"))
    lisibles = {i for i in AVANT | APRES | {"commune-2A004"} if gate.can_read(i)}
    assert {i for i in AVANT | APRES if any(i in s for s in suivies)} == lues == lisibles
    return lues


def test_la_porte_et_ses_vues_gardees_suivent_la_liste_de_couverture(agent: Agent) -> None:
    ancienne = agent.open_gate()
    assert _list_lues(ancienne) == AVANT
    assert load_fiche_affichee(ancienne, PARTIE) is not None
    agent.publish(*APRES)
    gate = agent.open_gate()
    assert gate.version_id != ancienne.version_id
    assert _list_lues(gate) == APRES
    avant = len(agent.registre.list_journal())
    # La fiche de celle qui est partie reste publique : rien de nommé n'y est lu.
    fiche = load_fiche_affichee(gate, PARTIE)
    assert fiche is not None
    assert not gate.can_see_participation(PARTIE)
    assert len(agent.registre.list_journal()) == avant
    with pytest.raises(AccesRefuse, match="pas dans le périmètre"):
        gate.list_reponses(PARTIE)
    refus = agent.registre.list_journal(1).iloc[0]
    assert (refus["action"], refus["objet"], refus["compte"]) == ("refus_lire_reponses", PARTIE, agent.compte)


def test_l_adresse_de_l_ancienne_version_ne_rend_pas_l_ancien_perimetre(
    agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    ancienne = agent.open_gate().version_id
    agent.publish(*APRES)
    monkeypatch.setattr(state, "get_version_demandee", lambda: ancienne)
    gate = agent.open_gate()
    assert (gate.version_id, gate.portee) == (ancienne, PUBLIC)
    assert not gate.can_see_participation(PARTIE)


def test_les_liens_remis_avant_meurent_et_les_neufs_disent_le_nouveau_perimetre(agent: Agent) -> None:
    adresses = [
        agent.deliver("suivi"),
        agent.deliver("fiche", PARTIE),
        agent.deliver("carte", CARTE, "egales", "", 0),
    ]
    image = agent.show_image()
    for adresse in (*adresses, image):
        assert agent.ask(adresse)[0] == 200, adresse
    agent.publish(*APRES)
    comptees = len(agent.registre.list_journal())
    assert [agent.ask(adresse)[0] for adresse in adresses] == [403] * 3
    assert agent.ask(image)[0] == 404
    assert len(agent.registre.list_journal()) == comptees  # rien n'est lu, rien ne part
    statut, suivi = agent.ask(agent.deliver("suivi"))
    assert statut == 200
    assert {i for i in AVANT | APRES if i in suivi} == APRES
    faits = agent.registre.list_journal()
    assert faits["action"].eq("exporter").sum() == 4
    assert agent.registre.check_journal().is_intact


def test_une_version_changee_pendant_que_l_image_se_fait_la_retient(
    agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = agent.show_image()
    build = images._build

    def build_puis_publier(*arguments: Any) -> bytes:
        octets = build(*arguments)
        agent.publish(*APRES)
        return octets

    monkeypatch.setattr(images, "_build", build_puis_publier)
    assert agent.ask(image)[0] == 404


def test_un_droit_change_d_opsn_ne_laisse_rien_de_l_ancien(agent: Agent) -> None:
    """Retiré puis accordé sur un autre OPSN, dont aucune collectivité n'est connue : plus rien à lire."""
    fichier, image = agent.deliver("suivi"), agent.show_image()
    assert _list_lues(agent.open_gate()) == AVANT
    agent.registre.retirer(agent.droit)
    agent.registre.accorder(agent.compte, Portee("opsn", opsn_id=OPSN_SEUL), siret="1")
    visiteur.reread()
    assert (agent.ask(fichier)[0], agent.ask(image)[0]) == (403, 404)
    gate = agent.open_gate()
    assert gate.portee.opsn_id == OPSN_SEUL
    assert _list_lues(gate) == set()


def test_un_opsn_disparu_de_la_liste_ne_lit_plus_rien(agent: Agent) -> None:
    agent.publish(RESTEE, VENUE, opsn_id=OPSN_SEUL)
    gate = agent.open_gate()
    assert gate.portee == Portee("opsn", opsn_id=OPSN)
    assert _list_lues(gate) == set()
