"""Les trois interfaces, parlées par un serveur de cette machine : les mêmes lignes que le fichier exporté."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

import pandas as pd
import pytest

from barometre.domain.variables import VARIABLES
from barometre.ingest import Lot, Referentiel, prepare
from barometre.ingest.distant import client as distant
from barometre.ingest.distant import demarches, grist, is_distante, limesurvey, open_fichiers
from barometre.ingest.errors import ImportRefuse
from tests.ingest.conftest import Importer, MiniCatalogue

SECRET = "s3cret-a-ne-pas-dire"
EXPORT = (
    "id,submitdate,lastpage,SIREN,Q01,Q02[SQ001],Q02[SQ002]\n"
    "1,2023-12-01 10:00:00,3,213300635,Y,Y,\n"
    "2,2023-12-02 10:00:00,3,210100012,N,,Y\n"
)
RESEAUX = "Quels réseaux sociaux utilisez-vous ?"
SITE = "Votre collectivité a-t-elle un site internet ?"
TABLE = f'SIREN,{SITE},{RESEAUX}\n213300635,Oui,"Facebook, Instagram"\n210100012,Non,Instagram\n'


class Serveur(BaseHTTPRequestHandler):
    """Ce que répondent LimeSurvey, Grist et Démarches simplifiées, réduit à ce que l'import demande."""

    sessions: ClassVar[list[str]] = []
    rend_les_cles: ClassVar[bool] = True

    def log_message(self, *_: Any) -> None:
        """Rien sur la sortie des essais."""

    def do_GET(self) -> None:
        """L'export d'une table de Grist ; ailleurs, une redirection."""
        adresse = urlsplit(self.path)
        if not adresse.path.startswith("/api/docs/doc1/download/csv"):
            self._send(b"", 302, Location="https://ailleurs.example/")
        elif self.headers["Authorization"] != f"Bearer {SECRET}":
            self._send(b'{"error":"invalid API key"}', 401)
        else:
            assert parse_qs(adresse.query) == {"tableId": ["Reponses"], "header": ["label"]}
            self._send(TABLE.encode())

    def do_POST(self) -> None:
        """RemoteControl 2, ou GraphQL."""
        corps = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        repondre = self._answer_graphql if "query" in corps else self._answer_rpc
        self._send(json.dumps(repondre(corps)).encode() if self.path != "/page" else b"<html>")

    def _answer_rpc(self, corps: dict[str, Any]) -> dict[str, Any]:
        methode, parametres = corps["method"], corps["params"]
        if methode == "get_session_key":
            if parametres != ["camille", SECRET]:
                return {"id": 1, "result": {"status": "Invalid user name or password"}, "error": None}
            self.sessions.append("cle")
            return {"id": 1, "result": "cle", "error": None}
        assert parametres[0] == "cle"
        if methode == "release_session_key":
            self.sessions.remove("cle")
            if not self.rend_les_cles:
                return {"id": 1, "result": None, "error": "panne"}
            return {"id": 1, "result": "OK", "error": None}
        if parametres[1] != 123456:
            return {"id": 1, "result": {"status": "Error: Invalid survey ID"}, "error": None}
        assert parametres[2:] == ["csv", None, "all", "code", "short"]
        return {"id": 1, "result": base64.b64encode(EXPORT.encode()).decode(), "error": None}

    def _answer_graphql(self, corps: dict[str, Any]) -> dict[str, Any]:
        variables = corps["variables"]
        if self.headers["Authorization"] != f"Bearer {SECRET}" or variables["numero"] != 777:
            return {"data": {"demarche": None}, "errors": [{"message": "Demarche not found"}]}
        premiere = variables["apres"] is None
        dossier = (
            build_dossier("21330063500017", "Oui", "Facebook, Instagram")
            if premiere
            else build_dossier("21010001200017", "Non", "Instagram")
        )
        suite = {"hasNextPage": premiere, "endCursor": "p1" if premiere else "p2"}
        return {"data": {"demarche": {"dossiers": {"pageInfo": suite, "nodes": [dossier]}}}}

    def _send(self, contenu: bytes, statut: int = 200, **entetes: str) -> None:
        self.send_response(statut)
        for nom, valeur in entetes.items():
            self.send_header(nom, valeur)
        self.send_header("Content-Length", str(len(contenu)))
        self.end_headers()
        self.wfile.write(contenu)


def build_dossier(siret: str, site: str, reseaux: str) -> dict[str, Any]:
    champs = [{"label": SITE, "stringValue": site}, {"label": RESEAUX, "stringValue": reseaux}]
    demandeur = {"siret": siret, "entreprise": {"raisonSociale": ""}}
    return {"number": int(siret[:6]), "dateDepot": "2023-12-01T10:00:00+01:00", "demandeur": demandeur,
            "dateDerniereModification": "2023-12-01T10:00:00+01:00", "champs": champs}  # fmt: skip


