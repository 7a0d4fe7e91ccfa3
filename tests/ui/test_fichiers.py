"""Un fichier privé : remis à une session, relu à chaque demande, inscrit au journal avant de sortir."""

from __future__ import annotations

import io
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.testclient import TestClient

from barometre.access.comptes import Identite
from barometre.access.journal import NON_ECRIT
from barometre.access.lecteur import read_lecteur
from barometre.access.oidc.niveaux import NIVEAUX_FORTS
from barometre.access.registre import Registre, get_registre
from barometre.assemblage import depot, memoire
from barometre.cli import main
from barometre.cli.verification import refaits
from barometre.domain.portee import PUBLIC, Portee
from barometre.domain.provenance import REMIS_SOUS_DROIT
from barometre.ui.relecture import write_offerts
from barometre.ui.serving import fichiers
from barometre.ui.serving.fichiers import PERIME, Remise, get_adresse
from barometre.ui.serving.recettes import NOMS, Recette
from barometre.ui.visiteur import COOKIE
from tests.fakes import build_entrepot_factice

COMMUNE = "commune-2A005"
FICHE = Recette("fiche", (COMMUNE,))
PROGRAMME = Portee("programme", nominatif=True)


@dataclass
class Service:
    """Deux personnes connectées, un registre, les routes."""

    client: TestClient
    registre: Registre

    def connect(self, nom: str, portee: Portee = PROGRAMME) -> tuple[str, Remise]:
        """Une personne, son droit, sa session ; rend son jeton de session et ce que sa page lui remet."""
        compte = self.registre.comptes.recognize(Identite("https://pro", "idp", nom, f"{nom}@essai.fr", "1"))
        if self.registre.lister(compte).empty:
            self.registre.accorder(compte, portee)
        jeton = self.registre.sessions.open(compte, next(iter(NIVEAUX_FORTS)), "idt")
        lecteur = read_lecteur(lambda: self.registre, jeton)
        version = depot.get_version_id()
        return jeton, Remise(FICHE, "csv", version, lecteur.session, lecteur.droit, motif="comité du 3")

    def ask(self, remise: Remise, session: str = "") -> tuple[int, str]:
        reponse = self.client.get(f"/{get_adresse(remise)}", headers={"cookie": f"{COOKIE}={session}"})
        assert "no-store" in reponse.headers["cache-control"]
        return reponse.status_code, reponse.text

    def list_exports(self) -> list[dict[str, object]]:
        return [f for f in self.registre.list_journal().to_dict("records") if f["action"] == "exporter"]  # type: ignore[misc]


@pytest.fixture(scope="module")
def entrepots(tmp_path_factory: pytest.TempPathFactory) -> dict[bool, str]:
    dossier = tmp_path_factory.mktemp("entrepot")
    simule = build_entrepot_factice(dossier / "simule")
    (fichier,) = shutil.copytree(simule, dossier / "reel").glob("*.duckdb")
    with duckdb.connect(str(fichier)) as connexion:
        connexion.execute("UPDATE version SET simulee = false")
    return {True: simule, False: str(dossier / "reel")}


