"""Associations : étiquettes de bénéficiaires mélangées à strate égale, ce que chaque test dit de rien.

`BAROMETRE_MIROIR=… python -m tests.bench associations`. Sans dossier de données de l'État, des programmes
fictifs. Les étiquettes sont mélangées dans strate × couverture (× densité là où la comparaison l'emploie) :
plus aucun programme n'a d'effet, et tout verdict est faux. Puis un « non » de bénéficiaire sur quatre devient
« oui » : c'est l'écart que chaque test devrait voir.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from barometre.catalogue import Catalogue, load_catalogue
from barometre.catalogue.programmes import load_programmes
from barometre.domain.indicateur import Indicateur
from barometre.pipeline.associations import (
    Famille,
    compare_famille,
    find_etat,
    judge_lignes,
    list_familles,
)
from barometre.pipeline.cles import Tirages, read_cles, read_tardives
from barometre.pipeline.croisements import read_cadre, read_mesures
from barometre.pipeline.mesures import Mesures
from barometre.stats.association import compare_standardised
from barometre.warehouse.engine import Engine
from barometre.warehouse.repository import open_repository, read_rows
from tests.bench import naif
from tests.bench.mesure import get_entrepot, run_commande

MELANGES = 6
GRAINE = 20261128
# Un « non » de bénéficiaire sur quatre devient « oui ».
EFFET = 0.25
# Part des communes d'un programme fictif, selon le rang de leur strate : les grandes en bénéficient plus.
PARTS_FICTIVES = (0.05, 0.4)
Test = Callable[[Famille], pd.DataFrame]


def run() -> list[dict[str, Any]]:
    """Une ligne par test."""
    with tempfile.TemporaryDirectory() as dossier:
        depot = open_repository(str(_prepare(Path(dossier))))
        try:
            return _measure(depot.get_engine(), load_catalogue())
        finally:
            depot.close()


def _prepare(dossier: Path) -> Path:
    """L'entrepôt en service ; avec un dossier de données de l'État, sa copie où elles sont chargées."""
    entrepot = get_entrepot(dossier)
    if not os.environ.get("BAROMETRE_MIROIR"):
        return entrepot
    copie = dossier / "etat"
    shutil.copytree(entrepot, copie)
    run_commande(copie, "sources", "recuperer", BAROMETRE_COPIES=str(dossier / "copies"))
    return copie


def _measure(moteur: Engine, catalogue: Catalogue) -> list[dict[str, Any]]:
    parts = {i.id: i for i in catalogue.list_indicateurs(origine="declare") if i.est_part}
    familles = list(_list_familles(moteur, catalogue))
    tests: dict[str, Test] = {
        "variance estimée, loi normale (avant)": lambda f: _judge(naif.compare_groupes, f, parts),
        "Cochran-Mantel-Haenszel, comptes exacts (impubliable)": lambda f: _judge(
            compare_standardised, f, parts
        ),
        "publié : sommes brouillées (après)": lambda f: compare_famille(f, parts),
    }
    hasard = np.random.default_rng(GRAINE)
    melangees = [_shuffle(f, hasard) for _ in range(MELANGES) for f in familles]
    touchees = [_touch(f, hasard) for f in melangees]
    return [_count(nom, test, melangees, touchees) for nom, test in tests.items()]


def _list_familles(moteur: Engine, catalogue: Catalogue) -> Iterator[Famille]:
    mesures, cles = read_mesures(moteur, read_cadre(moteur), catalogue), read_cles(moteur)
    if not any(p.mesure in mesures.table for p in load_programmes()):
        mesures = replace(mesures, table=_invent_programmes(mesures))
    for theme in catalogue.themes:
        ids = [i.id for i in catalogue.list_indicateurs(theme.id, origine="declare")]
        reponses = read_rows(moteur, "fait_valeur", indicateur_id=ids)
        tirages = Tirages(cles, read_tardives(moteur, theme.id))
        yield from list_familles(mesures, theme.id, reponses[reponses["etat"].eq("repondu")], tirages)


def _invent_programmes(mesures: Mesures) -> pd.DataFrame:
    """Des bénéficiaires tirés au sort, plus nombreux parmi les grandes communes."""
    hasard = np.random.default_rng(GRAINE)
    strates = pd.factorize(mesures.communes["strate"], sort=True)[0]
    parts = np.linspace(*PARTS_FICTIVES, strates.max() + 1)[strates]
    noms = [p.mesure for p in load_programmes()]
    tirees = hasard.random((len(strates), len(noms))) < parts[:, None]
    return pd.DataFrame(tirees.astype(float), mesures.communes.index, noms)


def _shuffle(famille: Famille, hasard: np.random.Generator) -> Famille:
    groupes = famille.beneficie.groupby(famille.comparables)
    melangees = groupes.transform(lambda t: hasard.permutation(t.to_numpy()))
    return replace(famille, beneficie=melangees.astype(bool))


def _touch(famille: Famille, hasard: np.random.Generator) -> Famille:
    """Un vrai effet : un « non » de bénéficiaire sur quatre devient « oui »."""
    r = famille.reponses
    change = hasard.random(r.shape) < EFFET * famille.beneficie.to_numpy()[:, None]
    return replace(famille, reponses=r.mask(r.eq(0) & change, 1.0))


def _judge(
    compare: Callable[..., pd.DataFrame], famille: Famille, parts: Mapping[str, Indicateur]
) -> pd.DataFrame:
    """Les verdicts d'un test qui lit les comptes exacts, sur les lignes que le secret laisse voir."""
    table = compare(famille.reponses, famille.beneficie, famille.comparables)
    etats = [
        find_etat(parts[str(ligne["item"])], ligne, famille.nommees) for ligne in table.to_dict("records")
    ]
    return judge_lignes(table.assign(etat=etats))


def _count(nom: str, test: Test, melangees: list[Famille], touchees: list[Famille]) -> dict[str, Any]:
    fausses, vraies = ([_list_dits(test(f)) for f in familles] for familles in (melangees, touchees))
    fausses, vraies = ([d for d in dits if d.size] for dits in (fausses, vraies))
    parlent = sum(bool(d.any()) for d in fausses)
    return {
        "test": nom,
        "familles testées": len(fausses),
        "qui disent un faux écart": f"{parlent} ({parlent / len(fausses):.1%})",
        "faux verdicts par tableau": f"{sum(d.sum() for d in fausses) / len(fausses):.3f}",
        "vrais écarts vus": f"{np.concatenate(vraies).mean():.1%}",
    }


def _list_dits(table: pd.DataFrame) -> np.ndarray:
    """Des comparaisons montrées d'une famille, celles qui ont un verdict."""
    return table.loc[table["etat"].eq("published"), "verdict"].ne("non_demontre").to_numpy()
