"""La page Administration : chaque vue pour un opérateur, une phrase pour tout autre, un geste signé."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from barometre.access.lecteur import Lecteur, read_lecteur
from barometre.access.registre import Registre, get_registre
from barometre.administration.acces import Accord
from barometre.assemblage import depot
from barometre.domain.portee import Portee
from barometre.ui import porte, state, visiteur
from barometre.ui.blocks.administration import acces, deposer, preparees, vagues, versions
from barometre.ui.blocks.administration.page import VUES
from tests.administration.conftest import connect
from tests.fakes import build_entrepot_factice
from tests.pages.conftest import list_messages
from tests.visite import open_page

ANCIENNE = "20200101T000000Z-abcdef"


@dataclass
class Service:
    """L'application ouverte par une personne connectée."""

    registre: Registre
    jeton: str = ""

    def read(self) -> Lecteur:
        return read_lecteur(lambda: self.registre, self.jeton)

    def open(self, portee: Portee | None, **parametres: str) -> AppTest:
        self.jeton = connect(self.registre, portee.role if portee else "personne", portee)
        return open_page("administration", parametres)


@pytest.fixture(scope="module")
def entrepot(tmp_path_factory: pytest.TempPathFactory) -> str:
    dossier = tmp_path_factory.mktemp("administration")
    adresse = build_entrepot_factice(dossier, simulee=False)
    _add_ancienne(dossier)
    return adresse


def _add_ancienne(dossier: Path) -> None:
    """La même version, sous un nom plus ancien : en construire une autre coûte des secondes."""
    (fichier,) = dossier.glob("barometre-*.duckdb")
    copie = dossier / f"barometre-{ANCIENNE}.duckdb"
    shutil.copyfile(fichier, copie)
    with duckdb.connect(str(copie)) as connexion:
        connexion.execute("UPDATE version SET version_id = ?", [ANCIENNE])


