"""Les répartiteurs fournis, essayés là où ils sont installés : une visite garde son processus, ou change."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, ExitStack, contextmanager
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path
from typing import TypeVar
from urllib.error import URLError
from urllib.request import Request, urlopen

import duckdb
import httpx
import pytest
import websockets
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from barometre.access.comptes import Identite
from barometre.access.lecteur import read_lecteur
from barometre.access.oidc.niveaux import NIVEAUX_FORTS
from barometre.access.registre import open_registre
from barometre.catalogue import load_catalogue
from barometre.domain.portee import Portee
from barometre.ui.serving.fichiers import Remise, get_adresse
from barometre.ui.serving.recettes import Recette
from barometre.ui.visiteur import COOKIE
from barometre.warehouse.versions import activate_version, open_entrepot
from tests.bench.lecteur import Lecteur
from tests.fakes import build_entrepot_factice
from tests.secret.surfaces import COMMUNE

RACINE = Path(__file__).resolve().parents[2]
CONFIGURATIONS = RACINE / "docs" / "repartiteurs"
COMMANDES: dict[str, Callable[[Path], list[str]]] = {
    "caddy": lambda fichier: ["caddy", "run", "--adapter", "caddyfile", "--config", str(fichier)],
    "haproxy": lambda fichier: ["haproxy", "-db", "-f", str(fichier)],
    "nginx": lambda fichier: [
        "nginx", "-p", str(fichier.parent), "-c", str(fichier), "-g", "daemon off;", "-e", "stderr"
    ],
}  # fmt: skip
FICHIERS = {"caddy": "Caddyfile", "haproxy": "haproxy.cfg", "nginx": "nginx.conf"}
SECRET = "secret-d-essai-de-trente-deux-signes-ou-plus"
MESSAGES = 50
# Octets d'un dépôt : sous et au-dessus des vingt mégaoctets admis.
TAILLES = (19_000_000, 22_000_000)
Rendu = TypeVar("Rendu")
DELAI = 300  # s, pour que deux serveurs démarrent sur une machine très occupée


class Visiteur(Lecteur):
    """Un lecteur qui présente le témoin du répartiteur."""

    def __init__(self, base: str, temoin: str) -> None:
        super().__init__(base)
        self.temoin = temoin

    async def __aenter__(self) -> Visiteur:
        self._pile = AsyncExitStack()
        entetes = {"Cookie": self.temoin}
        connexion = websockets.connect(
            self._adresse, subprotocols=["streamlit"], max_size=None, additional_headers=entetes
        )  # type: ignore[list-item]
        self._fil = await self._pile.enter_async_context(connexion)
        return self

    async def lire(self, page: str, parametres: str) -> list[ForwardMsg]:
        """Tous les messages d'une page."""
        demande = BackMsg()
        demande.rerun_script.page_name = page
        demande.rerun_script.query_string = parametres
        await self._fil.send(demande.SerializeToString())
        messages: list[ForwardMsg] = []
        async for recu in self._fil:
            messages.append(ForwardMsg.FromString(recu))  # type: ignore[arg-type]
            if messages[-1].WhichOneof("type") == "script_finished":
                break
        return messages


