"""Rejoue un dossier d'exports contre l'entrepôt en service, à l'essai, et imprime leur sort en tableau.

PYTHONPATH=. python scripts/rejouer_imports.py DOSSIER [--vague 2023-v1]
Le questionnaire se lit dans le nom (« …_cyber_… ») ; une correspondance s'appelle « A05_corr.yml ».
"""

from __future__ import annotations

import argparse
from pathlib import Path

from barometre.catalogue import load_catalogue
from barometre.ingest import ImportRefuse, Referentiel, prepare
from barometre.warehouse.repository import open_repository

_AUTRES = {"cyber": "cybersecurite", "budget": "strategie"}


def main() -> None:
    """Un fichier, une ligne."""
    analyseur = argparse.ArgumentParser(description=__doc__)
    analyseur.add_argument("dossier", type=Path)
    analyseur.add_argument("--vague", default="2023-v1")
    demande = analyseur.parse_args()
    depot, catalogue = open_repository(), load_catalogue()
    referentiel = Referentiel(depot.list_collectivites(cadre=False), depot.list_codes_anciens())
    print("| fichier | lues | chargées | doublons | quarantaine | ignorées | motif ou avertissement |")
    print("|---|---|---|---|---|---|---|")
    for chemin in sorted(demande.dossier.iterdir()):
        if chemin.suffix in {".md", ".yml", ".gz"} or chemin.name.startswith("S_"):
            continue
        questionnaire = next((q for mot, q in _AUTRES.items() if mot in chemin.name), "communication")
        vague = demande.vague if questionnaire != "strategie" else "2024-v3"
        declaree = next(iter(demande.dossier.glob(f"{chemin.name[:3]}_corr.yml")), None)
        try:
            lot = prepare(chemin, questionnaire, vague, "auto", referentiel, catalogue, declaree)
        except ImportRefuse as refus:
            print(f"| {chemin.name} | — | — | — | — | — | refusé : {refus} |")
            continue
        mots = [*(r.motif for r in lot.rejets[:1]), *lot.avertissements]
        mots += [i.motif for i in lot.lignes_ignorees[:1]]
        comptes = (lot.lus, lot.charges, lot.doublons, lot.quarantaine, lot.ignores)
        print(f"| {chemin.name} | {' | '.join(map(str, comptes))} | {' — '.join(mots)[:260]} |")


if __name__ == "__main__":
    main()
