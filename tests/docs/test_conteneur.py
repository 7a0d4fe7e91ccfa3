"""L'image et le service : les essais n'en construisent pas, ils relisent chacune de leurs lignes."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from barometre.access.reglages import read_reglages
from barometre.cli.analyse import build_parser

RACINE = Path(__file__).resolve().parents[2]
DOSSIER = RACINE / "docs" / "deploiement"
IMAGE = (DOSSIER / "Containerfile").read_text(encoding="utf-8")
IGNORE = (RACINE / ".dockerignore").read_text(encoding="utf-8")
_COMMANDE = re.compile(r'python -m barometre ([^;"$\n]+)')


def _list_copies() -> list[str]:
    """Ce que l'image prend du dépôt ; une copie d'une étape à l'autre n'en vient pas."""
    lignes = re.findall(r"^COPY (?!--from)(.+)$", IMAGE, re.M)
    return [source for ligne in lignes for source in ligne.split()[:-1]]


def _list_commandes() -> list[str]:
    """Chaque commande du baromètre que lancent l'image, le service, la sauvegarde."""
    (cmd,) = re.findall(r"^CMD \[(.+)\]$", IMAGE, re.M)
    image = " ".join(shlex.split(cmd.replace(",", " "))).removeprefix("python -m barometre ")
    autres = "\n".join((DOSSIER / nom).read_text("utf-8") for nom in ("barometre.service", "compose.yml"))
    return [image, *(commande.strip() for commande in _COMMANDE.findall(autres))]


def _is_dans_l_image(chemin: str) -> bool:
    """La dernière ligne de `.dockerignore` qui le cite décide ; « * » ouvre la liste."""
    dedans = True
    for ligne in IGNORE.splitlines():
        regle = ligne.removeprefix("!").removeprefix("**/")
        if not ligne or ligne.startswith("#"):
            continue
        if regle in {"*", chemin} or chemin.startswith(f"{regle}/") or f"/{regle}/" in chemin:
            dedans = ligne.startswith("!")
    return dedans


@pytest.mark.parametrize("source", _list_copies())
def test_l_image_ne_copie_que_ce_que_le_depot_a(source: str) -> None:
    assert (RACINE / source).exists()
    assert source == "." or _is_dans_l_image(source)


def test_ce_que_l_application_lit_entre_dans_l_image() -> None:
    dossiers = ("barometre", "pages", "data", "geo")
    lus = [str(f.relative_to(RACINE)) for d in dossiers for f in (RACINE / d).rglob("*") if f.is_file()]
    lus = [f for f in lus if "__pycache__" not in f]
    lus += ["app.py", "CHANGELOG.md", ".streamlit/config.toml"]
    lus += [f"docs/{f.name}" for f in (RACINE / "docs").glob("*.md")]
    assert [f for f in lus if not _is_dans_l_image(f)] == []


@pytest.mark.parametrize(
    "chemin",
    [
        ".git/config", "entrepot/lots/a.json.gz", "registre/registre.db", "miroir/a.csv", "copie/r.json",
        ".streamlit/secrets.toml", "docs/deploiement/reglages.env", "docs/deploiement/certificat.pem",
        "tests/conftest.py", "rapports/bench.md", ".venv/bin/python", "node_modules/a/b.js",
        "barometre/cli/__pycache__/a.pyc", ".env",
    ],
)  # fmt: skip
def test_rien_du_poste_n_entre_dans_l_image(chemin: str) -> None:
    """Réponses, droits, secrets, essais : même ceux que personne n'a pensé à exclure."""
    assert not _is_dans_l_image(chemin)


@pytest.mark.parametrize("commande", _list_commandes())
def test_chaque_commande_lancee_existe(commande: str) -> None:
    mots = [*shlex.split(commande), *(["dossier"] if commande.startswith("sauvegarder") else [])]
    mots = [mot for mot in mots if mot != "/sauvegardes/"]
    assert build_parser(mots).parse_args(mots).execute


def test_tout_ce_qui_s_ecrit_va_dans_le_volume() -> None:
    """Le compte de l'image n'écrit que là : chaque lieu que « diagnostic » contrôle y est, sans réglage."""
    (volume,) = re.findall(r"^VOLUME (\S+)$", IMAGE, re.M)
    lieux = dict(re.findall(r"(BAROMETRE_\w+)=(\S+)", IMAGE))
    assert set(lieux) == {
        "BAROMETRE_ENTREPOT",
        "BAROMETRE_REGISTRE",
        "BAROMETRE_COPIES",
        "BAROMETRE_CONTOURS",
    }
    assert all(lieu.removeprefix("sqlite:///").startswith(f"{volume}/") for lieu in lieux.values())


def test_les_modules_lances_a_la_construction_existent() -> None:
    modules = re.findall(r"python -m (scripts\.\w+)", IMAGE)
    assert modules
    assert all(find_spec(module) for module in modules)


def test_le_controle_de_sante_demande_un_hote_admis() -> None:
    """L'exemple de production admet l'hôte que demandent l'image et le répartiteur."""
    (code,) = re.findall(r'python -c "(.+)"$', IMAGE, re.M)
    compile(code, "healthcheck", "exec")
    (adresse, hote) = re.findall(r"Request\('([^']+)'.*'Host': '([^']+)'", code)[0]
    assert (urlsplit(adresse).path, urlsplit(adresse).port) == ("/healthz", 8501)
    lignes = (DOSSIER / "reglages.env.example").read_text(encoding="utf-8").splitlines()
    exemple = dict(ligne.split("=", 1) for ligne in lignes if "=" in ligne and not ligne.startswith("#"))
    assert hote in read_reglages(exemple).hotes
    assert f"hdr Host {hote}" in (DOSSIER / "haproxy.cfg").read_text(encoding="utf-8")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd n'est pas installé")
def test_systemd_lit_le_service(tmp_path: Path) -> None:
    """Aucune clé inconnue, aucune valeur refusée ; seul le programme, à installer, est remplacé."""
    texte = (DOSSIER / "barometre.service").read_text(encoding="utf-8")
    copie = tmp_path / "barometre.service"
    copie.write_text(texte.replace("/opt/barometre/.venv/bin/python", sys.executable), encoding="utf-8")
    commande = ["systemd-analyze", "verify", "--man=no", str(copie)]
    lu = subprocess.run(commande, capture_output=True, text=True, check=False)
    # Les remarques sur les unités de la machine ne sont pas les nôtres.
    assert [ligne for ligne in lu.stderr.splitlines() if "barometre.service" in ligne] == []
