"""sources : les données de l'État et les contours, de l'adresse officielle ou d'un miroir."""

from __future__ import annotations

import argparse
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from barometre.cli.analyse import FAIT, REFUSE, add_json
from barometre.cli.erreurs import Refus
from barometre.cli.gestes import record_geste
from barometre.cli.sortie import Barre, print_json, print_table
from barometre.contours.dossier import MANIFESTE, get_dossier_actif
from barometre.pipeline.recolte import Bilan, EtatSource
from barometre.pipeline.sources import ETAPES_FIXES, Recuperation, SourceInconnue, list_demandees, recuperer
from barometre.pipeline.suivi import Suivi
from barometre.sources.catalogue import SourceExterieure, load_sources_exterieures
from barometre.sources.errors import SourceInjoignable, SourceRefusee
from barometre.sources.fetch import Copie, Lieu, fall_back, fetch, keep, open_lieu
from barometre.sources.resultat import Rapport
from barometre.warehouse.avancement import Avancement, write_avancement
from barometre.warehouse.repository import open_repository

# Le niveau de chaque fichier de contours qui n'est pas celui des communes.
NIVEAUX = {"contours_epci": "epci", "contours_departements": "departement", "contours_regions": "region"}
# La priorité abandonnée à l'application ouverte (19 est la plus basse).
POLITESSE = 10
COMPTES = ("lus", "charges", "recodes", "rejetes")
ETATS = {"embarquee": "embarquée", "chargee": "chargée", "gardee": "gardée", "absente": "absente"}
COLONNES = {"id": "source", "etat": "état", "date": "date", "age": "âge (jours)", "lignes": "lignes",
            "rejetes": "rejetées", "licence": "licence"}  # fmt: skip


def add_command(commandes: Any) -> None:
    """Déclare la commande."""
    aide = "liste les données de l'État, ou les récupère"
    analyseur = commandes.add_parser("sources", help=aide, description=aide)
    actions = analyseur.add_subparsers(title="actions", metavar="ACTION", dest="action", required=True)
    phrase = "chaque source : date, âge, lignes, licence, état"
    lister = actions.add_parser("lister", help=phrase, description=phrase)
    add_json(lister)
    lister.set_defaults(execute=execute_lister)
    phrase = "récupère des sources et met en service une version qui les contient"
    charger = actions.add_parser("recuperer", help=phrase, description=phrase)
    charger.add_argument("ids", metavar="ID", nargs="*", help="sources à récupérer (toutes par défaut)")
    charger.add_argument("--miroir", metavar="DOSSIER", type=Path, help="dossier qui tient lieu des adresses")
    charger.add_argument(
        "--confirmer",
        action="store_true",
        help="accepte, et dit partout, un fichier qui s'écarte de la bonne copie ou dont la méthode a changé",
    )
    charger.add_argument("--suivi", metavar="FICHIER", type=Path, help=argparse.SUPPRESS)
    add_json(charger)
    charger.set_defaults(execute=execute_recuperer)


def execute_lister(demande: argparse.Namespace) -> None:
    """Ce que la version en service sait de chaque source."""
    lignes = list_sources()
    if demande.json:
        print_json([{c: v for c, v in ligne.items() if c not in ("age", "rejetes")} for ligne in lignes])
        return
    print_table([ligne | {"etat": ETATS[ligne["etat"]]} for ligne in lignes], COLONNES)


def list_sources() -> list[dict[str, Any]]:
    """Les sources embarquées puis extérieures, avec leur dernier rapport."""
    depot = open_repository()
    connues = {str(ligne["source_id"]): ligne for ligne in depot.list_sources().to_dict("records")}
    depot.close()
    absentes = [_absente(s) for s in load_sources_exterieures().values() if s.id not in connues]
    return [_describe(ligne) for ligne in connues.values()] + absentes


def _absente(source: SourceExterieure) -> dict[str, Any]:
    return {
        "id": source.id, "titre": source.titre, "licence": source.licence, "date": source.date, "age": None,
        "lignes": 0, "rejetes": None, "etat": "absente", "rapport": None,
        "acceptes": "",
    }  # fmt: skip


