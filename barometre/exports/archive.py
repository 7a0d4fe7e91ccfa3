"""« Tout emporter » : les données, ce qui les décrit pour une machine et pour une personne, les empreintes.

Les dates du paquet sont fixes : une vue d'une version a toujours la même empreinte.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile

import pandas as pd

from barometre.domain.provenance import Provenance
from barometre.exports.colonnes import LEGENDE_MARQUES, MARQUE
from barometre.exports.csv import write_donnees
from barometre.exports.description import build_csvw, build_paquet
from barometre.exports.feuilles import list_fiches

DONNEES, LISEZ_MOI, EMPREINTES = "donnees.csv", "LISEZ-MOI.txt", "SHA256SUMS"
CSVW, PAQUET = "donnees.csv-metadata.json", "datapackage.json"
_DATE = (1980, 1, 1, 0, 0, 0)


def write_entree(paquet: zipfile.ZipFile, nom: str, octets: bytes, *, compresser: bool = True) -> None:
    """Un fichier dans un zip, sans la date du jour."""
    entree = zipfile.ZipInfo(nom, _DATE)
    entree.compress_type = zipfile.ZIP_DEFLATED if compresser else zipfile.ZIP_STORED
    paquet.writestr(entree, octets, compresslevel=6)


def to_zip(table: pd.DataFrame, provenance: Provenance) -> bytes:
    """L'archive entière ; le CSV y est international (RFC 4180), pour les programmes que CSVW vise."""
    fichiers = {
        DONNEES: write_donnees(table, "international").encode(),
        CSVW: _json(build_csvw(table, provenance, DONNEES)),
        PAQUET: _json(build_paquet(table, provenance, DONNEES)),
        LISEZ_MOI: _build_lisez_moi(table, provenance).encode(),
        **{piece.nom: piece.texte.encode() for piece in provenance.pieces},
    }
    fichiers[EMPREINTES] = build_empreintes(fichiers).encode()
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w") as paquet:
        for nom, octets in fichiers.items():
            write_entree(paquet, nom, octets)
    return tampon.getvalue()


def build_empreintes(fichiers: dict[str, bytes]) -> str:
    """Le format que relit `sha256sum --check`."""
    return "".join(f"{hashlib.sha256(octets).hexdigest()}  {nom}\n" for nom, octets in fichiers.items())


def _json(objet: object) -> bytes:
    return json.dumps(objet, ensure_ascii=False, indent=2).encode()


def _build_lisez_moi(table: pd.DataFrame, provenance: Provenance) -> str:
    lignes = [f"{nom} : {texte}" for nom, texte in provenance.mentions]
    if MARQUE in table:
        lignes += ["", "Marques", *(f"{marque} {sens}" for marque, sens in LEGENDE_MARQUES)]
    if fiches := list_fiches(table):
        lignes += ["", "Colonnes", *(f"{c.nom} : {c.definition}" for c in fiches)]
    for d in provenance.definitions:
        lignes += ["", d.objet, d.definition]
        lignes += [
            f"{nom} : {texte}" for nom, texte in (("Base", d.base), ("Précautions", d.precautions)) if texte
        ]
    return "\n".join(lignes) + "\n"
