"""La mémoire qu'un processus a employée puis libérée, rendue au système au lieu d'être gardée en réserve.

La glibc relève ses seuils à mesure que de gros tableaux se libèrent, et garde alors des centaines de
mégaoctets qu'aucune page n'emploie. Arrow a sa propre réserve : `barometre/__init__.py` l'en prive.
"""

from __future__ import annotations

import ctypes

# De `malloc.h` : la réserve au-delà de laquelle la glibc rend, et la taille dès laquelle un tableau a ses
# pages à lui, rendues dès qu'il se libère. Fixées, elles ne montent plus ; d'origine, 128 Ko toutes deux.
SEUILS = {-1: 1_000_000, -3: 128 * 1024}


def set_rendue() -> bool:
    """Fixe les seuils ; faux là où ce n'est pas la glibc, qui en décide alors seule."""
    regler = getattr(ctypes.CDLL(None), "mallopt", None)
    return regler is not None and all(regler(quoi, octets) for quoi, octets in SEUILS.items())


def drop_libere() -> None:
    """Rend ce qui est libre à cet instant."""
    if rendre := getattr(ctypes.CDLL(None), "malloc_trim", None):
        rendre(0)
