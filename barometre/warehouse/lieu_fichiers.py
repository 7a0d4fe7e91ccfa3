"""Un entrepôt dans un dossier : un fichier DuckDB par version, un fichier `ACTIF` qui en nomme un."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine

from barometre.fichiers import write_atomic
from barometre.warehouse.engine import EntrepotError, build_duckdb_engine
from barometre.warehouse.entrepot import ConstructionEnCours, Entrepot
from barometre.warehouse.reserve import Reserve, ReserveFichiers

POINTEUR, VERROU, RESERVE = "ACTIF", ".verrou", "lots"
NOM_PREPAREE = re.compile(r"^preparee-(\d{8}T\d{6}Z-[0-9a-f]{6})\.duckdb$")
NOM_VERSION = re.compile(r"^barometre-(\d{8}T\d{6}Z-[0-9a-f]{6})\.duckdb$")


class EntrepotFichiers(Entrepot):
    """Les versions sont des fichiers ; la mise en service est un `os.replace` du pointeur."""

    def __init__(self, dossier: str) -> None:
        self.adresse = dossier
        self.dossier = Path(dossier)
        self._lu: tuple[tuple[int, int], str | None] = ((-1, -1), None)

    def get_active(self) -> str | None:
        """Relit le pointeur seulement s'il a changé : un `stat` par appel."""
        try:
            etat = (self.dossier / POINTEUR).stat()
        except OSError:
            return None
        # L'heure d'un fichier avance par pas de quelques millisecondes ; le numéro, lui, est neuf.
        signe = (etat.st_mtime_ns, etat.st_ino)
        if signe != self._lu[0]:
            self._lu = (signe, self._read_pointer())
        return self._lu[1]

    def _read_pointer(self) -> str | None:
        trouve = NOM_VERSION.match((self.dossier / POINTEUR).read_text(encoding="utf-8").strip())
        return trouve.group(1) if trouve else None

    def list_ids(self) -> list[str]:
        """Les versions gardées, de la plus ancienne à la plus récente."""
        return self._list("barometre-*.duckdb", NOM_VERSION)

    def list_preparees(self) -> list[str]:
        """Les versions préparées, de la plus ancienne à la plus récente."""
        return self._list("preparee-*.duckdb", NOM_PREPAREE)

    def _list(self, motif: str, nom: re.Pattern[str]) -> list[str]:
        trouves = (nom.match(f.name) for f in self.dossier.glob(motif))
        return sorted(n.group(1) for n in trouves if n)

    def build_engine(self, version_id: str) -> Engine:
        """Un moteur en lecture seule sur une version."""
        fichier = next((f for f in self._list_lisibles(version_id) if f.is_file()), None)
        if fichier is None:
            raise EntrepotError(f"La version « {version_id} » n'est plus dans l'entrepôt.")
        return build_duckdb_engine(fichier, lecture_seule=True)

    def build_chantier(self, version_id: str, copie_de: str | None = None) -> Engine:
        """Le chantier porte un nom que les lecteurs ne regardent pas."""
        if copie_de:
            shutil.copyfile(self._path(copie_de), self._chantier(version_id))
        return build_duckdb_engine(self._chantier(version_id), lecture_seule=False)

    def keep(self, version_id: str) -> None:
        """Le fichier prend un nom que ni la liste ni le pointeur ne regardent."""
        os.replace(self._chantier(version_id), self._preparee(version_id))

    def publish(self, version_id: str) -> None:
        """Le fichier prend son nom définitif, jamais employé, puis le pointeur le désigne."""
        preparee = self._preparee(version_id)
        os.replace(preparee if preparee.is_file() else self._chantier(version_id), self._path(version_id))
        self.activate(version_id)

    def activate(self, version_id: str) -> None:
        """Remplace le pointeur d'un seul geste, après l'avoir fait écrire sur le disque."""
        write_atomic(self.dossier / POINTEUR, f"{self._path(version_id).name}\n".encode())

    def remove(self, version_id: str) -> None:
        """Un lecteur qui a encore le fichier ouvert le garde jusqu'à ce qu'il le ferme."""
        for fichier in self._list_lisibles(version_id):
            fichier.unlink(missing_ok=True)

    def remove_debris(self) -> int:
        """À appeler verrou tenu : tout chantier présent est alors abandonné."""
        restes = [*self.dossier.glob("chantier-*"), *self.dossier.glob(f".{POINTEUR}-*")]
        restes += (self.dossier / RESERVE).glob(".*.json.gz-*")
        for reste in restes:
            reste.unlink(missing_ok=True)
        return len(restes)

    def get_reserve(self) -> Reserve:
        """Le dossier `lots/`."""
        return ReserveFichiers(self.dossier / RESERVE)

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Le système rend le verrou quand le processus meurt, même tué."""
        try:
            self.dossier.mkdir(parents=True, exist_ok=True)
            descripteur = os.open(self.dossier / VERROU, os.O_CREAT | os.O_RDWR, 0o644)
        except OSError as erreur:
            raise EntrepotError(f"Le dossier « {self.dossier} » ne peut pas recevoir l'entrepôt.") from erreur
        try:
            fcntl.flock(descripteur, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as erreur:
            os.close(descripteur)
            raise ConstructionEnCours from erreur
        try:
            yield
        finally:
            os.close(descripteur)

    def _path(self, version_id: str) -> Path:
        return self.dossier / f"barometre-{version_id}.duckdb"

    def _preparee(self, version_id: str) -> Path:
        return self.dossier / f"preparee-{version_id}.duckdb"

    def _list_lisibles(self, version_id: str) -> tuple[Path, Path]:
        return self._path(version_id), self._preparee(version_id)

    def _chantier(self, version_id: str) -> Path:
        return self.dossier / f"chantier-{version_id}.duckdb"
