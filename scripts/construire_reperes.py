"""Fabrique `data/reperes_sources.json` : l'empreinte du vrai fichier de chaque source, lue dans un miroir.

PYTHONPATH=. python scripts/construire_reperes.py MIROIR
Le repère juge le premier fichier reçu, quand aucune bonne copie n'est là. Une source embarquée donne le sien
sans miroir ; un échantillon n'en donne pas. Rien d'autre n'est gardé : des nombres de lignes et des totaux.
"""

from __future__ import annotations

import json
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from barometre.catalogue import DONNEES, load_catalogue
from barometre.pipeline import referentiel as ref
from barometre.sources.catalogue import SourceExterieure, load_sources_exterieures
from barometre.sources.contexte import Contexte
from barometre.sources.empreinte import REPERES
from barometre.sources.examen import read_source
from barometre.sources.fetch import Lieu, get_kept
from barometre.sources.gardes import LIGNES_COMPARABLES
from barometre.sources.territoires import Territoires
from scripts.paquets import DATA


def main() -> None:
    """Un repère par source lue ; ce qui manque au miroir est dit, et n'en a pas."""
    opsn, liens = ref.load_opsn(DONNEES)
    collectivites = ref.load_collectivites(DONNEES, load_catalogue(), liens)
    contexte = Contexte(Territoires(collectivites, ref.load_codes_anciens(DONNEES)), collectivites, opsn=opsn)
    reperes = dict[str, dict[str, Any]]()
    for source in load_sources_exterieures().values():
        repere = build_repere(source, Path(sys.argv[1]), contexte)
        if repere and repere["lignes"] >= LIGNES_COMPARABLES:
            reperes[source.id] = repere
        else:
            print(f"{source.id} : pas de repère")
    lignes = [f"{json.dumps(nom)}: {json.dumps(repere)}" for nom, repere in reperes.items()]
    (DATA / REPERES).write_text("{\n" + ",\n".join(lignes) + "\n}\n", encoding="utf-8")


def build_repere(source: SourceExterieure, miroir: Path, contexte: Contexte) -> dict[str, Any] | None:
    """L'empreinte du fichier du miroir, jugée par la seule fiche de la source."""
    fichier = miroir / source.miroir
    if source.usage == "contours" or source.id == "adherents_operateurs_anct":
        return None
    fourni = source.embarque.chemin if source.embarque else fichier
    with tempfile.TemporaryDirectory() as nom:
        place = Path(nom) / "miroir" / source.miroir
        place.parent.mkdir(parents=True)
        place.write_bytes((fichier if fichier.is_file() else fourni).read_bytes())
        lieu = Lieu(Path(nom) / "miroir", Path(nom) / "copies")
        # Sans repère : l'ancien ne juge pas le nouveau.
        neuf = replace(source, repere=None)
        read_source(neuf, lieu, replace(contexte, periode=source.periode), confirmer=True)
        copie = get_kept(source, lieu)
    return dict(copie.comptes) if copie and copie.comptes else None


if __name__ == "__main__":
    main()
