"""Adhérents des opérateurs (ANCT), par SIRET : le fait « adhérente », qu'un périmètre ne dit pas."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

from barometre.sources.contexte import HORS_CADRE, SIREN_DISCORDANT, Contexte, reject_rows
from barometre.sources.errors import SourceRefusee
from barometre.sources.gardes import check_discordants
from barometre.sources.lecture import Brut, read_csv, read_json, read_member
from barometre.sources.noms import find_discordants
from barometre.sources.resultat import Resultat, build_resultat

COLONNES = ("operateur_id", "organisation_siret")
NOM = "organisation_nom"
FACULTATIVES = ("role", NOM)
# Les rôles qui ne disent pas une adhésion.
PAS_ADHERENT = ("perimetre", "périmètre")
MEMBRE = "organizations.json"
AUTRE_ROLE = "Ce rôle ne dit pas une adhésion."
OPERATEUR_INCONNU = "Cet opérateur n'est pas dans la liste des opérateurs."


def read(chemin: Path) -> Brut:
    """Le CSV officiel, ou l'échantillon (une archive) ramené aux mêmes colonnes."""
    if chemin.suffix != ".zip":
        return read_csv(chemin, COLONNES, FACULTATIVES)
    try:
        organisations = json.loads(read_member(chemin, MEMBRE))
        couples = [_couple(o, lien) for o in organisations for lien in o.get("operators", [])]
    except (ValueError, AttributeError, TypeError, KeyError) as erreur:
        raise SourceRefusee("L'échantillon n'a pas la forme attendue.") from erreur
    return read_json(json.dumps(couples).encode(), COLONNES, FACULTATIVES)


def _couple(organisation: dict[str, Any], lien: dict[str, Any]) -> dict[str, str]:
    role = "adherent" if lien["is_adherent"] else "perimetre"
    return {"operateur_id": lien["id"], "organisation_siret": organisation["siret"], "role": role}


def rows(brut: Brut, contexte: Contexte) -> Resultat:
    """Un lien par adhésion constatée."""
    frame = brut.frame.assign(
        collectivite_id=brut.frame["organisation_siret"].str[:9].map(contexte.sirens),
        opsn_id=brut.frame["operateur_id"].map(dict(contexte.operateurs)),
    )
    role = frame["role"].str.lower() if "role" in frame else pd.Series("", index=frame.index)
    autres = role.isin(PAS_ADHERENT)
    hors = ~autres & frame["collectivite_id"].isna()
    nommees = ~autres & ~hors & find_discordants(frame, NOM, contexte.noms)
    check_discordants(int(nommees.sum()), int((~autres & ~hors).sum()), ("organisation_siret", NOM))
    inconnus = ~autres & ~hors & ~nommees & frame["opsn_id"].isna()
    bons = frame[~(autres | hors | nommees | inconnus)]
    liens = pd.DataFrame(
        {"opsn_id": bons["opsn_id"], "cible_id": bons["collectivite_id"], "nature": "adherente"}
    ).drop_duplicates()
    rejets = [
        *brut.rejets,
        *reject_rows(frame[autres], "role", AUTRE_ROLE),
        *reject_rows(frame[hors], "organisation_siret", HORS_CADRE),
        *reject_rows(frame[nommees], "organisation_siret", SIREN_DISCORDANT),
        *reject_rows(frame[inconnus], "operateur_id", OPERATEUR_INCONNU),
    ]
    return build_resultat(brut.lus, rejets, liens=liens.reset_index(drop=True))
