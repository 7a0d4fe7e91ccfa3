"""L'archive d'un classeur : ses parties, leurs tailles annoncées, lues au fil de l'eau et bornées."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path
from types import TracebackType
from xml.parsers import expat

from barometre.ingest.errors import ImportRefuse
from barometre.ingest.limits import (
    MAX_OCTETS_DECOMPRESSES,
    MAX_RAPPORT_COMPRESSION,
    OCTETS_RAPPORT_SIGNIFICATIF,
)

_MORCEAU = 1 << 16
PANNES = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    expat.ExpatError,
)


class Lecteur:
    """Ce qu'une partie XML fait de chaque élément ; à surcharger."""

    def start(self, nom: str, attributs: dict[str, str]) -> None:
        """Un élément s'ouvre."""

    def end(self, nom: str) -> None:
        """Un élément se ferme."""

    def text(self, texte: str) -> None:
        """Du texte, en un ou plusieurs morceaux."""


class Archive:
    """Un classeur ouvert, dont la taille décompressée a été vérifiée d'avance."""

    def __init__(self, path: Path) -> None:
        self.nom = path.name
        try:
            self._zip = zipfile.ZipFile(path)
        except PANNES as erreur:
            raise self.describe_abime() from erreur
        self.parties = {info.filename.lstrip("/"): info for info in self._zip.infolist()}
        self._check_tailles()

    def __enter__(self) -> Archive:
        return self

    def __exit__(
        self, _t: type[BaseException] | None, _e: BaseException | None, _b: TracebackType | None
    ) -> None:
        self._zip.close()

    def describe_abime(self) -> ImportRefuse:
        """Le refus d'un classeur que l'on n'arrive pas à lire jusqu'au bout."""
        return ImportRefuse(f"Le classeur « {self.nom} » est tronqué ou abîmé : exportez-le à nouveau.")

    def _check_tailles(self) -> None:
        total = sum(info.file_size for info in self.parties.values())
        if total > MAX_OCTETS_DECOMPRESSES:
            raise ImportRefuse(f"« {self.nom} » pèse {total // 2**20} Mo une fois décompressé : refusé.")
        for info in self.parties.values():
            rapport = info.file_size / max(1, info.compress_size)
            if info.file_size > OCTETS_RAPPORT_SIGNIFICATIF and rapport > MAX_RAPPORT_COMPRESSION:
                raise ImportRefuse(
                    f"« {self.nom} » est comprimé {rapport:.0f} fois : cela ressemble à une bombe, refusé."
                )
            if info.flag_bits & 0x1:
                raise ImportRefuse(f"« {self.nom} » est protégé par un mot de passe : retirez-le d'abord.")

    def parse(self, partie: str, lecteur: Lecteur) -> None:
        """Lit une partie XML au fil de l'eau ; une partie absente ne donne rien."""
        info = self.parties.get(partie)
        if info is None:
            return
        analyseur = _build_analyseur(lecteur, self.nom)
        try:
            with self._zip.open(info) as flux:
                while morceau := flux.read(_MORCEAU):
                    analyseur.Parse(morceau, False)
            analyseur.Parse(b"", True)
        except ImportRefuse:
            raise
        except PANNES as erreur:
            raise self.describe_abime() from erreur


def _build_analyseur(lecteur: Lecteur, nom: str) -> expat.XMLParserType:
    analyseur = expat.ParserCreate()
    analyseur.buffer_text = True

    def refuse_doctype(*_arguments: object) -> None:
        raise ImportRefuse(f"Le classeur « {nom} » contient une déclaration XML interdite : refusé.")

    analyseur.StartDoctypeDeclHandler = refuse_doctype
    # Certains producteurs préfixent chaque élément (« x:row ») : seul le nom local compte.
    analyseur.StartElementHandler = lambda n, a: lecteur.start(n.rpartition(":")[2], a)
    analyseur.EndElementHandler = lambda n: lecteur.end(n.rpartition(":")[2])
    analyseur.CharacterDataHandler = lecteur.text
    return analyseur
