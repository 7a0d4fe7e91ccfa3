"""Opérateurs de services numériques (ANCT) : qui ils sont, et les départements qu'ils couvrent.

Le statut y dit un partenariat avec l'ANCT, non une adhésion à Déclic : il n'est pas lu.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from barometre.recherche.noms import normalise_nom
from barometre.sources.contexte import Contexte, reject_rows
from barometre.sources.lecture import Brut, read_bytes, read_csv, read_json
from barometre.sources.resultat import Rejet, Resultat, build_resultat

COLONNES = ("id", "nom", "siret", "departements")
FACULTATIVES = ("url",)
SIRET = re.compile(r"^\d{14}$")
OPSN = ["opsn_id", "nom", "sigle", "forme_juridique", "siret", "source_url"]
# Ce que le fichier contient sans que ce soit un opérateur.
PAS_DES_OPERATEURS = ("TEST", "ANCT")
PAS_UN_OPERATEUR = "Cette ligne n'est pas un opérateur (ligne d'essai, ou l'agence elle-même)."
SANS_NOM = "L'opérateur n'a ni nom ni identifiant."


def read(chemin: Path) -> Brut:
    """Le CSV officiel, ou l'échantillon JSON."""
    if chemin.suffix == ".json":
        return read_json(read_bytes(chemin), COLONNES, FACULTATIVES)
    return read_csv(chemin, COLONNES, FACULTATIVES)


def rows(brut: Brut, contexte: Contexte) -> Resultat:
    """Les OPSN nouveaux, les périmètres, et l'OPSN de chaque identifiant de la source."""
    frame = brut.frame
    vides = frame["nom"].eq("") | frame["id"].eq("")
    essais = ~vides & frame["nom"].str.upper().isin(PAS_DES_OPERATEURS)
    bons = frame[~vides & ~essais]
    connus = dict(_index(contexte.opsn))
    ids = {ligne["id"]: _match(ligne, connus) for _, ligne in bons.iterrows()}
    nouveaux = bons[
        bons["id"].map(ids).eq(bons["id"].map(_new_id)) & ~bons["id"].map(ids).isin(_known_ids(contexte))
    ]
    liens, rejets_liens = _links(bons, ids, contexte)
    rejets: list[Rejet] = [
        *brut.rejets,
        *reject_rows(frame[vides], "id", SANS_NOM),
        *reject_rows(frame[essais], "nom", PAS_UN_OPERATEUR),
        *rejets_liens,
    ]
    opsn = pd.DataFrame([_opsn(ligne) for _, ligne in nouveaux.iterrows()], columns=OPSN)
    return build_resultat(brut.lus, rejets, liens=liens, operateurs=ids, opsn=opsn)


def _index(opsn: pd.DataFrame) -> Iterator[tuple[str, str]]:
    """SIRET, sigle et nom de chaque OPSN connu."""
    for _, ligne in opsn.iterrows():
        for colonne in ("nom", "sigle"):
            if str(ligne[colonne] or ""):
                yield normalise_nom(str(ligne[colonne])), str(ligne["opsn_id"])
        if pd.notna(ligne["siret"]):
            yield str(ligne["siret"]), str(ligne["opsn_id"])


def _known_ids(contexte: Contexte) -> set[str]:
    return set(contexte.opsn["opsn_id"]) if "opsn_id" in contexte.opsn else set()


def _match(ligne: pd.Series, connus: dict[str, str]) -> str:
    """L'OPSN connu de même SIRET, sinon de même nom ; sinon un nouveau."""
    return connus.get(ligne["siret"]) or connus.get(normalise_nom(ligne["nom"])) or _new_id(ligne["id"])


def _new_id(identifiant: str) -> str:
    return f"anct-{identifiant}"


def _opsn(ligne: pd.Series) -> dict[str, object]:
    return {
        "opsn_id": _new_id(ligne["id"]),
        "nom": ligne["nom"],
        "sigle": "",
        "forme_juridique": "",
        # ADM81 porte 11 chiffres : un SIRET faux reste vide.
        "siret": ligne["siret"] if SIRET.match(ligne["siret"]) else None,
        "source_url": str(ligne.get("url", "")),
    }


def _links(bons: pd.DataFrame, ids: dict[str, str], contexte: Contexte) -> tuple[pd.DataFrame, list[Rejet]]:
    """Un lien par département ; un département inconnu rejette l'opérateur, et le dit."""
    liens: list[tuple[str, str, str]] = []
    rejets: list[Rejet] = []
    for numero, ligne in bons.iterrows():
        codes = [c.strip() for c in re.split(r"[,;|]", ligne["departements"].strip("[]{}")) if c.strip()]
        cibles = [f"departement-{c.strip(chr(34) + chr(39))}" for c in codes]
        inconnus = [c for c in cibles if c not in contexte.identifiants]
        if inconnus:
            motif = f"Département inconnu du référentiel : {', '.join(c.split('-')[1] for c in inconnus)}."
            rejets.append(Rejet(int(str(numero)), "departements", ligne["departements"], motif))
            continue
        liens += [(ids[ligne["id"]], cible, "perimetre") for cible in dict.fromkeys(cibles)]
    return pd.DataFrame(liens, columns=["opsn_id", "cible_id", "nature"]).drop_duplicates(), rejets
