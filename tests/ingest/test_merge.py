"""Plusieurs fichiers d'une vague : ce que l'un perd au profit de l'autre dit sa vraie ligne."""

from __future__ import annotations

from pathlib import Path

from barometre.ingest import Lot, Referentiel
from barometre.ingest.depouillement import prepare_all
from barometre.ingest.merge import merge_lots
from tests.ingest.conftest import MiniCatalogue


def _prepare(dossier: Path, referentiel: Referentiel, *contenus: str) -> Lot:
    fichiers = [dossier / f"{nom}.csv" for nom in "abc"[: len(contenus)]]
    for fichier, contenu in zip(fichiers, contenus, strict=True):
        fichier.write_text(contenu, "utf-8")
    ou = ("communication", "2023-v1", "auto", referentiel, MiniCatalogue(), None)
    return prepare_all(fichiers, *ou, lots_connus=[])


def test_un_doublon_entre_fichiers_dit_sa_ligne(tmp_path: Path, referentiel: Referentiel) -> None:
    """« b.csv, ligne 0 » n'est la ligne de rien."""
    lot = _prepare(
        tmp_path,
        referentiel,
        "submitdate;SIREN;Q01\n2023-12-09;213300635;Y\n",
        "submitdate;SIREN;Q01\n2023-12-06;210100012;N\n2023-12-06;213300635;N\n",
    )
    (doublon,) = lot.lignes_doublons
    assert (doublon.ligne, doublon.valeur) == (1_000_003, "commune-33063")
    assert doublon.motif.startswith("b.csv, ligne 3 : Sa réponse dans « a.csv » est retenue")
    # D'un lot déjà réuni, le numéro n'est plus connu : il n'est pas inventé.
    seul = _prepare(tmp_path, referentiel, "submitdate;SIREN;Q01;Q03\n2023-12-12;213300635;Y;3\n")
    perdus = [d.motif for d in merge_lots([lot, seul]).lignes_doublons if "ligne" not in d.motif]
    assert len(perdus) == 1
    assert perdus[0].startswith("a.csv, b.csv : Sa réponse dans « a.csv » est retenue")