@pytest.fixture
def service(entrepot: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    monkeypatch.setenv("BAROMETRE_ENTREPOT", entrepot)
    monkeypatch.setenv("BAROMETRE_REGISTRE", f"sqlite:///{tmp_path}/registre.db")
    depot.forget()
    ouvert = Service(get_registre())
    for module in (visiteur, porte):
        monkeypatch.setattr(module, "get_lecteur", ouvert.read)
    yield ouvert
    depot.forget()


OPERATEUR = Portee("operateur")
AUTRES: list[Portee | None] = [None, Portee("opsn", opsn_id="opsn-a"), Portee("programme", nominatif=True)]


@pytest.mark.parametrize("portee", AUTRES, ids=["sans droit", "opsn", "programme"])
def test_un_autre_lecteur_n_en_lit_qu_une_phrase(service: Service, portee: Portee | None) -> None:
    page = service.open(portee, vue="journal")
    assert not page.exception
    assert any("réservée aux opérateurs" in m for m in list_messages(page))
    assert not [bouton for bouton in page.button if bouton.key and "FormSubmitter" in bouton.key]
    assert not page.text_input


def test_une_premiere_connexion_lit_sa_demande_sur_la_page_ou_elle_arrive(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Au bas du menu seul, personne ne la voyait, et sur un téléphone le menu est fermé."""
    for nom in ("ADRESSE", "OIDC_EMETTEUR", "OIDC_CLIENT", "OIDC_SECRET"):
        monkeypatch.setenv(f"BAROMETRE_{nom}", f"https://essai.test/{nom}")
    page = service.open(None)
    assert sum("demande d’accès n° 1 est déposée" in m for m in list_messages(page)) == 2
    assert not any("demande d’accès" in m for m in list_messages(service.open(OPERATEUR)))


@pytest.mark.parametrize("vue", sorted(VUES))
def test_chaque_vue_s_ouvre_a_un_operateur(service: Service, vue: str) -> None:
    page = service.open(OPERATEUR, vue=vue)
    assert not page.exception
    assert page.header
    assert not any("réservée" in m for m in list_messages(page))


def test_un_refus_forge_n_administre_pas(service: Service) -> None:
    """Le droit tombe entre l'affichage et le clic : le geste est refusé, et rien ne change."""
    page = service.open(OPERATEUR, vue="versions")
    avant = depot.get_version_id()
    (numero,) = service.registre.lister()["acces_id"]
    service.registre.retirer(int(numero))
    page.button(key="activer-version").click().run()
    assert not page.exception
    assert depot.get_version_id() == avant
    assert any("réservée" in m for m in list_messages(page))


def test_mettre_en_service_est_inscrit_avant(service: Service) -> None:
    page = service.open(OPERATEUR, vue="versions")
    avant = depot.get_version_id()
    cible = page.selectbox(key="administrer-version").value
    page.button(key="activer-version").click().run()
    assert depot.get_version_id() == cible != avant
    fait = service.registre.list_journal(1).iloc[0]
    assert (fait["action"], fait["objet"], fait["role"]) == ("activer", cible, "operateur")
    assert f"avant={avant}" in fait["detail"]


def test_une_version_preparee_d_une_autre_que_celle_en_service_ne_se_publie_pas(
    service: Service, entrepot: str
) -> None:
    active = depot.get_version_id()
    fichier = Path(entrepot) / f"barometre-{active}.duckdb"
    bases = {"20990101T000000Z-aaaaaa": active, "20990101T000000Z-bbbbbb": "20190101T000000Z-cccccc"}
    for version_id, base in bases.items():
        shutil.copyfile(fichier, Path(entrepot) / f"preparee-{version_id}.duckdb")
        service.registre.publications.add(version_id, base, "Import de v.csv", par="c-1")
    try:
        page = service.open(OPERATEUR, vue="versions")
    finally:
        for version_id in bases:
            (Path(entrepot) / f"preparee-{version_id}.duckdb").unlink()
    assert not page.exception
    offerts = [str(b.key) for b in page.button if str(b.key).startswith(("publier-", "abandonner-"))]
    une, autre = bases
    assert sorted(offerts) == [f"abandonner-{une}", f"abandonner-{autre}", f"publier-{une}"]
    assert sum("elle ne se publie plus" in m for m in list_messages(page)) == 1


def _list_jours(page: AppTest) -> dict[str, Any]:
    return {champ.label.split()[0]: champ for champ in page.date_input}


def test_la_parution_et_la_fenetre_se_datent_se_relisent_et_se_ferment(
    service: Service, entrepot: str
) -> None:
    """Un autre jour, une autre visite : le champ montre la date notée, un bouton l'ôte."""
    active, preparee = depot.get_version_id(), "20990101T000000Z-dddddd"
    fichier = Path(entrepot) / f"preparee-{preparee}.duckdb"
    shutil.copyfile(Path(entrepot) / f"barometre-{active}.duckdb", fichier)
    service.registre.publications.add(preparee, active, "Import de v.csv", par="c-1")
    demain, hier = (date.today() + timedelta(days=n) for n in (1, -1))
    try:
        page = service.open(OPERATEUR, vue="versions")
        _list_jours(page)["Paraîtra"].set_value(hier).run()
        assert any("Ce jour est passé" in m for m in list_messages(page))
        assert _list_jours(page)["Paraîtra"].value is None
        _list_jours(page)["Paraîtra"].set_value(demain).run()
        _list_jours(page)["Réponses"].set_value(hier).run()
        assert service.registre.publications.list_ouvertes(hier) == []
        _list_jours(page)["Réponses"].set_value(demain).run()
        notee = service.registre.publications.get_fenetre(demain)
        assert notee is not None
        assert (notee.prevue_le, notee.reponses_jusqu_au) == (demain, demain)
        neuve = service.open(OPERATEUR, vue="versions")
        assert [champ.value for champ in _list_jours(neuve).values()] == [demain, demain]
        _find_bouton(neuve, "Ôter la date de parution")().run()
        assert any("Aucune date" in m for m in list_messages(neuve))
    finally:
        fichier.unlink()
    # Publiée, ou ici effacée : la fenêtre reste ouverte, et se ferme de la même vue.
    apres = service.open(OPERATEUR, vue="versions")
    assert not apres.exception
    assert list(_list_jours(apres)) == ["Réponses"]
    _find_bouton(apres, "Fermer la fenêtre de réponse")().run()
    assert service.registre.publications.get_fenetre(demain) is None
    assert not _list_jours(apres)
    gestes = service.registre.list_journal()["action"].tolist()
    assert (gestes.count("prevoir"), gestes.count("ouvrir_reponses")) == (2, 2)


def test_accorder_depuis_la_page(service: Service) -> None:
    connect(service.registre, "maire")
    page = service.open(OPERATEUR, vue="acces")
    demandes = service.registre.comptes.list_demandes().set_index("courriel")["demande_id"]
    page.selectbox(key="demande-numero").set_value(int(demandes["maire@essai.fr"]))
    page.text_input(key="demande-code").set_value("01001")
    page.text_input(key="demande-motif").set_value("élu")
    _find_bouton(page, "Accorder")().run()
    assert any("est accordé" in m for m in list_messages(page))
    assert "commune-01001" in set(service.registre.lister()["collectivite_id"])
    # La demande suivante n'hérite ni du code ni du motif de celle-ci.
    champs = [page.text_input(key=cle).value for cle in ("demande-code", "demande-motif")]
    assert champs == ["", ""]
    assert not page.exception


def test_le_journal_se_cherche_et_s_emporte(service: Service) -> None:
    service.registre.journaliser("lire_reponses", "commune-1", compte="c-1")
    page = service.open(OPERATEUR, vue="journal")
    page.text_input(key="journal-texte").set_value("commune-1").run()
    html = " ".join(str(bloc.proto.body) for bloc in page.get("html"))
    assert "commune-1" in html
    assert 'href="fichiers/' in html  # jamais par /media de Streamlit
    assert any("chaîne du journal est entière" in m for m in list_messages(page))


def test_le_rappel_d_un_chiffre_se_demande_et_repond(service: Service) -> None:
    """Un fichier d'une version effacée ne se compare plus : il est à rappeler, et c'est dit."""
    detail = "version=20190101T000000Z-000000 format=csv sha256=0 motif=essai"
    service.registre.journaliser("exporter", "participation", compte="c-1", detail=detail)
    page = service.open(OPERATEUR, vue="journal")
    assert "version effacée" not in " ".join(str(bloc.proto.body) for bloc in page.get("html"))
    page.toggle(key="journal-rappel").set_value(True).run()
    assert not page.exception
    html = " ".join(str(bloc.proto.body) for bloc in page.get("html"))
    assert "fichier inscrit au journal porte" in html
    assert "version effacée" in html


def _find_bouton(page: AppTest, libelle: str) -> Callable[[], AppTest]:
    (bouton,) = [b for b in page.button if b.label == libelle]
    return bouton.click  # type: ignore[return-value]


LONG = "a" * 100_000
FORGES: dict[str, tuple[Callable[[], None], dict[str, Any], str]] = {
    "rôle inventé": (acces._accept, {"demande-role": "ministre"}, "Choisissez d'abord"),
    "rôle public": (acces._accept, {"demande-role": "public"}, "Choisissez d'abord"),
    "numéro en texte": (acces._accept, {"demande-numero": "1 OR 1=1"}, "Choisissez d'abord"),
    "numéro inconnu": (acces._accept, {"demande-numero": 999}, "Aucune demande"),
    "numéro négatif": (acces._reject, {"demande-numero": -1}, "Choisissez d'abord"),
    "numéro immense": (acces._reject, {"demande-numero": 10**30}, "Choisissez d'abord"),
    "numéro vrai": (acces._reject, {"demande-numero": True}, "Choisissez d'abord"),
    "OPSN inventé": (
        acces._accept, {"demande-role": "opsn", "demande-opsn": "x'; DROP TABLE acces"}, "Choisissez l'OPSN",
    ),
    "code en liste": (
        acces._accept, {"demande-role": "collectivite", "demande-code": ["01001"]}, "Aucune collectivité",
    ),
    "motif absent": (acces._accept, {"demande-motif": None}, "Dites pourquoi"),
    "motif démesuré": (acces._accept, {"demande-motif": LONG}, "tient en 200"),
    "refus démesuré": (acces._reject, {"demande-motif": LONG}, "tient en 200"),
    "droit absent": (acces._remove, {}, "Choisissez d'abord"),
    "droit immense": (acces._remove, {"droit-numero": 10**30}, "Choisissez d'abord"),
    "droit d'un autre âge": (acces._remove, {"droit-numero": 999}, "Aucun droit en cours"),
    "sessions de personne": (acces._close, {"droit-numero": 999}, "Choisissez d'abord"),
    "version ailleurs": (versions._activate, {"administrer-version": "../../etc/passwd"}, "n'est gardée"),
    "version en liste": (versions._activate, {"administrer-version": ["x"]}, "Choisissez d'abord"),
    "version coupée": (versions._activate, {"administrer-version": "x\x00y"}, "n'est gardée"),
    "publier ailleurs": (partial(preparees._publish, "../../x"), {}, "pas connue du registre"),
    "abandonner ailleurs": (partial(preparees._forget, "../../x"), {}, "n'est préparée"),
    "abandonner celle en service": (partial(preparees._forget, ANCIENNE), {}, "n'est préparée"),
    "vague inventée": (partial(vagues._open, "1999-v0"), {}, "n'est pas dans la liste"),
    "colonne inventée": (
        partial(deposer._save, "communication", ("x",)), {"rapprocher-0": "__class__"}, "ni une question",
    ),
}  # fmt: skip


def test_un_message_forge_ne_fait_rien_et_recoit_une_phrase(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Un navigateur envoie ce qu'il veut à n'importe quel champ : ni trace, ni fait, ni droit."""
    connect(service.registre, "maire")
    service.jeton = connect(service.registre, OPERATEUR.role, OPERATEUR)
    demandes = service.registre.comptes.list_demandes().set_index("courriel")["demande_id"]
    champs = {"demande-numero": int(demandes["maire@essai.fr"]), "demande-role": "programme",
              "demande-motif": "essai"}  # fmt: skip
    avant = (service.registre.read_copie(), depot.get_version_id())
    for cas, (geste, forges, phrase) in FORGES.items():
        monkeypatch.setattr(st, "session_state", champs | forges)
        geste()
        assert any(phrase in dite for dite in st.session_state[state._GARDES]), cas
        assert (service.registre.read_copie(), depot.get_version_id()) == avant, cas


def test_un_dernier_jour_sans_lendemain_est_sans_fin() -> None:
    assert Accord(OPERATEUR, "essai", date.max).expire_le is None
