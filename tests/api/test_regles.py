"""Le débit est celui d'une adresse, et une clé qui se répète se répète."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
import pytest
from fastapi.testclient import TestClient
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Message

from barometre.access import Gate
from barometre.api.application import RACINE, build_api
from barometre.api.debit import RANGEMENT, Compteur, Debit
from barometre.api.modeles import build_modele
from barometre.api.reponses import build_etag
from barometre.api.retraits import Annonce, Retrait
from barometre.api.sans_corps import SansCorps
from barometre.domain.colonnes import load_colonnes
from barometre.warehouse.engine import EntrepotError
from tests.api.conftest import run_boucle


def _demande(adresse: str) -> Request:
    return Request({"type": "http", "client": (adresse, 40_000), "headers": []})


def test_le_debit_d_une_adresse_n_est_pas_celui_d_une_autre() -> None:
    debit = Debit(par_minute=2)
    assert [debit.find_refus(_demande("10.0.0.1")) is None for _ in range(3)] == [True, True, False]
    assert debit.find_refus(_demande("10.0.0.2")) is None


def test_ranger_la_memoire_n_oublie_pas_les_demandes_de_la_minute() -> None:
    debit = Debit(par_minute=1)
    compteur = debit._compteur.storage
    assert isinstance(compteur, Compteur)
    assert debit.find_refus(_demande("10.0.0.1")) is None
    compteur._rangee -= RANGEMENT + 1
    compteur._tidy()
    refus = debit.find_refus(_demande("10.0.0.1"))
    assert refus is not None
    assert int(refus.headers["Retry-After"]) >= 1


def test_une_liste_se_donne_en_repetant_sa_cle(client: TestClient) -> None:
    deux = client.get("/valeurs?indicateurs=site_internet&indicateurs=site_a_jour&par=strate")
    assert deux.status_code == 200
    assert {ligne["indicateur_id"] for ligne in deux.json()["lignes"]} == {"site_internet", "site_a_jour"}
    assert client.get("/valeurs?par=strate&theme=communication&theme=inclusion").status_code == 422


def test_un_csv_dit_sa_version_et_sa_simulation_dans_ses_en_tetes(client: TestClient, gate: Gate) -> None:
    """Sans lignes de provenance, il ne reste qu'elles pour le dire."""
    nu = client.get("/valeurs?par=strate&format=csv&entete=false")
    assert (nu.headers["Barometre-Version"], nu.headers["Barometre-Simulee"]) == (gate.version_id, "oui")
    assert nu.content.startswith(b"territoire_id") or b"#" not in nu.content.splitlines()[0]


def test_la_version_demandee_est_celle_qui_s_ouvre_pour_lire_et_pour_l_etiquette(gate: Gate) -> None:
    ouvertes: list[str] = []

    def ouvrir(version: str) -> Gate:
        ouvertes.append(version)
        return gate

    client = TestClient(build_api(ouvrir))
    for version in ("", "v1", "v2"):
        ouvertes.clear()
        assert client.get("/sources", params={"version": version} if version else {}).status_code == 200
        assert ouvertes == [version, version]  # l'étiquette, puis la lecture


@pytest.mark.parametrize("adresse", ["/rien", "/valeurs?zorglub=1", "/indicateurs?taille=0"])
def test_un_refus_n_est_jamais_une_reponse_que_l_on_a_deja(client: TestClient, adresse: str) -> None:
    """« curl -z » sur une adresse mal écrite rendait 304 : l'ancien fichier passait pour relu (§13.2.1)."""
    refus = client.get(adresse)
    assert not {"etag", "last-modified"} & set(refus.headers)
    date = client.get("/sources").headers["last-modified"]
    for condition in ({"If-Modified-Since": date}, {"If-None-Match": "*"}):
        assert client.get(adresse, headers=condition).status_code == refus.status_code
        assert client.get("/sources", headers=condition).status_code == 304


def _open_ferme(_version: str) -> Gate:
    raise EntrepotError("/chemin/interne : verrouillé")


@pytest.mark.parametrize("adresse", ["/valeurs?par=strate", "/sources", "/versions"])
def test_un_entrepot_qui_ne_se_lit_pas_se_dit_et_se_redemande(adresse: str) -> None:
    """503 : « réessayez », et non 500 ; sans le chemin de nos fichiers."""
    reponse = TestClient(build_api(_open_ferme), raise_server_exceptions=False).get(adresse)
    assert (reponse.status_code, reponse.headers["content-type"]) == (503, "application/problem+json")
    assert "réessayez" in reponse.json()["detail"]
    assert "chemin" not in reponse.text


async def _receive() -> Message:
    return {"type": "http.request"}


@pytest.mark.parametrize(("methode", "corps"), [("GET", b"une page"), ("HEAD", b"")])
def test_les_octets_d_une_lecture_ne_partent_pas_a_qui_demande_head(methode: str, corps: bytes) -> None:
    """Lu sous le client d'essai, qui ôte lui-même le corps d'un HEAD."""
    partis: list[Message] = []

    async def send(message: Message) -> None:
        partis.append(message)

    portee = {"type": "http", "method": methode, "path": "/", "headers": []}
    run_boucle(SansCorps(PlainTextResponse("une page"))(portee, _receive, send))
    assert partis[0]["status"] == 200
    assert (b"content-length", b"8") in partis[0]["headers"]
    assert b"".join(message["body"] for message in partis[1:]) == corps


@dataclass(frozen=True)
class _Porte:
    version_id: str