@dataclass(frozen=True, slots=True)
class Service:
    """Deux processus, derrière tous les répartiteurs installés."""

    bases: dict[str, str]
    processus: dict[str, subprocess.Popen[bytes]]
    # Les adresses des deux processus, sans répartiteur, et ce qu'ils partagent.
    directs: tuple[str, ...]
    entrepot: str
    registre: str

    def get_base(self, nom: str) -> str:
        if nom not in self.bases:
            pytest.skip(f"{nom} n'est pas installé : sa configuration n'est pas essayée.")
        return self.bases[nom]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Les mêmes deux processus pour tous : un démarrage coûte onze secondes de processeur."""
    dossier = tmp_path_factory.mktemp("repartiteurs")
    noms = [nom for nom in COMMANDES if shutil.which(nom)]
    if not noms:
        pytest.skip("Aucun répartiteur n'est installé.")
    ports, publics = _free_ports(2), _free_ports(len(noms))
    environnement = {
        "BAROMETRE_ENTREPOT": build_entrepot_factice(dossier / "entrepot"),
        "BAROMETRE_REGISTRE": f"sqlite:///{dossier / 'registre.db'}",
        "BAROMETRE_SECRET": SECRET,
        "STREAMLIT_SERVER_COOKIE_SECRET": SECRET,
    }
    with ExitStack() as pile:
        processus = [pile.enter_context(_run(_serve(port), environnement)) for port in ports]
        for nom, public in zip(noms, publics, strict=True):
            fichier = _write(nom, dossier / nom, public, ports)
            # caddy garde sa configuration et ses certificats dans le dossier de la personne : ici, non.
            chez_soi = {"XDG_CONFIG_HOME": str(fichier.parent), "XDG_DATA_HOME": str(fichier.parent)}
            pile.enter_context(_run(COMMANDES[nom](fichier), chez_soi))
        for port in (*ports, *publics):
            _wait(f"http://127.0.0.1:{port}/readyz")
        bases = {nom: f"http://127.0.0.1:{public}" for nom, public in zip(noms, publics, strict=True)}
        directs = tuple(f"http://127.0.0.1:{port}" for port in ports)
        yield Service(
            bases, dict(zip(("p1", "p2"), processus, strict=True)), directs,
            environnement["BAROMETRE_ENTREPOT"], environnement["BAROMETRE_REGISTRE"],
        )  # fmt: skip


def _write(nom: str, dossier: Path, public: int, ports: list[int]) -> Path:
    """La configuration fournie, à d'autres ports."""
    texte = (CONFIGURATIONS / FICHIERS[nom]).read_text(encoding="utf-8")
    for ancien, neuf in zip((8500, 8501, 8502), (public, *ports), strict=True):
        texte = texte.replace(f"127.0.0.1:{ancien}", f"127.0.0.1:{neuf}")
    dossier.mkdir()
    fichier = dossier / FICHIERS[nom]
    fichier.write_text(texte, encoding="utf-8")
    return fichier


@pytest.mark.parametrize("nom", sorted(COMMANDES))
def test_une_visite_garde_son_processus(service: Service, nom: str) -> None:
    base = service.get_base(nom)
    temoin = _open(f"{base}/inclusion", "")
    assert temoin.partition("=")[2] in service.processus
    # Le témoin suffit : le répartiteur n'en repose pas un autre.
    assert _open(f"{base}/readyz", temoin) == ""


@pytest.mark.parametrize("nom", sorted(COMMANDES))
def test_un_depot_va_au_processus_de_la_visite(service: Service, nom: str) -> None:
    """Streamlit ne connaît une visite que dans le processus qui la tient."""
    base = service.get_base(nom)

    async def deposer(lecteur: Visiteur) -> list[int]:
        visite = await lecteur.lire("fiche", f"collectivite={COMMUNE}")
        session = visite[0].new_session.initialize.session_id
        autre = "processus=p2" if lecteur.temoin == "processus=p1" else "processus=p1"
        petits = [_upload(base, t, session) for t in (lecteur.temoin, autre)]
        return [*petits, *(_upload(base, lecteur.temoin, session, b"0" * n) for n in TAILLES)]

    assert _visit(base, _open(f"{base}/readyz", ""), deposer) == [204, 400, 204, 413]


