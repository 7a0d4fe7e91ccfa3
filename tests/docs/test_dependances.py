"""L'audit ne dit « rien » que de ce qu'il a examiné ; l'inventaire nomme tout ce qui est épinglé."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from scripts import dependances
from scripts.dependances import AUDIT_NAVIGATEUR, AUDIT_PYTHON

SAIN_PYTHON = {"dependencies": [{"name": "pandas", "version": "3.1.1", "vulns": []}]}
SAIN_NAVIGATEUR = {"vulnerabilities": {}}


def _jouer(python: object, navigateur: object = SAIN_NAVIGATEUR) -> dependances.Jouer:
    """Ce que rendraient pip-audit et npm : un rapport, ou une phrase qui n'en est pas un."""
    rendus = {tuple(AUDIT_PYTHON): python, tuple(AUDIT_NAVIGATEUR): navigateur}

    def jouer(commande: Sequence[str]) -> subprocess.CompletedProcess[str]:
        rendu = rendus[tuple(commande)]
        texte = rendu if isinstance(rendu, str) else json.dumps(rendu)
        return subprocess.CompletedProcess(commande, 0, texte, "")

    return jouer


def test_tout_examine_et_rien_de_publie() -> None:
    assert dependances.list_failles(_jouer(SAIN_PYTHON)) == []


def test_une_faille_est_nommee_avec_sa_reparation() -> None:
    faille = {"id": "PYSEC-1", "fix_versions": ["3.1.2", "3.2.0"]}
    python = {"dependencies": [{"name": "pandas", "version": "3.1.1", "vulns": [faille]}]}
    navigateur = {"vulnerabilities": {"leaflet": {"range": "<1.9.5", "severity": "high"}}}
    assert dependances.list_failles(_jouer(python, navigateur)) == [
        "Python : pandas 3.1.1, PYSEC-1 ; réparée par 3.1.2 ou 3.2.0.",
        "Navigateur : leaflet <1.9.5, gravité « high ».",
    ]


def test_un_paquet_que_l_index_ne_connait_pas_n_est_pas_dit_sain() -> None:
    python = {"dependencies": [{"name": "pandas", "skip_reason": "not found"}]}
    (phrase,) = dependances.list_failles(_jouer(python))
    assert phrase.startswith("Python : 1\u00a0paquet sans examen (pandas)")


@pytest.mark.parametrize(
    "rendu", ["", "405 Method Not Allowed", {"error": {"code": "ENOAUDIT"}}, {"dependencies": []}]
)
def test_sans_index_l_audit_echoue(rendu: object) -> None:
    phrases = dependances.list_failles(_jouer(rendu, rendu))
    assert [p.split(" : ")[0] for p in phrases] == ["Python", "Navigateur"]
    assert all("aucune faille n'a été cherchée" in p for p in phrases)


def test_l_inventaire_nomme_chaque_paquet_epingle(tmp_path: Path) -> None:
    python, navigateur = dependances.write_inventaires(tmp_path)
    epingles = re.findall(
        r"^([\w.-]+)==([\w.]+)", (dependances.RACINE / "requirements.txt").read_text(), re.M
    )
    decrits = {c["purl"] for c in json.loads(python.read_text())["components"]}
    assert {f"pkg:pypi/{nom}@{version}" for nom, version in epingles} <= decrits
    verrou = json.loads((dependances.RACINE / "package-lock.json").read_text())["packages"]
    servis = {p.removeprefix("node_modules/") for p, v in verrou.items() if p and not v.get("dev")}
    assert servis == {
        c["name"]
        for c in json.loads(navigateur.read_text())["components"]
        if not any(p["name"].endswith("development") for p in c.get("properties", ()))
    }


def test_un_inventaire_impossible_dit_pourquoi(tmp_path: Path) -> None:
    def jouer(commande: Sequence[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(commande, 2, "", "disque plein")

    with pytest.raises(SystemExit, match="disque plein"):
        dependances.write_inventaires(tmp_path, jouer)
