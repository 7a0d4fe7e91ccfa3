"""Les données de l'État : où en est chacune, et en récupérer une ; la commande même, dans son processus.

Un processus à part : le calcul se dédouble, ce que les fils d'une application ouverte ne permettent pas sans
risque, et l'application garde la priorité (`--suivi`).
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from barometre.access import Gate
from barometre.administration.operateur import Operateur
from barometre.domain.formats import format_compte, format_date, is_absent
from barometre.sources.catalogue import load_sources_exterieures
from barometre.views.donnees.methode import describe_age
from barometre.views.lecture.tableau import build_tableau
from barometre.warehouse.avancement import read_avancement
from barometre.warehouse.engine import EntrepotError

COLONNES = ("source", "etat_source", "date", "age", "charges", "rejetes", "licence")
ETATS = {"embarquee": "embarquée", "chargee": "chargée", "gardee": "gardée", "absente": "absente"}
RELECTURE = 0.5
# Au-delà, l'adresse officielle ne répond plus : la version en service n'a pas changé.
DUREE_MAX = 1800.0
TROP_LONG = "La récupération n'a pas fini à temps : elle est arrêtée, la version en service n'a pas changé."
MUETTE = "La récupération s'est arrêtée sans dire pourquoi : lancez « sources recuperer » sur la machine."
INCONNUE = "Cette source n'est pas de celles que l'on récupère."
Suivre = Callable[[str, float], None]


def list_recuperables() -> dict[str, str]:
    """Les sources que l'on récupère : identifiant → titre."""
    return {source.id: source.titre for source in load_sources_exterieures().values()}


def build_table_sources(gate: Gate) -> pd.DataFrame:
    """Ce que la version en service sait de chaque source ; celles qu'elle n'a pas sont absentes."""
    connues = {str(s["source_id"]): s for s in gate.list_sources().to_dict("records")}
    lignes = [_describe(source) for source in connues.values()]
    lignes += [
        (source.titre, ETATS["absente"], *_read_date(source.date), None, None, source.licence)
        for source in load_sources_exterieures().values()
        if source.id not in connues
    ]
    return build_tableau(lignes, COLONNES)


def _describe(source: dict[Any, Any]) -> tuple[object, ...]:
    comptes = [None if pd.isna(source[nom]) else int(source[nom]) for nom in ("charges", "rejetes")]
    return source["titre"], ETATS[source["etat"]], *_read_date(source["date"]), *comptes, source["licence"]


def _read_date(publiee: object) -> tuple[str, str]:
    """La date de la donnée et son âge, en mots, comme sur Sources et méthode."""
    texte = "" if is_absent(publiee) else str(publiee)
    if not texte:
        return "", ""
    return format_date(texte), describe_age(texte, datetime.now(UTC).date())


def fetch_source(operateur: Operateur, source_id: str, suivre: Suivre) -> str:
    """Récupère une source par la commande et rend sa phrase ; `EntrepotError` si elle a échoué."""
    if source_id not in list_recuperables():
        raise EntrepotError(INCONNUE)
    operateur.record("recuperer_source", source_id)
    with TemporaryDirectory(prefix="barometre-source-") as dossier:
        suivi, sortie = Path(dossier) / "suivi.json", Path(dossier) / "sortie.json"
        commande = [sys.executable, "-m", "barometre", "sources", "recuperer", source_id, "--json",
                    "--suivi", str(suivi)]  # fmt: skip
        with sortie.open("wb") as sorties, (Path(dossier) / "erreurs").open("w+b") as erreurs:
            processus = subprocess.Popen(commande, stdout=sorties, stderr=erreurs)
            _wait(processus, suivi, suivre)
            erreurs.seek(0)
            return _read_sortie(sortie.read_bytes(), erreurs.read(), source_id)


def _wait(processus: subprocess.Popen[bytes], suivi: Path, suivre: Suivre) -> None:
    fin = time.monotonic() + DUREE_MAX
    try:
        while processus.poll() is None:
            if time.monotonic() > fin:
                raise EntrepotError(TROP_LONG)
            if (avancement := read_avancement(str(suivi))) is not None:
                suivre(avancement.phrase, avancement.part)
            time.sleep(RELECTURE)
    finally:
        # Une page fermée ou rejouée n'abandonne pas une récupération sans maître.
        if processus.poll() is None:
            processus.terminate()
            processus.wait()


def _read_sortie(sortie: bytes, erreurs: bytes, source_id: str) -> str:
    """La phrase de la source dans l'objet JSON de la commande ; celle du refus si elle n'a rien rendu."""
    try:
        bilans: list[dict[str, Any]] = json.loads(sortie)
    except ValueError:
        lignes = erreurs.decode(errors="replace").strip().splitlines() or [MUETTE]
        raise EntrepotError(lignes[-1]) from None
    bilan = next(b for b in bilans if b["id"] == source_id)
    lignes_lues = format_compte(bilan["lignes"], "ligne chargée", "lignes chargées")
    return f"{bilan['titre']} : {ETATS[bilan['etat']]}, {lignes_lues}. {_conclude(bilan['etat'])}"


def _conclude(etat: str) -> str:
    if etat == "absente":
        return "Ni son adresse ni le miroir ne l'ont donnée : la version en service n'a pas changé."
    if etat == "gardee":
        return "La dernière bonne copie sert, faute de mieux."
    return "La version en service la contient."
