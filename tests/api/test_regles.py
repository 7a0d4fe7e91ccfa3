"""Le débit est celui d'une adresse, et une clé qui se répète se répète."""

from __future__ import annotations

from fastapi.testclient import TestClient
from starlette.requests import Request

from barometre.access import Gate
from barometre.api.application import build_api
from barometre.api.debit import RANGEMENT, Compteur, Debit


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
