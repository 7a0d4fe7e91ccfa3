"""Chaque recette montrée est exécutée telle quelle, et rend la vue cellule par cellule."""

from __future__ import annotations

import re
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
import uvicorn
from fastapi import FastAPI

from barometre.api.application import RACINE, build_api
from barometre.assemblage import depot, memoire
from barometre.assemblage.explorer import load_requete
from barometre.catalogue import load_catalogue
from barometre.cli import main
from barometre.views.donnees.demande import parse_demande
from barometre.views.donnees.reproduire import build_requete, list_recettes
from tests.fakes import build_entrepot_factice

REQUETES = (
    "theme=communication&par=strate",
    "indicateurs=site_internet&indicateurs=france_services_presence&niveau=commune&forme=large",
    # Des réponses sans période à côté d'un chiffre publié qui en a une : « 2025 » n'y est pas 2025.0.
    "indicateurs=site_internet&indicateurs=reponses_mars_2025_maire_info&par=",
)
TEXTES = {"periode": str}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """L'API, pour de vrai, sur l'entrepôt que lisent aussi la commande et le paquet."""
    with pytest.MonkeyPatch.context() as reglage:
        entrepot = build_entrepot_factice(tmp_path_factory.mktemp("entrepot"), etat=True)
        reglage.setenv("BAROMETRE_ENTREPOT", entrepot)
        depot.forget()
        memoire.forget()
        application = FastAPI()
        application.mount(RACINE, build_api(depot.open_gate_publique, par_minute=1_000))
        serveur = uvicorn.Server(uvicorn.Config(application, port=0, log_level="error"))
        fil = threading.Thread(target=serveur.run, daemon=True)
        fil.start()
        while not serveur.started:
            time.sleep(0.02)
        port = serveur.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
        serveur.should_exit = True
        fil.join()
        depot.forget()
        memoire.forget()


@pytest.fixture(params=REQUETES, ids=["longue", "mesure-large", "mêlée"])
def vue(service: str, request: pytest.FixtureRequest) -> tuple[pd.DataFrame, dict[str, str]]:
    """Ce que lit la page, et les recettes qu'elle montre, par titre."""
    porte = depot.open_gate_publique()
    demande = parse_demande(request.param, load_catalogue(), depot.list_territoires_of(porte))
    requete = build_requete(demande, porte.version_id)
    recettes = list_recettes(requete, porte.get_version(), service)
    return load_requete(porte, request.param).fichier, {r.titre: r.texte for r in recettes}


def _list_textes(colonne: pd.Series) -> list[str]:
    return ["" if pd.isna(valeur) else str(valeur) for valeur in colonne]


def _check(lue: pd.DataFrame, attendue: pd.DataFrame) -> None:
    """Mêmes colonnes, mêmes lignes, mêmes nombres, mêmes textes ; un vide est un vide."""
    assert list(lue.columns) == list(attendue.columns)
    assert len(lue) == len(attendue) > 0
    for nom in attendue.columns:
        if pd.api.types.is_numeric_dtype(attendue[nom]):
            pd.testing.assert_series_equal(
                lue[nom].astype("float64"), attendue[nom].astype("float64"), check_index=False
            )
        else:
            assert _list_textes(lue[nom]) == _list_textes(attendue[nom])


@pytest.mark.parametrize("titre", ["Python, par l’API", "Python, par le paquet"])
def test_python(vue: tuple[pd.DataFrame, dict[str, str]], titre: str) -> None:
    attendue, recettes = vue
    noms: dict[str, pd.DataFrame] = {}
    exec(compile(recettes[titre], titre, "exec"), noms)
    _check(noms["vue"], attendue)


def test_la_commande(
    vue: tuple[pd.DataFrame, dict[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    attendue, recettes = vue
    monkeypatch.chdir(tmp_path)
    mots = [mot.strip('"') for mot in recettes["La commande"].removeprefix("python -m barometre ").split()]
    assert main(mots) == 0
    _check(pd.read_csv("vue.csv", comment="#", dtype=TEXTES), attendue)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl n'est pas sur cette machine")
def test_curl(vue: tuple[pd.DataFrame, dict[str, str]], tmp_path: Path) -> None:
    attendue, recettes = vue
    subprocess.run(["bash", "-c", recettes["curl"]], cwd=tmp_path, check=True, capture_output=True)
    # Un fichier gardé dit d'où il vient.
    entete = [x for x in (tmp_path / "vue.csv").read_text("utf-8-sig").splitlines() if x.startswith("#")]
    assert any(x.startswith("# Version des données : ") for x in entete)
    _check(pd.read_csv(tmp_path / "vue.csv", comment="#", dtype=TEXTES), attendue)


@pytest.mark.skipif(shutil.which("Rscript") is None, reason="R n'est pas sur cette machine")
def test_r(vue: tuple[pd.DataFrame, dict[str, str]], tmp_path: Path) -> None:
    attendue, recettes = vue
    ecrire = '\nwrite.csv(vue, "relue.csv", row.names = FALSE, na = "", fileEncoding = "UTF-8")\n'
    (tmp_path / "recette.R").write_text(recettes["R"] + ecrire, encoding="utf-8")
    subprocess.run(
        ["Rscript", "--encoding=UTF-8", "recette.R"], cwd=tmp_path, check=True, capture_output=True,
        env={"LANG": "C.UTF-8", "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    _check(pd.read_csv(tmp_path / "relue.csv", dtype=TEXTES), attendue)
    # Un R nu suffit : la recette ne charge aucun paquet.
    assert not re.search(r"library|require|::", recettes["R"])
