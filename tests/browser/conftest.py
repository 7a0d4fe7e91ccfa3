"""Un serveur neuf sur un port libre, et un vrai navigateur qui note tout ce qu'il demande."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from barometre.ui.visiteur import COOKIE
from tests.fakes import add_opsn, build_entrepot_factice
from tests.maps.donnees import write_contours

RACINE = Path(__file__).resolve().parents[2]
# Le même moteur sans sa fenêtre, d'abord : une visite lui coûte 2,4 s de processeur au lieu de 4,6.
CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium") or "/usr/bin/chromium"
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Un rendu logiciel de WebGL : lent, mais le même que celui d'une carte graphique.
WEBGL = ["--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"]
# Aucune durée n'est affirmée : une machine chargée met plus que les cinq secondes de Playwright.
expect.set_options(timeout=30_000)


# Streamlit le dit sur la page : un geste fait pendant qu'il la refait peut tomber entre deux éléments.
FINI = ".stApp[data-test-script-state='notRunning']"
# Rendu quand rien n'a repris depuis ce temps.
CALME = """([fini, pendant]) => new Promise((rendre) => {
  let depuis = performance.now();
  const voir = setInterval(() => {
    if (!document.querySelector(fini)) depuis = performance.now();
    if (performance.now() - depuis >= pendant) { clearInterval(voir); rendre(); }
  }, 20);
})"""


def wait_calme(page: Page, pendant: int = 0) -> None:
    """Attend que la page ait fini de se refaire, et qu'elle le reste `pendant` millisecondes."""
    page.locator(FINI).wait_for(timeout=60_000)
    if pendant:
        page.evaluate(CALME, [FINI, pendant])


@dataclass
class Visite:
    """Une page ouverte, et ce qu'elle a demandé ou dit à la console."""

    page: Page
    base: str
    adresses: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)

    @property
    def hors_du_serveur(self) -> list[str]:
        """Les demandes à un autre hôte."""
        locales = (self.base, self.base.replace("http", "ws", 1), "data:", "blob:")
        return [adresse for adresse in self.adresses if not adresse.startswith(locales)]


def check_muette(visite: Visite) -> None:
    """Rien de demandé ailleurs, rien à la console ; la page est en français, avec un seul titre."""
    visite.page.wait_for_load_state("networkidle")
    assert visite.hors_du_serveur == []
    assert visite.console == []
    assert visite.page.locator("html").get_attribute("lang") == "fr"
    assert visite.page.locator("h1").count() == 1


@pytest.fixture(scope="session")
def entrepot(tmp_path_factory: pytest.TempPathFactory) -> str:
    return build_entrepot_factice(tmp_path_factory.mktemp("entrepot"), changer=add_opsn)


def free_port() -> int:
    """Un port que personne ne tient."""
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        return int(prise.getsockname()[1])


def start_server(
    entrepot: str, journal: Path, *, commande: str = "servir"
) -> tuple[subprocess.Popen[bytes], str]:
    """Lance l'application comme en production et attend qu'elle réponde."""
    port = free_port()
    commandes = {
        "servir": ["-m", "barometre", "servir", "--port", str(port)],
        "streamlit": ["-m", "streamlit", "run", "app.py", "--server.port", str(port)],
    }
    processus = subprocess.Popen(
        [sys.executable, *commandes[commande]],
        cwd=RACINE,
        env={**os.environ, "BAROMETRE_ENTREPOT": entrepot, "OPENBLAS_NUM_THREADS": "1"},
        stdout=journal.open("wb"),
        stderr=subprocess.STDOUT,
    )
    base = f"http://127.0.0.1:{port}"
    # Deux minutes : sur une machine chargée, importer l'application en prend une.
    for _ in range(480):
        if processus.poll() is not None:
            break
        try:
            urlopen(f"{base}/healthz", timeout=2).close()
            return processus, base
        except (URLError, OSError):
            time.sleep(0.25)
    processus.kill()
    pytest.fail(f"Le serveur n'a pas démarré :\n{journal.read_text(encoding='utf-8', errors='replace')}")


@pytest.fixture
def serveur_neuf(entrepot: str, tmp_path: Path) -> Iterator[Callable[..., str]]:
    """`serveur_neuf()` : l'adresse d'un serveur que personne n'a encore visité."""
    lances: list[subprocess.Popen[bytes]] = []

    def lancer(**options: str) -> str:
        processus, base = start_server(entrepot, tmp_path / f"serveur{len(lances)}.log", **options)
        lances.append(processus)
        return base

    yield lancer
    for processus in lances:
        processus.terminate()
        processus.wait(timeout=20)


@contextmanager
def run_serveur(entrepot: str, dossier: Path, contours: Path) -> Iterator[str]:
    """L'adresse d'un serveur dont les contours des communes, s'il y en a, sont dans `contours`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BAROMETRE_CONTOURS", str(contours))
        processus, base = start_server(entrepot, dossier / "serveur.log")
    yield base
    processus.terminate()
    processus.wait(timeout=20)


@pytest.fixture(scope="session")
def serveur(entrepot: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Un serveur pour toute la séance, sans contours de communes, même si cette machine en a."""
    dossier = tmp_path_factory.mktemp("serveur")
    with run_serveur(entrepot, dossier, dossier / "contours") as base:
        yield base


