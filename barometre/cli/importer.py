"""importer : un export de questionnaire, ligne par ligne rendue compte."""

from __future__ import annotations

import argparse
import os
import re
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from barometre.catalogue import load_catalogue
from barometre.cli.analyse import add_json
from barometre.cli.erreurs import Refus
from barometre.cli.gestes import record_geste
from barometre.cli.qualite import list_qualite, print_qualite
from barometre.cli.sortie import Barre, get_operateur, print_json
from barometre.ingest.distant import open_fichiers
from barometre.ingest.errors import Rejet
from barometre.ingest.export import FORMATS
from barometre.ingest.lot import Lot, write_equation
from barometre.ingest.proposal import propose_correspondance
from barometre.pipeline.import_lot import importer

# « La ligne 12 est retenue » : le numéro ne distingue pas deux fautes.
_NUMERO_DE_LIGNE = re.compile(r"\d+")


def add_command(commandes: Any) -> None:
    """Déclare la commande."""
    aide = "charge un export de questionnaire dans une version neuve de l'entrepôt"
    analyseur = commandes.add_parser("importer", help=aide, description=aide)
    aide_fichier = (
        "export CSV, XLSX, ODS, JSON ou SAV, ou l'adresse d'un outil (limesurvey+https://…#123456, "
        "grist+https://…#Table, demarches+https://…#12345) ; plusieurs d'une vague se donnent ensemble"
    )
    analyseur.add_argument("fichier", metavar="FICHIER", nargs="+", help=aide_fichier)
    analyseur.add_argument("--questionnaire", metavar="ID", required=True, help="questionnaire (id du thème)")
    analyseur.add_argument("--vague", metavar="ID", required=True, help="vague, par exemple 2024-v2")
    analyseur.add_argument("--format", choices=FORMATS, default="auto", help="forme du fichier (auto)")
    analyseur.add_argument(
        "--correspondance", metavar="FICHIER", type=Path, help="colonnes déclarées, en YAML"
    )
    analyseur.add_argument(
        "--confirmer",
        action="store_true",
        help="accepte que des réponses disparaissent, ou que trop peu de tardives changent une vague publiée",
    )
    analyseur.add_argument(
        "--complement",
        action="store_true",
        help="garde les réponses des collectivités que le fichier ne cite pas",
    )
    analyseur.add_argument(
        "--proposer", action="store_true", help="écrit la correspondance devinée (YAML), sans rien charger"
    )
    analyseur.add_argument("--essai", action="store_true", help="montre tout, n'écrit rien")
    add_json(analyseur)
    analyseur.set_defaults(execute=execute)


def execute(demande: argparse.Namespace) -> None:
    """Importe et imprime le sort de chaque ligne."""
    with open_fichiers(demande.fichier) as fichiers:
        if demande.proposer:
            print(_propose(fichiers[0], demande), end="")
            return
        lot = _import(fichiers, demande)
    ecrit = not (demande.essai or lot.deja_charge)
    lieu = (demande.vague, demande.questionnaire)
    if demande.json:
        print_json(lot.to_dict() | ({"qualite": list_qualite(*lieu)} if ecrit else {}))
        return
    print_lot(lot, essai=demande.essai)
    if ecrit:
        print_qualite(*lieu)


def _propose(fichier: Path, demande: argparse.Namespace) -> str:
    questionnaire = load_catalogue().questionnaires.get(demande.questionnaire)
    if questionnaire is None:
        raise Refus(f"Le questionnaire « {demande.questionnaire} » n'existe pas.")
    return propose_correspondance(fichier, questionnaire, demande.format)


def _import(fichiers: Sequence[Path], demande: argparse.Namespace) -> Lot:
    if not demande.essai:
        noms = ", ".join(fichier.name for fichier in fichiers)
        record_geste("importer", f"{demande.questionnaire} {demande.vague}", noms)
    with Barre(muette=demande.json) as barre:
        return importer(
            fichiers, demande.questionnaire, demande.vague, format=demande.format, essai=demande.essai,
            confirme=demande.confirmer, complement=demande.complement,
            correspondance=demande.correspondance, par=get_operateur(), progress=barre,
            processus=os.cpu_count() or 1, catalogue=load_catalogue(),
        )  # fmt: skip


def print_lot(lot: Lot, *, essai: bool) -> None:
    """Le compte rendu d'un lot, pour un lecteur."""
    print(f"{write_equation(lot.count_lignes())}.")
    for titre, rejets in (
        ("en quarantaine", lot.rejets), ("doublon", lot.lignes_doublons), ("ignorée", lot.lignes_ignorees)
    ):  # fmt: skip
        for phrase in list_motifs(rejets):
            print(f"  {titre} : {phrase}")
    for phrase in lot.avertissements:
        print(f"  attention : {phrase}")
    for phrase in list_avant_apres(lot):
        print(f"  {phrase}")
    if essai:
        for phrase in lot.a_confirmer:
            print(f"  demandera --confirmer : {phrase}")
    print(_conclude(lot, essai))


def list_motifs(rejets: Sequence[Rejet]) -> list[str]:
    """Une ligne par faute : 5 000 fois la même donnent leur nombre et trois exemples."""
    groupes: dict[tuple[str, str], list[Rejet]] = defaultdict(list)
    for rejet in rejets:
        groupes[rejet.colonne, _NUMERO_DE_LIGNE.sub("", rejet.motif)].append(rejet)
    phrases = []
    for (colonne, _), groupe in groupes.items():
        exemples = ", ".join(f"{r.ligne} (« {r.valeur} »)" if r.valeur else f"{r.ligne}" for r in groupe[:3])
        reste = f" et {len(groupe) - 3} autres" if len(groupe) > 3 else ""
        lieu = f", colonne « {colonne} »" if colonne else ""
        phrases.append(f"ligne{'s' if len(groupe) > 1 else ''} {exemples}{reste}{lieu} : {groupe[0].motif}")
    return phrases


def list_avant_apres(lot: Lot) -> list[str]:
    """« répondantes : 400 avant, 412 après », puis les questions dont le compte change."""
    if not lot.avant_apres or lot.deja_charge:
        return []
    repondantes, *questions = lot.avant_apres
    phrases = [f"{repondantes.objet} : {repondantes.avant} avant, {repondantes.apres} après"]
    changees = [f"{q.objet} {q.avant} → {q.apres}" for q in questions if q.avant != q.apres]
    return [*phrases, f"réponses par question : {', '.join(changees)}"] if changees else phrases


def _conclude(lot: Lot, essai: bool) -> str:
    if lot.deja_charge:
        return f"Ce fichier est déjà chargé (lot {lot.lot_id}) : rien ne change."
    if essai:
        return "Essai : rien n'a été écrit."
    if lot.retenues:
        return f"Le lot {lot.lot_id} est gardé ; les chiffres n'ont pas changé."
    return f"Le lot {lot.lot_id} est en service."
