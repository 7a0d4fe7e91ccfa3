"""La réserve : chaque fichier reçu, gardé à côté des versions, jamais effacé avec elles.

Un contenu porte pour clé son propre condensé : il ne se remplace pas, et un contenu abîmé se voit en le
lisant. Il contient des réponses et une clé secrète : la réserve se protège comme l'entrepôt.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path

from sqlalchemy import Column, Engine, LargeBinary, MetaData, String, Table, delete, insert, select

from barometre.fichiers import write_atomic
from barometre.warehouse.engine import EntrepotError

# Bien plus que ne garde un fichier de 200 Mo, la limite à l'import.
OCTETS_MAX = 1024**3
_NOM = re.compile(r"^([0-9a-f]{64})\.json\.gz$")

# Une ligne = un fichier reçu, ou plusieurs donnés ensemble (un lot).
lots = Table(
    "barometre_lot",
    MetaData(schema="public"),
    Column("empreinte", String, primary_key=True),
    Column("contenu", LargeBinary, nullable=False),
)


class Reserve(ABC):
    """Des contenus compressés, désignés par le condensé SHA-256 de ce qu'ils contiennent."""

    @abstractmethod
    def list_cles(self) -> list[str]:
        """Les clés de tout ce qui est gardé."""

    @abstractmethod
    def read_brut(self, cle: str) -> bytes | None:
        """Le contenu compressé, ou None s'il n'est pas là."""

    @abstractmethod
    def _write(self, cle: str, brut: bytes) -> None:
        """Range un contenu qui n'y est pas encore, d'un seul geste."""

    @abstractmethod
    def remove(self, cle: str) -> None:
        """Efface un contenu ; ne fait rien s'il n'est plus là."""

    def add(self, contenu: bytes) -> str:
        """Garde un contenu ; rend sa clé."""
        cle = hash_contenu(contenu)
        if self.read_brut(cle) is None:
            self._write(cle, gzip.compress(contenu, compresslevel=6, mtime=0))
        return cle

    def read(self, cle: str) -> bytes:
        """Un contenu gardé ; `EntrepotError` s'il manque ou s'il est abîmé."""
        brut = self.read_brut(cle)
        if brut is None:
            raise EntrepotError(f"La réserve n'a plus le fichier reçu « {cle[:12]} » : restaurez-la.")
        return parse_contenu(cle, brut)

    def list_contenus(self, cherche: bytes) -> Iterator[bytes]:
        """Les contenus qui portent ces octets ; un contenu abîmé se passe, le lire le dira (`verifier`)."""
        for cle in self.list_cles():
            with suppress(EntrepotError):
                contenu = self.read(cle)
                if cherche in contenu:
                    yield contenu


def hash_contenu(contenu: bytes) -> str:
    """La clé d'un contenu, qu'il soit gardé ou non."""
    return hashlib.sha256(contenu).hexdigest()


def parse_contenu(cle: str, brut: bytes) -> bytes:
    """Le contenu décompressé, s'il est bien celui que sa clé annonce ; une bombe s'arrête à `OCTETS_MAX`."""
    try:
        with gzip.open(BytesIO(brut)) as flux:
            contenu = flux.read(OCTETS_MAX + 1)
    except (OSError, EOFError, zlib.error):
        contenu = b""
    if len(contenu) > OCTETS_MAX or hash_contenu(contenu) != cle:
        raise EntrepotError(f"Le fichier reçu « {cle[:12]} » est abîmé dans la réserve : restaurez-la.")
    return contenu


class ReserveFichiers(Reserve):
    """Un fichier par contenu, dans un dossier à côté des versions."""

    def __init__(self, dossier: Path) -> None:
        self.dossier = dossier

    def list_cles(self) -> list[str]:
        """Les clés des fichiers présents."""
        noms = (_NOM.match(f.name) for f in self.dossier.glob("*.json.gz"))
        return sorted(n.group(1) for n in noms if n)

    def read_brut(self, cle: str) -> bytes | None:
        """Le fichier de cette clé."""
        chemin = self._path(cle)
        return chemin.read_bytes() if chemin.is_file() else None

    def _write(self, cle: str, brut: bytes) -> None:
        self.dossier.mkdir(parents=True, exist_ok=True)
        write_atomic(self._path(cle), brut)

    def remove(self, cle: str) -> None:
        """Le fichier de cette clé s'efface."""
        self._path(cle).unlink(missing_ok=True)

    def _path(self, cle: str) -> Path:
        return self.dossier / f"{cle}.json.gz"


class ReservePostgresql(Reserve):
    """Une ligne par contenu, dans une table que les versions ne touchent pas."""

    def __init__(self, moteur: Engine) -> None:
        self._moteur = moteur
        lots.metadata.create_all(moteur)

    def list_cles(self) -> list[str]:
        """Les clés de la table."""
        with self._moteur.connect() as connexion:
            return sorted(connexion.scalars(select(lots.c.empreinte)))

    def read_brut(self, cle: str) -> bytes | None:
        """Le contenu de cette clé."""
        with self._moteur.connect() as connexion:
            return connexion.scalar(select(lots.c.contenu).where(lots.c.empreinte == cle))

    def _write(self, cle: str, brut: bytes) -> None:
        with self._moteur.begin() as connexion:
            connexion.execute(insert(lots).values(empreinte=cle, contenu=brut))

    def remove(self, cle: str) -> None:
        """La ligne de cette clé s'efface."""
        with self._moteur.begin() as connexion:
            connexion.execute(delete(lots).where(lots.c.empreinte == cle))
