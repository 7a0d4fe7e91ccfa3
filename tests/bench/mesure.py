"""Ce que les mesures partagent : l'entrepôt de démonstration, les centiles, une ligne du tableau."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from barometre.warehouse.engine import EntrepotError
from barometre.warehouse.repository import open_repository

RACINE = Path(__file__).resolve().parents[2]
ETALON = 3_000_000  # tours de la boucle dont le temps dit ce que vaut la machine


def get_entrepot(dossier: Path) -> Path:
    """Le dossier de l'entrepôt en service, sinon un entrepôt de démonstration construit dans `dossier`."""
    voulu = Path(os.environ.get("BAROMETRE_ENTREPOT", RACINE / "entrepot"))
    if (voulu / "ACTIF").exists() and _is_lisible(voulu):
        return voulu
    neuf = dossier / "entrepot"
    run_commande(neuf, "construire")
    return neuf


def _is_lisible(entrepot: Path) -> bool:
    """Faux d'un entrepôt resté d'une version plus ancienne : le mesurer arrêterait la mesure."""
    depot = open_repository(str(entrepot))
    try:
        depot.get_engine()
    except EntrepotError:
        return False
    finally:
        depot.close()
    return True


def run_commande(entrepot: Path, *mots: str, **variables: str) -> None:
    """Une commande du baromètre, comme on la tape."""
    subprocess.run(
        [sys.executable, "-m", "barometre", *mots],
        cwd=RACINE,
        env={**os.environ, "BAROMETRE_ENTREPOT": str(entrepot), "OPENBLAS_NUM_THREADS": "1", **variables},
        stdout=subprocess.DEVNULL,
        check=True,
    )


def measure_etalon() -> float:
    """Le processeur, en millisecondes, d'un calcul qui ne change jamais : ce que vaut la machine.

    D'une heure à l'autre, un même hôte partagé va du simple au double ; tout ce qu'on y mesure aussi.
    """
    debut, somme = time.process_time(), 0
    for i in range(ETALON):
        somme += i * i % 7
    return 1000 * (time.process_time() - debut)


def centile(valeurs: Sequence[float], rang: int) -> float:
    """Le centile demandé ; la seule valeur s'il n'y en a qu'une."""
    if len(valeurs) < 2:
        return valeurs[0]
    return statistics.quantiles(valeurs, n=100, method="inclusive")[rang - 1]


def build_ligne(
    mesure: str, valeur: float, unite: str, but: str, *, a_cote: str = "", note: str = ""
) -> dict[str, Any]:
    """Une ligne du tableau, dite aussi à l'écran : une mesure est longue."""
    ligne = {"mesure": mesure, "mesuré": f"{valeur:.3g} {unite}".replace(".", ","), "but": but}
    ligne |= {"à côté, dans la même série": a_cote, "remarque": note}
    print("  ", " | ".join(filter(None, map(str, ligne.values()))), flush=True)
    return ligne