@pytest.mark.parametrize("nom", sorted(COMMANDES))
def test_une_image_et_un_fichier_prive_se_lisent_de_tout_processus(
    service: Service, nom: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Leurs adresses sont signées : les processus n'ont en commun que le secret."""
    base = service.get_base(nom)
    temoin = _open(f"{base}/readyz", "")

    async def ouvrir(lecteur: Visiteur) -> str:
        pages = b"".join(m.SerializeToString() for m in await lecteur.lire("carte", "niveau=region"))
        return re.findall(rb"images/[\w.-]+\.png", pages)[0].decode()

    image = _visit(base, temoin, ouvrir)
    monkeypatch.setenv("BAROMETRE_SECRET", SECRET)
    version = httpx.get(f"{base}/readyz").json()["version"]
    elu = Portee("collectivite", COMMUNE, simulee=True)
    fichier = get_adresse(Remise(Recette("fiche", (COMMUNE,)), "csv", version, pretee=elu))
    lus = [
        httpx.get(f"{base}/{adresse}", headers={"Cookie": f"processus={p}"}, timeout=60)
        for adresse in (image, fichier)
        for p in service.processus
    ]
    assert [r.status_code for r in lus] == [200] * 4
    assert lus[0].content == lus[1].content
    assert lus[0].content.startswith(b"\x89PNG")
    assert lus[2].content == lus[3].content
    assert "Saint-Essai" in lus[2].text
    assert httpx.get(f"{base}/fichiers/{'x' * 40}").status_code == 403


def test_un_droit_retire_mord_sur_les_deux_processus(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Un seul registre : ni l'un ni l'autre ne se souvient d'un droit ou d'une session."""
    monkeypatch.setenv("BAROMETRE_SECRET", SECRET)
    registre = open_registre(service.registre)
    compte = registre.comptes.recognize(Identite("https://pro", "idp", "elue", "e@essai.fr", "1"))
    droit = registre.accorder(compte, Portee("collectivite", COMMUNE))
    jeton = registre.sessions.open(compte, NIVEAUX_FORTS[0], "idt")
    session = read_lecteur(lambda: registre, jeton).session
    version = httpx.get(f"{service.directs[0]}/readyz").json()["version"]
    adresse = get_adresse(Remise(Recette("fiche", (COMMUNE,)), "csv", version, session, droit))

    def ask() -> list[int]:
        entetes = {"Cookie": f"{COOKIE}={jeton}"}
        return [httpx.get(f"{d}/{adresse}", headers=entetes, timeout=60).status_code for d in service.directs]

    assert ask() == [200, 200]
    registre.retirer(droit)
    assert ask() == [403, 403]


def test_une_version_mise_en_service_par_l_un_est_lue_par_l_autre(service: Service) -> None:
    """Une autre commande change le pointeur : les deux la lisent aussitôt, sans redémarrer."""

    def read() -> set[str]:
        return {httpx.get(f"{d}/readyz", timeout=60).json()["version"] for d in service.directs}

    (active,) = read()
    neuve = "20990101T000000Z-abcdef"
    dossier = Path(service.entrepot)
    copie = Path(
        shutil.copyfile(dossier / f"barometre-{active}.duckdb", dossier / f"barometre-{neuve}.duckdb")
    )
    with duckdb.connect(str(copie)) as connexion:
        connexion.execute("UPDATE version SET version_id = ?", [neuve])
    entrepot = open_entrepot(service.entrepot)
    for version_id in (neuve, active):
        activate_version(entrepot, version_id)
        assert read() == {version_id}


def test_chaque_theme_tient_en_cinquante_messages(service: Service) -> None:
    """Au-delà de cinquante, le navigateur d'un maire passe son temps à les lire (114, autrefois)."""
    base = next(iter(service.bases.values()))
    comptes = {theme.id: _count(base, "processus=p1", theme.id) for theme in load_catalogue().themes}
    print(comptes)
    assert len(comptes) == 9
    assert min(comptes.values()) > 5
    assert max(comptes.values()) <= MESSAGES, comptes


def test_un_morceau_de_theme_se_rejoue_seul_et_tient_en_moins_encore(service: Service) -> None:
    """« Un indicateur de près » et sa carte : un choix n'y renvoie pas la page (27 messages, puis 6)."""

    async def rejouer(lecteur: Visiteur) -> list[list[int]]:
        comptes = []
        for theme in load_catalogue().themes:
            page = await lecteur.demander(theme.id, "type=commune")
            seuls = [await lecteur.demander(theme.id, "type=commune", f) for f in page.fragments]
            assert not any(geste.incident for geste in seuls)
            comptes.append([page.messages, *(geste.messages for geste in seuls)])
        return comptes

    base = next(iter(service.bases.values()))
    comptes = _visit(base, "processus=p1", rejouer)
    assert len(comptes) == 9
    for page, *seuls in comptes:
        assert seuls, comptes  # chaque thème a au moins un morceau
        # Un message au moins en plus du début et de la fin : le morceau s'est bien réécrit.
        assert all(3 <= messages < page <= MESSAGES for messages in seuls), comptes


def test_un_processus_meurt_et_ses_visites_passent_a_l_autre(service: Service) -> None:
    """Le dernier : il ne reste ensuite qu'un processus."""
    premieres = {base: _count(base, "processus=p1") for base in service.bases.values()}
    service.processus["p1"].send_signal(signal.SIGKILL)
    service.processus["p1"].wait()
    for base, messages in premieres.items():
        _wait(f"{base}/readyz", "processus=p1")
        assert _count(base, "processus=p1") == messages  # la même vue, par l'autre processus


def _upload(base: str, temoin: str, session: str, octets: bytes = b"{}") -> int:
    """Ce que répond le serveur à un fichier déposé dans cette visite."""
    with httpx.Client(base_url=base, timeout=30) as client:
        nom, _, valeur = temoin.partition("=")
        client.cookies.set(nom, valeur)
        client.get("/_stcore/health")
        xsrf = client.cookies.get("_streamlit_xsrf") or ""
        depot = {"file": ("reponses.json", octets, "application/json")}
        adresse = f"/_stcore/upload_file/{session}/essai"
        return client.put(adresse, files=depot, headers={"X-Xsrftoken": xsrf}).status_code


def _visit(base: str, temoin: str, faire: Callable[[Visiteur], Awaitable[Rendu]]) -> Rendu:
    """Une visite, dans un fil à lui : Playwright, passé avant dans ce processus, y laisse une boucle."""

    async def visiter() -> Rendu:
        async with Visiteur(base, temoin) as lecteur:
            return await faire(lecteur)

    with ThreadPoolExecutor(1) as fil:
        return fil.submit(lambda: asyncio.run(visiter())).result()


def _count(base: str, temoin: str, theme_id: str = "inclusion") -> int:
    """Combien de messages font la page d'un thème, ouverte à une sélection."""

    async def compter(lecteur: Visiteur) -> int:
        geste = await lecteur.demander(theme_id, "type=commune")
        assert not geste.incident
        return geste.messages

    return _visit(base, temoin, compter)


def _open(adresse: str, temoin: str) -> str:
    """Le témoin que pose la réponse (« processus=p1 »), ou rien."""
    with urlopen(Request(adresse, headers={"Cookie": temoin}), timeout=30) as reponse:
        assert reponse.status == 200
        poses = SimpleCookie(reponse.headers.get("Set-Cookie", ""))
    return f"processus={poses['processus'].value}" if "processus" in poses else ""


def _serve(port: int) -> list[str]:
    return [sys.executable, "-m", "barometre", "servir", "--port", str(port)]


@contextmanager
def _run(commande: list[str], environnement: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    processus = subprocess.Popen(commande, cwd=RACINE, env={**os.environ, **environnement})
    try:
        yield processus
    finally:
        processus.terminate()
        processus.wait(timeout=30)


def _wait(adresse: str, temoin: str = "") -> None:
    fin = time.monotonic() + DELAI
    while time.monotonic() < fin:
        try:
            urlopen(Request(adresse, headers={"Cookie": temoin}), timeout=5).close()
            return
        except (URLError, OSError):
            time.sleep(0.3)
    pytest.fail(f"{adresse} ne répond pas.")


def _free_ports(nombre: int) -> list[int]:
    prises = [socket.socket() for _ in range(nombre)]
    for prise in prises:
        prise.bind(("127.0.0.1", 0))
    ports = [int(prise.getsockname()[1]) for prise in prises]
    for prise in prises:
        prise.close()
    return ports
