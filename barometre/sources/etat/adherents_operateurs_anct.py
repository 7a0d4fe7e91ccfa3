"""Adhérents des opérateurs (ANCT), par SIRET : le fait « adhérente », qu'un périmètre ne dit pas."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

from barometre.sources.contexte import (
    CODE_DISCORDANT,
    HORS_CADRE,
    SIREN_DISCORDANT,
    Contexte,
    reject_rows,
)
from barometre.sources.errors import SourceRefusee
from barometre.sources.gardes import check_discordants, list_dementis
from barometre.sources.lecture import Brut, read_csv, read_json, read_member
from barometre.sources.resultat import Resultat, build_resultat

COLONNES = ("operateur_id", "organisation_siret")
NOM = "organisation_nom"
CODE = "organisation_code_insee"
FACULTATIVES = ("role", NOM, CODE)
# Les rôles qui ne disent pas une adhésion.
PAS_ADHERENT = ("perimetre", "périmètre")
# Un rôle non dit est celui du fichier : la liste des adhérents.
ADHERENT = ("", "adherent", "adhérent", "adherente", "adhérente", "membre")
# Un opérateur a des adhérents hors de ses départements ; la plupart dehors, ce ne sont pas les siens.
HORS_PERIMETRE_MAX, ADHERENTS_COMPARABLES = 0.5, 10
MEMBRE = "organizations.json"
AUTRE_ROLE = "Ce rôle ne dit pas une adhésion."
ROLE_INCONNU = "Ce rôle n'est pas connu : on ne sait pas s'il dit une adhésion."
HORS_PERIMETRE = (
    "La plupart des adhérents de cet opérateur sont hors de ses départements : ce ne sont pas les siens."
)
OPERATEUR_INCONNU = "Cet opérateur n'est pas dans la liste des opérateurs."

# La colonne que montre le rejet, pour chaque motif.
COLONNE_FAUTIVE = {
    AUTRE_ROLE: "role", ROLE_INCONNU: "role", HORS_CADRE: "organisation_siret",
    SIREN_DISCORDANT: "organisation_siret", CODE_DISCORDANT: CODE,
    OPERATEUR_INCONNU: "operateur_id", HORS_PERIMETRE: "operateur_id",
}  # fmt: skip


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
    motifs = _list_motifs(frame, contexte)
    bons = frame[motifs.eq("")]
    liens = pd.DataFrame(
        {"opsn_id": bons["opsn_id"], "cible_id": bons["collectivite_id"], "nature": "adherente"}
    ).drop_duplicates()
    rejets = [*brut.rejets]
    for motif, colonne in COLONNE_FAUTIVE.items():
        rejets += reject_rows(frame[motifs.eq(motif)], colonne, motif)
    return build_resultat(brut.lus, rejets, liens=liens.reset_index(drop=True))


def _list_motifs(frame: pd.DataFrame, contexte: Contexte) -> pd.Series:
    """Le motif de refus de chaque ligne, ou vide ; refuse un fichier dont une colonne est décalée."""
    role = frame["role"].str.lower() if "role" in frame else pd.Series("", index=frame.index)
    motifs = pd.Series("", index=frame.index)
    motifs = motifs.mask(~role.isin(ADHERENT), ROLE_INCONNU).mask(role.isin(PAS_ADHERENT), AUTRE_ROLE)
    motifs = motifs.mask(motifs.eq("") & frame["collectivite_id"].isna(), HORS_CADRE)
    placees = motifs.eq("")
    dementis = list_dementis(frame, placees, ("organisation_siret", NOM, CODE), contexte)
    motifs = motifs.where(dementis.eq(""), dementis)
    motifs = motifs.mask(motifs.eq("") & frame["opsn_id"].isna(), OPERATEUR_INCONNU)
    dehors = _find_hors_perimetre(frame[motifs.eq("")], contexte)
    check_discordants(int(dehors.sum()), int(placees.sum()), COLONNES, "le même opérateur")
    return motifs.mask(dehors.reindex(frame.index, fill_value=False), HORS_PERIMETRE)


def _find_hors_perimetre(adhesions: pd.DataFrame, contexte: Contexte) -> pd.Series:
    """Vrai des adhésions d'un opérateur dont la plupart des adhérents sont hors des départements."""
    chez = "departement-" + adhesions["collectivite_id"].map(contexte.territoires.departements).astype(
        "object"
    )
    couverts = adhesions["opsn_id"].map(contexte.perimetres)
    connus = chez.notna() & couverts.notna()
    paires = zip(chez[connus], couverts[connus], strict=True)
    ailleurs = pd.Series([ou not in siens for ou, siens in paires], index=chez.index[connus], dtype="float64")
    ailleurs = ailleurs.reindex(adhesions.index)
    groupes = ailleurs.groupby(adhesions["operateur_id"])
    return groupes.transform("mean").gt(HORS_PERIMETRE_MAX) & groupes.transform("count").ge(
        ADHERENTS_COMPARABLES
    )