def _describe(ligne: dict[Any, Any]) -> dict[str, Any]:
    rapport = None if _is_missing(ligne["lus"]) else {c: int(ligne[c]) for c in COMPTES}
    quand = None if _is_missing(ligne["chargee_le"]) else ligne["chargee_le"]
    age = (datetime.now(UTC).replace(tzinfo=None) - quand).days if quand is not None else None
    return {
        "id": ligne["source_id"], "titre": ligne["titre"], "licence": ligne["licence"], "date": ligne["date"],
        "age": age, "lignes": rapport["charges"] if rapport else 0,
        "rejetes": rapport["rejetes"] if rapport else None, "etat": ligne["etat"], "rapport": rapport,
        "acceptes": "" if _is_missing(ligne["acceptes"]) else ligne["acceptes"],
    }  # fmt: skip


def _is_missing(valeur: Any) -> bool:
    return bool(pd.isna(valeur))


def execute_recuperer(demande: argparse.Namespace) -> int:
    """Récupère, charge, et rend compte de chaque source ; 1 si aucune n'a pu être chargée."""
    sources = load_sources_exterieures()
    try:
        demandees = list_demandees(demande.ids or None, sources)
    except SourceInconnue as erreur:
        raise Refus(str(erreur)) from erreur
    if demande.confirmer:
        record_geste("recuperer_source", ", ".join(source.id for source in demandees), "--confirmer")
    annonce = Annonce(demande.suivi) if demande.suivi else None
    a_tracer = [source for source in demandees if source.usage == "contours"]
    # Demander les seuls contours ne demande aucune donnée.
    donnees = [source.id for source in demandees if source.usage != "contours"]
    with Barre(muette=demande.json) as barre:
        suivi = shift_suivi(annonce or barre, len(a_tracer))
        contours = []
        for rang, source in enumerate(a_tracer, 1 - len(a_tracer)):
            # Les communes prennent une minute : la page en restait à « recherche des adresses ».
            suivi(source.titre, rang, len(donnees) + ETAPES_FIXES)
            contours.append(load_contours(source, open_lieu(demande.miroir)))
        faite = recuperer(
            donnees, demande.miroir, contours=contours, confirmer=demande.confirmer, progress=suivi,
            sources=sources,
        )  # fmt: skip
    for bilan in faite.bilans if demande.confirmer else ():
        if bilan.acceptes:
            record_geste("accepter_source", bilan.source.id, " ".join(bilan.acceptes))
    _print(faite, en_json=demande.json)
    # Ce que l'application fournit déjà ne dit pas que la récupération a réussi.
    demandes = [b for b in faite.bilans if b.etat != "embarquee"]
    return FAIT if not demandes or any(b.etat != "absente" for b in demandes) else REFUSE


def shift_suivi(suivi: Suivi, avant: int) -> Suivi:
    """Le même suivi, où `avant` étapes de plus ont déjà passé."""

    def announce(etape: str, rang: int, nombre: int) -> None:
        suivi(etape, rang + avant, nombre + avant)

    return announce


class Annonce:
    """L'avancement écrit dans un fichier, pour l'application ouverte, qui passe d'abord (basse priorité)."""

    def __init__(self, fichier: Path) -> None:
        self._fichier = fichier
        os.nice(POLITESSE)

    def __call__(self, etape: str, rang: int, nombre: int) -> None:
        """Une étape commence."""
        write_avancement(self._fichier, Avancement("en_cours", etape, rang, nombre))


def load_contours(source: SourceExterieure, lieu: Lieu) -> Bilan:
    """Récupère des contours ; ceux des communes donnent les quatre niveaux de la carte."""
    # Les bibliothèques de cartes ne se chargent que pour qui les demande : un fichier d'État s'en passe.
    from barometre.contours.installation import SOURCE_ID  # noqa: PLC0415

    try:
        copie = fetch(source, lieu)
        rapport = _install(source, copie) if source.id == SOURCE_ID else _check_contours(source, copie)
    except SourceRefusee as erreur:
        return _keep_contours(source, lieu, str(erreur))
    except SourceInjoignable as erreur:
        return Bilan(source, "absente", str(erreur))
    copie = keep(copie, lieu)
    phrase = copie.avertissement or "Contours lus et gardés."
    etat: EtatSource = "gardee" if copie.avertissement else "chargee"
    return Bilan(source, etat, phrase, rapport, copie.empreinte, copie.recuperee_le)


