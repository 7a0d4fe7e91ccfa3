"""estimer : un indicateur, par groupe, tel qu'un rôle le voit."""

from __future__ import annotations

import argparse
from typing import Any

import pandas as pd

from barometre.access import Gate
from barometre.catalogue import load_catalogue
from barometre.cli.analyse import add_json
from barometre.cli.erreurs import Refus
from barometre.cli.sortie import print_json, print_table
from barometre.domain.portee import Portee
from barometre.domain.secret import MONTRES
from barometre.domain.territoire import FRANCE, TYPES
from barometre.warehouse.repository import open_repository

AXES = ("strate", "type", "region", "departement", "zone", "couverture", "vague")
COLONNES = {
    "vague": "vague",
    "groupes": "groupe",
    "n": "n",
    "brut": "brut",
    "redresse": "redressé",
    "bas": "bas",
    "haut": "haut",
    "note": "note",
    "etat": "état",
}
TERRITOIRES = ("zone", "region", "departement")
ETATS = {
    "published": "publié", "indicative": "indicatif, à ne pas citer", "primary": "non publiable",
    "empty": "non publiable : des tailles ou des types entiers n'ont pas répondu",
}  # fmt: skip
CHIFFRES = ("n", "n_eff", "brut", "redresse", "bas", "haut", "note", "etat")


def add_command(commandes: Any) -> None:
    """Déclare la commande."""
    aide = "donne un indicateur, avec son intervalle et sa note, par groupe"
    analyseur = commandes.add_parser("estimer", help=aide, description=aide)
    analyseur.add_argument("--indicateur", metavar="ID", required=True, help="identifiant d'un indicateur")
    analyseur.add_argument("--vague", metavar="ID", help="une vague (toutes sinon)")
    analyseur.add_argument("--par", metavar="AXE,…", default="", help=f"axes parmi : {', '.join(AXES)}")
    analyseur.add_argument(
        "--role", choices=("public", "programme"), default="public", help="qui lit (public)"
    )
    add_json(analyseur)
    analyseur.set_defaults(execute=execute)


def execute(demande: argparse.Namespace) -> None:
    """Une ligne par groupe."""
    axes = _read_axes(demande.par)
    if demande.indicateur not in load_catalogue().indicateurs:
        raise Refus(f"L'indicateur « {demande.indicateur} » n'existe pas.")
    gate = Gate(open_repository(), Portee(role=demande.role))
    lignes = _select(gate, demande.indicateur, demande.vague, axes)
    if lignes.empty:
        raise Refus("Aucun chiffre pour cette demande : indicateur sans réponses, vague ou axes inconnus.")
    reponses = [_describe(ligne, axes) for ligne in lignes.to_dict("records")]
    if demande.json:
        print_json(reponses)
    else:
        print_table([_display(r) for r in reponses], COLONNES)
        _print_caches(reponses)


def _read_axes(texte: str) -> list[str]:
    axes = [a.strip() for a in texte.split(",") if a.strip()]
    inconnus = [a for a in axes if a not in AXES]
    if inconnus:
        raise Refus(f"« {', '.join(inconnus)} » : axe inconnu ; axes possibles : {', '.join(AXES)}.")
    if len(set(TERRITOIRES) & set(axes)) > 1:
        raise Refus("Un seul découpage du territoire à la fois : zone, région ou département.")
    return axes


def _select(gate: Gate, indicateur_id: str, vague_id: str | None, axes: list[str]) -> pd.DataFrame:
    niveau = next((a for a in axes if a in TERRITOIRES), FRANCE)
    lignes = gate.list_agregats(indicateur_id, vague_id, niveau=niveau)
    par_type = "type" in axes or "strate" in axes
    garde = lignes["strate"].ne("") if "strate" in axes else lignes["strate"].eq("")
    garde &= lignes["type"].ne("") if par_type else lignes["type"].eq("")
    garde &= lignes["couverture"].ne("") if "couverture" in axes else lignes["couverture"].eq("")
    ordre = ["vague_id", "territoire_id", "type", "strate", "couverture"]
    return lignes[garde].sort_values(ordre, key=_rank)


def _rank(colonne: pd.Series) -> pd.Series:
    """Les strates et les types dans l'ordre du catalogue, le reste dans celui des lettres."""
    if colonne.name == "strate":
        return colonne.map({s.id: i for i, s in enumerate(load_catalogue().strates, 1)}).fillna(0)
    return (
        colonne.map({t: i for i, t in enumerate(TYPES, 1)}).fillna(0) if colonne.name == "type" else colonne
    )


def _describe(ligne: dict[Any, Any], axes: list[str]) -> dict[str, Any]:
    colonnes = dict.fromkeys(TERRITOIRES, "territoire_id") | {"vague": "vague_id"}
    groupe = {axe: ligne[colonnes.get(axe, axe)] for axe in axes}
    return {
        "indicateur": ligne["indicateur_id"],
        "vague": ligne["vague_id"],
        "groupe": groupe,
        **{c: ligne[c] for c in CHIFFRES},
        "n": None if pd.isna(ligne["n"]) else int(ligne["n"]),
    }


def _print_caches(reponses: list[dict[str, Any]]) -> None:
    """Un chiffre caché dit comment en obtenir un que l'on puisse montrer."""
    caches = sum(r["etat"] not in MONTRES for r in reponses)
    if caches:
        sujet = "Un groupe n'est pas publiable" if caches == 1 else f"{caches} groupes ne sont pas publiables"
        print(f"{sujet} : retirez un axe de --par pour une vue plus large.")


def _display(reponse: dict[str, Any]) -> dict[str, Any]:
    texte = ", ".join(str(v) for v in reponse["groupe"].values()) or "ensemble"
    arrondis = {
        c: None if pd.isna(reponse[c]) else round(reponse[c], 3) for c in ("brut", "redresse", "bas", "haut")
    }
    etat = ETATS.get(reponse["etat"], reponse["etat"])
    return reponse | arrondis | {"groupes": texte, "etat": etat}
