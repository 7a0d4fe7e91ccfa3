"""Une France de 2 700 collectivités, tirée des vrais fichiers, pour les essais qui construisent sans avoir
besoin des 36 000 : mêmes colonnes, mêmes codes, mêmes liens, et leur recensement."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from barometre.catalogue import DONNEES
from barometre.sources.catalogue import load_sources_exterieures

# Les essais prennent leurs communes dans les trois premiers ; les autres ont des codes ou un sort à part.
DEPARTEMENTS = ("01", "33", "69", "2A", "75", "974")
RECENSEMENT = "recensement_2021"


def write_petite_france(dossier: Path) -> None:
    """Écrit un dossier de la forme de `data/`, réduit à ces départements."""
    shutil.copytree(DONNEES, dossier)
    collectivites = _read("collectivites.csv.gz")
    communes = collectivites["type"].eq("commune")
    gardees = collectivites[~communes | collectivites["departement"].isin(DEPARTEMENTS)]
    _write(gardees, dossier / "collectivites.csv.gz")
    codes = set(gardees.loc[gardees["type"].eq("commune"), "code"])
    anciens = _read("codes_anciens.csv.gz")
    _write(anciens[anciens["code_actuel"].isin(codes)], dossier / "codes_anciens.csv.gz")
    recensement = _read("recensement_2021.csv.gz")
    _write(recensement[recensement["code"].isin(codes)], dossier / "recensement_2021.csv.gz")
    _shrink_fiche(dossier)


def _read(nom: str) -> pd.DataFrame:
    return pd.read_csv(DONNEES / nom, dtype=str, keep_default_na=False)


def _write(lignes: pd.DataFrame, chemin: Path) -> None:
    lignes.to_csv(chemin, index=False, compression={"method": "gzip", "mtime": 0})


def _shrink_fiche(dossier: Path) -> None:
    """La fiche du recensement attend la France entière : elle attend celle-ci."""
    chemin = dossier / "sources.yml"
    contenu: dict[str, Any] = yaml.safe_load(chemin.read_text("utf-8"))
    (fiche,) = [source for source in contenu["exterieures"] if source["id"] == RECENSEMENT]
    fiche["embarque"]["sha256"] = hashlib.sha256(
        (dossier / "recensement_2021.csv.gz").read_bytes()
    ).hexdigest()
    fiche["attendu"] = {"lignes": [500, 2000], "rejets": fiche["attendu"]["rejets"], "cle": ["code"]}
    chemin.write_text(yaml.safe_dump(contenu, allow_unicode=True, sort_keys=False), "utf-8")


@contextmanager
def use_petite_france(dossier: Path) -> Iterator[None]:
    """Construire et recalculer partent de ce dossier au lieu de `data/`."""
    with pytest.MonkeyPatch.context() as faux:
        faux.setattr("barometre.pipeline.construire.DONNEES", dossier)
        faux.setattr("barometre.pipeline.recalculer.DONNEES", dossier)
        sources = partial(load_sources_exterieures, dossier)
        faux.setattr("barometre.pipeline.etat.load_sources_exterieures", sources)
        yield
