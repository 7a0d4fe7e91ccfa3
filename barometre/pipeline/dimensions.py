"""Le catalogue et les sources → tables : vagues, questions, indicateurs, chiffres publiés, sources."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd

from barometre.catalogue import Catalogue
from barometre.catalogue.validation import CatalogueError, read_yaml
from barometre.pipeline.donnees import Donnees
from barometre.pipeline.referentiel import ReferentielError

BAROMETRE = "barometre"


def add_dimensions(donnees: Donnees, catalogue: Catalogue, dossier: Path) -> None:
    """Ajoute tout ce que le catalogue et `sources.yml` décrivent."""
    donnees.add("dim_vague", _vagues(catalogue))
    donnees.add("vague_questionnaire", _ouverts(catalogue))
    donnees.add("dim_question", _questions(catalogue))
    donnees.add("dim_indicateur", build_indicateurs(catalogue))
    donnees.add("dim_source", load_sources(dossier))
    donnees.add("chiffre_publie", _chiffres(catalogue))


def _vagues(catalogue: Catalogue) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "vague_id": v.id,
                "titre": v.titre,
                "edition": v.edition,
                "rang": rang,
                "ouverture": v.ouverture,
                "fermeture": v.fermeture,
            }
            for rang, v in enumerate(catalogue.vagues, 1)
        ]
    )


def _ouverts(catalogue: Catalogue) -> pd.DataFrame:
    couples = [(v.id, q) for v in catalogue.vagues for q in v.questionnaires if q in catalogue.questionnaires]
    return pd.DataFrame(couples, columns=["vague_id", "questionnaire_id"])


def _questions(catalogue: Catalogue) -> pd.DataFrame:
    lignes = [
        (q.id, q.questionnaire_id, q.code, q.libelle, q.type, rang)
        for questionnaire in catalogue.questionnaires.values()
        for rang, q in enumerate(questionnaire.questions, 1)
    ]
    colonnes = ["question_id", "questionnaire_id", "code", "libelle", "type", "rang"]
    return pd.DataFrame(lignes, columns=colonnes)


def build_indicateurs(catalogue: Catalogue) -> pd.DataFrame:
    """Les lignes de `dim_indicateur`."""
    lignes = [
        (i.id, i.theme_id, i.titre, i.unite, i.sens, i.origine, i.sensibilite, i.source_id)
        for i in catalogue.indicateurs.values()
    ]
    colonnes = [
        "indicateur_id", "theme_id", "titre", "unite", "sens", "origine", "sensibilite", "source_id",
    ]  # fmt: skip
    return pd.DataFrame(lignes, columns=colonnes)


def _chiffres(catalogue: Catalogue) -> pd.DataFrame:
    lignes = [asdict(chiffre) for chiffre in catalogue.chiffres_publies]
    return pd.DataFrame(lignes).rename(columns={"id": "chiffre_id"})


def load_sources(dossier: Path) -> pd.DataFrame:
    """Les sources embarquées de `sources.yml`, et le baromètre lui-même."""
    chemin = dossier / "sources.yml"
    try:
        contenu = read_yaml(chemin, str(chemin)) or {}
    except (OSError, CatalogueError) as erreur:
        raise ReferentielError(f"Le fichier « {chemin} » manque ou est illisible.") from erreur
    lignes = [_source(source) for source in contenu.get("embarquees", [])]
    return pd.DataFrame([*lignes, _barometre()])


def _source(source: dict[str, Any]) -> dict[str, Any]:
    empreintes = [str(f.get("sha256") or "") for f in source.get("fichiers", [])]
    textes = {c: str(source.get(c, "")) for c in ("titre", "producteur", "licence", "date", "adresse")}
    return {
        "source_id": source["id"],
        **textes,
        "empreinte": " ".join(e for e in empreintes if e) or None,
        "etat": "embarquee",
    }


def _barometre() -> dict[str, Any]:
    return {
        "source_id": BAROMETRE,
        "titre": "Baromètre Collectivités & Numérique (réponses aux questionnaires)",
        "producteur": "DINUM et Déclic",
        "licence": "réponses individuelles non publiques",
        "date": "",
        "adresse": "",
        "empreinte": None,
        "etat": "chargee",
    }