@pytest.fixture
def hote(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Le serveur, et les identifiants qu'il attend."""
    monkeypatch.setenv(limesurvey.COMPTE, "camille")
    for variable in (limesurvey.MOT_DE_PASSE, grist.CLE, demarches.JETON):
        monkeypatch.setenv(variable, SECRET)
    serveur = ThreadingHTTPServer(("127.0.0.1", 0), Serveur)
    fil = threading.Thread(target=serveur.serve_forever, daemon=True)
    fil.start()
    yield f"http://127.0.0.1:{serveur.server_port}"
    serveur.shutdown()
    serveur.server_close()
    fil.join()


def read(adresse: str, referentiel: Referentiel) -> Lot:
    with open_fichiers([adresse]) as fichiers:
        lot = prepare(fichiers[0], "communication", "2023-v1", "auto", referentiel, MiniCatalogue())
    assert not fichiers[0].exists()
    return lot


def check_meme(lot: Lot, fichier: Lot) -> None:
    colonnes = ["collectivite_id", "question_id", "option_id", "etat", "valeur"]
    lus, attendus = (
        f.fait_reponse[colonnes].sort_values(colonnes[:3], ignore_index=True) for f in (lot, fichier)
    )
    pd.testing.assert_frame_equal(lus, attendus)
    assert lot.charges == fichier.charges == 2


def test_limesurvey(hote: str, referentiel: Referentiel, importer: Importer) -> None:
    lot = read(f"limesurvey+{hote}/index.php/admin/remotecontrol#123456", referentiel)
    check_meme(lot, importer(EXPORT))
    assert (lot.fichier, lot.format, Serveur.sessions) == ("limesurvey-123456.csv", "limesurvey", [])


def test_grist(hote: str, referentiel: Referentiel, importer: Importer) -> None:
    check_meme(read(f"grist+{hote}/api/docs/doc1#Reponses", referentiel), importer(TABLE))


def test_demarches_page_par_page(hote: str, referentiel: Referentiel, importer: Importer) -> None:
    lot = read(f"demarches+{hote}/api/v2/graphql#777", referentiel)
    check_meme(lot, importer(TABLE))
    assert lot.participation["date_reponse"].notna().all()


@pytest.mark.parametrize(
    ("adresse", "phrase"),
    [
        ("limesurvey+{}/rpc#999", "ne rend pas les réponses de cette enquête : Error: Invalid survey ID"),
        ("limesurvey+{}/rpc#abc", "n'est pas un numéro d'enquête"),
        ("limesurvey+{}/rpc", "ne dit pas quoi lire"),
        ("limesurvey+{}/page#123456", "n'a pas répondu en JSON"),
        ("grist+{}/ailleurs#Reponses", "renvoie vers une autre adresse, qui n'est pas suivie"),
        ("demarches+{}/api#778", "le jeton donne-t-il accès à cette démarche"),
        ("kobo+{}/api#1", "« kobo » n'est pas un outil"),
        ("grist+http://grist.exemple.fr/api/docs/d#T", "doit être joint en https"),
        ("grist+https://camille:secret@grist.exemple.fr/api/docs/d#T", "N'écrivez pas d'identifiants"),
        ("grist+http://127.0.0.1:9/api/docs/d#T", "n'a pas pu être joint"),
    ],
    ids=[
        "enquete",
        "numero",
        "objet",
        "page",
        "redirection",
        "demarche",
        "outil",
        "clair",
        "adresse",
        "absent",
    ],
)
def test_un_refus_est_une_phrase(hote: str, adresse: str, phrase: str) -> None:
    with pytest.raises(ImportRefuse, match=phrase) as refus, open_fichiers([adresse.format(hote)]):
        pass
    assert SECRET not in str(refus.value)
    assert Serveur.sessions == []


@pytest.mark.parametrize("outil", ["limesurvey+{}/rpc#123456", "grist+{}/api/docs/doc1#Reponses"])
def test_un_mauvais_secret(hote: str, outil: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in (limesurvey.MOT_DE_PASSE, grist.CLE):
        monkeypatch.setenv(variable, "mauvais")
    with pytest.raises(ImportRefuse, match="refuse ce"), open_fichiers([outil.format(hote)]):
        pass
    monkeypatch.delenv(limesurvey.MOT_DE_PASSE)
    monkeypatch.delenv(grist.CLE)
    with (
        pytest.raises(ImportRefuse, match="variable d'environnement BAROMETRE_"),
        open_fichiers([outil.format(hote)]),
    ):
        pass


def test_un_serveur_ne_prend_ni_tout_le_disque_ni_tout_le_temps(
    hote: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    adresse = f"{hote}/api/docs/doc1"
    lent = pytest.raises(ImportRefuse, match="trop lent")
    with distant.open_client(adresse, duree_max=-1) as serveur, lent:
        grist.read_table(serveur, "Reponses")
    monkeypatch.setattr(distant, "MAX_OCTETS", 10)
    gros = pytest.raises(ImportRefuse, match="rien n'est lu")
    with distant.open_client(adresse) as serveur, gros:
        grist.read_table(serveur, "Reponses")


def test_les_secrets_sont_declares_secrets() -> None:
    secretes = {v.nom for v in VARIABLES if v.secrete}
    assert {limesurvey.MOT_DE_PASSE, grist.CLE, demarches.JETON} <= secretes


def test_un_chemin_n_est_pas_une_adresse() -> None:
    assert not is_distante("reponses+http.csv")
    assert is_distante("grist+https://grist.exemple.fr/api/docs/d#T")


def test_une_session_mal_rendue_ne_perd_ni_l_export_ni_la_vraie_cause(
    hote: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Serveur, "rend_les_cles", False)
    with open_fichiers([f"limesurvey+{hote}#123456"]) as (fichier,):
        assert fichier.read_text(encoding="utf-8") == EXPORT
    with pytest.raises(ImportRefuse, match="Invalid survey ID"), open_fichiers([f"limesurvey+{hote}#1"]):
        pass
