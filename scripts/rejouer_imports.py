"""Rejouer un dossier d'exports et de fichiers d'État contre le référentiel du projet, sans rien écrire.

Le questionnaire se lit dans le nom (« …_cyber_… ») ; une correspondance s'appelle « A05_corr.yml » ; « S_… »
est une source d'État, dont le nom finit comme celui du fichier de miroir qu'elle remplace.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from barometre.catalogue import DONNEES, Catalogue, load_catalogue
from barometre.ingest import ImportRefuse, Lot, Referentiel, prepare
from barometre.ingest.proposal import propose_correspondance
from barometre.pipeline import referentiel as ref
from barometre.pipeline.recolte import Recolte, Socle, harvest
from barometre.sources.catalogue import load_sources_exterieures
from barometre.sources.fetch import Lieu

_AUTRES = {"cyber": "cybersecurite", "budget": "strategie"}


@dataclass(frozen=True, slots=True)
class Cas:
    """Un export et ce que l'import en fait : un lot, ou la phrase du refus."""

    chemin: Path
    declaree: Path | None
    lot: Lot | None
    refus: str = ""


def list_cas(dossier: Path, referentiel: Referentiel, catalogue: Catalogue) -> Iterator[Cas]:
    """Chaque export du dossier, lu."""
    for chemin, declaree in list_exports(dossier):
        questionnaire, vague = find_enquete(chemin.name)
        try:
            lot = prepare(chemin, questionnaire, vague, "auto", referentiel, catalogue, declaree)
        except ImportRefuse as refus:
            yield Cas(chemin, declaree, None, str(refus))
        else:
            yield Cas(chemin, declaree, lot)


def reload_proposed(cas: Cas, referentiel: Referentiel, catalogue: Catalogue) -> Lot:
    """Le même export, lu par la correspondance que `--proposer` en donne."""
    questionnaire, vague = find_enquete(cas.chemin.name)
    proposee = yaml.safe_load(propose_correspondance(cas.chemin, catalogue.questionnaires[questionnaire]))
    return prepare(cas.chemin, questionnaire, vague, "auto", referentiel, catalogue, proposee)


def list_exports(dossier: Path) -> Iterator[tuple[Path, Path | None]]:
    """Chaque export du dossier et sa correspondance déclarée."""
    for chemin in sorted(dossier.iterdir()):
        if chemin.suffix not in {".md", ".yml", ".gz"} and not chemin.name.startswith("S_"):
            yield chemin, next(iter(dossier.glob(f"{chemin.name[:3]}_corr.yml")), None)


def find_enquete(nom: str) -> tuple[str, str]:
    """Le questionnaire et la vague d'un fichier, lus dans son nom."""
    questionnaire = next((q for mot, q in _AUTRES.items() if mot in nom), "communication")
    return questionnaire, "2024-v3" if questionnaire == "strategie" else "2023-v1"


def list_etat(dossier: Path) -> Iterator[tuple[str, str]]:
    """Chaque fichier d'État du dossier, et ce qu'en disent les gardes."""
    opsn, liens = ref.load_opsn(DONNEES)
    collectivites = ref.load_collectivites(DONNEES, load_catalogue(), liens)
    socle = Socle(collectivites, ref.load_codes_anciens(DONNEES), opsn, liens)
    par_nom = {Path(s.miroir).name: s for s in load_sources_exterieures().values() if s.miroir}
    for chemin in sorted(dossier.glob("S_*")):
        source = next(s for nom, s in par_nom.items() if chemin.name.endswith(nom))
        recolte = Recolte(socle)
        with tempfile.TemporaryDirectory() as nom:
            place = Path(nom) / "miroir" / str(source.miroir)
            place.parent.mkdir(parents=True)
            shutil.copy(chemin, place)
            harvest(source, Lieu(Path(nom) / "miroir", Path(nom) / "copies"), recolte)
        yield chemin.name, f"{recolte.bilans[0].etat} : {recolte.bilans[0].phrase}"