def test_l_etiquette_est_d_une_adresse_et_d_une_version() -> None:
    """La version en service change sans que l'adresse change : l'ancienne réponse passerait pour la bonne."""
    adresses = ((chemin, requete) for chemin in ("/sources", "/indicateurs") for requete in (b"", b"page=2"))
    demandes = [
        Request({"type": "http", "path": chemin, "query_string": requete, "headers": [], "server": ("h", 80)})
        for chemin, requete in adresses
    ]
    portes: list[Any] = [_Porte("v1"), _Porte("v2")]
    etiquettes = {build_etag(porte, demande) for porte in portes for demande in demandes}
    assert len(etiquettes) == len(portes) * len(demandes)


def test_une_etiquette_affaiblie_en_chemin_reste_celle_de_la_reponse(client: TestClient) -> None:
    """Un mandataire qui comprime la dit faible, « W/ » ; la comparaison n'en tient pas compte (§13.1.2)."""
    etag = client.get("/sources").headers["etag"]
    for annoncee in (f"W/{etag}", f'"autre", W/{etag}'):
        assert client.get("/sources", headers={"If-None-Match": annoncee}).status_code == 304


def test_la_participation_rend_tous_les_comptes_de_la_porte(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    comptes = [("2023-v1", "inclusion", 120), ("2026-v4", "inclusion", 340), ("2026-v4", "donnee", 55)]
    cles = ["vague_id", "questionnaire_id", "questionnaires"]
    monkeypatch.setattr(Gate, "count_participations", lambda *_: pd.DataFrame(comptes, columns=cles))
    lue = client.get("/participation").json()
    assert [tuple(ligne[cle] for cle in cles) for ligne in lue["lignes"]] == comptes
    assert lue["total"] == len(comptes)


def test_une_part_garde_ses_decimales_dans_le_contrat() -> None:
    """Un entier refuserait « 12,5 » : la réponse entière serait une panne."""
    natures = {c.nom for c in load_colonnes().values() if c.nature in ("pourcent", "points", "nombre")}
    page = build_modele("Essai", sorted(natures))
    version = {"version": "v", "creee_le": "2026-11-30", "simulee": True, "avertissement": ""}
    lue = page(version=version, total=1, page=1, taille=1, lignes=[dict.fromkeys(natures, 12.5)])
    assert set(lue.model_dump()["lignes"][0].values()) == {12.5}


def test_une_liste_n_a_que_ce_que_ses_cles_demandent(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    tous = client.get("/indicateurs?taille=1000").json()["lignes"]
    for theme in ("inclusion", "communication"):
        lus = client.get(f"/indicateurs?taille=1000&theme={theme}").json()["lignes"]
        assert lus == [ligne for ligne in tous if ligne["theme_id"] == theme] != []
    types = {ligne["type"] for ligne in client.get("/territoires?taille=1000").json()["lignes"]}
    assert types == {"region", "departement"}
    demandes: list[str | None] = []

    def list_questions(_gate: Gate, questionnaire_id: str | None) -> pd.DataFrame:
        demandes.append(questionnaire_id)
        return pd.DataFrame()

    monkeypatch.setattr(Gate, "list_questions", list_questions)
    for requete in ("", "?questionnaire=inclusion"):
        assert client.get(f"/questionnaires{requete}").status_code == 200
    assert demandes == [None, "inclusion"]


def test_une_reponse_gardee_par_un_navigateur_se_redemande_avant_de_resservir(client: TestClient) -> None:
    """Une version publiée à midi ne se lirait qu'une heure plus tard."""
    assert client.get("/sources").headers["cache-control"] == "no-cache"


def test_le_contrat_n_a_pas_l_etiquette_d_une_version_des_donnees(client: TestClient) -> None:
    """Il change avec le programme : les mêmes données rendraient 304 sous un contrat d'avant."""
    for adresse in ("/openapi.json", "/"):
        assert "etag" not in client.get(adresse).headers


def test_une_barre_de_trop_ne_redirige_pas_vers_un_autre_hote(client: TestClient) -> None:
    """Derrière un répartiteur, l'adresse de la redirection serait celle du processus."""
    reponse = client.get("/sources/", follow_redirects=False)
    assert reponse.status_code == 404
    assert "vouliez-vous /sources" in reponse.json()["detail"]


def test_un_retrait_s_annonce_sous_la_racine_du_service() -> None:
    retrait = Retrait(date(2026, 12, 1), date(2027, 12, 1))
    annonce = Annonce(PlainTextResponse("vide"), {"/sources": retrait}, RACINE)
    for chemin, dit in ((f"{RACINE}/sources", True), (f"{RACINE}/versions", False)):
        partis: list[Message] = []

        async def send(message: Message, partis: list[Message] = partis) -> None:
            partis.append(message)

        run_boucle(annonce({"type": "http", "method": "GET", "path": chemin, "headers": []}, _receive, send))
        assert (b"deprecation" in dict(partis[0]["headers"])) == dit


def test_plusieurs_vagues_d_un_coup_disent_la_repartition_qui_les_rend(client: TestClient) -> None:
    """« 2023-v1,2026-v4 » était refusée sans que rien ne dise `par=vague`, qui la rend."""
    for requete in ("vague=2023-v1,2026-v4", "vague=2023-v1&vague=2026-v4"):
        refus = client.get(f"/valeurs?theme=inclusion&{requete}")
        assert refus.status_code == 422
        assert "«\u202fpar=vague\u202f»" in refus.json()["detail"]
    virgule = client.get("/valeurs?indicateurs=site_internet,site_a_jour").json()["detail"]
    assert "répétez «\u202findicateurs=…\u202f»" in virgule
    assert (
        "«\u202fterritoires=…\u202f»"
        in client.get("/valeurs?territoire=region-53,region-84").json()["detail"]
    )