@pytest.fixture
def service(entrepots: dict[bool, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Service]:
    monkeypatch.setenv("BAROMETRE_ENTREPOT", entrepots[False])
    monkeypatch.setenv("BAROMETRE_REGISTRE", f"sqlite:///{tmp_path}/registre.db")
    depot.forget()
    memoire.forget()
    yield Service(TestClient(Starlette(routes=fichiers.build_routes())), get_registre())
    depot.forget()
    memoire.forget()


def test_sa_session_recoit_son_fichier_et_le_journal_le_dit(service: Service) -> None:
    session, remise = service.connect("alice")
    statut, corps = service.ask(remise, session)
    assert statut == 200
    assert "indicateur" in corps
    (fait,) = service.list_exports()
    assert (fait["objet"], fait["role"], fait["simulee"]) == (f"fiche {COMMUNE}", "programme", False)
    assert str(fait["compte"]).startswith("c-")
    for mot in (f"version={remise.version_id}", "format=csv", "sha256=", "motif=comité du 3"):
        assert mot in str(fait["detail"])
    assert service.registre.check_journal().is_intact


def test_une_autre_session_une_session_close_une_session_neuve_ne_recoivent_rien(service: Service) -> None:
    alice, remise = service.connect("alice")
    bob, _ = service.connect("bob")
    seconde, _ = service.connect("alice")
    assert service.ask(remise, alice)[0] == 200
    for session in (bob, seconde, "", "inventee"):
        statut, corps = service.ask(remise, session)
        assert statut == 403
        assert PERIME.split("'")[0] in corps
    service.registre.sessions.close(alice)
    assert service.ask(remise, alice)[0] == 403
    assert len(service.list_exports()) == 1


def test_un_droit_retire_ou_une_version_passee_ne_donnent_plus_rien(service: Service) -> None:
    session, remise = service.connect("alice")
    assert service.ask(replace(remise, version_id="20200101T000000Z-abcdef"), session)[0] == 403
    assert service.ask(replace(remise, droit=remise.droit + 1), session)[0] == 403
    service.registre.retirer(remise.droit)
    assert service.ask(remise, session)[0] == 403


@pytest.mark.parametrize("geste", ["droit retiré", "session close"])
def test_ce_qui_tombe_pendant_que_le_fichier_se_fait_le_retient(
    service: Service, monkeypatch: pytest.MonkeyPatch, geste: str
) -> None:
    """Lu une seconde plus tôt, le droit valait : les octets sont faits, ils ne partent pas."""
    session, remise = service.connect("alice")
    build = fichiers.build_prive

    def build_puis_perdre(*arguments: Any) -> Any:
        fichier = build(*arguments)
        if geste == "droit retiré":
            service.registre.retirer(remise.droit)
        else:
            service.registre.sessions.close(session)
        return fichier

    monkeypatch.setattr(fichiers, "build_prive", build_puis_perdre)
    statut, corps = service.ask(remise, session)
    assert statut == 403
    assert "indicateur" not in corps
    assert service.list_exports() == []


def test_sans_journal_rien_ne_sort(service: Service) -> None:
    session, remise = service.connect("alice", Portee("collectivite", COMMUNE))
    with service.registre._moteur.begin() as connexion:
        connexion.execute(text("DROP TABLE journal_tete"))
    statut, corps = service.ask(remise, session)
    assert statut == 503
    assert NON_ECRIT.split(":")[0] in corps
    assert "indicateur" not in corps


@pytest.mark.parametrize("recette", [Recette("inconnue"), Recette("fiche", ("commune-99999",))])
def test_hors_de_la_liste_rien_n_existe(service: Service, recette: Recette) -> None:
    session, remise = service.connect("alice")
    assert service.ask(replace(remise, recette=recette), session)[0] == 403


def test_une_vue_pretee_ne_vaut_que_sur_des_reponses_simulees(
    service: Service, entrepots: dict[bool, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pretee = Portee("collectivite", COMMUNE, simulee=True)
    attendus = {False: 403, True: 200}
    for simulee, statut in attendus.items():
        monkeypatch.setenv("BAROMETRE_ENTREPOT", entrepots[simulee])
        depot.forget()
        remise = Remise(FICHE, "csv", depot.get_version_id(), pretee=pretee)
        assert service.ask(remise)[0] == statut
        assert service.ask(replace(remise, pretee=replace(pretee, simulee=False)))[0] == 403
        assert service.ask(replace(remise, pretee=PUBLIC))[0] == 403


def test_chaque_fichier_de_la_liste_se_refait(service: Service) -> None:
    theme, vague = "communication", "2023-v1"
    comparaison = (COMMUNE, theme, "strate", [])
    carte = (
        [["participation", theme, "commune", ["", "departement-2A", "", "", "", "redresse"]]],
        "egales",
        "",
        0,
    )
    recettes = {
        "fiche": FICHE, "fiche-document": Recette("fiche-document", (COMMUNE,)),
        "comparer": Recette("comparer", comparaison), "cote-a-cote": Recette("cote-a-cote", comparaison),
        "positions": Recette("positions", ("questionnaire", *comparaison)), "suivi": Recette("suivi"),
        "situation": Recette("situation", (COMMUNE,)),
        "a-relancer": Recette("a-relancer", ("site_internet", vague, 100)), "carte": Recette("carte", carte),
        "exacts": Recette("exacts", ("theme=communication&par=strate",)),
    }  # fmt: skip
    assert {*recettes, "journal"} == NOMS
    session, remise = service.connect("alice")
    for nom, recette in recettes.items():
        extension = {"fiche-document": "docx", "situation": "svg"}.get(nom, "csv")
        statut, _ = service.ask(replace(remise, recette=recette, extension=extension), session)
        assert statut == 200, nom
    for nom in ("carte", "positions"):
        assert service.ask(replace(remise, recette=recettes[nom], extension="svg"), session)[0] == 200


@pytest.mark.parametrize("recette", [FICHE, Recette("comparer", (COMMUNE, "communication", "strate", []))])
def test_une_archive_privee_porte_les_pairs_et_son_adresse(service: Service, recette: Recette) -> None:
    session, remise = service.connect("alice")
    voulue = replace(remise, recette=recette, extension="zip")
    reponse = service.client.get(f"/{get_adresse(voulue)}", headers={"cookie": f"{COOKIE}={session}"})
    archive = zipfile.ZipFile(io.BytesIO(reponse.content))
    assert {"pairs/pairs.csv", "methode.md", "SHA256SUMS"} <= set(archive.namelist())
    assert f"{recette.nom}?collectivite={COMMUNE}" in archive.read("LISEZ-MOI.txt").decode()


def test_un_fichier_remis_sous_un_droit_se_reconnait_au_journal(
    service: Service,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Le public ne le refait pas : son condensé, inscrit avant qu'il parte, dit s'il a changé."""
    session, remise = service.connect("alice")
    reponse = service.client.get(f"/{get_adresse(remise)}", headers={"cookie": f"{COOKIE}={session}"})
    fichier = tmp_path / "remis.csv"
    fichier.write_bytes(reponse.content)
    assert REMIS_SOUS_DROIT in reponse.text
    assert main(["verifier-fichier", str(fichier)]) == 0
    assert "remis par l'outil le" in capsys.readouterr().out
    monkeypatch.setattr(refaits, "run_relecture", write_offerts)
    fichier.write_bytes(reponse.content.replace(b"Titre", b"titre", 1))
    assert main(["verifier-fichier", str(fichier)]) == 1
    assert "Rien ne montre qu'il est intact" in capsys.readouterr().err


def test_le_journal_n_est_remis_qu_a_un_operateur(service: Service) -> None:
    for nom, portee, attendu in (("alice", PROGRAMME, 403), ("olga", Portee("operateur"), 200)):
        session, remise = service.connect(nom, portee)
        statut, corps = service.ask(replace(remise, recette=Recette("journal", ("",) * 4)), session)
        assert (statut, "Accorder un droit" in corps) == (attendu, attendu == 200), nom
    assert [fait["objet"] for fait in service.list_exports()] == ["journal"]
