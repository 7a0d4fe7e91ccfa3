"""L'API rend ce que la porte montre au public, dit sa version, et refuse par une phrase."""

from __future__ import annotations

import asyncio
import io
import time
from datetime import date
from typing import Any

import pandas as pd
import pytest
import schemathesis
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from limits import RateLimitItemPerMinute
from limits.strategies import MovingWindowRateLimiter
from schemathesis.specs.openapi.checks import positive_data_acceptance

from barometre.access import Gate
from barometre.api import lectures
from barometre.api.application import build_api
from barometre.api.debit import Compteur
from barometre.api.rendues import OCTETS_UNE, SIMULTANEES, Rendue, Rendues
from barometre.api.retraits import RETRAITS, Retrait
from barometre.assemblage import memoire
from barometre.assemblage.explorer import load_requete
from tests.api.conftest import open_sur, run_boucle

REQUETE = "indicateurs=site_internet&par=territoire&niveau=region"


def test_les_valeurs_sont_celles_de_la_porte(client: TestClient, gate: Gate) -> None:
    lignes = client.get(f"/valeurs?{REQUETE}&vague=2026-v4").json()["lignes"]
    cellules = gate.list_agregats(
        "site_internet", "2026-v4", niveau="region", type="", strate="", couverture=""
    ).set_index("territoire_id")
    assert len(lignes) == len(cellules) > 0
    for ligne in lignes:
        attendu = cellules.loc[ligne["territoire_id"], "redresse"]
        assert ligne["redresse"] == (None if pd.isna(attendu) else round(100 * attendu))


def test_csv_et_json_disent_la_meme_chose(client: TestClient) -> None:
    texte = client.get(f"/valeurs?{REQUETE}&format=csv").content
    lue = pd.read_csv(io.BytesIO(texte), comment="#")
    lignes = client.get(f"/valeurs?{REQUETE}").json()["lignes"]
    assert lue["n"].dropna().tolist() == [ligne["n"] for ligne in lignes if ligne["n"] is not None]


def test_rien_de_cache_n_en_sort(client: TestClient) -> None:
    for theme in ("communication", "cybersecurite"):
        reponse = client.get(f"/valeurs?theme={theme}&par=territoire&niveau=departement&taille=1000")
        for ligne in reponse.json()["lignes"]:
            if ligne["marque"] in ("[c]", "[x]"):
                assert {ligne[c] for c in ("redresse", "brut", "bas", "haut", "n")} == {None}


def test_chaque_reponse_dit_sa_version_et_la_simulation(client: TestClient, gate: Gate) -> None:
    version = client.get("/versions").json()["version"]
    assert version["version"] == gate.version_id
    assert "simulées" in version["avertissement"]


def test_etag_evite_de_relire(client: TestClient) -> None:
    premiere = client.get(f"/valeurs?{REQUETE}")
    deuxieme = client.get(f"/valeurs?{REQUETE}", headers={"If-None-Match": premiere.headers["etag"]})
    assert (premiere.status_code, deuxieme.status_code, deuxieme.content) == (200, 304, b"")
    assert client.get("/valeurs?par=strate").headers["etag"] != premiere.headers["etag"]


def test_la_date_de_la_version_evite_aussi_de_relire(client: TestClient) -> None:
    date = client.get("/sources").headers["last-modified"]
    deja, avant = ({"If-Modified-Since": d} for d in (date, "Wed, 22 Nov 2023 00:00:00 GMT"))
    assert client.get("/sources", headers=deja).status_code == 304
    assert client.get("/sources", headers=avant).status_code == 200
    assert client.get("/sources", headers={"If-Modified-Since": "hier"}).status_code == 200
    # L'étiquette prime : une autre adresse, une autre réponse.
    assert client.get("/sources", headers=deja | {"If-None-Match": '"autre"'}).status_code == 200


