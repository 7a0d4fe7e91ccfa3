"""Les exports longs : chacun est la commande `exporter`, dans un processus à part, au plus deux à la fois.

Le serveur n'en porte que l'attente : les lecteurs gardent son interpréteur, et arrêter un travail arrête
vraiment son processus. Tout est borné : processus, file, durée, octets ; un fichier s'efface au bout d'une
heure. Le travail se retrouve par sa demande : un processus relancé, ou un autre, le refait.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from queue import Full, Queue
from threading import Lock, Thread, Timer

from barometre.domain.formats import format_nombre
from barometre.warehouse.engine import VARIABLE, VARIABLE_PUBLIQUE

RACINE = Path(__file__).resolve().parents[3]
COMMANDE = (sys.executable, "-m", "barometre", "exporter")
PROCESSUS, FILE, PAR_VISITE = 2, 8, 3
# En secondes : le plus long mesuré (100 000 lignes en XLSX, machine occupée) en demande trente.
LIMITE, GARDE = 300.0, 3600.0
OCTETS, OCTETS_GARDES = 300 * 1024**2, 1024**3
# Derrière les lecteurs : le processeur ne lui revient que s'il est libre.
POLITESSE = 10
TROP = (
    "Trop d’exports longs se préparent en ce moment : attendez que l’un d’eux finisse, ou allégez la vue "
    "(moins d’indicateurs, une répartition de moins)."
)
TROP_LONG = (
    f"L’export a dépassé {format_nombre(LIMITE // 60)} minutes : allégez la vue, ou lancez la commande "
    "« exporter » sur votre machine."
)
TROP_GROS = "Le fichier dépasse la taille servie : allégez la vue, ou choisissez Parquet ou CSV."
EN_PANNE = "L’export s’est arrêté avant la fin : relancez-le ; s’il s’arrête encore, allégez la vue."


class ExportRefuse(Exception):
    """La file est pleine ; le message dit quoi faire."""


class Etat(StrEnum):
    """Où en est un travail."""

    ATTENTE, COMPOSITION, ECRITURE, PRET, ARRETE, ECHEC = (
        "attente", "composition", "ecriture", "pret", "arrete", "echec",
    )  # fmt: skip


FINIS = frozenset({Etat.PRET, Etat.ARRETE, Etat.ECHEC})


@dataclass(frozen=True, slots=True)
class Commande:
    """Ce qui est demandé : la vue, sa version, son format ; `visite` : deux lecteurs ne se gênent pas."""

    visite: str
    version_id: str
    requete: str
    format_: str


@dataclass(slots=True)
class Travail:
    """Un export et son état ; `fichier` quand il est prêt, `phrase` quand il a échoué."""

    commande: Commande
    dossier: Path
    debut: float
    etat: Etat = Etat.ATTENTE
    lignes: int = 0
    phrase: str = ""
    fichier: Path | None = None
    fin: float = 0.0
    processus: subprocess.Popen[str] | None = None


class Atelier:
    """Les travaux de ce serveur."""

    def __init__(
        self, commande: Sequence[str] = COMMANDE, *, limite: float = LIMITE, octets: int = OCTETS,
        horloge: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        self._mots, self._limite, self._octets, self.horloge = [*commande], limite, octets, horloge
        self._travaux: dict[Commande, Travail] = {}
        self._file: Queue[Travail] = Queue(FILE)
        self._verrou, self._fils = Lock(), 0
        self._lieu: Path | None = None

    def get(self, commande: Commande) -> Travail | None:
        """Le travail d'une demande, ou None s'il n'existe pas, ou plus."""
        with self._verrou:
            self._forget_anciens()
            return self._travaux.get(commande)

    def start(self, commande: Commande) -> Travail:
        """Le travail de cette demande, mis en file s'il n'y en a pas ; `ExportRefuse` si elle est pleine."""
        with self._verrou:
            self._forget_anciens()
            if deja := self._travaux.get(commande):
                return deja
            siens = [t for c, t in self._travaux.items() if c.visite == commande.visite]
            if sum(t.etat not in FINIS for t in siens) >= PAR_VISITE:
                raise ExportRefuse(TROP)
            travail = Travail(commande, self._build_dossier(), self.horloge())
            try:
                self._file.put_nowait(travail)
            except Full:
                shutil.rmtree(travail.dossier, ignore_errors=True)
                raise ExportRefuse(TROP) from None
            self._travaux[commande] = travail
            self._start_fil()
            return travail

    def drop(self, commande: Commande) -> None:
        """Arrête le travail : son processus meurt, rien n'en reste que le fait qu'il a été arrêté."""
        with self._verrou:
            travail = self._travaux.get(commande)
            if travail is not None and travail.etat not in FINIS:
                self._finish(travail, Etat.ARRETE)

    def remove(self, commande: Commande) -> None:
        """Oublie un travail fini, et son fichier."""
        with self._verrou:
            travail = self._travaux.get(commande)
            if travail is not None and travail.etat in FINIS:
                self._forget(travail)

    def close(self) -> None:
        """Tout arrêter et tout effacer, quand le serveur s'arrête."""
        with self._verrou:
            for travail in [*self._travaux.values()]:
                self._finish(travail, Etat.ARRETE)
                self._forget(travail)
            if self._lieu is not None:
                shutil.rmtree(self._lieu, ignore_errors=True)
                self._lieu = None

    def count_devant(self, travail: Travail) -> int:
        """Ceux qui passent avant lui."""
        avant = [t for t in [*self._travaux.values()] if t.etat not in FINIS and t.debut < travail.debut]
        return len(avant)

    def _build_dossier(self) -> Path:
        if self._lieu is None:
            self._lieu = Path(tempfile.mkdtemp(prefix="barometre-exports-"))
        return Path(tempfile.mkdtemp(dir=self._lieu))

    def _start_fil(self) -> None:
        if self._fils < PROCESSUS:
            self._fils += 1
            Thread(target=self._work, name="export-long", daemon=True).start()

    def _work(self) -> None:
        while True:
            travail = self._file.get()
            processus = self._open_processus(travail)
            if processus is not None:
                self._follow(travail, processus)

    def _open_processus(self, travail: Travail) -> subprocess.Popen[str] | None:
        """Le processus, lancé ; None si le travail a été arrêté dans la file."""
        lue = travail.commande
        mots = [lue.requete, "--format", lue.format_, "--avancement", "-o", str(travail.dossier)]
        with self._verrou:
            if travail.etat != Etat.ATTENTE:
                return None
            travail.etat = Etat.COMPOSITION
            travail.processus = subprocess.Popen(
                [*self._mots, *mots], cwd=RACINE, env=_build_environnement(), text=True, encoding="utf-8",
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            )  # fmt: skip
        if hasattr(os, "setpriority"):
            _lower_priorite(travail.processus.pid)
        return travail.processus

    def _follow(self, travail: Travail, processus: subprocess.Popen[str]) -> None:
        """Lit ce que dit la commande jusqu'à sa fin, puis range son fichier ou sa phrase."""
        minuterie = Timer(self._limite, processus.kill)
        minuterie.start()
        derniere = ""
        for ligne in processus.stdout or ():
            derniere = ligne.strip()
            if derniere.startswith('{"etape"'):
                travail.etat, travail.lignes = Etat.ECRITURE, int(json.loads(derniere)["lignes"])
        code = processus.wait()
        trop_long = not minuterie.is_alive()
        minuterie.cancel()
        with self._verrou:
            if travail.etat not in FINIS:
                self._keep(travail, code, TROP_LONG if trop_long else derniere)

    def _keep(self, travail: Travail, code: int, derniere: str) -> None:
        fichier = next((f for f in travail.dossier.iterdir() if not f.name.startswith(".")), None)
        if code or fichier is None:
            phrase = derniere.removeprefix("erreur : ") if code == 1 or derniere == TROP_LONG else EN_PANNE
            self._finish(travail, Etat.ECHEC, phrase or EN_PANNE)
        elif fichier.stat().st_size > self._octets:
            self._finish(travail, Etat.ECHEC, TROP_GROS)
        else:
            travail.fichier = fichier
            self._finish(travail, Etat.PRET)

    def _finish(self, travail: Travail, etat: Etat, phrase: str = "") -> None:
        """Le verrou est tenu. Le processus d'un travail arrêté est tué, son dossier effacé."""
        if travail.processus is not None and travail.processus.poll() is None:
            travail.processus.kill()
        travail.etat, travail.phrase, travail.fin = etat, phrase, self.horloge()
        if etat != Etat.PRET:
            shutil.rmtree(travail.dossier, ignore_errors=True)

    def _forget_anciens(self) -> None:
        """Le verrou est tenu : les fichiers d'il y a plus d'une heure, puis les plus anciens de trop."""
        finis = sorted((t for t in self._travaux.values() if t.etat in FINIS), key=lambda t: t.fin)
        gardes = 0
        for travail in reversed(finis):
            gardes += travail.fichier.stat().st_size if travail.fichier else 0
            if gardes > OCTETS_GARDES or travail.fin + GARDE < self.horloge():
                self._forget(travail)

    def _forget(self, travail: Travail) -> None:
        shutil.rmtree(travail.dossier, ignore_errors=True)
        self._travaux.pop(travail.commande, None)


def _build_environnement() -> dict[str, str]:
    """Celui du service, mais par le rôle du public s'il y en a un : l'export n'a besoin de rien d'autre."""
    public = os.environ.get(VARIABLE_PUBLIQUE, "")
    return {**os.environ, "PYTHONUNBUFFERED": "1", **({VARIABLE: public} if public else {})}


def _lower_priorite(numero: int) -> None:
    try:
        os.setpriority(os.PRIO_PROCESS, numero, POLITESSE)
    except ProcessLookupError:
        # Déjà fini : il n'y a plus rien à ralentir.
        return


ATELIER = Atelier()
