"""Importer un export : du fichier à la version en service, étape par étape."""

from __future__ import annotations

import csv
import random
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import pandas as pd

from barometre.catalogue import load_catalogue
from barometre.domain.enquete import Option, Question
from barometre.ingest.depouillement import prepare
from barometre.ingest.identity import Referentiel
from barometre.ingest.xlsx_reader import read_xlsx
from barometre.pipeline.import_lot import importer
from barometre.warehouse.repository import open_repository
from tests.bench.mesure import build_ligne, run_commande

# Vingt-cinq colonnes ne posent pas toutes les questions : l'import demande un accord.
QUESTIONNAIRE, VAGUE = "communication", "2023-v1"
# Nombre de réponses → le but de la commande entière.
TAILLES = {3_000: "≤ 2 s", 34_000: "≤ 15 s"}
COLONNES_DE_REPONSES = 20
TOURS = 3


def run() -> list[dict[str, Any]]:
    """Par taille : la lecture, chaque étape de l'import, la commande entière."""
    with tempfile.TemporaryDirectory() as nom:
        dossier = Path(nom)
        run_commande(dossier / "vide", "construire", "--sans-demo")
        depot = open_repository(str(dossier / "vide"))
        referentiel = Referentiel(depot.list_collectivites(cadre=False), depot.list_codes_anciens())
        depot.close()
        lignes = [_measure_classeur(dossier, referentiel)]
        for nombre, but in TAILLES.items():
            fichier = write_export(dossier / f"{nombre}.csv", referentiel.collectivites, nombre)
            lignes += _measure_import(dossier, fichier, referentiel, but)
    return lignes


def _measure_import(dossier: Path, fichier: Path, referentiel: Referentiel, but: str) -> list[dict[str, Any]]:
    demande = (fichier, QUESTIONNAIRE, VAGUE, "auto", referentiel, load_catalogue())
    lire = statistics.median(_chronometrer(lambda: prepare(*demande)) for _ in range(TOURS))
    options = ("--questionnaire", QUESTIONNAIRE, "--vague", VAGUE, "--confirmer")
    entrepot = _copy(dossier)
    totale = _chronometrer(lambda: run_commande(entrepot, "importer", str(fichier), *options))
    taille = f"{fichier.stem} réponses × 25 colonnes"
    return [
        build_ligne(f"{taille} : lues, rattachées, contrôlées", lire, "s", "≤ 1 s"),
        *(build_ligne(f"{taille} : {etape.lower()}", duree, "s de processeur", "")
          for etape, duree in _measure_etapes(dossier, fichier).items()),
        build_ligne(f"{taille} : la commande, jusqu'à la mise en service", totale, "s", but),
    ]  # fmt: skip


def _measure_etapes(dossier: Path, fichier: Path) -> dict[str, float]:
    """Le processeur de chaque étape annoncée : le programme est déjà chargé."""
    instants: list[tuple[str, float]] = []
    importer(
        fichier, QUESTIONNAIRE, VAGUE, confirme=True, adresse=str(_copy(dossier)),
        progress=lambda etape, *_: instants.append((etape, time.process_time())),
    )  # fmt: skip
    fins = [instant for _, instant in instants[1:]] + [time.process_time()]
    return {etape: fin - debut for (etape, debut), fin in zip(instants, fins, strict=True)}


def _measure_classeur(dossier: Path, referentiel: Referentiel) -> dict[str, Any]:
    """Le même export en XLSX, lu seul."""
    texte = write_export(dossier / "classeur.csv", referentiel.collectivites, 3_000)
    chemin = dossier / "classeur.xlsx"
    pd.read_csv(texte, dtype=str, keep_default_na=False).to_excel(chemin, index=False)
    duree = statistics.median(_chronometrer(lambda: read_xlsx(chemin)) for _ in range(TOURS))
    naif = statistics.median(
        _chronometrer(lambda: pd.read_excel(chemin, engine="calamine")) for _ in range(TOURS)
    )
    return build_ligne(
        "3 000 × 25 en XLSX, lu", duree, "s", "", a_cote=f"calamine, sans garde : {naif:.2f} s"
    )


def write_export(chemin: Path, collectivites: pd.DataFrame, nombre: int) -> Path:
    """Un export de LimeSurvey (codes) : de vraies communes, des réponses tirées au hasard."""
    hasard = random.Random(20231122)
    communes = collectivites[collectivites["type"].eq("commune") & collectivites["siren"].notna()]
    communes = communes.sample(nombre, random_state=1)
    cellules = [
        (question, option)
        for question in load_catalogue().questionnaires[QUESTIONNAIRE].questions
        for option in (question.options if question.type == "choix_multiple" else (None,))
    ][:COLONNES_DE_REPONSES]
    with chemin.open("w", encoding="utf-8", newline="") as flux:
        ecrivain = csv.writer(flux)
        codes = [f"{q.code}[{o.code}]" if o else q.code for q, o in cellules]
        ecrivain.writerow(["id", "submitdate", "lastpage", "SIREN", "Nom de la collectivité", *codes])
        for i, (siren, nom) in enumerate(zip(communes["siren"], communes["nom"], strict=True)):
            tirees = [_draw(hasard, q, o) for q, o in cellules]
            ecrivain.writerow([i + 1, f"2023-12-{1 + i % 28:02d} 10:00:00", 6, siren, nom, *tirees])
    return chemin


def _draw(hasard: random.Random, question: Question, option: Option | None) -> str:
    if option is not None:
        return hasard.choice(("Y", ""))
    return hasard.choice(question.options).code if question.options else ""


def _copy(dossier: Path) -> Path:
    copie = dossier / "copie"
    shutil.rmtree(copie, ignore_errors=True)
    return Path(shutil.copytree(dossier / "vide", copie))


def _chronometrer(geste: Any) -> float:
    debut = time.perf_counter()
    geste()
    return time.perf_counter() - debut