def test_une_reponse_deja_rendue_n_est_pas_refaite(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    faites: list[str] = []

    def load(gate: Gate, requete: str) -> Any:
        faites.append(requete)
        return load_requete(gate, requete)

    monkeypatch.setattr(lectures, "load_requete", load)
    premiere, deuxieme = client.get(f"/valeurs?{REQUETE}"), client.get(f"/valeurs?{REQUETE}")
    assert premiere.content == deuxieme.content
    assert dict(premiere.headers) == dict(deuxieme.headers)
    assert faites == [REQUETE]
    # Une autre adresse, une autre réponse ; un refus n'est pas gardé, une autre méthode n'en profite pas.
    assert client.get(f"/valeurs?{REQUETE}&page=2").json()["page"] == 2
    for _ in range(2):
        assert client.get("/valeurs?indicateurs=inconnu").status_code == 422
    assert len(faites) == 4
    assert client.post(f"/valeurs?{REQUETE}").status_code == 405
    fichier = client.get(f"/valeurs?{REQUETE}&format=csv")
    assert dict(client.get(f"/valeurs?{REQUETE}&format=csv").headers) == dict(fichier.headers)


class Atelier:
    """Des réponses de tant d'octets ; ce qui a été fait, et combien à la fois."""

    def __init__(self, octets: int = 10) -> None:
        self.octets, self.faites, self.ensemble, self.pire = octets, 0, 0, 0

    async def rendre(self) -> Rendue:
        self.faites += 1
        self.ensemble += 1
        self.pire = max(self.pire, self.ensemble)
        await asyncio.sleep(0.001)
        self.ensemble -= 1
        return Rendue(200, b"x" * self.octets, {})

    async def ask(self, rendues: Rendues, *etags: str) -> list[int]:
        reponses = await asyncio.gather(*(rendues.find(etag, self.rendre) for etag in etags))
        return [len(reponse.corps) for reponse in reponses]


def test_ceux_qui_attendent_la_meme_reponse_n_en_font_qu_une() -> None:
    atelier = Atelier()
    assert run_boucle(atelier.ask(Rendues(), *["e"] * 20)) == [10] * 20
    assert atelier.faites == 1
    # Vingt réponses neuves se font, deux à la fois : les pages gardent leurs fils.
    assert run_boucle(atelier.ask(Rendues(), *map(str, range(20)))) == [10] * 20
    assert (atelier.faites, atelier.pire) == (21, SIMULTANEES)


@pytest.mark.parametrize(
    ("place", "octets", "faites"),
    [
        (10_000, 4_000, 4),  # deux tiennent : la première est partie, et se refait
        (10 * OCTETS_UNE, OCTETS_UNE, 3),
        (10 * OCTETS_UNE, OCTETS_UNE + 1, 4),  # trop grande : rendue, non gardée
    ],
)
def test_ce_qui_est_garde_tient_dans_sa_memoire(place: int, octets: int, faites: int) -> None:
    async def ask_all(rendues: Rendues) -> list[list[int]]:
        return [await atelier.ask(rendues, etag) for etag in ("a", "b", "c", "a")]

    atelier = Atelier(octets)
    assert run_boucle(ask_all(Rendues(octets=place))) == [[octets]] * 4
    assert atelier.faites == faites


def test_la_liste_des_versions_se_relit_toujours(client: TestClient) -> None:
    # Une version préparée ou ôtée la change sans que celle en service change.
    assert "etag" not in client.get("/versions").headers


def test_une_version_se_nomme_et_son_absence_se_dit(client: TestClient, gate: Gate) -> None:
    for adresse in (f"/valeurs?{REQUETE}", "/sources?page=1"):
        nommee = client.get(f"{adresse}&version={gate.version_id}")
        assert nommee.json() == client.get(adresse).json()
        absente = client.get(f"{adresse}&version=20200101T000000Z-abcdef")
        assert (absente.status_code, absente.headers["content-type"]) == (404, "application/problem+json")
        assert "n'est plus gardée" in absente.json()["detail"]


def test_la_pagination_rend_tout_une_fois(client: TestClient) -> None:
    adresse = "/indicateurs?theme=communication&taille=5"
    total = client.get(adresse).json()["total"]
    ids = [ligne["indicateur_id"] for page in range(1, total // 5 + 2)
           for ligne in client.get(f"{adresse}&page={page}").json()["lignes"]]  # fmt: skip
    assert len(ids) == len(set(ids)) == total > 5


@pytest.mark.parametrize(
    ("adresse", "code", "mot"),
    [
        ("/valeurs?indicateurs=inconnu", 422, "inconnu"),
        ("/valeurs?indicateurs=site_internt", 422, "le plus proche est «\u202fsite_internet\u202f»"),
        ("/valeurs?niveau=canton", 422, "ou «\u202fzone\u202f»"),
        ("/valeurs?theme=cyber%0d%0aX", 422, "«\u202fcyber\ufffd\ufffdX\u202f»"),
        # « departement-1 » n'est pas presque « departement-91 ».
        ("/valeurs?territoire=departement-1", 422, "choisissez"),
        ("/valeurs?zorglub=1", 422, "clé inconnue, «\u202fzorglub\u202f»"),
        ("/valeurs?indicateur=site_internet", 422, "la plus proche est «\u202findicateurs\u202f»"),
        ("/valeurs?type=commune&strate=epci-0-14999", 422, "ôtez l’un des deux"),
        ("/valeurs?niveau=region&niveau=departement", 422, "«\u202fniveau\u202f» est donnée 2 fois"),
        ("/valeurs?format=xml", 422, "donnez «\u202fjson\u202f» ou «\u202fcsv\u202f»"),
        ("/valeurs?taille=5000", 422, "donnez 1\u202f000 au plus"),
        ("/valeurs?page=un", 422, "donnez un nombre entier"),
        ("/valeurs?entete=peutetre", 422, "donnez true ou false"),
        (f"/valeurs?theme={'a' * 99}", 422, "donnez 80 signes au plus"),
        # Une clé que rien ne lit rendrait tout ce que l'appelant croyait avoir trié.
        ("/participation?vague=2026-v4", 422, "celles d'ici sont page, taille et version"),
        ("/versions?page=2", 422, "la seule d'ici est"),
        ("/indicateurs?taille=0", 422, "donnez 1 au moins"),
        ("/indicateurs?theme=zzz", 422, "choisissez"),
        ("/questionnaires?questionnaire=zzz", 422, "choisissez"),
        ("/collectivites", 422, "«\u202frecherche\u202f» manque"),
        ("/rien", 404, "openapi"),
        ("/Valeurs/", 404, "vouliez-vous /valeurs"),
    ],
)
def test_une_erreur_est_un_probleme_en_francais(
    client: TestClient, adresse: str, code: int, mot: str
) -> None:
    reponse = client.get(adresse)
    assert (reponse.status_code, reponse.headers["content-type"]) == (code, "application/problem+json")
    assert mot in reponse.json()["detail"]


def test_une_panne_est_un_probleme_en_francais_sans_trace(
    api: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lectures, "load_catalogue", lambda: 1 / 0)
    reponse = TestClient(api, raise_server_exceptions=False).get("/indicateurs")
    assert (reponse.status_code, reponse.headers["content-type"]) == (500, "application/problem+json")
    assert "par notre faute" in reponse.json()["detail"]
    assert "division" not in reponse.text


@pytest.mark.parametrize("adresse", [f"/valeurs?{REQUETE}", "/", "/openapi.json", "/rien"])
def test_head_rend_les_en_tetes_sans_le_corps(client: TestClient, adresse: str) -> None:
    lue, tete = client.get(adresse), client.head(adresse)
    assert (tete.status_code, tete.content) == (lue.status_code, b"")
    assert dict(tete.headers) == dict(lue.headers)


def test_au_dela_de_la_limite_l_api_refuse_en_disant_quoi_oter(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("barometre.views.donnees.explorer.MAXIMUM", 1)
    memoire.forget()  # une vue déjà composée ne se recompterait pas
    reponse = client.get(f"/valeurs?{REQUETE}")
    assert (reponse.status_code, reponse.headers["content-type"]) == (422, "application/problem+json")
    assert "ôtez une répartition" in reponse.json()["detail"]


def test_une_reponse_sans_ligne_dit_ce_qu_il_faut_changer(client: TestClient) -> None:
    assert "élargissez" in client.get("/collectivites?recherche=zzzzzz").json()["avis"]
    assert "après la dernière" in client.get("/indicateurs?page=999").json()["avis"]
    assert client.get("/indicateurs").json()["avis"] == ""


def test_le_debit_est_borne(gate: Gate) -> None:
    client = TestClient(build_api(open_sur(gate), par_minute=3))
    reponses = [client.get("/versions") for _ in range(4)]
    assert [r.status_code for r in reponses] == [200, 200, 200, 429]
    assert int(reponses[-1].headers["retry-after"]) >= 1


def test_le_debit_n_ouvre_aucun_fil_et_oublie_les_adresses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Le compteur d'origine ouvrait un fil par demande, et gardait une liste vide par adresse vue."""
    fils: list[Any] = []
    permis, compteur = RateLimitItemPerMinute(2), Compteur()
    monkeypatch.setattr("threading.Timer.start", fils.append)
    fenetre = MovingWindowRateLimiter(compteur)
    instant = time.time()
    monkeypatch.setattr("time.time", lambda: instant)
    assert [fenetre.hit(permis, "192.0.2.1") for _ in range(3)] == [True, True, False]
    instant += 61
    monkeypatch.setattr("time.monotonic", lambda: instant)
    assert fenetre.hit(permis, "192.0.2.2")
    assert [len(compteur.events), fils] == [1, []]
    assert fenetre.hit(permis, "192.0.2.1")


def test_un_site_nomme_lit_l_api_et_aucun_autre(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    """CORS : aucun site d'origine ; ceux que l'exploitant nomme, et eux seuls."""
    site, cle = "https://site.invalid", "access-control-allow-origin"
    ferme = TestClient(build_api(open_sur(gate)))
    assert cle not in ferme.get("/versions", headers={"Origin": site}).headers
    monkeypatch.setenv("BAROMETRE_API_ORIGINES", f"{site} https://autre.invalid")
    ouvert = TestClient(build_api(open_sur(gate)))
    assert ouvert.get("/versions", headers={"Origin": site}).headers[cle] == site
    assert cle not in ouvert.get("/versions", headers={"Origin": "https://ailleurs.invalid"}).headers
    demande = {"Origin": site, "Access-Control-Request-Method": "POST"}
    assert ouvert.options("/versions", headers=demande).status_code == 400


def test_une_grande_reponse_part_compressee(client: TestClient) -> None:
    for adresse in ("/indicateurs?taille=200", f"/valeurs?{REQUETE}&format=csv"):
        assert client.get(adresse).headers["content-encoding"] == "gzip"
        nue = client.get(adresse, headers={"Accept-Encoding": "identity"})
        assert "content-encoding" not in nue.headers


def test_un_retrait_s_annonce_dans_chaque_reponse_et_sur_la_page(gate: Gate) -> None:
    retrait = Retrait(date(2026, 12, 1), date(2027, 12, 1), "/api/v1/valeurs")
    client = TestClient(build_api(open_sur(gate), retraits={"/sources": retrait}))
    premiere = client.get("/sources")
    deja = client.get("/sources", headers={"If-None-Match": premiere.headers["etag"]})
    refusee = client.get("/sources?taille=0")
    assert [r.status_code for r in (premiere, deja, refusee)] == [200, 304, 422]
    for reponse in (premiere, deja, refusee):
        assert reponse.headers["deprecation"] == "@1796083200"
        assert reponse.headers["sunset"] == "Wed, 01 Dec 2027 00:00:00 GMT"
        assert reponse.headers["link"] == '</api/v1/valeurs>; rel="successor-version"'
    assert "deprecation" not in client.get("/versions").headers
    assert "1 décembre 2027" in client.get("/").text.replace("1er", "1")


def test_un_retrait_laisse_douze_mois() -> None:
    for chemin, retrait in RETRAITS.items():
        assert (retrait.fin - retrait.annonce).days >= 365, chemin


def test_le_contrat_dit_licence_contact_et_citation(client: TestClient) -> None:
    dit = client.get("/openapi.json").json()["info"]
    assert dit["license"]["url"].startswith("https://")
    assert "DINUM" in dit["contact"]["name"]
    assert "Citez" in dit["description"]


def test_chaque_cle_de_l_api_est_expliquee(client: TestClient) -> None:
    contrat = client.get("/openapi.json").json()
    muettes = [
        (chemin, cle["name"])
        for chemin, verbes in contrat["paths"].items()
        for cle in verbes["get"].get("parameters", ())
        if not cle.get("description")
    ]
    assert muettes == []


def test_seules_des_lectures_sont_offertes(client: TestClient) -> None:
    contrat = client.get("/openapi.json").json()
    assert contrat["openapi"].startswith("3.1")
    assert {verbe for verbes in contrat["paths"].values() for verbe in verbes} == {"get"}
    assert client.post("/valeurs").status_code == 405


def test_la_documentation_ne_demande_rien_a_un_autre_hote(client: TestClient) -> None:
    page = client.get("/").text
    assert "<script" not in page
    assert "://" not in page
    assert "/valeurs" in page


def test_schemathesis_ne_trouve_ni_panne_ni_ecart_au_contrat(api: FastAPI) -> None:
    contrat = schemathesis.openapi.from_asgi("/openapi.json", api)
    essayees = set()
    for lue in contrat.get_all_operations():
        operation = lue.ok()
        essayees.add(operation.path)

        @settings(max_examples=8, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy())
        def fouiller(case: schemathesis.Case) -> None:
            # Le contrat ne liste pas les identifiants du catalogue : un inconnu est refusé, c'est voulu.
            case.call_and_validate(excluded_checks=[positive_data_acceptance])

        fouiller()
    assert "/valeurs" in essayees
