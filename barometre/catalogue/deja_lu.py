"""Le catalogue déjà lu et vérifié, gardé à côté du bytecode : le lire et le vérifier prend dix fois plus.

Comme un `.pyc` : il se refait dès qu'un fichier ou le programme change, il ne vaut que pour ce Python, et ne
s'écrit ni sur un disque protégé ni là où Python n'écrit pas le sien. Qui peut l'écrire peut écrire le
programme.
"""

from __future__ import annotations

import hashlib
import importlib.util
import pickle
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from barometre.catalogue.model import Catalogue
from barometre.fichiers import write_atomic

PAQUET = Path(__file__).parents[1]
# Le programme qui le lit et le vérifie, et les classes dont il est fait.
PROGRAMME = ("catalogue", "domain")


def get_lieu() -> Path:
    """Où il est gardé : dans le dossier du bytecode de ce module."""
    return Path(importlib.util.cache_from_source(__file__)).with_name("catalogue.pickle")


def hash_fichiers(dossier: Path, donnees: Path) -> bytes:
    """L'empreinte de ce qui le fait : fiches, schémas, chiffres publiés, programme, version de Python."""
    somme = hashlib.sha256(sys.version.encode())
    for chemin in _list_fichiers(dossier, donnees):
        contenu = chemin.read_bytes()
        somme.update(f"{chemin}\0{len(contenu)}\0".encode())
        somme.update(contenu)
    return somme.digest()


def _list_fichiers(dossier: Path, donnees: Path) -> Iterator[Path]:
    yield from sorted(dossier.rglob("*.yml"))
    yield from sorted(donnees.glob("chiffres_*.csv"))
    for nom in PROGRAMME:
        yield from sorted((PAQUET / nom).rglob("*.py"))


def read_deja_lu(empreinte: bytes) -> Catalogue | None:
    """Celui qui est gardé, s'il est de cette empreinte ; None s'il n'y en a pas, ou qu'il est abîmé."""
    try:
        contenu = get_lieu().read_bytes()
        if not contenu.startswith(empreinte):
            return None
        somme, corps = contenu[len(empreinte) :][:32], contenu[len(empreinte) + 32 :]
        return pickle.loads(corps) if hashlib.sha256(corps).digest() == somme else None
    except OSError:
        return None


def write_deja_lu(catalogue: Catalogue, empreinte: bytes) -> None:
    """Le garde pour le processus suivant ; là où rien ne s'écrit, il se relira."""
    if sys.dont_write_bytecode:
        return
    lieu, corps = get_lieu(), pickle.dumps(catalogue, pickle.HIGHEST_PROTOCOL)
    with suppress(OSError):
        lieu.parent.mkdir(parents=True, exist_ok=True)
        write_atomic(lieu, empreinte + hashlib.sha256(corps).digest() + corps)
