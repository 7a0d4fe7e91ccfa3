"""Rejoue un dossier d'exports contre l'entrepôt en service, à l'essai, et imprime leur sort en tableau.

PYTHONPATH=. python scripts/rejouer_imports.py DOSSIER
Le questionnaire se lit dans le nom (« …_cyber_… ») ; une correspondance s'appelle « A05_corr.yml ».
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from barometre.catalogue import load_catalogue
from barometre.ingest import ImportRefuse, Referentiel, prepare
from barometre.warehouse.repository import open_repository

_AUTRES = {"cyber": "cybersecurite", "budget": "strategie"}


def main() -> None:
    """Un fichier, une ligne."""
    analyseur = argparse.ArgumentParser(description=__doc__)
    analyseur.add_argument("dossier", type=Path)
    demande = analyseur.parse_args()
    depot, catalogue = open_repository(), load_catalogue()
    referentiel = Referentiel(depot.list_collectivites(cadre=False), depot.list_codes_anciens())
    print("| fichier | lues | chargées | doublons | quarantaine | ignorées | motif ou avertissement |")
    print("|---|---|---|---|---|---|---|")
    for chemin, declaree in list_exports(demande.dossier):
        questionnaire, vague = find_enquete(chemin.name)
        try:
            lot = prepare(chemin, questionnaire, vague, "auto", referentiel, catalogue, declaree)
        except ImportRefuse as refus:
            print(f"| {chemin.name} | — | — | — | — | — | refusé : {refus} |")
            continue
        mots = [*(r.motif for r in lot.rejets[:1]), *lot.avertissements]
        mots += [i.motif for i in lot.lignes_ignorees[:1]]
        comptes = (lot.lus, lot.charges, lot.doublons, lot.quarantaine, lot.ignores)
        print(f"| {chemin.name} | {' | '.join(map(str, comptes))} | {' — '.join(mots)[:260]} |")


def list_exports(dossier: Path) -> Iterator[tuple[Path, Path | None]]:
    """Chaque export du dossier et sa correspondance déclarée ; « S_… » est une source d'État."""
    for chemin in sorted(dossier.iterdir()):
        if chemin.suffix not in {".md", ".yml", ".gz"} and not chemin.name.startswith("S_"):
            yield chemin, next(iter(dossier.glob(f"{chemin.name[:3]}_corr.yml")), None)


def find_enquete(nom: str) -> tuple[str, str]:
    """Le questionnaire et la vague d'un fichier, lus dans son nom."""
    questionnaire = next((q for mot, q in _AUTRES.items() if mot in nom), "communication")
    return questionnaire, "2024-v3" if questionnaire == "strategie" else "2023-v1"


if __name__ == "__main__":
    main()