def _check_contours(source: SourceExterieure, copie: Copie) -> Rapport:
    """Les autres niveaux naissent des communes ; leur fichier est lu tout de même avant d'être gardé."""
    from barometre.contours.fichier_recu import read_contours  # noqa: PLC0415

    lus = len(read_contours(copie.chemin, NIVEAUX[source.id]))
    return Rapport(lus, lus, 0, 0)


def _keep_contours(source: SourceExterieure, lieu: Lieu, motif: str) -> Bilan:
    """Un fichier refusé n'a rien écrit : la copie et les contours d'avant restent en service."""
    gardee = fall_back(source, lieu, motif)
    if gardee is None:
        suite = " Les contours en service ne changent pas." if get_dossier_actif() else ""
        return Bilan(source, "absente", f"{motif}{suite}")
    phrase = f"{gardee.avertissement} Les contours en service ne changent pas."
    comptes = _read_installed(gardee.empreinte)
    rapport = Rapport(comptes[0], comptes[1], 0, comptes[0] - comptes[1]) if comptes else None
    return Bilan(source, "gardee", phrase, rapport, gardee.empreinte, gardee.recuperee_le)


def _install(source: SourceExterieure, copie: Copie) -> Rapport:
    """Range les contours, sauf si ce sont déjà ceux de ce fichier."""
    from barometre.contours.installation import install_contours  # noqa: PLC0415

    comptes = _read_installed(copie.empreinte)
    if comptes is None:
        rapport = install_contours(copie.chemin, source, copie.empreinte)
        comptes = rapport.lus, rapport.charges
    lus, charges = comptes
    return Rapport(lus, charges, 0, lus - charges)


def _read_installed(empreinte: str) -> tuple[int, int] | None:
    from barometre.contours import encarts  # noqa: PLC0415

    dossier = get_dossier_actif()
    if dossier is None:
        return None
    try:
        manifeste = json.loads((dossier / MANIFESTE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    # Le même fichier, mais des encarts qui ont bougé depuis : les tuiles sont à réécrire.
    if (manifeste.get("empreinte"), manifeste.get("placement")) != (empreinte, encarts.get_empreinte()):
        return None
    return int(manifeste["lus"]), int(manifeste["charges"])


def _print(faite: Recuperation, *, en_json: bool) -> None:
    if en_json:
        print_json([build_object(bilan) for bilan in faite.bilans])
        return
    for bilan in faite.bilans:
        print(f"{bilan.source.id} — {ETATS[bilan.etat]}. {_say(bilan)}")
        for motif, nombre in bilan.motifs.items():
            print(f"    {nombre} rejetées : {motif}")
    suite = "en service" if faite.construite else "déjà en service : ces fichiers y sont"
    print(f"Version {faite.version_id} {suite}.")


def _say(bilan: Bilan) -> str:
    r = bilan.rapport
    if r is None:
        return bilan.phrase
    comptes = f"{r.lus} lues = {r.charges} chargées (dont {r.recodes} recodées, {r.fusionnes} par fusion) + "
    # D'une copie gardée, la phrase dit déjà ce qui en est accepté.
    suites = (bilan.phrase,) if bilan.etat == "gardee" else (bilan.remarque, bilan.describe_acceptes())
    return " ".join(filter(None, (f"{comptes}{r.rejetes} rejetées.", *suites)))


def build_object(bilan: Bilan) -> dict[str, Any]:
    """L'objet JSON d'une source (CONCEPTION §8)."""
    r = bilan.rapport
    return {
        "id": bilan.source.id, "titre": bilan.source.titre, "licence": bilan.source.licence,
        "date": bilan.source.date, "lignes": r.charges if r else 0, "etat": bilan.etat,
        "rapport": {c: getattr(r, c) for c in COMPTES} if r else None,
        "acceptes": " ".join(bilan.acceptes), "remarque": bilan.remarque,
    }  # fmt: skip