@pytest.fixture(scope="session")
def avec_communes(entrepot: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Un serveur dont les contours des communes sont chargés."""
    dossier = tmp_path_factory.mktemp("communes")
    write_contours(dossier / "contours")
    with run_serveur(entrepot, dossier, dossier / "contours") as base:
        yield base


@pytest.fixture(scope="session")
def navigateur() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        message = (
            "Chromium est absent : installez le paquet « chromium-headless-shell », ou « chromium », "
            "pour les tests du navigateur."
        )
        (pytest.fail if os.environ.get("CI") else pytest.skip)(message)
    with sync_playwright() as outil:
        navigateur = outil.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield navigateur
        navigateur.close()


@pytest.fixture(scope="session")
def avec_webgl(navigateur: Browser) -> Iterator[Browser]:
    """Un navigateur à part, dont WebGL est rendu par le processeur."""
    options = [option for option in OPTIONS if option != "--disable-gpu"]
    autre = navigateur.browser_type.launch(executable_path=CHROMIUM, args=[*options, *WEBGL])
    yield autre
    autre.close()


@dataclass
class PageGardee:
    """La page qui sert d'un essai à l'autre : rouverte, elle a déjà compilé le programme de Streamlit, et une
    visite coûte 1,4 s de processeur au lieu de 2,3. Rien d'un essai n'y reste pour le suivant."""

    navigateur: Browser
    page: Page | None = None
    prise: bool = False

    def take(self) -> Page | None:
        """La page, si aucun autre essai ne la tient."""
        if self.prise:
            return None
        if self.page is None or self.page.is_closed():
            self.page = self.navigateur.new_context(locale="fr-FR").new_page()
        self.prise = True
        return self.page

    def release(self) -> None:
        """Rend la page comme neuve : ni droits, ni témoins, ni mémoire du site, ni réglage d'écran."""
        if not self.prise:
            return
        self.prise, page = False, self.page
        if page is None or page.is_closed():
            return
        if page.url.startswith("http"):
            page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
        # La visite se ferme au serveur, comme quand un essai fermait sa page.
        page.goto("about:blank")
        page.emulate_media(media="null", reduced_motion="null", forced_colors="null")
        page.unroute_all()
        page.context.clear_permissions()
        page.context.clear_cookies()


@pytest.fixture(scope="session")
def page_gardee(navigateur: Browser) -> PageGardee:
    return PageGardee(navigateur)


Visiter = Callable[..., Visite]


TRACE = 6_000  # signes
ISSUE = pytest.StashKey[pytest.TestReport]()
ETAT = """() => ({
    script: document.querySelector(".stApp")?.dataset.testScriptState,
    curseur: document.activeElement?.outerHTML.slice(0, 300),
    dits: [...document.querySelectorAll(".baro-message, .stAlert")].map(e => e.innerText),
    texte: document.querySelector(".stMain")?.innerText.slice(0, 1500),
})"""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    rapport = yield
    if rapport.when == "call":
        item.stash[ISSUE] = rapport
    return rapport


@pytest.fixture
def visiter(
    navigateur: Browser,
    page_gardee: PageGardee,
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Visiter]:
    """`visiter(base, "/inclusion", largeur=390, theme="dark")` : attend le titre de la page.

    `jeton` : celui de la session d'une personne connectée, qui a son navigateur à elle.
    """
    contextes: list[BrowserContext] = []
    ecoutes: list[tuple[Page, str, Callable[..., None]]] = []

    def _visiter(
        base: str, chemin: str = "/", *, largeur: int = 1440, theme: str = "light", jeton: str = ""
    ) -> Visite:
        gardee = None if jeton else page_gardee.take()
        if gardee is None:
            contextes.append(navigateur.new_context(locale="fr-FR"))
        if jeton:
            # Sûr, donc déclaré pour https ; Chromium l'envoie aussi en http à cette machine.
            https = base.replace("http", "https", 1)
            contextes[-1].add_cookies([{"name": COOKIE, "value": jeton, "url": https, "secure": True}])
        visite = Visite(gardee or contextes[-1].new_page(), base)
        visite.page.set_viewport_size({"width": largeur, "height": 900})
        visite.page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        for evenement, noter in (
            ("request", lambda demande: visite.adresses.append(demande.url)),
            ("websocket", lambda prise: visite.adresses.append(prise.url)),
            ("console", lambda m: visite.console.append(m.text) if m.type == "error" else None),
            ("pageerror", lambda erreur: visite.console.append(str(erreur))),
        ):
            visite.page.on(evenement, noter)  # type: ignore[call-overload]
            ecoutes.append((visite.page, evenement, noter))
        visite.page.goto(base + chemin)
        visite.page.wait_for_selector("h1", timeout=60_000)
        visite.page.wait_for_selector(".baro-pied", timeout=60_000)
        wait_calme(visite.page)
        return visite

    yield _visiter
    if (issue := request.node.stash.get(ISSUE, None)) is not None and issue.failed:
        # Un échec rare ne se rejoue pas : ce que la page montrait, la trace d'un incident, partent avec lui.
        for page in dict.fromkeys(page for page, _, _ in ecoutes):
            print(page.url, page.evaluate(ETAT), sep="\n")
        for journal in tmp_path_factory.getbasetemp().rglob("serveur*.log"):
            _, incident, trace = journal.read_text(errors="replace").rpartition("Incident ")
            print(incident + trace[:TRACE])
    for page, evenement, noter in ecoutes:
        if page is page_gardee.page:
            page.remove_listener(evenement, noter)
    page_gardee.release()
    for contexte in contextes:
        contexte.close()
