"""Récupérer les données de l'État derrière l'application ouverte : un autre processus, borné, qui se dit.

L'application n'attend rien : la version en service reste servie, et la nouvelle prend sa place quand elle est
prête. Hors ligne, une phrase le dit et nomme la commande. Tuer le processus est sans danger : un fichier reçu
n'est gardé, et une version mise en service, que d'un seul geste.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from threading import Thread
from urllib.parse import urlsplit

import httpx

from barometre.sources.catalogue import SourceExterieure, load_sources_exterieures
from barometre.sources.fetch import Lieu, get_kept, open_lieu
from barometre.warehouse.avancement import VARIABLE_AVANCEMENT, Avancement, Etat, write_avancement

FICHIER = "avancement.json"
COMMANDE = "python -m barometre sources recuperer"
# En secondes. Sources et contours prennent deux minutes depuis un miroir ; le reste est pour le réseau.
LIMITE = 900.0
# Par hôte : au-delà, il est tenu pour injoignable.
DELAI_ESSAI = 4.0
# Une copie de moins d'une semaine n'est pas redemandée à chaque démarrage.
JOURS_FRAIS = 7
HORS_LIGNE = (
    "Hors ligne : les adresses des données de l'État ne répondent pas. L'application sert ce qu'elle a."
)
A_JOUR = "Les données de l'État sont à jour : elles ont été récupérées il y a moins d'une semaine."
TROP_LONG = "La récupération des données de l'État a dépassé sa durée : elle n'est pas finie."
EN_PANNE = "La récupération des données de l'État s'est arrêtée avant la fin."
# Pour la console seule : la phrase, elle, se lit aussi sur la page des sources.
REPRENDRE = f"Pour la reprendre : « {COMMANDE} »."
ETATS = {"chargee": "chargées", "gardee": "gardées en dernière bonne copie", "absente": "non récupérées"}


class EnFond:
    """Une récupération, lancée par un fil qui ne fait qu'attendre son processus."""

    def __init__(
        self,
        lieu: Lieu | None = None,
        *,
        commande: Sequence[str] = (sys.executable, "-m", "barometre", "sources", "recuperer"),
        limite: float = LIMITE,
    ) -> None:
        self._lieu = lieu or open_lieu()
        self._commande, self._limite = list(commande), limite
        self._processus: subprocess.Popen[str] | None = None
        self._fini = False
        self.fichier = (self._lieu.copies / FICHIER).absolute()
        self._fil = Thread(target=self._run, name="donnees-etat", daemon=True)

    def start(self) -> None:
        """Lance, et dit au serveur où lire l'avancement ; rend la main aussitôt."""
        os.environ[VARIABLE_AVANCEMENT] = str(self.fichier)
        self._fil.start()

    def close(self) -> None:
        """Arrête son processus, s'il tourne encore, et attend le fil."""
        self._fini = True
        if self._processus is not None and self._processus.poll() is None:
            self._processus.kill()
        self._fil.join(DELAI_ESSAI)

    def join(self, secondes: float) -> None:
        """Attend la fin ; pour qui n'a rien d'autre à faire."""
        self._fil.join(secondes)

    def _run(self) -> None:
        try:
            self._fetch()
        except OSError as erreur:
            print(f"Le dossier « {self._lieu.copies} » ne peut pas être écrit : {erreur.strerror}.")

    def _fetch(self) -> None:
        write_avancement(self.fichier, Avancement("en_cours", "Recherche des adresses", 0, 0))
        sources = list(load_sources_exterieures().values())
        demandees = list_a_recuperer(sources, self._lieu)
        if not demandees:
            self._end("finie", A_JOUR)
        elif self._lieu.miroir is None and not is_en_ligne(demandees):
            self._end("arretee", HORS_LIGNE)
        else:
            self._watch(demandees)

    def _watch(self, demandees: list[SourceExterieure]) -> None:
        ids = [source.id for source in demandees]
        arguments = [*self._commande, *ids, "--json", "--suivi", str(self.fichier)]
        self._processus = subprocess.Popen(
            arguments, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        try:
            sortie, _ = self._processus.communicate(timeout=self._limite)
        except subprocess.TimeoutExpired:
            self._processus.kill()
            self._processus.communicate()
            self._end("arretee", TROP_LONG)
            return
        self._end(*describe_fin(sortie))

    def _end(self, etat: Etat, phrase: str) -> None:
        write_avancement(self.fichier, Avancement(etat, phrase))
        if not self._fini:
            inachevee = etat == "arretee" or ETATS["absente"] in phrase
            print(f"{phrase} {REPRENDRE}" if inachevee else phrase, flush=True)


def list_a_recuperer(
    sources: Iterable[SourceExterieure], lieu: Lieu, maintenant: datetime | None = None
) -> list[SourceExterieure]:
    """Celles que l'on peut atteindre et dont la copie manque ou date de plus d'une semaine."""
    return [s for s in sources if _is_accessible(s, lieu) and not _is_fraiche(s, lieu, maintenant)]


def _is_accessible(source: SourceExterieure, lieu: Lieu) -> bool:
    return (lieu.miroir / source.miroir).is_file() if lieu.miroir is not None else bool(source.adresse)


def _is_fraiche(source: SourceExterieure, lieu: Lieu, maintenant: datetime | None) -> bool:
    copie = get_kept(source, lieu)
    if copie is None or copie.origine == "embarquee":
        return False
    return copie.get_age(maintenant or datetime.now(UTC)) < JOURS_FRAIS


def is_en_ligne(sources: Iterable[SourceExterieure], delai: float = DELAI_ESSAI) -> bool:
    """Vrai dès qu'un hôte répond, quoi qu'il réponde."""
    hotes = {urlsplit(source.adresse).netloc: source.adresse for source in sources}
    for adresse in hotes.values():
        try:
            httpx.head(adresse, timeout=delai)
        except (httpx.HTTPError, httpx.InvalidURL, OSError):
            continue
        return True
    return False


def describe_fin(sortie: str) -> tuple[Etat, str]:
    """Ce que la commande a rendu, en un état et une phrase."""
    try:
        etats = Counter(bilan["etat"] for bilan in json.loads(sortie))
    except (ValueError, TypeError, KeyError):
        return "arretee", EN_PANNE
    comptes = ", ".join(f"{etats[etat]} {mots}" for etat, mots in ETATS.items() if etats[etat])
    return "finie", f"Données de l'État : {comptes or 'rien de neuf'}."
