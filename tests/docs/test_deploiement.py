"""Les exemples de déploiement : des variables connues, un témoin par visiteur, aucun droit de trop."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from barometre.access.reglages import list_defauts, read_reglages
from barometre.domain.variables import VARIABLES
from barometre.warehouse.cloison import ROLE_PUBLIC
from tests.access.test_reglages import JUSTES

RACINE = Path(__file__).resolve().parents[2]
DOSSIER = RACINE / "docs" / "deploiement"


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    return yaml.safe_load((DOSSIER / "compose.yml").read_text(encoding="utf-8"))["services"]  # type: ignore[no-any-return]


def test_chaque_variable_est_connue_du_diagnostic() -> None:
    connues = {variable.nom for variable in VARIABLES}
    for fichier in DOSSIER.iterdir():
        citees = set(re.findall(r"\bBAROMETRE_[A-Z_]+", fichier.read_text(encoding="utf-8")))
        assert citees <= connues, fichier.name


def test_les_secrets_ne_sont_pas_ecrits() -> None:
    for ligne in (DOSSIER / "reglages.env.example").read_text(encoding="utf-8").splitlines():
        nom, _, valeur = ligne.partition("=")
        if nom.endswith(("SECRET", "CLIENT", "EMETTEUR")):
            assert valeur == ""
    compose = (DOSSIER / "compose.yml").read_text(encoding="utf-8")
    for mot in ("ADMIN", "BASE", "LECTEUR"):
        assert f"{mot}_MOT_DE_PASSE:?" in compose
    ignores = (RACINE / ".gitignore").read_text(encoding="utf-8")
    assert "/docs/deploiement/reglages.env\n" in ignores


def test_les_applications_sont_deux_et_sans_droits(services: dict[str, Any]) -> None:
    applications = [s for nom, s in services.items() if nom.startswith("application")]
    assert len(applications) == 2
    for service in (*applications, services["sauvegarde"]):
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
    assert not any("ports" in service for service in applications)  # seul le répartiteur est ouvert
    assert "USER barometre" in (DOSSIER / "Containerfile").read_text(encoding="utf-8")


def test_le_public_lit_la_base_par_un_compte_a_lui(services: dict[str, Any]) -> None:
    lieux = services["application1"]["environment"]
    reglages = read_reglages(
        JUSTES | {nom: re.sub(r"\$\{\w+:\?\}", "mot", str(x)) for nom, x in lieux.items()}
    )
    assert list_defauts(reglages) == []
    comptes = (DOSSIER / "comptes.sh").read_text(encoding="utf-8")
    assert reglages.entrepot_public.startswith("postgresql://barometre_lecteur:")
    assert f"IN ROLE {ROLE_PUBLIC};" in comptes
    assert "SUPERUSER" not in comptes
    assert "POSTGRES_USER" not in services["base"]["environment"]


def test_chaque_fichier_cite_existe_ou_est_a_faire(services: dict[str, Any]) -> None:
    a_faire = {"./certificat.pem"}
    montes = {v.split(":")[0] for s in services.values() for v in s.get("volumes", [])}
    for chemin in {m for m in montes if m.startswith("./")} - a_faire:
        assert (DOSSIER / chemin).is_file(), chemin


def test_le_repartiteur_connait_les_applications(services: dict[str, Any]) -> None:
    texte = (DOSSIER / "haproxy.cfg").read_text(encoding="utf-8")
    serveurs = set(re.findall(r"^\s+server \w+ (\w+):8501 cookie \w+$", texte, re.M))
    assert serveurs == {nom for nom in services if nom.startswith("application")}
    assert "secure" in texte
    assert "/readyz" in texte


@pytest.mark.skipif(shutil.which("haproxy") is None, reason="haproxy n'est pas installé")
def test_haproxy_lit_sa_configuration(tmp_path: Path) -> None:
    copie = tmp_path / "haproxy.cfg"
    texte = (DOSSIER / "haproxy.cfg").read_text(encoding="utf-8")
    # Le certificat est à fournir : sans lui, seul le reste se relit.
    copie.write_text(texte.replace(" ssl crt /certificat.pem", ""), encoding="utf-8")
    lu = subprocess.run(["haproxy", "-c", "-f", str(copie)], capture_output=True, text=True, check=False)
    assert lu.returncode == 0, lu.stderr
